"""From leased rows to tasks: where each goes now, what it carries, and which of them may not go at all, or
not yet.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from dateline.core.ids import RecipientId
from dateline.core.keyed import keyed_sha256
from dateline.core.languages import Language
from dateline.core.words import OpenedParcel, Task
from dateline.dispatch import digests, letters, rules, statements
from dateline.dispatch.outcomes import refusal
from dateline.dispatch.parcels import COMES_BACK, Opener, Unrenderable
from dateline.dispatch.statements import Claimed, HandBack
from dateline.dispatch.upstream import Addressed
from dateline.dispatch.versions import Released
from dateline.plant.settings import get_settings

log = structlog.get_logger("dispatch")

_OUTSIDE_HOURS: Final = "outside their hours"
_FAILED_S: Final = 5
_AHEAD_OF_CLASS: Final = 1  # ranks up to this one ignore caps and digests (corrections, kills, withdrawals)


class Entry(NamedTuple):
    """A claimed row with its task. `day` is set where the mail counts against the person's day."""

    row: Claimed
    task: Task
    rank: int
    day: str = ""
    cap: int = 0
    morning: int = 0
    locks: frozenset[str] = frozenset()
    """Of a digest: the versions it lists."""


@dataclass(slots=True)
class Sorted:
    """What a batch of claims came to."""

    ready: list[Entry] = field(default_factory=list)
    refused: list[tuple[Claimed, str]] = field(default_factory=list)
    suppressed: list[tuple[Claimed, str]] = field(default_factory=list)
    held: list[tuple[Claimed, str, int]] = field(default_factory=list)
    """Row, reason, when it goes."""
    superseded: list[Claimed] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    """Rows that a digest does not list, because a newer version took their place."""
    emptied: list[Claimed] = field(default_factory=list)
    """Digests of which nothing is left."""
    failed: list[Claimed] = field(default_factory=list)
    """Looked at again in five seconds: a fault of our own, which the log tells of."""

    def add(self, other: "Sorted") -> None:
        """Takes over what another batch came to."""
        for part in fields(self):
            getattr(self, part.name).extend(getattr(other, part.name))


def address(rows: Sequence[Claimed], released: Mapping[str, Released], opener: Opener, *, now: int) -> Sorted:
    """Sorts a batch. One set of audience queries per release in it; parcels come opened from the
    kept ones.
    """
    out = Sorted()
    by_lock: dict[str, list[Claimed]] = defaultdict(list)
    of_the_house: dict[str, list[Claimed]] = defaultdict(list)
    for row in rows:
        if row.format in _OF_THE_HOUSE:
            of_the_house[row.format].append(row)
            continue
        version = released.get(row.lock_id)
        if version is None or version.superseded:
            out.superseded.append(row)
        else:
            by_lock[row.lock_id].append(row)
    for lock_id, mine in by_lock.items():
        of_version = partial(_of_version, mine, released[lock_id], opener, now)
        out.add(_apart(mine, of_version))
    for kind, mine in of_the_house.items():
        out.add(_apart(mine, partial(_OF_THE_HOUSE[kind], mine, opener)))
    return out


def _apart(rows: Sequence[Claimed], sort: Callable[[Sorted], None]) -> Sorted:
    """What these come to by themselves: whatever fails with one version holds up no other (I6). Not so when
    the database or the vault is away, which fails with all of them.
    """
    out = Sorted()
    try:
        sort(out)
    except COMES_BACK:
        raise
    except Exception:
        log.exception(
            "dispatch.address_failed", channel=rows[0].channel, rows=len(rows), retry_in_s=_FAILED_S
        )
        return Sorted(failed=list(rows))
    return out


def _of_version(rows: Sequence[Claimed], version: Released, opener: Opener, now: int, out: Sorted) -> None:
    _OfVersion(version, opener, now, out).sort(rows)


_OF_THE_HOUSE: Final = {digests.FORMAT: digests.address, letters.FORMAT: letters.address}
"""Mail that is no release: what each kind is sorted by."""


