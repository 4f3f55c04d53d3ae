"""How the SMTP sink talks: its rules, its diary, and one connection. Tests use dateline.testing.smtp_sink."""

import asyncio
import os
import re
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, cast

Stage = Literal["mail", "rcpt", "data", "content"]

_WORDS = {
    "421": "4.3.2 Closing, come back later",
    "450": "4.2.1 Mailbox busy",
    "451": "4.3.0 Try later",
    "454": "4.7.0 Too fast",
    "550": "5.1.1 No such mailbox here",
    "552": "5.2.2 Mailbox full",
    "554": "5.7.1 Not wanted",
}
_ADDRESS = re.compile(rb"<([^>]*)>")
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"
_EHLO = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 52428800\r\n"


@dataclass(frozen=True, slots=True)
class MailRule:
    """How to treat some mail. Of several rules the first that fits holds; where none fits, mail is taken.

    kind: `accept`; a reply code (`421` also closes, `450`, `550` ...); `drop` (closes amid the content);
    `lose` (takes the mail, writes the diary, closes without an answer); `slow` (answers the content after
    `seconds`); `hang` (never answers the content).
    pattern: shell pattern of the recipient's address. percent: only this share of those addresses, always the
    same ones. times: only the first tries of each address. stage: where a reply code is given.
    """

    kind: str
    pattern: str = "*"
    percent: float = 100.0
    seconds: float = 0.0
    times: int = 0
    stage: Stage = "rcpt"
    words: str = ""

    @property
    def reply(self) -> bytes:
        """The line of a reply code."""
        return f"{self.kind} {self.words or _WORDS.get(self.kind, '4.0.0 Told to')}\r\n".encode()

    def fits(self, address: str) -> bool:
        share = zlib.crc32(address.encode()) % 10_000
        return share < self.percent * 100 and fnmatchcase(address.lower(), self.pattern)


@dataclass(frozen=True, slots=True)
class MailEntry:
    """One line of the diary. `at` is seconds since 1970; `file` names the stored message, or is empty."""

    at: float
    message_id: str
    recipient: str
    size_bytes: int
    file: str


ACCEPT = MailRule("accept")


