"""What comes back about a mail that was accepted: bounces, delays, complaints (delivery.md, "after 250").

A bounce is a later fact: the delivery stays accepted, its history gets a line. Whoever cannot be reached is
suppressed (I13), in two steps that may be cut apart by a crash: the fact is committed to the ledger first,
the audience hears of it at once, or from the dispatch process later.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

import structlog
from django.db import transaction

from dateline.audience import services as audience
from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.dispatch import complaints, statements
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import Outcome, returns
from dateline.dispatch.statements.returns import NewFeedback, OpenFeedback, Returning
from dateline.dispatch.tracing import found_as
from dateline.formats.enhanced_codes import code_of_reply, meaning
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")

FeedbackKind = Literal["gone", "full", "ours", "other", "delayed", "automatic", "complaint"]
"""What a report says: the first four of a mail that failed for good."""

MOST_FULL: Final = 3
FULL_DAYS: Final = 30
_KEEP_DAYS: Final = 396
_DAY: Final = 86_400 * SECOND
_AT_ONCE: Final = 500
_AT_WORD: Final = frozenset({"gone", "complaint"})
"""Kinds that suppress at once."""
_TO_TELL: Final = _AT_WORD | {"full"}
_SAYS: Final[dict[str, str]] = {
    "gone": "no such address",
    "full": "mailbox full",
    "ours": "refused because of us, not of the address",
    "other": "not delivered",
    "delayed": "delayed, still being tried",
    "automatic": "automatic reply",
    "complaint": "complained that it is unwanted",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that came back. `identity` makes a repeat of the same report known; `source` is `dsn` or a
    provider.

    `delivery` is whose mail it was, if that is proved. `address` is set only by a provider that proved
    itself: it is suppressed even where no delivery can be named.
    """

    kind: FeedbackKind
    source: str
    identity: str
    code: str = ""
    text: str = ""
    delivery: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a fact: `known` = it belongs to a mail or address of ours; `new` = not heard before;
    `suppressed` = its address is not mailed any more.
    """

    kind: FeedbackKind
    known: bool = False
    new: bool = False
    suppressed: bool = False
    delivery: int | None = None
    release: str = ""


def take(facts: Iterable[Fact], *, clock: Clock | None = None) -> list[Taken]:
    """Writes down what came back, suppresses whom it says to, and weighs complaints. Idempotent."""
    clock = clock or SystemClock()
    done: list[Taken] = []
    source = iter(facts)
    while chunk := list(islice(source, _AT_ONCE)):
        done += _take(chunk, clock)
    return done


@dataclass(frozen=True, slots=True)
class _Placed:
    """A fact with its key, the mail that it is about, and whose that is; each empty where it is not known."""

    fact: Fact
    key: str
    row: Returning | None
    recipient: str


def _take(facts: Sequence[Fact], clock: Clock) -> list[Taken]:
    now = to_micros(clock.now())
    placed = _placed(facts)
    _stop_strangers(placed, clock)
    with transaction.atomic(using=LEDGER):
        lines = {one.key: _line(one, now) for one in placed if one.row or one.fact.address}
        new = returns.add_feedback(list(lines.values()))
        _append([(one.fact, one.row) for one in placed if one.row and one.key in new], now)
    told = settle(clock=clock)
    taken = [_taken(one, one.key in new, one.key in told) for one in placed]
    _tell(taken, [fact.code for fact in facts])
    if any(one.new and one.kind == "complaint" for one in taken):
        complaints.weigh(clock=clock)
    return taken


def _placed(facts: Sequence[Fact]) -> list[_Placed]:
    """Other channels have no bounces: an id of theirs was not learned from a mail."""
    found = returns.returning({f.delivery for f in facts if f.delivery is not None})
    rows = {id_: row for id_, row in found.items() if row.channel == "mail"}
    placed = []
    for fact in facts:
        row = rows.get(fact.delivery) if fact.delivery is not None else None
        known = found_as(fact.address) if row is None and fact.address else None
        recipient = row.recipient_id if row else known.recipient if known else ""
        placed.append(_Placed(fact, _key(fact), row, recipient))
    return placed


def _key(fact: Fact) -> str:
    # Whoever complains twice about one mail, or over two ways, complained once.
    once = fact.kind == "complaint" and fact.delivery is not None
    identity = f"complaint\n{fact.delivery}" if once else f"{fact.source}\n{fact.identity}"
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()


def _stop_strangers(placed: Sequence[_Placed], clock: Clock) -> None:
    """Suppresses addresses that are in nobody's audience (any more): the next import may bring them back.
    Before the ledger is written, whose transactions must be short; again after a crash.
    """
    strangers = [
        one for one in placed if one.fact.address and not one.recipient and one.fact.kind in _AT_WORD
    ]
    known = returns.known_feedback([one.key for one in strangers])
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in strangers:
        if one.key not in known:
            why = reason(one.fact.kind, one.fact.code)
            groups.setdefault(one.fact.source, []).append((one.fact.address, why))
    for source, wanted in groups.items():
        audience.suppress_addresses(wanted, source=source, clock=clock)


def _line(one: _Placed, now: int) -> NewFeedback:
    fact = one.fact
    applied = None if one.recipient and fact.kind in _TO_TELL else now
    delivery = one.row.id if one.row else None
    return NewFeedback(
        one.key, delivery, one.recipient, fact.kind, fact.code[:12], fact.source[:20], now, applied
    )


def _append(facts: Sequence[tuple[Fact, Returning]], now: int) -> None:
    """Lines of history. A mail may be delayed first and fail later, so each report has a number of its own,
    which follows the fence of the claim that sent it.
    """
    if not facts:
        return
    numbers = returns.reports_so_far({row.id for _, row in facts})
    lines = []
    for fact, row in facts:
        if fact.kind == "complaint":
            number, kind = row.fence, "complaint"
        else:
            number, kind = max(row.fence, numbers.get(row.id, -1) + 1), "dsn"
            numbers[row.id] = number
        words = f"{_SAYS[fact.kind]} {fact.code}".strip() + (f": {fact.text}" if fact.text else "")
        lines.append((row.id, number, kind, now, _reply_code(fact.text), words, 0))
    statements.add_attempts(lines)


def _reply_code(text: str) -> int:
    head = text.lstrip()[:3]
    return int(head) if head.isascii() and head.isdigit() else 0


def _taken(one: _Placed, new: bool, told: bool) -> Taken:
    known = one.row is not None or bool(one.fact.address)
    return Taken(
        kind=one.fact.kind,
        known=known,
        new=new,
        suppressed=told or (new and one.fact.kind in _AT_WORD),
        delivery=one.row.id if one.row else None,
        release=one.row.release if one.row else "",
    )


def note_replies(outcomes: Sequence[Outcome], moved: set[int]) -> None:
    """Facts in the replies of a group of results: a relay, or the recipient's own server, may say at once
    what others say in a bounce. Runs in the transaction that records them; `settle` does the rest.
    """
    refused = {
        o.id: (o, code)
        for o in outcomes
        if o.state == "refused" and o.id in moved and (code := code_of_reply(o.text))
    }
    if not refused:
        return
    lines, ours = [], Counter[str]()
    for row in returns.returning(refused.keys()).values():
        outcome, code = refused[row.id]
        kind = meaning(code)
        if row.channel != "mail" or kind == "other":
            continue
        ours.update([code] if kind == "ours" else [])
        key = hashlib.sha256(f"smtp\n{row.id}\n{outcome.fence}".encode()).hexdigest()
        applied = None if kind in _TO_TELL else outcome.at
        lines.append(NewFeedback(key, row.id, row.recipient_id, kind, code, "smtp", outcome.at, applied))
    returns.add_feedback(lines)
    _alarm(ours)


def settle(*, clock: Clock | None = None) -> set[str]:
    """Tells the audience whom not to mail any more; returns the keys of facts that suppressed somebody.

    Also run by the dispatch process, for what a crash, or a relay's reply, has left to do. A full mailbox is
    given up after three mails in thirty days.
    """
    clock = clock or SystemClock()
    suppressing: set[str] = set()
    while found := returns.open_feedback(_AT_ONCE):
        now = to_micros(clock.now())
        full = returns.full_since({o.recipient_id for o in found if o.kind == "full"}, now - FULL_DAYS * _DAY)
        final = [o for o in found if o.kind != "full" or full.get(o.recipient_id, 0) >= MOST_FULL]
        for source, group in _by_source(final).items():
            audience.suppress_recipients(group, source=source, clock=clock)
        with transaction.atomic(using=LEDGER):
            returns.close_feedback([o.key for o in found], now=now)
        suppressing |= {o.key for o in final}
    return suppressing


def forget(*, now: int) -> int:
    """Drops facts of more than thirteen months ago, as the ledger's addresses are. `now` in microseconds."""
    return returns.forget_feedback(now - _KEEP_DAYS * _DAY)


