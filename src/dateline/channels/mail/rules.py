"""What a relay's replies mean for a delivery (RFC 5321), as pure functions."""

from dataclasses import dataclass
from typing import Final, Literal

from dateline.channels.in_hand import said
from dateline.core.words import Outcome

Stage = Literal["mail", "rcpt", "data", "content"]

_TOO_FAST: Final = frozenset({421, 450, 451, 454})
_ABOUT_US: Final = frozenset({530, 534, 535, 538})
"""Replies about our own login (RFC 4954): true for every recipient, so no reason to give one up."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A relay's last word on one message. Code 0: none came, `words` say what happened instead."""

    code: int
    words: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the delivery and of the connection."""

    outcome: Outcome
    throttle: bool
    close: bool


_ACCEPTED: Final = Verdict("accepted", throttle=False, close=False)


def verdict(reply: Reply, *, sent: bool) -> Verdict:
    """`sent`: the content had left this machine in full, so that silence leaves its fate unknown.

    2xx after the content accepts; 4xx defers; 5xx refuses; 421 also closes. Anything else (no reply, a 3xx or
    2xx out of place) is a fault of the connection: lost once sent, otherwise deferred.
    """
    if reply.stage == "content" and 200 <= reply.code < 300:
        return _ACCEPTED
    if reply.code in _ABOUT_US or 400 <= reply.code < 500:
        return Verdict("deferred", reply.code in _TOO_FAST, close=reply.code == 421)
    if 500 <= reply.code < 600:
        return Verdict("refused", throttle=False, close=False)
    return Verdict("lost" if sent else "deferred", throttle=False, close=True)


def is_of_the_domain(reply: Reply) -> bool:
    """Whether a wish for patience may come from the recipient's side: it was said about the recipient, and
    not in the words of a service about our account (454).
    """
    return reply.stage != "mail" and reply.code in _TOO_FAST - {454}


def words(reply: Reply) -> str:
    """The server's words with their code, one line, at most 1 KB."""
    return said(f"{reply.code} {reply.words}" if reply.code else reply.words)
