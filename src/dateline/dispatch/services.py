"""The door of dispatch: the process, what reports count, why somebody got it or not, another try."""

from dateline.dispatch.acknowledged import WITHIN_S as ACKNOWLEDGED_WITHIN_S
from dateline.dispatch.acknowledged import (
    Acknowledgement,
    Notice,
    PickedUp,
    acknowledgements,
    notices,
    pickups,
)
from dateline.dispatch.backlog import (
    BreakerRow,
    EndedCell,
    Lane,
    WorkerLeases,
    breaker_counts,
    breakers,
    ended_today,
    lanes,
    leases,
)
from dateline.dispatch.complaints import Complaints
from dateline.dispatch.complaints import let_go_on as let_mail_go_on
from dateline.dispatch.complaints import paused as mail_rests
from dateline.dispatch.complaints import state as complaints
from dateline.dispatch.endpoints import Health, Sent, begin_anew, health, history, resend
from dateline.dispatch.feedback import Fact, FeedbackKind, Taken, take
from dateline.dispatch.forgetting import erase_person
from dateline.dispatch.parcels import webhook_body
from dateline.dispatch.pauses import KINDS as PAUSE_KINDS
from dateline.dispatch.pauses import NAMELESS as NAMELESS_PAUSES
from dateline.dispatch.pauses import Change as PauseChange
from dateline.dispatch.pauses import Paused, is_paused, pause, pause_history, resume
from dateline.dispatch.process import lock_path as dispatch_lock
from dateline.dispatch.process import must_fit, run_dispatch
from dateline.dispatch.queries import (
    Cell,
    CurvePoint,
    FailureRow,
    KeptBack,
    Returns,
    breakdown,
    curve,
    failures,
    first_last,
    is_prepared,
    is_settled,
    kept_back,
    returned,
    returns_by_kind,
    was_unprepared,
)
from dateline.dispatch.recent import PersonDelivery, archived_to, sent_to
from dateline.dispatch.reconciling import Doubt, Reconciliation, begin_reconciling, reconcile, unreconciled
from dateline.dispatch.resending import resend_missing, resend_release
from dateline.dispatch.speed import ledger_growth, ledger_speed
from dateline.dispatch.standing import pausable
from dateline.dispatch.standing import standing as paused
from dateline.dispatch.tracing import delivery_of_message
from dateline.dispatch.why import Attempt, Why, why

__all__ = [
    "ACKNOWLEDGED_WITHIN_S",
    "NAMELESS_PAUSES",
    "PAUSE_KINDS",
    "Acknowledgement",
    "Attempt",
    "BreakerRow",
    "Cell",
    "Complaints",
    "CurvePoint",
    "Doubt",
    "EndedCell",
    "Fact",
    "FailureRow",
    "FeedbackKind",
    "Health",
    "KeptBack",
    "Lane",
    "Notice",
    "PauseChange",
    "Paused",
    "PersonDelivery",
    "PickedUp",
    "Reconciliation",
    "Returns",
    "Sent",
    "Taken",
    "Why",
    "WorkerLeases",
    "acknowledgements",
    "archived_to",
    "begin_anew",
    "begin_reconciling",
    "breakdown",
    "breaker_counts",
    "breakers",
    "complaints",
    "curve",
    "delivery_of_message",
    "dispatch_lock",
    "ended_today",
    "erase_person",
    "failures",
    "first_last",
    "health",
    "history",
    "is_paused",
    "is_prepared",
    "is_settled",
    "kept_back",
    "lanes",
    "leases",
    "ledger_growth",
    "ledger_speed",
    "let_mail_go_on",
    "mail_rests",
    "must_fit",
    "notices",
    "pausable",
    "pause",
    "pause_history",
    "paused",
    "pickups",
    "reconcile",
    "resend",
    "resend_missing",
    "resend_release",
    "resume",
    "returned",
    "returns_by_kind",
    "run_dispatch",
    "sent_to",
    "take",
    "unreconciled",
    "was_unprepared",
    "webhook_body",
    "why",
]