def _by_source(facts: Sequence[OpenFeedback]) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for fact in facts:
        source = "complaint" if fact.kind == "complaint" else "bounce"
        groups.setdefault(source, []).append((fact.recipient_id, reason(fact.kind, fact.code)))
    return groups


def reason(kind: str, code: str) -> str:
    """Why somebody is suppressed, in words for `ledger why` and `suppress list`."""
    if kind == "complaint":
        return "complained that mail is unwanted"
    if kind == "full":
        return f"mailbox full {MOST_FULL} times in {FULL_DAYS} days ({code})"
    return f"no such address ({code})"


def _tell(taken: Sequence[Taken], codes: Sequence[str]) -> None:
    """One line for each mail; never an address (I15)."""
    ours = Counter[str]()
    for one, code in zip(taken, codes, strict=True):
        if not one.new:
            continue
        if one.kind == "complaint":
            log.warning("mail.complaint", delivery=one.delivery, release=one.release)
        elif one.kind == "ours":
            ours.update([code])
        else:
            log.info("mail.returned", kind=one.kind, code=code, delivery=one.delivery, release=one.release)
    _alarm(ours)


def _alarm(ours: Counter[str]) -> None:
    for code, mails in ours.items():
        log.error("mail.our_fault", code=code, mails=mails)
