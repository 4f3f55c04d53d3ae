"""What a fault at the far end means for a drop, in the codes the ledger knows.

401 (sign-in), 403 (permission) and 404 (path) are tried three times, then refused by dispatch, which counts:
a person must mend them. Everything else is tried again for a day.
"""

from dataclasses import dataclass
from typing import Final

from dateline.channels.in_hand import said
from dateline.core.words import Outcome, Receipt, Task

SIGN_IN: Final = 401
PERMISSION: Final = 403
PATH: Final = 404
FULL: Final = 507


class DropFault(Exception):
    """Why a drop did not arrive. `refused` ends it; `code` is one of the above, or 0.

    `lost`: all of it had left when the answer stayed away, so it may be there.
    """

    def __init__(
        self, words: str | bytes, *, code: int = 0, refused: bool = False, lost: bool = False
    ) -> None:
        super().__init__(said(words) or "no answer")
        self.code = code
        self.refused = refused
        self.lost = lost

    @property
    def outcome(self) -> Outcome:
        if self.refused:
            return "refused"
        return "lost" if self.lost else "deferred"


@dataclass(frozen=True, slots=True)
class Timed:
    """Makes the receipts of one try."""

    task: Task
    ms: int

    def accepted(self, words: str) -> Receipt:
        return Receipt(self.task.delivery, self.task.fence, "accepted", text=said(words), ms=self.ms)

    def refused(self, words: str) -> Receipt:
        return Receipt(self.task.delivery, self.task.fence, "refused", text=said(words), ms=self.ms)

    def failed(self, fault: DropFault) -> Receipt:
        return Receipt(
            self.task.delivery, self.task.fence, fault.outcome, code=fault.code, text=str(fault), ms=self.ms
        )
