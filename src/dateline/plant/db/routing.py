"""Which table lies in which database: dispatch in the ledger, the plant's own tables in both, all else in
the main one.
"""

from typing import Any

from dateline.plant.db.databases import DEFAULT, LEDGER


class LedgerRouter:
    """Keeps the ledger in its own file or schema."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return LEDGER if model._meta.app_label == "dispatch" else DEFAULT

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if app_label == "plant":
            return True
        return (app_label == "dispatch") == (db == LEDGER)
