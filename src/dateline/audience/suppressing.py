"""Suppressions by the crowd: lists from other systems, whole deliveries that came back; and their removal,
audited.

Only keyed hashes are kept, so a list can be imported, counted and asked for one address, never read back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import connections, transaction

from dateline.audience import addresses, statements
from dateline.audience.csv_reading import Rejected, check_encoding
from dateline.audience.importing import ImportResult
from dateline.audience.models import Suppression, SuppressionRemoval
from dateline.audience.signing_in import forget_sign_ins
from dateline.audience.suppression_files import Line, lines
from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.events import SuppressedMany
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT

ALL: Final = "all"
_MOST_REASON: Final = 300
_COLUMNS: Final = ("key", "scope", "reason", "source", "at")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One suppression. `key` is the keyed hash of the address: it names nobody outside this house."""

    key: str
    scope: str
    reason: str
    source: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key to suppress, with the reason."""

    key: str
    reason: str


def suppression_of(address: str) -> Suppressed | None:
    """Why this address is never mailed; None when it may be. Raises BadInput when it is no address."""
    return next(iter(_cards(Suppression.objects.using(DEFAULT).filter(key=_key(address), scope=ALL))), None)


def suppressions(*, limit: int | None = None) -> Iterator[Suppressed]:
    """All of them, newest first."""
    rows = Suppression.objects.using(DEFAULT).order_by("-at", "key")
    yield from _cards(rows if limit is None else rows[:limit])


def suppression_count() -> int:
    """How many addresses are never mailed."""
    return Suppression.objects.using(DEFAULT).count()


def is_address(text: str) -> bool:
    """Whether this is written like a mail address."""
    try:
        addresses.checked_address(text)
    except BadInput:
        return False
    return True


def unsuppress(address: str, *, by: str, reason: str, clock: Clock | None = None) -> Suppressed:
    """Lets the address be mailed again on a person's word, which is kept; returns what was removed.

    Nothing that was stopped meanwhile goes out after all: ended deliveries stay ended. Raises NotFound when
    the address is not suppressed, BadInput without a name or a reason.
    """
    if not by.strip():
        raise BadInput("removing a suppression needs the name of a person", where="by")
    if not reason.strip():
        raise BadInput("say why, for example 'asked for it by phone on 3 March'", where="reason")
    key = _key(address)
    with transaction.atomic(using=DEFAULT):
        rows = Suppression.objects.using(DEFAULT).filter(key=key, scope=ALL)
        found = next(iter(_cards(rows)), None)
        if found is None or not rows.delete()[0]:
            raise NotFound(f"'{address.strip()[:80]}' is not suppressed")
        forget_sign_ins(key)  # of before it was stopped: they would be worth something again
        SuppressionRemoval.objects.using(DEFAULT).create(
            key=key,
            scope=ALL,
            was_reason=found.reason,
            was_source=found.source,
            by=by.strip()[:80],
            reason=reason.strip()[:_MOST_REASON],
            at=(clock or SystemClock()).now(),
        )
    return found


def suppress_recipients(wanted: Sequence[tuple[str, str]], *, source: str, clock: Clock | None = None) -> int:
    """Never mails these recipients (id, reason) again: journalists by the person in their id, outlets by the
    address they are mailed at. Returns how many were new. Idempotent; ids of nobody mailed are passed over.
    """
    outlets = sorted({recipient for recipient, _ in wanted if recipient.startswith(addresses.OUTLET)})
    keys: dict[str, str] = {
        recipient: key
        for chunk in statements.chunked(outlets)
        for recipient, key in statements.fetch(
            f"""SELECT recipient, address_key FROM audience_outlet
            WHERE address_key <> '' AND recipient IN ({statements.marks(chunk)})""",  # noqa: S608
            chunk,
        )
    }
    people = [
        Wanted(recipient.removeprefix(addresses.JOURNALIST), reason)
        for recipient, reason in wanted
        if recipient.startswith(addresses.JOURNALIST)
    ]
    mailed = [Wanted(keys[recipient], reason) for recipient, reason in wanted if recipient in keys]
    now = (clock or SystemClock()).now()
    return sum(len(_store(chunk, source, now, clock)) for chunk in statements.chunked([*people, *mailed]))


def suppress_addresses(wanted: Sequence[tuple[str, str]], *, source: str, clock: Clock | None = None) -> int:
    """Never mails these addresses (address, reason) again, known or not; returns how many were new. What is
    no address is passed over.
    """
    secret = addresses.key_of_the_house()
    found = [
        Wanted(addresses.person_id(address, secret), reason)
        for address, reason in wanted
        if is_address(address)
    ]
    now = (clock or SystemClock()).now()
    return sum(len(_store(chunk, source, now, clock)) for chunk in statements.chunked(found))


def import_suppressions(
    path: Path, *, reason: str = "", dry_run: bool = False, clock: Clock | None = None
) -> ImportResult:
    """Suppresses the addresses of a file: one a line, or CSV with a column `email` (and perhaps `reason`).

    `reason` stands where a row has none. Rows that are no address are rejected by line, the good ones kept; a
    second run changes nothing. Raises BadInput for a file that is no such list.
    """
    check_encoding(path)
    run = _Import(f"import of {path.name}"[:200], reason.strip() or f"on the list {path.name}"[:200], dry_run)
    return run.run(lines(path), clock)


@dataclass
class _Import:
    """One run over one file."""

    source: str
    reason: str
    dry_run: bool
    created: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    """Key -> the line that won."""

    def run(self, found: Iterable[Line], clock: Clock | None) -> ImportResult:
        secret = addresses.key_of_the_house()
        now = (clock or SystemClock()).now()
        good = (wanted for line in found if (wanted := self._checked(line, secret)) is not None)
        for chunk in statements.chunked(good):
            new = len(_missing(chunk)) if self.dry_run else len(_store(chunk, self.source, now, clock))
            self.created += new
            self.unchanged += len(chunk) - new
        return ImportResult(self.created, 0, self.unchanged, tuple(self.rejected))

    def _checked(self, line: Line, secret: bytes) -> Wanted | None:
        if line.fault:
            self.rejected.append(Rejected(line.number, line.fault))
            return None
        try:
            key = addresses.person_id(line.address, secret)
        except BadInput as error:
            self.rejected.append(Rejected(line.number, error.message))
            return None
        first = self.seen.setdefault(key, line.number)
        if first != line.number:
            self.rejected.append(Rejected(line.number, f"same address as line {first}"))
            return None
        return Wanted(key, (line.reason or self.reason)[:_MOST_REASON])


def _store(chunk: Sequence[Wanted], source: str, now: Instant, clock: Clock | None) -> set[str]:
    """Writes what is not there, and tells the ledger of those it may have rows for; in one transaction.
    Returns the new keys.
    """
    once = list({wanted.key: wanted for wanted in reversed(chunk)}.values())
    at = statements.stored_instant(now)
    with transaction.atomic(using=DEFAULT):
        with connections[DEFAULT].cursor() as cursor:
            cursor.execute(
                f"INSERT INTO audience_suppression ({', '.join(_COLUMNS)})"  # noqa: S608
                f" VALUES {', '.join(['(%s, %s, %s, %s, %s)'] * len(once))}"
                " ON CONFLICT (key, scope) DO NOTHING RETURNING key",
                [value for wanted in once for value in (wanted.key, ALL, wanted.reason, source, at)],
            )
            new = {row[0] for row in cursor.fetchall()}
        reasons = {wanted.key: wanted.reason for wanted in once if wanted.key in new}
        for reason, persons in _by_reason(reasons).items():
            outbox.append(SuppressedMany(tuple(persons), reason, now), using=DEFAULT, clock=clock)
    return new


def _by_reason(reasons: dict[str, str]) -> dict[str, list[str]]:
    """reason -> whom the ledger may have rows for: persons, and recipient ids of outlets mailed at the
    address. Who is in nobody's audience has none.
    """
    keys = sorted(reasons)
    if not keys:
        return {}
    marks = statements.marks(keys)
    known = statements.fetch(
        f"""SELECT person, person FROM audience_journalist WHERE person IN ({marks})
        UNION ALL
        SELECT address_key, recipient FROM audience_outlet WHERE address_key IN ({marks})""",  # noqa: S608
        [*keys, *keys],
    )
    told: dict[str, list[str]] = {}
    for key, name in known:
        told.setdefault(reasons[key], []).append(name)
    return told


def _missing(chunk: Sequence[Wanted]) -> set[str]:
    keys = [wanted.key for wanted in chunk]
    there = statements.fetch(
        f"SELECT key FROM audience_suppression WHERE scope = 'all' AND key IN ({statements.marks(keys)})",  # noqa: S608
        keys,
    )
    return set(keys) - {row[0] for row in there}


def _cards(rows: Any) -> Iterator[Suppressed]:
    for row in rows.values_list(*_COLUMNS).iterator():
        yield Suppressed(*row)


def _key(address: str) -> str:
    return addresses.person_id(address, addresses.key_of_the_house())