@dataclass(slots=True)
class _OfVersion:
    """Sorts the rows of one version."""

    version: Released
    opener: Opener
    now: int
    out: Sorted
    _parcels: dict[tuple[str, str], OpenedParcel | str] = field(default_factory=dict)
    _days: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _unseen: set[int] = field(default_factory=set)
    """Claimed before, and never looked at: as if for the first time."""

    def sort(self, rows: Sequence[Claimed]) -> None:
        again = [row.id for row in rows if row.fence != 1 and not (row.attempts or row.losses)]
        self._unseen = statements.never_looked_at(again)
        found = self.opener.upstream.addressed(
            [(RecipientId(row.recipient_id), Language(row.language)) for row in rows],
            sectors=self.opener.sectors(self.version.lock_id, rows[0].language),
        )
        for row in rows:
            to = found.get((RecipientId(row.recipient_id), Language(row.language)))
            if to is None:
                self.out.refused.append((row, "no address on record any more"))
            elif to.suppressed:
                self.out.suppressed.append((row, to.suppressed))
            elif to.paused and row.person_id and self.version.rank > _AHEAD_OF_CLASS:
                self.out.suppressed.append((row, "paused by the recipient"))
            else:
                self._carry(row, to)

    def _carry(self, row: Claimed, to: Addressed) -> None:
        key = (row.language, row.format)
        parcel = self._parcels.get(key)
        if parcel is None:
            parcel = self._parcels[key] = self._parcel(row)
        if isinstance(parcel, str):
            self.out.refused.append((row, parcel))
            return
        task = Task(row.id, row.fence, message_id(row.channel, row.id), to.endpoint, parcel, to.personal)
        counted = row.channel == "mail" and row.person_id and self.version.rank > _AHEAD_OF_CLASS
        # What was held has waited its turn, unless for their hours; what was tried has gone past all this.
        waited = row.held and not row.held.startswith(_OUTSIDE_HOURS)
        if not counted or waited or row.attempts or row.losses:
            self.out.ready.append(Entry(row, task, self.version.rank))
        else:
            self._count(row, task, to)

    def _count(self, row: Claimed, task: Task, to: Addressed) -> None:
        day, morning = self._day(to.timezone, to.digest_at)
        if to.mode == "digest":
            self.out.held.append((row, "asked for one digest a day", morning))
            return
        if to.hours and (opens := rules.opens_at(self.now, to.timezone, to.hours)) is not None:
            self.out.held.append((row, f"{_OUTSIDE_HOURS} {to.hours}", opens))
            return
        if row.fence != 1 and row.id not in self._unseen:
            # Claimed before, counted then and never tried: its worker ended, or its channel gave it back.
            self.out.ready.append(Entry(row, task, self.version.rank))
            return
        cap = to.cap or get_settings().mail_day_cap
        self.out.ready.append(Entry(row, task, self.version.rank, day, cap, morning))

    def _day(self, timezone: str, digest_at: str) -> tuple[str, int]:
        """The person's day, and when their next digest goes."""
        found = self._days.get((timezone, digest_at))
        if found is None:
            day, due = rules.local_day(self.now, timezone), rules.next_morning(self.now, timezone, digest_at)
            found = self._days[timezone, digest_at] = (day, due)
        return found

    def _parcel(self, row: Claimed) -> OpenedParcel | str:
        """The parcel, or why there is none."""
        version = self.version
        try:
            return self.opener.open(version, row.channel, row.language, row.format)
        except Unrenderable as error:
            log.warning(
                "dispatch.unrenderable", release=version.release, format=row.format, language=row.language
            )
            return str(error)


def message_id(channel: str, delivery: int) -> str:
    """The same for every repeat of a delivery (I5), and not to be guessed from another one."""
    settings = get_settings()
    digest = keyed_sha256(_message_key(settings.home), str(delivery).encode()).hex()
    if channel == "mail":
        return f"<{digest[:32]}@{settings.mail_from.partition('@')[2]}>"
    return f"msg_{digest[:32]}"


@lru_cache(maxsize=4)
def _message_key(home: Path) -> bytes:
    return get_settings().secret("message-id")


def settle(batch: Sorted, *, owner: str, now: int, horizon_s: int) -> list[Entry]:
    """Writes what will not go, or not now; counts the day's mails. Runs in one transaction; returns what
    goes.

    Held mail has `horizon_s` from the hour it is due, because its release's own horizon may be over by then.
    """
    ready = _within_caps(batch)
    back = [HandBack(row.id, row.fence, "waiting", "", row.held, None, None) for row, _ in batch.suppressed]
    back += [
        HandBack(row.id, row.fence, "waiting", "", row.held, _again(row, now), None)
        for row in batch.superseded
    ]
    back += [
        HandBack(
            row.id,
            row.fence,
            "waiting",
            "",
            why[:120],
            due,
            due + horizon_s * rules.SECOND,
            gather=0 if why.startswith(_OUTSIDE_HOURS) else 1,
        )
        for row, why, due in batch.held
    ]
    back += [HandBack(row.id, row.fence, "waiting", "", row.held, None, None) for row in batch.emptied]
    back += [
        HandBack(
            row.id,
            row.fence,
            "waiting" if row.losses or row.held else "deferred",
            "a fault of our own; the log has more",
            row.held,
            now + _FAILED_S * rules.SECOND,
            None,
        )
        for row in batch.failed
    ]
    mine = statements.hand_back(back, owner=owner)
    for row, why in batch.suppressed:
        if row.id in mine:
            statements.finish([row.id], "suppressed", why[:400], now=now)
    empty = [row.id for row in batch.emptied if row.id in mine]
    statements.finish(empty, "cancelled", "nothing of it is news any more", now=now)
    statements.cancel_superseded(batch.left_out, now=now)
    statements.cancel_superseded([row.id for row in batch.superseded if row.id in mine], now=now)
    statements.record([refusal(row, why, now=now) for row, why in batch.refused], owner=owner)
    return ready


def _again(row: Claimed, now: int) -> int | None:
    """A row of a version the pump has not met yet comes back in a second; one claimed for the first time
    stays first.
    """
    return None if row.fence == 1 and not row.held else now + rules.SECOND


def _within_caps(batch: Sorted) -> list[Entry]:
    """Those that fit into their person's day; the rest are held and do not count."""
    counted: Counter[tuple[str, str]] = Counter((e.row.person_id or "", e.day) for e in batch.ready if e.day)
    if not counted:
        return batch.ready
    # In one order for all workers, so that two of them never wait for each other.
    sums = statements.count_mails([(person, day, count) for (person, day), count in sorted(counted.items())])
    room = {key: sums[key] - count for key, count in counted.items()}
    ready, over = [], []
    for entry in batch.ready:
        key = (entry.row.person_id or "", entry.day)
        if entry.day:
            room[key] += 1
            if room[key] > entry.cap:
                batch.held.append((entry.row, f"over the cap of {entry.cap} mails a day", entry.morning))
                over.append(key)
                continue
        ready.append(entry)
    statements.uncount_mails(over)
    return ready
