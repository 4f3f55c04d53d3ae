"""One message on its way through a connection, from its envelope to the last word on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from dateline.channels.mail.rules import Reply, Stage

T = TypeVar("T")


def nothing() -> None:
    """For callers that do not care."""


@dataclass(slots=True, eq=False)
class Passage(Generic[T]):
    """`load` is the sender's own: what the message was made of."""

    load: T
    sender: str
    recipient: str
    content: bytes
    utf8: bool = False
    on_sent: Callable[[], None] = nothing
    """Called once the content has left this machine in full: from here on silence means `lost`."""
    stage: Stage = "mail"
    sent: bool = False
    reply: Reply | None = None
    """The last word, or the first refusal. None while it is under way, and when it has to go again."""
    tries: int = 0
    """Connections that broke before they gave an answer to any of it."""
    began_at: float = 0.0
    over: bool = False
    passed_on: bool = False
    """Not begun here, because one before it stalled: another connection may have it."""

    def start(self) -> None:
        """As if no connection had seen it."""
        self.stage, self.sent, self.reply, self.over = "mail", False, None, False
        self.passed_on = False

    def refuse(self, code: int, words: str | bytes) -> None:
        """The first refusal is the one that counts."""
        if self.reply is None:
            self.reply = Reply(code, words.decode("utf-8", "replace") if isinstance(words, bytes) else words,
                               self.stage)  # fmt: skip

    def opening(self, *, sized: bool) -> bytes:
        """Its MAIL command."""
        size = f" SIZE={len(self.content)}" if sized else ""
        wide = " BODY=8BITMIME SMTPUTF8" if self.utf8 else ""
        return f"MAIL FROM:<{self.sender}>{size}{wide}\r\n".encode()

    def address(self) -> bytes:
        """Its RCPT command; one recipient per envelope."""
        return f"RCPT TO:<{self.recipient}>\r\n".encode()
