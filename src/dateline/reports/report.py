"""Adds up what happened to a release, from hold, log and ledger; measured facts only (T31)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dateline.audience import services as audience
from dateline.core.clock import Instant
from dateline.core.rounding import PERSON, Shown, exact
from dateline.core.words import page_path
from dateline.desk import services as desk
from dateline.dispatch import services as dispatch
from dateline.plant.settings import get_settings
from dateline.reports.acknowledging import Pickup, Redistribution, pickups, redistributions
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
    returned: dispatch.Returns = field(default_factory=dispatch.Returns)
    """Facts from after acceptance: those deliveries stay accepted."""
    notices: tuple[dispatch.Notice, ...] = ()
    """Every correction, kill and withdrawal of the release, with who has acknowledged it."""
    pickups: tuple[Pickup, ...] = ()
    redistributed: tuple[Redistribution, ...] = ()
    """What terminal vendors say that they passed on: their counts, not ours."""
    paused: tuple[dispatch.KeptBack, ...] = ()
    """What waits because something is paused, and so counts as settled: a line for each pause and kind."""
    paused_names: Mapping[str, str] = field(default_factory=dict)
    """Names of the outlets among `paused`, by the id under which a pause knows them."""


def report(release: str, *, failures: int = 1000, shown: Shown = exact) -> Report:
    """The report on the newest version, people counted as `shown`. Raises NotFound for an unknown release."""
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
        manifest_counts={k: shown(n) if k == "journalists" else n for k, n in version.counts.items()},
        lift=Lift(hold.due_at, hold.lifted_at) if hold else Lift(),
        deliveries=tallies(cells, lambda _: "all", shown).get("all", {}),
        by_channel=tallies(cells, lambda c: c.channel, shown),
        by_country=tallies(cells, lambda c: c.country, shown),
        by_language=tallies(cells, lambda c: c.language, shown),
        by_kind=tallies(cells, lambda c: c.kind, shown),
        skew_ms={
            k: round((last - first).total_seconds() * 1000, 1) for k, (first, last) in first_last.items()
        },
        first_last=first_last,
        failures=_failures(version.version_id, failures),
        curve=_curve(version.version_id, {c.channel for c in cells if c.kind == PERSON}, shown),
        languages=tuple(public),
        settled=dispatch.is_settled(version.version_id),
        unprepared=dispatch.was_unprepared(version.version_id),
        returned=_returned(version.version_id, shown),
        notices=tuple(dispatch.notices(release)),
        pickups=pickups(release),
        redistributed=redistributions(release),
        paused=(kept := _kept_back(version.version_id, shown)),
        paused_names=audience.names([one.pause.name for one in kept if one.pause.kind == "endpoint"]),
    )


def _kept_back(version_id: str, shown: Shown) -> tuple[dispatch.KeptBack, ...]:
    return tuple(
        replace(one, count=shown(one.count)) if one.kind == PERSON else one
        for one in dispatch.kept_back(version_id)
    )


def _returned(version_id: str, shown: Shown) -> dispatch.Returns:
    """Bounces are people's (and a few outlets'), so they are counted as people are (I15)."""
    found = dispatch.returned(version_id)
    return dispatch.Returns(shown(found.bounces), shown(found.complaints))


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


def _curve(version_id: str, with_people: set[str], shown: Shown) -> tuple[CurvePoint, ...]:
    return tuple(
        CurvePoint(
            point.channel, point.ms, shown(point.accepted) if point.channel in with_people else point.accepted
        )
        for point in dispatch.curve(version_id)
    )


def tallies(
    cells: Iterable[dispatch.Cell], key: Callable[[dispatch.Cell], str], shown: Shown
) -> dict[str, dict[str, int]]:
    """Deliveries by `key` and state, both in order of name; people enter each sum as `shown`."""
    outlets: Counter[tuple[str, str]] = Counter()
    people: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        (people if cell.kind == PERSON else outlets)[key(cell), cell.state] += cell.count
    groups: dict[str, dict[str, int]] = {}
    for group, state in sorted({*outlets, *people}):
        groups.setdefault(group, {})[state] = outlets[group, state] + shown(people[group, state])
    return groups
