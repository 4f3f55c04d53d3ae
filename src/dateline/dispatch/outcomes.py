"""What a receipt, or none, becomes in the ledger: an attempt and the row's next state."""

import random

from dateline.core.words import Receipt
from dateline.dispatch import rules
from dateline.dispatch.breaker import Breaker
from dateline.dispatch.rules import Tried
from dateline.dispatch.statements import Claimed, HandBack, Outcome


def told(
    row: Claimed, receipt: Receipt, breaker: Breaker | None, *, now: int, rng: random.Random, stopping: bool
) -> Outcome:
    """After an answer. While its endpoint rests (`breaker`), the next try waits at least as long."""
    if receipt.outcome == "accepted":
        return _accepted(row, receipt, now)
    tried = Tried(row.channel, row.attempts, row.losses)
    found = rules.verdict(receipt, tried, now=now, rng=rng, stopping=stopping)
    due = found.due_at
    if due is not None and breaker is not None and breaker.state == "open":
        due = max(due, breaker.open_until)
    return Outcome(
        id=row.id,
        fence=row.fence,
        state=found.state,
        reason=found.reason,
        due_at=due,
        attempts=found.attempts,
        losses=found.losses,
        code=receipt.code,
        done_at=None if found.state in rules.OPEN else now,
        kind=found.kind,
        at=now,
        text=f"{receipt.text} {receipt.published_url}".strip(),
        ms=receipt.ms,
    )


def _accepted(row: Claimed, receipt: Receipt, now: int) -> Outcome:
    """What nearly all come to, without a detour: `rules.verdict` says the same of it (a test compares)."""
    url = receipt.published_url
    text = f"{receipt.text} {url}".strip() if url else receipt.text.strip()
    return Outcome(
        row.id, row.fence, "accepted", "", None, row.attempts + 1, 0, receipt.code, now, "result", now, text,
        receipt.ms, False, url,
    )  # fmt: skip


def late(receipt: Receipt, *, now: int) -> Outcome:
    """After an answer to a claim that is over: it leaves its trace and changes nothing."""
    return Outcome(
        id=receipt.delivery,
        fence=receipt.fence,
        state="waiting",
        reason="",
        due_at=None,
        attempts=0,
        losses=0,
        code=receipt.code,
        done_at=None,
        kind=receipt.outcome if receipt.outcome in {"lost", "released"} else "result",
        at=now,
        text=f"too late: {receipt.outcome} {receipt.text}",
        ms=receipt.ms,
        too_late=True,
    )


def refusal(row: Claimed, why: str, *, now: int) -> Outcome:
    """Before any try: there is no address, no parcel, or the endpoint is gone."""
    return Outcome(
        id=row.id,
        fence=row.fence,
        state="refused",
        reason=why[:400],
        due_at=None,
        attempts=row.attempts,
        losses=0,
        code=0,
        done_at=now,
        kind="result",
        at=now,
        text=why,
        ms=0,
    )


def parked(row: Claimed, due_at: int, why: str, day: str = "") -> HandBack:
    """Taken back without a try until `due_at`."""
    # A row whose last try is lost stays `waiting`: without a further try it must end as uncertain.
    return handed_back(row, "waiting" if row.losses else "deferred", why, due_at, day)


def handed_back(row: Claimed, state: rules.State, why: str, due_at: int | None, day: str) -> HandBack:
    """Taken back without a try. `day`: it was counted for this one, and is counted again when it goes."""
    person = row.person_id or "" if day else ""
    return HandBack(row.id, row.fence, state, why, row.held, due_at, None, person=person, day=day)
