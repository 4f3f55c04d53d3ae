"""The door of the demo: fills an empty home with the sample world and says what each part became."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from dateline.audience import services as audience
from dateline.core.clock import Clock, FixedClock, Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import Story
from dateline.demo import releases, world
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.wire import services as wire

OPERATOR = "operator"
_LEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Filled:
    """What the home holds now: what was archived, what waits for its T0, and a draft."""

    archived: tuple[ReleaseId, ...]
    scheduled: ReleaseId
    draft: ReleaseId
    recipients: dict[str, int]


def operator() -> str:
    """The name of the first operator, made when there is none."""
    return (issuers.first_operator() or issuers.add_person(OPERATOR)).name


def is_empty() -> bool:
    """Whether nothing has been put into this home yet."""
    return not issuers.issuers() and not desk.list_releases(limit=1)


def fill(
    receivers: world.Receivers,
    *,
    scale: int = 1,
    tick: Callable[[str], None] = lambda _: None,
    clock: Clock | None = None,
) -> Filled:
    """Issuers, archive, recipients; of the four main releases one published, one held, one a draft.

    The first main release is left for `main_release`, so that it leaves its embargo before the reader's eyes.
    `tick` is told each step. The archive goes first, while there are no recipients: published, not sent.
    """
    by = operator()
    now = (clock or SystemClock()).now()
    for row in releases.issuers():
        issuers.add_issuer(**row)
    tick(f"{len(releases.issuers())} issuers")
    archived = tuple(_publish_in_archive(sample, by) for sample in _dated(now))
    tick(f"{len(archived)} archived releases")
    recipients = _import_recipients(receivers, scale, tick)
    _, _, held, draft = releases.main_releases()
    scheduled = add_release(held.stories(), by=by, at=Instant(now + timedelta(days=1)))
    _approved(scheduled, held.slug, by=by)
    return Filled(archived, scheduled, add_release(draft.stories(), by=by, at=None), recipients)


def main_release(*, at: Instant, by: str) -> ReleaseId:
    """Locks and approves the first main release for `at`; returns its id."""
    sample = releases.main_releases()[0]
    release = add_release(sample.stories(), by=by, at=at)
    _approved(release, sample.slug, by=by)
    return release


def _approved(release: ReleaseId, slug: str, *, by: str, clock: Clock | None = None) -> VersionId:
    """Locks and approves as a person would; third-party samples too, which no machine may approve.

    Raises Conflict naming the findings when a sample text was spoilt.
    """
    submitted = wire.submit(release, by=by, clock=clock)
    if submitted.blocked:
        found = "; ".join(f"{f.where}: {f.message}" for f in submitted.findings if f.severity == "block")
        raise Conflict(f"the sample release {slug} may not go out: {found}")
    if not submitted.approved:
        desk.approve(release, by=by, clock=clock)
    return submitted.version_id


def page_paths(release: ReleaseId) -> dict[str, str]:
    """Language -> path that the page of each locked edition will have."""
    version = desk.latest_version(release)
    return {edition.language: edition.path for edition in desk.editions(version.version_id)}


def add_release(
    stories: list[Story], *, by: str, at: Instant | None, clock: Clock | None = None
) -> ReleaseId:
    """The draft of a sample release on the circuit its original names."""
    original = stories[0]
    return desk.add_release(
        stories, issuer=original.issuer, circuit=original.circuit or "all", at=at, by=by, clock=clock
    )


def _dated(now: Instant) -> Iterator[releases.Sample]:
    """The archive and, as the newest of it, the second main release; nothing lies in the future."""
    for sample in releases.archive():
        if sample.at is not None and sample.at < now:
            yield sample
    yield replace(releases.main_releases()[1], at=Instant(now - timedelta(hours=20)))


def _publish_in_archive(sample: releases.Sample, by: str) -> ReleaseId:
    """Puts a sample on the wire as of its date, through the same steps as any release."""
    if sample.at is None:
        raise ValueError(f"{sample.slug} has no date")
    before = FixedClock(Instant(sample.at - _LEAD))
    release = add_release(sample.stories(), by=by, at=sample.at, clock=before)
    wire.publish_archived(_approved(release, sample.slug, by=by, clock=before), at=sample.at)
    return release


def _import_recipients(receivers: world.Receivers, scale: int, tick: Callable[[str], None]) -> dict[str, int]:
    kinds: tuple[tuple[Literal["outlet", "journalist", "desktop"], Iterator[dict[str, str]]], ...] = (
        ("outlet", world.outlets(receivers, scale)),
        ("journalist", world.journalists(scale)),
        ("desktop", world.desktops(scale)),
    )
    for kind, rows in kinds:
        result = audience.import_rows(rows, kind)
        tick(f"{result.created:,} {kind}s")
    return dict(audience.export_counts())
