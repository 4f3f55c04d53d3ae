"""Digests: what was held for one, or over the cap, goes out as one mail a person, at their hour.

A digest is a row of the ledger of its own (`statements.digests`): one Message-ID over every repeat (I5), and
whoever has it listed a release gets its kill (`received`). Gathered, addressed and closed in batches.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dateline.core.clock import from_micros
from dateline.core.errors import DatelineError, Unavailable
from dateline.core.ids import RecipientId, ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.phrases import phrase
from dateline.core.words import OpenedParcel, Task
from dateline.dispatch.leading import DIGESTS, Turn
from dateline.dispatch.pauses import Stops
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import Claimed, digests
from dateline.dispatch.statements.digests import Carrier, Item, Waiting
from dateline.formats.digest import DigestItem, digest_document, digest_item
from dateline.formats.json_ import dump_json
from dateline.plant.settings import get_settings

if TYPE_CHECKING:
    from dateline.dispatch.addressing import Sorted
    from dateline.dispatch.parcels import Opener
    from dateline.dispatch.upstream import Addressed

FORMAT: Final = "digest"
HORIZON_S: Final = 86_400
_ROWS_AT_ONCE: Final = 1000
_RANK: Final = 4  # of normal news: it gives way to all that cannot wait
_NOTHING: Final = Stops()
_LOOK_AGAIN_S: Final = 60  # at everything, should a row have come with a due time of the past
_OVERLAP_S: Final = 10  # between two looks: a row may be committed a moment after its due time
_shuffle: Final = random.SystemRandom().shuffle  # nobody is first by arrangement (I12)


def gather(*, now: int, stops: Stops = _NOTHING) -> int:
    """Makes the carriers of people whose digest is due and ties their rows to them. Returns how many people;
    0 = nothing more is due. In one transaction: a carrier never goes with half of its rows.

    What is paused stays behind, for a later digest of that person or until its own end.
    """
    paused = stops.locks_of("mail")
    people = [] if stops.everything else digests.people_due(now=now, limit=_ROWS_AT_ONCE, but_locks=paused)
    if not people:
        return 0
    by_person: dict[str, list[Waiting]] = defaultdict(list)
    for row in digests.waiting_of(people, but_locks=paused):
        by_person[row.person_id].append(row)
    ends = now + HORIZON_S * SECOND
    carriers = [_carrier(rows, min(row.due_at for row in rows), now, ends) for rows in by_person.values()]
    _shuffle(carriers)
    made = digests.add_carriers(carriers)
    # The carrier of that hour is there already when rows came after it had gone: these get one of their own.
    late = [c._replace(version_id=f"digest:{now}") for c in carriers if c.recipient_id not in made]
    made |= digests.add_carriers(late)
    ties = [
        (row.id, made[rows[0].recipient_id])
        for rows in by_person.values()
        if rows[0].recipient_id in made
        for row in rows
    ]
    for start in range(0, len(ties), _ROWS_AT_ONCE):
        digests.tie(ties[start : start + _ROWS_AT_ONCE], expires_at=ends)
    return len(made)


@dataclass
class Gathering:
    """Whose turn it is to gather and close digests, and whether there is anything to do. For one thread."""

    turn: Turn = field(default_factory=lambda: Turn(DIGESTS))
    _looked_at: int = 0
    """Up to when everything due was looked at; 0 = nothing was, under what is paused now."""
    _again_at: int = 0
    _stops: Stops = _NOTHING

    def step(self, *, now: int, stops: Stops = _NOTHING) -> bool:
        """Does what is due, a batch of it, in the caller's transaction. True when there may be more.

        Where nothing became due since the last look, and no digest ended, this costs two looks at an index:
        what stays behind a pause is not read again and again.
        """
        if not self.turn.mine():
            self._looked_at = 0
            return False
        if stops != self._stops or now >= self._again_at:
            self._stops, self._looked_at, self._again_at = stops, 0, now + _LOOK_AGAIN_S * SECOND
        if not self._looked_at or digests.any_due(now=now, after=self._looked_at - _OVERLAP_S * SECOND):
            if gather(now=now, stops=stops):
                return True
            self._looked_at = now
        return digests.close() > 0


def _carrier(rows: Sequence[Waiting], due: int, now: int, ends: int) -> Carrier:
    newest = rows[-1]
    return Carrier(
        version_id=f"digest:{due}",
        lock_id=digests.LOCK,
        language=newest.language,
        recipient_id=newest.recipient_id,
        channel="mail",
        person_id=newest.person_id,
        endpoint_id=newest.endpoint_id,
        domain=newest.domain,
        country=newest.country,
        kind=FORMAT,
        format=FORMAT,
        due_at=now,
        expires_at=ends,
    )


def address(rows: Sequence[Claimed], opener: "Opener", out: "Sorted") -> None:
    """Sorts claimed carriers: each becomes one mail of what is still news, or ends with what it carries."""
    found = opener.upstream.addressed(
        [(RecipientId(row.recipient_id), Language(row.language)) for row in rows], sectors=()
    )
    carried: dict[int, list[Item]] = defaultdict(list)
    for item in digests.items([row.id for row in rows]):
        if item.superseded:
            out.left_out.append(item.id)
        else:
            carried[item.carrier].append(item)
    for row in rows:
        to = found.get((RecipientId(row.recipient_id), Language(row.language)))
        if to is None:
            out.refused.append((row, "no address on record any more"))
        elif to.suppressed or to.paused:
            out.suppressed.append((row, to.suppressed or "paused by the recipient"))
        elif not carried[row.id]:
            out.emptied.append(row)
        else:
            _carry(row, to, carried[row.id], opener, out)


def _carry(row: Claimed, to: "Addressed", carried: Sequence[Item], opener: "Opener", out: "Sorted") -> None:
    from dateline.dispatch.addressing import Entry, message_id

    language = to.own_language or row.language
    listed = tuple((item.lock_id, item.language) for item in carried)
    try:
        parcel = opener.shelf.get(
            (row.version_id, language, listed), lambda: _parcel(row, language, listed, opener)
        )
    except Unavailable:
        raise  # the vault comes back, and the digest with it
    except DatelineError as error:
        out.refused.append((row, str(error)))
        return
    why = phrase("mail.reason.digest", language)
    task = Task(
        row.id,
        row.fence,
        message_id(row.channel, row.id),
        to.endpoint,
        parcel,
        {**to.personal, "why": why},
    )
    locks = frozenset(item.lock_id for item in carried)
    out.ready.append(Entry(row, task, _RANK, locks=locks))


def _parcel(row: Claimed, language: str, listed: Sequence[tuple[str, str]], opener: "Opener") -> OpenedParcel:
    """The mail of everybody with this list, hour and language: made once."""
    settings = get_settings()
    at = from_micros(due_of(row.version_id))
    key = f"digest-{at:%Y%m%d%H%M}"
    found = [_item(lock, tag, opener) for lock, tag in listed]
    document = digest_document(found, key=key, language=language, wire=settings.wire_name, at=at)
    return OpenedParcel(
        version_id=VersionId(row.version_id),
        release=ReleaseId(key),
        version=1,
        language=Language(language),
        channel=row.channel,
        format=FORMAT,
        edition_sha256=str(document["sha256"]),
        body=dump_json(document),
        media_type="application/json",
        at=at,
    )


def _item(lock_id: str, language: str, opener: "Opener") -> DigestItem:
    return opener.shelf.get(
        (lock_id, language),
        lambda: digest_item(opener.upstream.edition(lock_id, language), get_settings().site_url),
    )


def due_of(version_id: str) -> int:
    """The instant that a carrier's version id names, in microseconds: the Date of its mail (I5)."""
    return int(version_id.partition(":")[2])
