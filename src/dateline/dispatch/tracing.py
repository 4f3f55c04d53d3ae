"""Finds the delivery a Message-ID was made for."""

import hmac
import re
from collections.abc import Iterable, Sequence
from typing import Final

from dateline.audience import services as audience
from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.core.errors import BadInput
from dateline.dispatch.addressing import message_id
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import returns

_DAY: Final = 86_400 * SECOND
_SEARCH_DAYS: Final = 30  # final rows stay in the ledger so long
_OUR_ID: Final = re.compile(r"^<[0-9a-f]{32}@[^<>\s]+>$")
_THREAD: Final = re.compile(r"^<([2-9a-hj-km-np-z]{10})\.release@")


def delivery_of_message(
    value: str, *, recipients: Sequence[str] = (), references: Sequence[str] = (), clock: Clock | None = None
) -> int | None:
    """The delivery whose Message-ID this is; None when it is none of ours.

    A Message-ID is an HMAC of the delivery, so it proves as much as a token; but it cannot be turned back, so
    the mails of the people named are compared with it, then those of the release that the thread names.
    """
    if not _OUR_ID.fullmatch(value):
        return None
    since = to_micros((clock or SystemClock()).now()) - _SEARCH_DAYS * _DAY
    people = [found.person for text in recipients if (found := found_as(text)) and found.person]
    mine = _matching(value, returns.mails_of_people(people, since))
    if mine is not None:
        return mine
    threads = (_THREAD.match(reference) for reference in references)
    releases = dict.fromkeys(match[1] for match in threads if match)
    candidates = (id_ for release in list(releases)[:2] for id_ in returns.mails_of_release(release))
    return _matching(value, candidates)


def _matching(value: str, ids: Iterable[int]) -> int | None:
    return next((id_ for id_ in ids if hmac.compare_digest(message_id("mail", id_), value)), None)


def found_as(text: str) -> audience.Found | None:
    """The recipient of an address that somebody else wrote; None also for what is none."""
    try:
        return audience.find(text)
    except BadInput:
        return None
