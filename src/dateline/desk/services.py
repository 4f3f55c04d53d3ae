"""The door of the desk: drafts, locks, approvals, and what other rooms read of them."""

from dateline.desk.approval import approve, return_release, spike, to_review
from dateline.desk.cards import ApprovalState, EditionRef, HistoryLine, ReleaseCard, VersionCard
from dateline.desk.drafts import add_release, drafts, remove_draft, save_draft, set_circuit, set_time
from dateline.desk.following import begin_lift
from dateline.desk.gate import findings, gate_missing, override, record_findings
from dateline.desk.locking import lock, lock_correction, lock_kill, lock_late_edition, lock_withdrawal
from dateline.desk.reading import (
    edition,
    editions,
    headline,
    headlines,
    history,
    latest_version,
    list_releases,
    manifest,
    media,
    pending,
    show,
    targeting,
    version,
    versions,
)

__all__ = [
    "ApprovalState",
    "EditionRef",
    "HistoryLine",
    "ReleaseCard",
    "VersionCard",
    "add_release",
    "approve",
    "begin_lift",
    "drafts",
    "edition",
    "editions",
    "findings",
    "gate_missing",
    "headline",
    "headlines",
    "history",
    "latest_version",
    "list_releases",
    "lock",
    "lock_correction",
    "lock_kill",
    "lock_late_edition",
    "lock_withdrawal",
    "manifest",
    "media",
    "override",
    "pending",
    "record_findings",
    "remove_draft",
    "return_release",
    "save_draft",
    "set_circuit",
    "set_time",
    "show",
    "spike",
    "targeting",
    "to_review",
    "version",
    "versions",
]
