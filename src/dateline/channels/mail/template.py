"""Makes the message of each recipient: encoded once per edition, then spliced.

Building a message tree per person costs some 4 ms, a splice some microseconds (reference: delivery, mail).
What is personal goes into the slots of the two footers and into four header fields. The same task makes the
same bytes, always (I5): nothing here looks at a clock or draws a random number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import Final

from dateline.channels.mail.headers import (
    Mailbox,
    Unsendable,
    address_field,
    checked,
    mailbox,
    message_id,
    unstructured,
    web_address,
)
from dateline.channels.mail.quoted import quoted
from dateline.core.words import OpenedParcel, Task
from dateline.formats.mail import (
    SLOTS,
    MailDocument,
    Pieces,
    Slot,
    html_pieces,
    read_mail,
    text_pieces,
)

_LINKS: Final[frozenset[Slot]] = frozenset({"preferences_url", "stop_url"})
_KEPT_VALUES: Final = 4096
_MARKUP: Final = re.compile("[&<>\"']")


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a personal value goes: into the line that has `column` characters so far."""

    slot: Slot
    column: int
    in_html: bool


class Template:
    """The message of one edition for all who have the same personal fields. `head`: whole header fields."""

    def __init__(self, head: Sequence[bytes], parts: Sequence[bytes | Gap]) -> None:
        self.head = tuple(head)
        self._parts = [b"" if isinstance(part, Gap) else part for part in parts]
        places: dict[Slot, list[tuple[int, Gap]]] = {}
        for number, part in enumerate(parts):
            if isinstance(part, Gap):
                places.setdefault(part.slot, []).append((number, part))
        self._places = places
        self._kept: dict[tuple[Slot, str], list[tuple[int, bytes]]] = {}
        """What goes where for (slot, value): many people share a reason and a source."""

    def spliced(self, personal: Mapping[str, str]) -> bytes:
        """The body with one person's values in its gaps. Raises Unsendable."""
        out = self._parts.copy()
        for slot, places in self._places.items():
            value = personal[slot]
            if slot in _LINKS:
                found = _placed(slot, value, places)
            else:
                kept = self._kept.get((slot, value))
                if kept is None:
                    if len(self._kept) >= _KEPT_VALUES:
                        self._kept.clear()
                    kept = self._kept[slot, value] = _placed(slot, value, places)
                found = kept
            for number, data in found:
                out[number] = data
        return b"".join(out)


def _placed(slot: Slot, value: str, places: Sequence[tuple[int, Gap]]) -> list[tuple[int, bytes]]:
    """(part, bytes) for each place of a slot; a value that stands in several alike is encoded once."""
    value = _value(slot, value)
    in_html = escape(value) if _MARKUP.search(value) else value
    mine: dict[tuple[str, int], bytes] = {}
    found = []
    for number, gap in places:
        key = (in_html if gap.in_html else value), gap.column
        data = mine.get(key)
        if data is None:
            data = mine[key] = quoted(*key)[0]
        found.append((number, data))
    return found


_NONE: Final = (None, frozenset[Slot](), Template((), ()))


