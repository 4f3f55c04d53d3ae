"""What is kept back on somebody's word: an outlet, a circuit, a provider, normal-class mail, all deliveries.

A paused row is not claimed, so it spends no try; what a channel has begun ends. Its own end (`expires_at`,
the channel's horizon) still comes. Rows follow the change within half a second, other machines' too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

import structlog
from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock, from_micros, to_micros
from dateline.core.errors import BadInput
from dateline.dispatch.models import Pause, PauseChange
from dateline.plant.db.databases import LEDGER

if TYPE_CHECKING:
    from dateline.dispatch.versions import Released

log = structlog.get_logger("dispatch")

PauseKind = Literal["endpoint", "circuit", "provider", "wire", "mail-normal"]
"""`endpoint` names the outlet's recipient id; `wire` and `mail-normal` need no name."""

KINDS: Final = get_args(PauseKind)
NAMELESS: Final = frozenset({"wire", "mail-normal"})
ALL: Final = "all"
HOLD: Final = "hold"
"""The pause of the wire that the wide hold brings along; it ends with the hold, not by `resume`."""

_NORMAL_RANK: Final = 4
_KILL_RANK: Final = 0


@dataclass(frozen=True, slots=True)
class Paused:
    """One thing that is paused, by whom, why and since when."""

    kind: PauseKind
    name: str
    by: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history of pauses: `act` is pause or resume."""

    act: str
    kind: str
    name: str
    by: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Stops:
    """What the pump leaves alone. `recipients` are outlets; `locks` versions, `mail_locks` those by mail
    only.
    """

    everything: bool = False
    recipients: frozenset[str] = frozenset()
    locks: frozenset[str] = frozenset()
    mail_locks: frozenset[str] = frozenset()

    def locks_of(self, channel: str) -> frozenset[str]:
        """Versions that this channel leaves alone."""
        return self.locks | self.mail_locks if channel == "mail" else self.locks

    def stop(self, channel: str, lock_id: str, recipient: str) -> bool:
        """Whether this delivery waits."""
        return self.everything or recipient in self.recipients or lock_id in self.locks_of(channel)


def pause(kind: str, name: str = "", *, by: str, reason: str, clock: Clock | None = None) -> bool:
    """Keeps it back from now on; False when it was paused already (who paused first stands).

    Raises BadInput for an unknown kind, a missing name, person or reason.
    """
    kind_, name = _checked(kind, name)
    _must(by, "by", "a pause needs the name of a person")
    _must(reason, "reason", "a pause needs a word of reason")
    at = to_micros((clock or SystemClock()).now())
    with transaction.atomic(using=LEDGER):
        row, new = Pause.objects.get_or_create(
            kind=kind_, name=name, defaults={"by": by[:80], "reason": reason[:300], "at": at}
        )
        if new:
            _note(PauseChange(act="pause", kind=row.kind, name=row.name, by=by, reason=reason, at=at))
    if new:
        log.warning("dispatch.paused", kind=kind_, name=name, by=by)
    return new


def resume(kind: str, name: str = "", *, by: str, reason: str = "", clock: Clock | None = None) -> bool:
    """Lets it go on; False when it was not paused. Raises BadInput as `pause` does."""
    kind_, name = _checked(kind, name)
    _must(by, "by", "resuming needs the name of a person")
    at = to_micros((clock or SystemClock()).now())
    with transaction.atomic(using=LEDGER):
        gone, _ = Pause.objects.filter(kind=kind_, name=name).delete()
        if gone:
            _note(PauseChange(act="resume", kind=kind_, name=name, by=by, reason=reason, at=at))
    if gone:
        log.warning("dispatch.resumed", kind=kind_, name=name, by=by)
    return bool(gone)


def paused() -> list[Paused]:
    """Everything that is paused now, by kind and name."""
    return [
        Paused(cast(PauseKind, row.kind), row.name, row.by, row.reason, from_micros(row.at))
        for row in Pause.objects.order_by("kind", "name")
    ]


def is_paused(kind: str, name: str = "") -> bool:
    """Whether this very thing is paused."""
    kind_, name = _checked(kind, name)
    return Pause.objects.filter(kind=kind_, name=name).exists()


def pause_history(limit: int = 100) -> list[Change]:
    """The newest pauses and resumptions, newest first."""
    rows = PauseChange.objects.order_by("-id")[:limit]
    return [Change(r.act, r.kind, r.name, r.by, r.reason, from_micros(r.at)) for r in rows]


def stops(released: "Mapping[str, Released]", found: list[Paused] | None = None) -> Stops:
    """What the pump must leave alone of these versions.

    A kill passes the pauses of circuit and provider: what they sent must be stoppable.
    """
    found = paused() if found is None else found
    if not found:
        return Stops()
    named = {(one.kind, one.name) for one in found}
    normal = ("mail-normal", ALL) in named
    return Stops(
        everything=any(one.kind == "wire" for one in found),
        recipients=frozenset(one.name for one in found if one.kind == "endpoint"),
        locks=frozenset(v.lock_id for v in released.values() if v.rank != _KILL_RANK and _named(v, named)),
        mail_locks=frozenset(v.lock_id for v in released.values() if normal and v.rank == _NORMAL_RANK),
    )


def concerning(recipient: str, *, channel: str, rank: int, circuit: str, provider: str) -> Paused | None:
    """The pause that keeps such a delivery back, if any."""
    wanted = {("wire", ALL), ("wire", HOLD), ("endpoint", recipient)}
    if rank != _KILL_RANK:
        wanted |= {("circuit", circuit), ("provider", provider)}
    if rank == _NORMAL_RANK and channel == "mail":
        wanted.add(("mail-normal", ALL))
    return next((one for one in paused() if (one.kind, one.name) in wanted), None)


def _named(version: "Released", named: set[tuple[PauseKind, str]]) -> bool:
    return ("circuit", version.circuit) in named or (
        bool(version.provider) and ("provider", version.provider) in named
    )


def _checked(kind: str, name: str) -> tuple[PauseKind, str]:
    if kind not in KINDS:
        raise BadInput(f"'{kind}' cannot be paused; choose one of {', '.join(KINDS)}", where="kind")
    if kind in NAMELESS:
        return cast(PauseKind, kind), name if kind == "wire" and name == HOLD else ALL
    _must(name, "name", f"which {kind}? Name one")
    return cast(PauseKind, kind), name


def _must(value: str, where: str, remedy: str) -> None:
    if not value.strip():
        raise BadInput(remedy, where=where)


def _note(change: PauseChange) -> None:
    change.by, change.reason = change.by[:80], change.reason[:300]
    change.save(force_insert=True)
