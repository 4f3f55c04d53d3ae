"""The door of dispatch: the process, what reports count, why somebody got it or not, another try."""

from dateline.dispatch.process import run_dispatch
from dateline.dispatch.queries import (
    Cell,
    CurvePoint,
    FailureRow,
    breakdown,
    curve,
    failures,
    first_last,
    is_prepared,
    is_settled,
    was_unprepared,
)
from dateline.dispatch.resending import resend_missing
from dateline.dispatch.speed import ledger_speed
from dateline.dispatch.why import Attempt, Why, why

__all__ = [
    "Attempt",
    "Cell",
    "CurvePoint",
    "FailureRow",
    "Why",
    "breakdown",
    "curve",
    "failures",
    "first_last",
    "is_prepared",
    "is_settled",
    "ledger_speed",
    "resend_missing",
    "run_dispatch",
    "was_unprepared",
    "why",
]
