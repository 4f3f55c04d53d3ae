"""What is kept back on somebody's word: an outlet, a circuit, a provider, normal-class mail, all deliveries.

A paused row is not claimed, so it spends no try; what a channel has begun ends. Its own end (`expires_at`,
the channel's horizon) still comes. It is held, so it keeps no release from being settled; once it goes on,
the release is not settled until it has gone. Rows follow the change within half a second, other machines'
too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

import structlog
from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock, from_micros, to_micros
from dateline.core.errors import BadInput
from dateline.dispatch import versions
from dateline.dispatch.models import Pause, PauseChange
from dateline.dispatch.sql import markers, query
from dateline.dispatch.versions import Released
from dateline.plant.db.databases import LEDGER

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

    def keeps_back(self, lock_id: str) -> tuple[str, list[str]]:
        """A condition for rows of this version that wait because of a pause, with its parameters; "" = none
        does.
        """
        if self.everything or lock_id in self.locks:
            return "state <> 'leased'", []
        parts = ["channel = 'mail'"] if lock_id in self.mail_locks else []
        names = sorted(self.recipients)
        if names:
            parts.append(f"recipient_id IN ({markers(names)})")
        return (f"(state <> 'leased' AND ({' OR '.join(parts)}))", names) if parts else ("", [])

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
        row = Pause.objects.filter(kind=kind_, name=name).first()
        if row is None:
            return False
        gone = _paused(row)
        row.delete()
        _note(PauseChange(act="resume", kind=kind_, name=name, by=by, reason=reason, at=at))
        _unsettle(gone)
    log.warning("dispatch.resumed", kind=kind_, name=name, by=by)
    return True


def _unsettle(gone: Paused) -> None:
    """What this pause held back is under way again, so its releases have still to settle."""
    found = versions.released()
    then = stops(found, [gone])
    if gone.kind == "endpoint":
        rows = query(
            """SELECT DISTINCT lock_id FROM dispatch_delivery
            WHERE recipient_id = %s AND person_id IS NULL AND done_at IS NULL""",
            [gone.name],
        )
        locks = {row[0] for row in rows}
    else:
        locks = set(found) if then.everything else set(then.locks | then.mail_locks)
    versions.unsettle(locks)


def paused() -> list[Paused]:
    """Everything that is paused now, by kind and name."""
    return [_paused(row) for row in Pause.objects.order_by("kind", "name")]


def _paused(row: Pause) -> Paused:
    return Paused(cast(PauseKind, row.kind), row.name, row.by, row.reason, from_micros(row.at))


def is_paused(kind: str, name: str = "") -> bool:
    """Whether this very thing is paused."""
    kind_, name = _checked(kind, name)
    return Pause.objects.filter(kind=kind_, name=name).exists()


def pause_history(limit: int = 100) -> list[Change]:
    """The newest pauses and resumptions, newest first."""
    rows = PauseChange.objects.order_by("-id")[:limit]
    return [Change(r.act, r.kind, r.name, r.by, r.reason, from_micros(r.at)) for r in rows]


def stops(released: Mapping[str, Released], found: list[Paused] | None = None) -> Stops:
    """What the pump must leave alone of these versions."""
    found = paused() if found is None else found
    if not found:
        return Stops()
    there = [(v, v.circuit, v.provider) for v in released.values()]
    wide = [one for one in found if one.kind not in {"wire", "endpoint"}]

    def locks(channel: str) -> frozenset[str]:
        return frozenset(
            v.lock_id
            for v, circuit, provider in there
            if any(
                keeps(one, "", channel=channel, rank=v.rank, circuit=circuit, provider=provider)
                for one in wide
            )
        )

    every = locks("")
    return Stops(
        everything=any(one.kind == "wire" for one in found),
        recipients=frozenset(one.name for one in found if one.kind == "endpoint"),
        locks=every,
        mail_locks=locks("mail") - every,
    )


def concerning(recipient: str, *, channel: str, rank: int, circuit: str, provider: str) -> Paused | None:
    """The pause that keeps such a delivery back, if any."""
    return next(
        (
            one
            for one in paused()
            if keeps(one, recipient, channel=channel, rank=rank, circuit=circuit, provider=provider)
        ),
        None,
    )


def keeps(one: Paused, recipient: str, *, channel: str, rank: int, circuit: str, provider: str) -> bool:
    """Whether a pause keeps such a delivery back: the rule that all others here are made of.

    A kill passes the pauses of circuit and provider: what they sent must be stoppable.
    """
    if one.kind == "circuit":
        return one.name == circuit and rank != _KILL_RANK
    if one.kind == "provider":
        return bool(provider) and one.name == provider and rank != _KILL_RANK
    if one.kind == "mail-normal":
        return channel == "mail" and rank == _NORMAL_RANK
    return one.kind == "wire" or one.name == recipient


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
