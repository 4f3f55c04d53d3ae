"""Reads a saved mail message: subject, best text part, pictures. Its sender proves and authorises nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from itertools import islice
from typing import Final

from dateline.core.errors import BadInput
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
_LONGEST_FIELD: Final = 10_000
"""Characters of a Subject or From: encoded words are decoded in a time that grows with the square."""
_LONGEST_CONTENT_FIELD: Final = 4_000
_MOST_PARAMETERS: Final = 100
"""Of a Content-... field: here the same holds of the parameters, and each part has such fields."""
_CONTENT_FIELD: Final = re.compile(
    rb"(?<![^\r\n])content-[a-z-]{1,40}:[^\r\n]*(?:(?:\r\n|[\r\n])[ \t][^\r\n]*)*", re.IGNORECASE
)
_CONTAINER: Final = re.compile(rb"content-type:[\s\x1c-\x1f]*(?:multipart|message)/", re.IGNORECASE)
_MOST_CONTAINERS: Final = 200
_MOST_LOOKS: Final = 5_000_000
"""Each line is held against the boundary of every container that is open."""
_DASHED: Final = re.compile(rb"(?<![^\r\n])--")
_MOST_DASHED: Final = 5_000
"""Lines that may be a boundary, which are also the lines that rule off a text."""
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
    """The message; what cannot be used is a finding. Raises BadInput for what no mail program writes: fields,
    parts or containers by which a reader is kept busy.
    """
    if data.startswith(b"From ") and b"\n" in data[:300]:
        data = data.partition(b"\n")[2]
    _check(data)
    notes: list[Finding] = []
    try:
        message = message_from_bytes(data, policy=compat32)
        parts = list(islice(_parts(message), _MOST_PARTS))
    except RecursionError:
        raise _busy("containers within containers are too deep") from None
    text, html = _best(parts, notes)
    subject, sender = (_header(message, name, notes) for name in ("Subject", "From"))
    if sender:
        words = f"its sender ({sender[:120]}) proves and authorises nothing; call whoever it claims to be"
        notes.append(Finding("mail-sender", "warn", f"{WHERE} From", words))
    pictures = _attached(parts, notes)
    tag = _header(message, "Content-Language", notes).partition(",")[0].strip()
    return ReadMail(_AGAIN.sub("", subject), sender, text, html, tag, pictures, tuple(notes))


def _check(data: bytes) -> None:
    """Raises BadInput for what would take the parser of mail too long, before it sees it."""
    for field in _CONTENT_FIELD.finditer(data):
        if len(field[0]) > _LONGEST_CONTENT_FIELD or field[0].count(b";") > _MOST_PARAMETERS:
            name = field[0][:50].partition(b":")[0].decode("ascii")
            most = f"{_LONGEST_CONTENT_FIELD} bytes or {_MOST_PARAMETERS} parameters"
            raise _busy(f"its {name} has more than {most}")
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    containers = sum(1 for _ in islice(_CONTAINER.finditer(data), _MOST_CONTAINERS + 1))
    if containers > _MOST_CONTAINERS or (containers + 1) * lines > _MOST_LOOKS:
        raise _busy("it has too many containers (multipart, message) or lines")
    if sum(1 for _ in islice(_DASHED.finditer(data), _MOST_DASHED + 1)) > _MOST_DASHED:
        raise _busy(f"it has more than {_MOST_DASHED} boundaries of parts")


def _busy(words: str) -> BadInput:
    return BadInput(f"{words}; copy the release out of the message into a file of its own", where=WHERE)


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
    if len(raw) > _LONGEST_FIELD:
        raise _busy(f"its {name} has more than {_LONGEST_FIELD} characters")
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
    stub = len(plain) * 3 < len(re.sub(r"<[^<>]{0,500}>", "", page))
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
    out: list[list[str]] = []
    flows = False
    for raw in text.split("\n"):
        line = raw.removeprefix(" ")
        goes_on = line.endswith(" ") and line != "-- "
        piece = line[:-1] if joined and goes_on else line
        if flows:
            out[-1].append(piece)
        else:
            out.append([piece])
        flows = goes_on
    return "\n".join("".join(pieces).rstrip() for pieces in out)


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
