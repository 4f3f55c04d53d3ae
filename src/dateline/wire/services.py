"""The door of the wire: submit, hold, lift, log, public index, and the loop of the clock."""

from dateline.wire.clock_process import run_clock
from dateline.wire.cursor import BadCursor, CursorTooOld, begin_epoch
from dateline.wire.holds import HoldCard, due_soon, hold, release_overdue
from dateline.wire.lift import lift, publish_archived
from dateline.wire.public import (
    PublicEdition,
    PublicPage,
    languages_of,
    media,
    public_edition,
    public_languages,
    public_list,
    public_pages,
    tombstones,
)
from dateline.wire.submit import (
    Submitted,
    lock_and_check,
    move,
    submit,
    submit_correction,
    submit_kill,
    submit_late_edition,
    submit_withdrawal,
    withdraw,
)
from dateline.wire.wire_log import (
    LogRow,
    WirePage,
    event_document,
    lifted_after,
    log_position,
    public_languages_at,
    wire_page,
)

__all__ = [
    "BadCursor",
    "CursorTooOld",
    "HoldCard",
    "LogRow",
    "PublicEdition",
    "PublicPage",
    "Submitted",
    "WirePage",
    "begin_epoch",
    "due_soon",
    "event_document",
    "hold",
    "languages_of",
    "lift",
    "lifted_after",
    "lock_and_check",
    "log_position",
    "media",
    "move",
    "public_edition",
    "public_languages",
    "public_languages_at",
    "public_list",
    "public_pages",
    "publish_archived",
    "release_overdue",
    "run_clock",
    "submit",
    "submit_correction",
    "submit_kill",
    "submit_late_edition",
    "submit_withdrawal",
    "tombstones",
    "wire_page",
    "withdraw",
]