class Book:
    """What all connections share: rules, diary, stored messages, tries so far."""

    def __init__(self, folder: Path, rules: Sequence[MailRule], *, store: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rules = tuple(rules)
        self.store = store
        self.tries: Counter[tuple[int, str]] = Counter()
        self.stored = 0
        self.connections = 0
        self.hanging = 0
        self.open: set[asyncio.Transport] = set()
        self.diary = os.open(folder / "diary.tsv", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def drop(self) -> None:
        """Breaks every open connection."""
        for transport in list(self.open):
            transport.abort()

    def rule(self, address: str) -> MailRule:
        for number, rule in enumerate(self.rules):
            if rule.fits(address):
                if not rule.times:
                    return rule
                self.tries[number, address] += 1
                if self.tries[number, address] <= rule.times:
                    return rule
        return ACCEPT

    def write(self, recipients: list[str], content: bytes) -> None:
        found = _MESSAGE_ID.search(content, 0, content.find(b"\r\n\r\n") + 2)
        message_id = found[1].decode("utf-8", "replace") if found else ""
        name = self._stored(content) if self.store else ""
        now = time.time()
        lines = "".join(f"{now:.6f}\t{message_id}\t{who}\t{len(content)}\t{name}\n" for who in recipients)
        os.write(self.diary, lines.encode())

    def _stored(self, content: bytes) -> str:
        self.stored += 1
        name = f"{os.getpid()}-{self.stored:06}.eml"
        (self.folder / name).write_bytes(content)
        return name


class Session(asyncio.Protocol):
    """One connection: commands in, replies out, grouped as they come (RFC 2920)."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.buffer = bytearray()
        self.out: list[bytes] = []
        self.recipients: list[str] = []
        self.rule = ACCEPT
        self.in_content = False
        self.waiting = False
        self.has_sender = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self.book.connections += 1
        self.book.open.add(self.transport)
        self.transport.write(b"220 sink.example ESMTP\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.book.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        searched = max(0, len(self.buffer) - len(_END))
        self.buffer += data
        self._go_on(searched)

    def _go_on(self, searched: int = 0) -> None:
        while self.buffer and not self.waiting and not self.transport.is_closing():
            taken = self._content(searched) if self.in_content else self._line()
            searched = 0
            if not taken:
                break
        self._flush()

    def _flush(self) -> None:
        if self.out:
            self.transport.write(b"".join(self.out))
            self.out.clear()

    def _line(self) -> bool:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        self._command(line[:4].upper(), line)
        return True

    def _command(self, verb: bytes, line: bytes) -> None:
        if verb in {b"EHLO", b"HELO"}:
            self.out.append(_EHLO if verb == b"EHLO" else b"250 sink.example\r\n")
        elif verb == b"MAIL":
            self._mail(line)
        elif verb == b"RCPT":
            self._rcpt(line)
        elif verb == b"DATA":
            self._data()
        elif verb in {b"RSET", b"NOOP"}:
            if verb == b"RSET":
                self._reset()
            self.out.append(b"250 2.0.0 Ok\r\n")
        elif verb == b"QUIT":
            self.out.append(b"221 2.0.0 Bye\r\n")
            self._flush()
            self.transport.close()
        else:
            self.out.append(b"502 5.5.1 Not known here\r\n")

    def _reset(self) -> None:
        self.recipients, self.rule, self.has_sender = [], ACCEPT, False

    def _mail(self, line: bytes) -> None:
        self._reset()
        rule = self.book.rule(_address(line)) if any(r.stage == "mail" for r in self.book.rules) else ACCEPT
        if rule.stage == "mail" and rule.kind.isdigit():
            self._say(rule)
            return
        self.has_sender = True
        self.out.append(b"250 2.1.0 Ok\r\n")

    def _rcpt(self, line: bytes) -> None:
        if not self.has_sender:
            self.out.append(b"503 5.5.1 Need MAIL first\r\n")
            return
        address = _address(line)
        self.rule = self.book.rule(address)
        if self.rule.kind.isdigit() and self.rule.stage == "rcpt":
            self._say(self.rule)
            return
        self.recipients.append(address)
        self.out.append(b"250 2.1.5 Ok\r\n")

    def _data(self) -> None:
        if not self.recipients:
            self.out.append(b"554 5.5.1 No valid recipients\r\n")
        elif self.rule.kind.isdigit() and self.rule.stage == "data":
            self._say(self.rule)
        else:
            self.in_content = True
            self.out.append(b"354 Go on\r\n")

    def _say(self, rule: MailRule) -> None:
        self.out.append(rule.reply)
        if rule.kind == "421":
            self._flush()
            self.transport.close()

    def _content(self, searched: int) -> bool:
        if self.rule.kind == "drop":
            self.transport.abort()
            return False
        if self.buffer.startswith(_END[2:]):
            end, size = 0, len(_END) - 2
        else:
            end, size = self.buffer.find(_END, searched), len(_END)
            if end < 0:
                return False
            end += 2
            size -= 2
        content = bytes(self.buffer[:end]).replace(b"\r\n..", b"\r\n.")
        del self.buffer[: end + size]
        self.in_content = False
        self._finish(content)
        return True

    def _finish(self, content: bytes) -> None:
        rule, recipients = self.rule, self.recipients
        self._reset()
        if rule.kind.isdigit() and rule.stage == "content":
            self._say(rule)
            return
        if rule.kind == "hang":
            self.waiting = True
            self.book.hanging += 1
            return
        if rule.kind == "slow":
            self.waiting = True
            self._flush()
            asyncio.get_running_loop().call_later(rule.seconds, self._take_late, recipients, content)
            return
        self.book.write(recipients, content)
        if rule.kind == "lose":
            self.transport.abort()
        else:
            self.out.append(b"250 2.0.0 Taken\r\n")

    def _take_late(self, recipients: list[str], content: bytes) -> None:
        if not self.transport.is_closing():
            self.book.write(recipients, content)
            self.out.append(b"250 2.0.0 Taken\r\n")
            self.waiting = False
            self._flush()
            self._go_on()


def _address(line: bytes) -> str:
    found = _ADDRESS.search(line)
    return found[1].decode("utf-8", "replace") if found else ""


def read_mail_diary(path: Path) -> list[MailEntry]:
    """The entries of a diary file; a last line cut short by a crash is left out."""
    if not path.exists():
        return []
    rows = [line.split("\t") for line in path.read_text("utf-8").split("\n")[:-1]]
    return [MailEntry(float(at), mid, who, int(size), file) for at, mid, who, size, file in rows]
