"""The door of the wire: submit, hold, lift, log, public index, and the loop of the clock."""

from dateline.wire.archive import (
    ArchiveEdition,
    ArchiveItem,
    archive_release,
    archived_items,
    old_address,
)
from dateline.wire.clock_process import run_clock
from dateline.wire.cursor import BadCursor, CursorTooOld, begin_epoch
from dateline.wire.cutover import Cutover, Moved, import_wordpress
from dateline.wire.exporting import Exported, export_held, export_public
from dateline.wire.holds import HoldCard, due_soon, hold, release_overdue
from dateline.wire.items import follow_items
from dateline.wire.leader import is_led as clock_leads
from dateline.wire.lift import lift, publish_archived
from dateline.wire.public import (
    PublicEdition,
    languages_of,
    media,
    media_type,
    public_edition,
    public_files,
    public_headlines,
    public_languages,
    public_list,
    public_pages,
    tombstones,
)
from dateline.wire.publishing import run_publisher
from dateline.wire.redistributing import Restated, record_redistributed, redistributed
from dateline.wire.renditions import rendition
from dateline.wire.search_hits import excerpt, hits
from dateline.wire.staging import staged_bodies, staged_frames
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
from dateline.wire.wide_hold import (
    RECONCILE,
    WideHoldCard,
    WideHoldLine,
    free_wire,
    hold_wire,
    need_reconciling,
    reconciled,
    set_aside,
    wide_hold,
    wide_hold_history,
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
    "RECONCILE",
    "ArchiveEdition",
    "ArchiveItem",
    "BadCursor",
    "CursorTooOld",
    "Cutover",
    "Exported",
    "HoldCard",
    "LogRow",
    "Moved",
    "PublicEdition",
    "Restated",
    "Submitted",
    "WideHoldCard",
    "WideHoldLine",
    "WirePage",
    "archive_release",
    "archived_items",
    "begin_epoch",
    "clock_leads",
    "due_soon",
    "event_document",
    "excerpt",
    "export_held",
    "export_public",
    "follow_items",
    "free_wire",
    "hits",
    "hold",
    "hold_wire",
    "import_wordpress",
    "languages_of",
    "lift",
    "lifted_after",
    "lock_and_check",
    "log_position",
    "media",
    "media_type",
    "move",
    "need_reconciling",
    "old_address",
    "public_edition",
    "public_files",
    "public_headlines",
    "public_languages",
    "public_languages_at",
    "public_list",
    "public_pages",
    "publish_archived",
    "reconciled",
    "record_redistributed",
    "redistributed",
    "release_overdue",
    "rendition",
    "run_clock",
    "run_publisher",
    "set_aside",
    "staged_bodies",
    "staged_frames",
    "submit",
    "submit_correction",
    "submit_kill",
    "submit_late_edition",
    "submit_withdrawal",
    "tombstones",
    "wide_hold",
    "wide_hold_history",
    "wire_page",
    "withdraw",
]
