"""Makes the message of each recipient: encoded once per edition, then spliced.

Building a message tree per person costs some 4 ms, a splice some microseconds (reference: delivery, mail).
What is personal goes into the slots of the two footers and into four header fields. The same task makes the
same bytes, always (I5): nothing here looks at a clock or draws a random number.
"""

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a personal value goes: into the line that has `column` characters so far."""

    slot: Slot
    column: int
    in_html: bool


@dataclass(frozen=True, slots=True)
class Template:
    """The message of one edition for all who have the same personal fields."""

    head: bytes
    parts: tuple[bytes | Gap, ...]


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

    def message(self, task: Task) -> Message:
        """Raises BadInput (Unsendable) when no message can be made of the task."""
        present = frozenset(slot for slot in SLOTS if task.personal.get(slot))
        template = self._template(task.parcel, present)
        recipient = mailbox(task.endpoint.address)
        name = task.personal.get("name") or task.endpoint.name
        head = [
            template.head,
            address_field("To", " ".join(name.split(" ")), recipient),
            f"Message-ID: {message_id(task.message_id)}\r\n".encode(),
            *_stop_fields(task.personal.get("stop_url", "")),
            b"\r\n",
        ]
        values = {slot: _value(slot, task.personal[slot]) for slot in present}
        content = b"".join(head) + _spliced(template.parts, values)
        return Message(recipient.address, content, recipient.utf8 or self._sender.utf8)

    def _template(self, parcel: OpenedParcel, present: frozenset[Slot]) -> Template:
        key = (parcel, present)
        found = self._templates.get(key)
        if found is None:
            while len(self._templates) >= self._keep:
                del self._templates[next(iter(self._templates))]
            found = self._templates[key] = compiled(parcel, present, self._sender)
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
    return Template(b"".join(head), tuple(parts))


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
    """Text is encoded around its gaps; behind a gap it goes on in a fresh line: the column is not known."""
    out: list[bytes | Gap] = []
    after_gap = False
    for words, slot in pieces:
        data, column = quoted(words)
        if after_gap and not data.startswith(b"\r\n"):
            out.append(b"=\r\n")
        out.append(data)
        if slot is not None:
            out.append(Gap(slot, column, in_html))
        after_gap = slot is not None
    return out


def _value(slot: Slot, value: str) -> str:
    if slot in _LINKS:
        return web_address(value, slot)
    return checked(" ".join(value.split(" ")).strip(), slot)


def _spliced(parts: tuple[bytes | Gap, ...], values: Mapping[Slot, str]) -> bytes:
    out = []
    for part in parts:
        if isinstance(part, Gap):
            value = values[part.slot]
            out.append(quoted(escape(value) if part.in_html else value, part.column)[0])
        else:
            out.append(part)
    return b"".join(out)
