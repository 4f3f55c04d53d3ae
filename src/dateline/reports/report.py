"""Adds up what happened to a release, from hold, log and ledger; measured facts only (T31)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dateline.audience import services as audience
from dateline.core.clock import Instant
from dateline.core.words import page_path
from dateline.desk import services as desk
from dateline.dispatch import services as dispatch
from dateline.plant.settings import get_settings
from dateline.reports.current import current_version
from dateline.reports.state import state_of
from dateline.wire import services as wire

States = Mapping[str, int]
FAILED = ("refused", "expired", "uncertain")


@dataclass(frozen=True, slots=True)
class Lift:
    """When the release was due and when it was committed. `late_ms` is never negative: nothing lifts early
    (I2).
    """

    due: Instant | None = None
    at: Instant | None = None

    @property
    def late_ms(self) -> float | None:
        if self.due is None or self.at is None:
            return None
        return round((self.at - self.due).total_seconds() * 1000, 3)


@dataclass(frozen=True, slots=True)
class Failure:
    """One delivery that did not arrive, with the server's words."""

    recipient: str
    name: str
    kind: str
    channel: str
    state: str
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Deliveries accepted over a channel up to `ms` after the lift."""

    channel: str
    ms: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to the current version of a release. States are those of the ledger."""

    release: str
    version: int
    state: str
    url: str
    headline: str
    manifest_hash: str
    manifest_counts: States
    lift: Lift
    deliveries: States
    by_channel: Mapping[str, States]
    by_country: Mapping[str, States]
    by_language: Mapping[str, States]
    by_kind: Mapping[str, States]
    skew_ms: Mapping[str, float]
    first_last: Mapping[str, tuple[Instant, Instant]]
    failures: tuple[Failure, ...]
    curve: tuple[CurvePoint, ...]
    languages: tuple[str, ...]
    settled: bool
    unprepared: bool = False


def report(release: str, *, failures: int = 1000) -> Report:
    """The report on the newest version. Raises NotFound for an unknown release."""
    version = current_version(release)
    card = desk.show(release)
    hold = wire.hold(version.version_id)
    cells = list(dispatch.breakdown(version.version_id))
    first_last = dispatch.first_last(version.version_id)
    public = wire.public_languages(release)
    return Report(
        release=release,
        version=version.number,
        state=state_of(card, version, hold),
        url=get_settings().site_url + page_path(card.original_language, card.slug, release),
        headline=_headline(release, card.original_language),
        manifest_hash=version.manifest_hash,
        manifest_counts=dict(version.counts),
        lift=Lift(hold.due_at, hold.lifted_at) if hold else Lift(),
        deliveries=_sum((c.state, c.count) for c in cells),
        by_channel=_group((c.channel, c.state, c.count) for c in cells),
        by_country=_group((c.country, c.state, c.count) for c in cells),
        by_language=_group((c.language, c.state, c.count) for c in cells),
        by_kind=_group((c.kind, c.state, c.count) for c in cells),
        skew_ms={
            k: round((last - first).total_seconds() * 1000, 1) for k, (first, last) in first_last.items()
        },
        first_last=first_last,
        failures=_failures(version.version_id, failures),
        curve=tuple(CurvePoint(p.channel, p.ms, p.accepted) for p in dispatch.curve(version.version_id)),
        languages=tuple(public),
        settled=dispatch.is_settled(version.version_id),
        unprepared=dispatch.was_unprepared(version.version_id),
    )


def _headline(release: str, language: str) -> str:
    """The headline once it is public; before T0 a report shows none."""
    found = wire.public_edition(release, language)
    return found.edition.headline if found else ""


def _failures(version_id: str, limit: int) -> tuple[Failure, ...]:
    rows = list(dispatch.failures(version_id, limit=limit))
    names = audience.names([row.recipient for row in rows])
    return tuple(
        Failure(
            row.recipient, names.get(row.recipient, ""), row.kind, row.channel, row.state, row.code, row.text
        )
        for row in rows
    )


def _sum(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for state, count in pairs:
        total[state] += count
    return dict(sorted(total.items()))


def _group(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, state, count in rows:
        groups[key].append((state, count))
    return {key: _sum(pairs) for key, pairs in sorted(groups.items())}
