"""Complaints against mails: at the rate where large providers begin to block, normal-class mail rests.

Corrections, kills, regulated and priority news still go. A named person lets it go on; complaints from before
that do not count again.

Readers are counted, not their complaints, and three of them at least (`complaint_least`): one complaint in
300 mails is 0.33 %, and proves nothing. At 0.1 %, which providers call healthy, three readers come together
by chance in 1 of 12 windows at worst (of 1,000 mails), of 330 mails in 1 of 200.
"""

import math
from dataclasses import dataclass
from typing import Final

import structlog

from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.core.errors import BadInput
from dateline.dispatch import pauses
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import returns
from dateline.plant.settings import get_settings

log = structlog.get_logger("dispatch")

KIND: Final = "mail-normal"
WHO: Final = "complaint rate"
_UNCOUNTED: Final = 50_000_000
_LATEST_CHANGES: Final = 200


@dataclass(frozen=True, slots=True)
class Complaints:
    """The rate over the last `window_h` hours: `complaints` (readers who complained) since mail was last let
    go on, against `mails` accepted. Normal mail rests from `limit_percent` on, and `least` complaints;
    `paused` is who rests it and why, else None.
    """

    window_h: int
    limit_percent: float
    complaints: int
    mails: int
    paused: pauses.Paused | None
    least: int = 1

    @property
    def too_many(self) -> bool:
        """Whether normal mail must rest, by the figures alone."""
        enough = self.complaints >= self.least and self.mails > 0
        return enough and self.complaints * 100 >= self.limit_percent * self.mails

    @property
    def rests(self) -> bool:
        """Whether normal-class mail rests because of complaints, not on a person's word."""
        return self.paused is not None and self.paused.by == WHO

    @property
    def percent(self) -> float:
        return round(100 * self.complaints / self.mails, 4) if self.mails else 0.0


def state(*, clock: Clock | None = None) -> Complaints:
    """The rate now; without complaints mails are not counted (0)."""
    return _counted(clock or SystemClock(), exact=True)


def paused() -> pauses.Paused | None:
    """Who rests normal-class mail, and why; whether for complaints or on a person's word."""
    return next((one for one in pauses.paused() if one.kind == KIND), None)


def let_go_on(*, by: str, reason: str, clock: Clock | None = None) -> bool:
    """Lets normal-class mail go on; False when it did not rest. Raises BadInput without a name or a
    reason.
    """
    if not reason.strip():
        raise BadInput("say what was done about the complaints", where="reason")
    return pauses.resume(KIND, by=by, reason=reason, clock=clock)


def weigh(*, clock: Clock | None = None) -> bool:
    """Pauses normal-class mail when there are too many complaints; True when this call did."""
    clock = clock or SystemClock()
    now = _counted(clock, exact=False)
    if now.paused or not now.too_many:
        return False
    reason = (
        f"{now.complaints} complaints in {now.mails} mails are {now.percent:.2f} % within {now.window_h} h;"
        f" the limit is {now.limit_percent:g} %"
    )
    if not pauses.pause(KIND, by=WHO, reason=reason, clock=clock):
        return False
    log.error("mail.paused_for_complaints", complaints=now.complaints, mails=now.mails, percent=now.percent)
    return True


def _counted(clock: Clock, *, exact: bool) -> Complaints:
    settings = get_settings()
    now = to_micros(clock.now())
    since = now - settings.complaint_window_h * 3600 * SECOND
    count = returns.complaints_since(max(since, _let_go_at()))
    enough = math.floor(count * 100 / settings.complaint_percent) + 1
    mails = returns.mails_since(since, at_most=_UNCOUNTED if exact else enough) if count else 0
    return Complaints(
        settings.complaint_window_h,
        settings.complaint_percent,
        count,
        mails,
        paused(),
        settings.complaint_least,
    )


def _let_go_at() -> int:
    """When a person last let normal-class mail go on; 0 = never."""
    for change in pauses.pause_history(_LATEST_CHANGES):
        if change.kind == KIND and change.act == "resume":
            return to_micros(change.at) + 1
    return 0
