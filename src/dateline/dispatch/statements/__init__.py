"""Every set-based statement that moves a delivery: one text for SQLite and PostgreSQL."""

from dateline.dispatch.statements.claims import (
    claim_due,
    claim_first,
    fan_out,
    hand_back,
    next_due,
    renew,
)
from dateline.dispatch.statements.endings import (
    cancel_superseded,
    cancel_version,
    drop_rows,
    expire_due,
    expire_version,
    finish,
    replay,
    suppress,
    suppress_many,
)
from dateline.dispatch.statements.reaping import (
    never_looked_at,
    orphans,
    reap,
)
from dateline.dispatch.statements.results import (
    MOST_TEXT_BYTES,
    add_attempts,
    clipped,
    record,
)
from dateline.dispatch.statements.rows import (
    Claimed,
    HandBack,
    NewDelivery,
    Orphan,
    Outcome,
)
from dateline.dispatch.statements.tallies import (
    count_mails,
    forget_mail_days,
    unaccounted,
    uncount_mails,
    unsent_of_lock,
    unsettled,
)

__all__ = [
    "MOST_TEXT_BYTES",
    "Claimed",
    "HandBack",
    "NewDelivery",
    "Orphan",
    "Outcome",
    "add_attempts",
    "cancel_superseded",
    "cancel_version",
    "claim_due",
    "claim_first",
    "clipped",
    "count_mails",
    "drop_rows",
    "expire_due",
    "expire_version",
    "fan_out",
    "finish",
    "forget_mail_days",
    "hand_back",
    "never_looked_at",
    "next_due",
    "orphans",
    "reap",
    "record",
    "renew",
    "replay",
    "suppress",
    "suppress_many",
    "unaccounted",
    "uncount_mails",
    "unsent_of_lock",
    "unsettled",
]