@dataclass(frozen=True, slots=True)
class Draft:
    """A message in parts: `shared` fields are the same objects for all of one template."""

    recipient: str
    utf8: bool
    shared: tuple[bytes, ...]
    own: tuple[bytes, ...]
    body: bytes

    @property
    def head(self) -> tuple[bytes, ...]:
        return (*self.shared, *self.own)


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one envelope. `utf8` when the relay must offer SMTPUTF8 for it."""

    recipient: str
    content: bytes
    utf8: bool


class Writer:
    """Makes messages; keeps the templates of the editions it met last."""

    def __init__(self, sender: Mailbox, *, keep: int = 64) -> None:
        self._sender = sender
        self._keep = keep
        self._templates: dict[tuple[OpenedParcel, frozenset[Slot]], Template] = {}
        self._last: tuple[OpenedParcel | None, frozenset[Slot], Template] = _NONE

    def message(self, task: Task) -> Message:
        """Raises BadInput (Unsendable) when no message can be made of the task."""
        draft = self.draft(task)
        return Message(draft.recipient, b"".join((*draft.head, b"\r\n", draft.body)), draft.utf8)

    def draft(self, task: Task) -> Draft:
        """The same in parts, for whoever signs it."""
        personal = task.personal
        present = frozenset([slot for slot in SLOTS if personal.get(slot, "").strip()])
        template = self._template(task.parcel, present)
        recipient = mailbox(task.endpoint.address)
        name = personal.get("name") or task.endpoint.name
        own = (
            address_field("To", name, recipient),
            f"Message-ID: {message_id(task.message_id)}\r\n".encode(),
            *_stop_fields(personal["stop_url"] if "stop_url" in present else ""),
        )
        body = template.spliced(personal)
        return Draft(recipient.address, recipient.utf8 or self._sender.utf8, template.head, own, body)

    def _template(self, parcel: OpenedParcel, present: frozenset[Slot]) -> Template:
        if self._last[0] is parcel and self._last[1] == present:
            return self._last[2]  # a parcel is dear to hash, and most come from one release
        key = (parcel, present)
        found = self._templates.get(key)
        if found is None:
            while len(self._templates) >= self._keep:
                del self._templates[next(iter(self._templates))]
            found = self._templates[key] = compiled(parcel, present, self._sender)
        self._last = (parcel, present, found)
        return found


def compiled(parcel: OpenedParcel, present: frozenset[Slot], sender: Mailbox) -> Template:
    """The template of an opened `mail` parcel. Raises BadInput when it is none, or not opened yet."""
    document = read_mail(parcel.body)
    date = format_datetime(parcel.at) if parcel.at else document.date
    if not date:
        raise Unsendable("the parcel names no instant: it was not opened", where="Date")
    boundary = f"=_{document.sha256[:32]}"  # quoted-printable never writes `=_`, so no text can hold it
    head = [
        f"Date: {date}\r\n".encode(),
        address_field("From", document.from_name, sender),
        *_reply_to(document),
        unstructured("Subject", document.subject),
        *_thread(document, sender),
        unstructured("Content-Language", document.language),
        b"MIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode(),
    ]
    parts: list[bytes | Gap] = []
    for kind, pieces in (
        ("plain", text_pieces(document, present)),
        ("html", html_pieces(document, present)),
    ):
        parts.append(
            f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        )
        parts += _encoded(pieces, in_html=kind == "html")
        parts.append(b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    _check(head, parts)
    return Template(head, _joined(parts))


def _joined(parts: list[bytes | Gap]) -> list[bytes | Gap]:
    """Neighbouring bytes as one."""
    out: list[bytes | Gap] = []
    for part in parts:
        if isinstance(part, bytes) and out and isinstance(out[-1], bytes):
            out[-1] += part
        else:
            out.append(part)
    return out


def _check(head: list[bytes], parts: list[bytes | Gap]) -> None:
    """A line end that is no CRLF is read as one by some servers, and what follows as a message of its own."""
    fixed = b"\0".join([*head, *(part for part in parts if isinstance(part, bytes))])
    if not fixed.count(b"\r\n") == fixed.count(b"\r") == fixed.count(b"\n"):
        raise Unsendable("holds a line end that is not CRLF", where="mail")


def _reply_to(document: MailDocument) -> list[bytes]:
    if document.reply_to is None:
        return []
    name, address = document.reply_to
    return [address_field("Reply-To", name, mailbox(address))]


def _thread(document: MailDocument, sender: Mailbox) -> list[bytes]:
    """One thread per release: every version refers to the same id, for Message-IDs differ per recipient."""
    thread = message_id(f"<{document.release}.release@{sender.domain}>", "References")
    reference = f"References: {thread}\r\n".encode()
    later = document.type in {"corrected", "killed", "withdrawn"}
    return [f"In-Reply-To: {thread}\r\n".encode(), reference] if later else [reference]


def _stop_fields(stop_url: str) -> list[bytes]:
    """RFC 8058: one click, without a mail address, since e-mail authorises nothing."""
    if not stop_url:
        return []
    where = web_address(stop_url, "List-Unsubscribe")
    return [f"List-Unsubscribe: <{where}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()]


def _encoded(pieces: Pieces, *, in_html: bool) -> list[bytes | Gap]:
    """Text is encoded around its gaps; behind a gap it goes on in a fresh line: the column is not known.

    A link has a fresh line of its own, so that it is encoded once for all the places where it stands.
    """
    out: list[bytes | Gap] = []
    after_gap = False
    for words, slot in pieces:
        data, column = quoted(words)
        if after_gap and not data.startswith(b"\r\n"):
            out.append(b"=\r\n")
        out.append(data)
        if slot in _LINKS and column:
            out.append(b"=\r\n")
            column = 0
        if slot is not None:
            out.append(Gap(slot, column, in_html))
        after_gap = slot is not None
    return out


def _value(slot: Slot, value: str) -> str:
    if slot in _LINKS:
        return web_address(value, slot)
    return " ".join(checked(value, slot).split())
