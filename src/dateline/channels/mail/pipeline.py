"""SMTP with commands sent ahead (RFC 2920): a queue of the replies that are due, and what each one does.

One message's content and the next one's MAIL, RCPT and DATA go in one group, so that a message costs one
round trip instead of four. Every reply is matched to its command; without PIPELINING the same code sends
one command at a time. Nothing here waits: bytes come in, bytes go out, and `finished` hears of each passage
once.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

from dateline.channels.mail.dialogue import Dialogue
from dateline.channels.mail.passage import Passage
from dateline.channels.mail.rules import Stage

_END: Final = b".\r\n"
_RESET: Final = b"RSET\r\n"
_DATA: Final = b"DATA\r\n"
_SMALL: Final = 64 * 1024
"""Bytes of content that travel in one group with the next envelope; what is longer goes alone, so that it
is known exactly when the last of it has left."""


class Pipeline(Dialogue):
    """Mail over one connection: at most one envelope ahead of the content that is being answered."""

    def __init__(
        self,
        finished: Callable[[Passage[Any]], None],
        changed: Callable[[], None],
        *,
        reply_s: float,
        last_reply_s: float,
        stall_s: float = math.inf,
    ) -> None:
        super().__init__(reply_s=reply_s, last_reply_s=last_reply_s)
        self._stall_s = stall_s
        self._alone = False
        """Whether what was behind a stalled mail has been passed on: after that mail the connection ends."""
        self.in_groups = False
        """Whether commands go ahead of replies; set once EHLO has said so."""
        self.sized = False
        self._tell_finished, self._changed = finished, changed
        self._waiting: deque[Passage[Any]] = deque()
        self._current: Passage[Any] | None = None
        self._leaving: list[Passage[Any]] = []
        self._carried = 0
        self._judging = True

    # --- what the connection does

    @property
    def is_idle(self) -> bool:
        return not (self._due or self._waiting or self._current)

    @property
    def has_room(self) -> bool:
        """Whether one more passage may be handed over now: the newest one's envelope is out."""
        free = self.is_idle or (self.in_groups and not self._waiting)
        return free and self.is_open and not self._alone

    def submit(self, passage: Passage[Any]) -> None:
        """Takes a passage; it begins as soon as those before it allow."""
        passage.start()
        self._waiting.append(passage)
        if group := self._next_opening():
            self._write(group)
        if self._due and self._due[0][1] is not passage:  # behind another one
            self._wait_until(min(self._deadline, self._loop.time() + self._stall_s))

    def abandon(self) -> None:
        """Drops the connection and judges nothing: whoever stops us knows what was sent."""
        self._judging = False
        self.close("stopped")

    # --- asyncio.Protocol

    def resume_writing(self) -> None:
        for passage in self._leaving:
            passage.sent = True
            passage.on_sent()
        self._leaving.clear()
        if group := self._next_opening():
            self._write(group)
        self._changed()

    def _go_on(self) -> None:
        if self._waiting and (group := self._next_opening()):
            self._write(group)
        self._changed()

    # --- replies

    def _passage_answered(self, due: Stage, passage: Passage[Any], code: int, words: bytes) -> None:
        passage.stage = due
        kind = code // 100
        if code == 421:
            self._closing(passage, code, words)
        elif due == "content":
            if kind == 3:
                self._break("asked for more after the content", ("content", passage))
                return
            passage.refuse(code, words)
            self._done(passage)
        elif due == "data":
            self._data_answered(passage, code, words)
        elif kind in {4, 5}:
            passage.refuse(code, words)
            if not self.in_groups:
                self._leave(passage)
        elif kind == 3:
            self._break(f"{code} to an envelope", (due, passage))
        elif not self.in_groups:
            self._step(passage, due)

    def _step(self, passage: Passage[Any], due: Stage) -> None:
        """One command at a time: the next one."""
        passage.stage = "rcpt" if due == "mail" else "data"
        self._expect(passage.stage, passage)
        self._write(passage.address() if due == "mail" else _DATA)

    def _data_answered(self, passage: Passage[Any], code: int, words: bytes) -> None:
        if code == 354 and passage.reply is None:
            self._send_content(passage)
        elif code == 354:  # refused before, and yet it wants content: an empty one, which goes to nobody
            self._current = None
            self._expect("aside", None)
            self._write(_END + self._next_opening())
            self._done(passage)
        elif code // 100 in {4, 5}:
            passage.refuse(code, words)
            self._leave(passage)
        else:
            self._break(f"{code} to DATA", ("data", passage))

    def _leave(self, passage: Passage[Any]) -> None:
        """Clears the envelope that a refusal left half told, and goes on with the next."""
        self._current = None
        reset = b""
        if passage.reply is not None and passage.reply.stage != "mail":
            self._expect("aside", None)
            reset = _RESET
        if group := reset + self._next_opening():
            self._write(group)
        self._done(passage)

    def _send_content(self, passage: Passage[Any]) -> None:
        transport = cast(asyncio.Transport, self.transport)
        passage.stage = "content"
        self._current = None
        self._expect("content", passage)
        if len(passage.content) < _SMALL:
            # The kernel takes this much as a rule. Where it does not, `lost` for what may not have left
            # costs a word; `deferred` for what may have left would cost a repeat that nobody could explain.
            self._write_all((passage.content, _END, self._next_opening()))
            passage.sent = True
            passage.on_sent()
            return
        transport.writelines([passage.content, _END])
        if transport.get_write_buffer_size():
            self._leaving.append(passage)
            return
        passage.sent = True
        passage.on_sent()
        if group := self._next_opening():
            self._write(group)

    def _next_opening(self) -> bytes:
        """The commands of the passage whose turn it is, now expected; empty when it is nobody's."""
        if not self._waiting or self._current or self._leaving or not self.is_open:
            return b""
        if not self.in_groups and self._due:
            return b""
        passage = self._current = self._waiting.popleft()
        self._expect("mail", passage)
        opening = passage.opening(sized=self.sized)
        if not self.in_groups:
            return opening
        self._expect("rcpt", passage)
        self._expect("data", passage)
        return opening + passage.address() + _DATA

    def _done(self, passage: Passage[Any]) -> None:
        self._carried += 1
        self._finished(passage)
        if self._alone:
            # The envelope of one that was passed on may be out: its content must not follow.
            self.close("a stalled mail was answered at last")

    # --- a mail that is not answered keeps no other waiting

    def _behind(self) -> list[Passage[Any]]:
        """What waits for the answer to another mail, in order; none of its content has left."""
        first = self._due[0][1]
        due = [what for stage, what in self._due if stage not in {"command", "aside"}]
        current = [self._current] if self._current is not None else []
        return [one for one in dict.fromkeys([*due, *current, *self._waiting]) if one is not first]

    def _short_patience(self) -> float:
        return math.inf if self._alone else self._stall_s

    def _stalled(self) -> bool:
        if self._due[0][0] in {"command", "aside"}:
            # No mail is at fault, and the next one's envelope is out: its DATA would take whatever another
            # mail wrote behind it for content. So it keeps its place, for the whole of the long patience.
            return True
        behind = self._behind()
        self._alone = bool(behind)
        self._waiting.clear()
        if self._current is not self._due[0][1]:
            self._current = None
        for passage in behind:
            passage.passed_on = True
            self._finished(passage)
        self._changed()
        return True

    def _finished(self, passage: Passage[Any]) -> None:
        if not passage.over:
            passage.over = True
            self._tell_finished(passage)

    # --- the end of a connection

    def _closing(self, passage: Passage[Any], code: int, words: bytes) -> None:
        """421: the server ends the connection. To one that had been kept, that is no answer to a new
        message.
        """
        if not (passage.stage == "mail" and self._carried and not passage.tries):
            passage.refuse(code, words)
        else:
            passage.tries += 1
        self._current = None
        self._finished(passage)
        self.close(f"421 {words.decode('utf-8', 'replace')}")

    def _give_up(self, left: dict[Any, Stage]) -> None:
        """Every passage gets its last word: the one that was being answered a fault, those behind it none."""
        waiting, self._waiting = self._waiting, deque()
        self._current = None
        self._leaving.clear()
        for number, (passage, stage) in enumerate(left.items()):
            self._broken(passage, stage, was_next=not number)
        for passage in waiting:
            self._finished(passage)
        self._changed()

    def _broken(self, passage: Passage[Any], stage: Stage, *, was_next: bool) -> None:
        if passage.over:
            return
        passage.stage = stage
        if not self._judging:
            pass
        elif stage == "content":
            passage.refuse(0, self._why)
        elif passage.reply is None and was_next:
            # Closed before any answer to it, or by a fault: once more over a new connection, then it counts.
            if passage.tries or not (stage == "mail" or self.fault):
                passage.refuse(0, self._why)
            passage.tries += 1
        self._finished(passage)
