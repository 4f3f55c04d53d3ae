"""Reads a saved mail message: subject, best text part, pictures. Its sender proves and authorises nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from typing import Final

from dateline.core.words import Finding
from dateline.formats import charsets
from dateline.formats.addresses import name_of_address
from dateline.formats.html import is_our_article

WHERE: Final = "mail"
_FIELD: Final = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,40}):(?=[ \t\r\n])", re.MULTILINE)
_SURE: Final = frozenset(
    {b"message-id", b"mime-version", b"received", b"return-path", b"content-type", b"date"}
)
_MOST_PARTS: Final = 200
_AGAIN: Final = re.compile(r"^(?:(?:re|fwd?|wg|aw|tr|rv|enc|sv)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadMail:
    """`text` is HTML when `html`; `pictures`: name -> bytes."""

    subject: str
    sender: str
    text: str
    html: bool
    language: str
    pictures: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def looks_like_mail(data: bytes) -> bool:
    """Whether it opens with the header of a message: two fields that only mail has, and From or Subject.

    >>> looks_like_mail(b"From: a@b.example\\nDate: x\\nMIME-Version: 1.0\\n\\nText")
    True
    >>> looks_like_mail(b"From: the desk\\n\\nText")
    False
    """
    if data.startswith(b"From ") and b"\n" in data[:300]:
        data = data.partition(b"\n")[2]  # the line that mailbox files put first
    head = re.split(rb"\r?\n\r?\n", data[:60_000], maxsplit=1)[0]
    if not _FIELD.match(head):
        return False
    names = {name.lower() for name in _FIELD.findall(head)}
    return len(names & _SURE) >= 2 and bool(names & {b"from", b"subject"})


def read_mail_file(data: bytes) -> ReadMail:
    """The message. Nothing raises: what cannot be used is a finding."""
    if data.startswith(b"From ") and b"\n" in data[:300]:
        data = data.partition(b"\n")[2]
    notes: list[Finding] = []
    message = message_from_bytes(data, policy=compat32)
    parts = list(_parts(message))[:_MOST_PARTS]
    text, html = _best(parts, notes)
    subject, sender = (_header(message, name, notes) for name in ("Subject", "From"))
    if sender:
        words = f"its sender ({sender[:120]}) proves and authorises nothing; call whoever it claims to be"
        notes.append(Finding("mail-sender", "warn", f"{WHERE} From", words))
    pictures = _attached(parts, notes)
    tag = _header(message, "Content-Language", notes).partition(",")[0].strip()
    return ReadMail(_AGAIN.sub("", subject), sender, text, html, tag, pictures, tuple(notes))


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, without what lies in attached messages."""
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _header(message: Message, name: str, notes: list[Finding]) -> str:
    """A field as text, each piece in its own character set."""
    value = message.get(name)
    if value is None:
        return ""
    raw = str(value) if isinstance(value, str) else value.encode()
    out = []
    try:
        pieces = decode_header(raw)
    except (ValueError, TypeError, MessageError) as error:
        words = f"cannot be decoded ({str(error)[:60] or type(error).__name__}); kept as written"
        notes.append(Finding("header-broken", "warn", f"{WHERE} {name}", words))
        pieces = [(raw, None)]
    for piece, label in pieces:
        data = piece.encode("ascii", "surrogateescape") if isinstance(piece, str) else piece
        out.append(_text_of(data, "" if label in {None, "unknown-8bit"} else str(label), name, notes))
    return " ".join("".join(out).split())


def _text_of(data: bytes, label: str, where: str, notes: list[Finding]) -> str:
    """`data` by its label, else as UTF-8, else as windows-1252, and said so."""
    codec = charsets.by_label(label) if label else ""
    if label and not codec:
        notes.append(
            Finding("encoding-unknown", "warn", f"{WHERE} {where}", f"'{label}' is no character set")
        )
    for name in filter(None, (codec, "utf-8", "cp1252")):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if name != (codec or "utf-8"):
            words = f"is not {label or 'ASCII'} as it says; read as {charsets.shown(name)}"
            notes.append(Finding("encoding-wrong", "warn", f"{WHERE} {where}", words))
        return text
    text = data.decode(codec or "utf-8", errors="replace")
    words = f"{text.count(chr(0xFFFD))} places are in no character set we know; shown as U+FFFD"
    notes.append(Finding("characters-lost", "warn", f"{WHERE} {where}", words))
    return text


def _is_text(part: Message, kind: str) -> bool:
    return part.get_content_type() == kind and part.get_content_disposition() != "attachment"


def _best(parts: list[Message], notes: list[Finding]) -> tuple[str, bool]:
    """(text, whether it is HTML): an article of ours, else plain text unless that is a stub beside HTML."""
    pages = [_body(part, notes) for part in parts if _is_text(part, "text/html")]
    plains = [_body(part, notes) for part in parts if _is_text(part, "text/plain")]
    ours = next((page for page in pages if is_our_article(page)), "")
    plain, page = "\n\n".join(text for text in plains if text.strip()), next(iter(pages), "")
    if ours:
        return ours, True
    stub = len(plain) * 3 < len(re.sub(r"<[^>]{0,500}>", "", page))
    if plain and not (page and stub):
        return plain, False
    if not page and not plain:
        notes.append(Finding("body-missing", "warn", f"{WHERE} body", "holds no text"))
    return page, bool(page)


def _body(part: Message, notes: list[Finding]) -> str:
    data = part.get_payload(decode=True)
    label = part.get_param("charset") or ""
    text = _text_of(data if isinstance(data, bytes) else b"", str(label), "body", notes)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format") or "").lower() == "flowed":
        text = _unflowed(text, joined=str(part.get_param("delsp") or "").lower() == "yes")
    return text


def _unflowed(text: str, *, joined: bool) -> str:
    """Lines that end in a blank go on in the next (RFC 3676)."""
    out: list[str] = []
    flows = False
    for raw in text.split("\n"):
        line = raw.removeprefix(" ")
        if flows and out:
            out[-1] = (out[-1][:-1] if joined else out[-1]) + line
        else:
            out.append(line)
        flows = line.endswith(" ") and line != "-- "
    return "\n".join(line.rstrip() for line in out)


def _attached(parts: list[Message], notes: list[Finding]) -> dict[str, bytes]:
    """Pictures by name; whatever else is attached is named in a finding."""
    out: dict[str, bytes] = {}
    for number, part in enumerate(parts, 1):
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and part.get_content_disposition() != "attachment":
            continue
        data = part.get_payload(decode=True)
        name = name_of_address(str(part.get_filename() or "")) or f"part-{number}"
        if (
            kind in {"image/jpeg", "image/png", "image/webp", "image/gif"}
            and isinstance(data, bytes)
            and data
        ):
            out[name] = data
        else:
            words = f"'{name}' ({kind}) was left out; read it by itself if the release is in it"
            notes.append(Finding("attachment-left-out", "warn", f"{WHERE} part {number}", words))
    return out
