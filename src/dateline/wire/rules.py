"""Decisions of the instant as pure functions: when a hold lifts, in which order, what a list finds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal, Protocol, TypeVar

from dateline.core.clock import Instant
from dateline.core.sectors import ancestors
from dateline.core.words import Edition, ReleaseClass, VersionKind, retitled

HoldState = Literal["held", "overdue", "lifted", "withdrawn"]
PublicState = Literal["released", "corrected", "killed", "withdrawn"]
Verdict = Literal["wait", "lift", "overdue"]

HOLD_MOVES: Final[Mapping[HoldState, frozenset[HoldState]]] = {
    "held": frozenset({"lifted", "withdrawn", "overdue"}),
    "overdue": frozenset({"held", "withdrawn"}),
    "lifted": frozenset(),
    "withdrawn": frozenset(),
}
STATE_OF: Final[Mapping[VersionKind, PublicState]] = {
    "release": "released",
    "late-edition": "released",
    "correction": "corrected",
    "kill": "killed",
    "withdrawal": "withdrawn",
}
# News that missed its instant waits for a person; what mends or stops news already out never does.
_MAY_BE_OVERDUE: Final[frozenset[VersionKind]] = frozenset({"release", "late-edition"})
_RANK: Final[Mapping[ReleaseClass, int]] = {"regulated": 1, "priority": 2, "normal": 3}
_SLEW = 0.001
_CORRECTION_S = 5.0


def due_of(due_at: Instant | None, approved_at: Instant) -> Instant:
    """When an approved version is due: its T0, or its approval when that came later or nothing was chosen."""
    return approved_at if due_at is None else max(due_at, approved_at)


def rank_of(kind: VersionKind, release_class: ReleaseClass) -> int:
    """Who goes first among holds due at one moment: kills (I7), then by class (T11)."""
    return 0 if kind == "kill" else _RANK[release_class]


def verdict(
    kind: VersionKind, due_at: Instant, now: Instant, *, late_limit_s: int, forced: bool = False
) -> Verdict:
    """What the clock does with a hold at `now`. Never `lift` before `due_at` (I2)."""
    if now < due_at:
        return "wait"
    late = now - due_at > timedelta(seconds=late_limit_s)
    return "overdue" if late and not forced and kind in _MAY_BE_OVERDUE else "lift"


class Due(Protocol):
    """What ordering needs of a hold."""

    @property
    def due_at(self) -> Instant: ...
    @property
    def rank(self) -> int: ...


AnyDue = TypeVar("AnyDue", bound=Due)


def in_order(holds: Iterable[AnyDue], random: Random) -> list[AnyDue]:
    """Kills first, then the earlier T0, the class, and chance within a class (I12, T12)."""
    return sorted(holds, key=lambda h: (h.rank != 0, h.due_at, h.rank, random.random()))


@dataclass(frozen=True, slots=True)
class SteadyTime:
    """A second opinion on the time, for the wall clock may jump: it moves with the monotonic clock.

    It follows corrections of up to 5 s, such as NTP makes, by at most 1 ms a second, and no jump beyond that.
    A hold lifts when both say that T0 has come, so a clock set forward opens nothing, and one set back makes
    holds wait. Starting the clock process anew takes the wall clock as it then is.
    """

    wall: Instant
    ticks: float

    def at(self, ticks: float) -> Instant:
        """The steady time at a reading of the monotonic clock (seconds)."""
        return Instant(self.wall + timedelta(seconds=ticks - self.ticks))

    def trusted(self, wall: Instant, ticks: float) -> Instant:
        """The earlier of both clocks."""
        return min(wall, self.at(ticks))

    def disagreement_s(self, wall: Instant, ticks: float) -> float:
        """How far the wall clock is ahead of the steady time, in seconds; negative when it was set back."""
        return (wall - self.at(ticks)).total_seconds()

    def observed(self, wall: Instant, ticks: float) -> "SteadyTime":
        """The same after a pair of readings."""
        apart = self.disagreement_s(wall, ticks)
        most = max(0.0, ticks - self.ticks) * _SLEW if abs(apart) <= _CORRECTION_S else 0.0
        step = min(most, max(-most, apart))
        return SteadyTime(Instant(self.at(ticks) + timedelta(seconds=step)), ticks)


def facets_of(edition: Edition, first_at: Instant) -> Iterator[str]:
    """The lists an edition belongs to, each once. The day is that of its first publication, UTC."""
    sectors = {broader for sector in edition.sectors for broader in ancestors(sector)}
    yield from (f"sector:{sector}" for sector in sorted(sectors))
    yield from (f"country:{country}" for country in sorted(set(edition.countries)))
    yield f"issuer:{edition.issuer.slug}"
    yield f"day:{first_at:%Y-%m-%d}"


def facets_asked(
    *, day: date | None, issuer: str | None, country: str | None, sector: str | None
) -> tuple[str, ...]:
    """The facets that a list must have, the one with the fewest rows first."""
    asked = (("day", day), ("issuer", issuer), ("country", country), ("sector", sector))
    return tuple(f"{name}:{value}" for name, value in asked if value is not None)


def search_parts(edition: Edition) -> Iterator[str]:
    """The texts by which an edition is found; a phrase is found within one of them."""
    yield from (edition.headline, edition.subhead, edition.issuer.name, edition.byline, edition.on_behalf_of)
    yield edition.dateline.place if edition.dateline else ""
    yield from (*edition.keywords, *edition.tickers)
    for block in (*edition.blocks, *edition.boilerplate):
        yield from (block.text, block.attribution)


def ordered_languages(original: str, languages: Sequence[str]) -> tuple[str, ...]:
    """Each language once, the original first, the others as they became public."""
    unique = dict.fromkeys(languages)
    return tuple(sorted(unique, key=lambda language: language != original))


def bare(edition: Edition, *, headline: str, reason: str) -> Edition:
    """What may be kept of a killed edition: who, where and why, none of its words."""
    return retitled(
        edition,
        headline=headline,
        reason=reason,
        subhead="",
        byline="",
        dateline=None,
        blocks=(),
        boilerplate=(),
        contacts=(),
        media=(),
        disclaimer="",
        keywords=(),
    )
