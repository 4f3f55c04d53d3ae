"""Tasks that a channel has drawn and may not have begun, called back (I7)."""

from collections.abc import Callable, Iterable

from dateline.core.channel import Recall
from dateline.core.words import Receipt
from dateline.dispatch.addressing import Entry


class CalledBack:
    """Which claims were called back and have no receipt yet."""

    def __init__(self) -> None:
        self._claims: set[tuple[int, int]] = set()

    def ask(self, recall: Recall | None, drawn: Iterable[Entry], unwanted: Callable[[Entry], bool]) -> None:
        """Asks a channel that draws ahead, if it is one, for what it has not begun of these."""
        if recall is not None:
            claims = [(entry.row.id, entry.row.fence) for entry in drawn if unwanted(entry)]
            self._claims.update(claims)
            recall(claims)

    def is_back(self, receipt: Receipt) -> bool:
        """Whether this one was called back in time: then it is as if nobody had drawn it."""
        claim = (receipt.delivery, receipt.fence)
        if claim not in self._claims:
            return False
        self._claims.discard(claim)
        return receipt.outcome == "released"

    def clear(self) -> None:
        """Nothing is drawn any more."""
        self._claims.clear()
