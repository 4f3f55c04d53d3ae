"""Reads what mail systems send back: delivery reports (RFC 3464), older bounces, automatic replies (RFC
3834).

Pure facts, nothing decided: whoever acts on them must know by a token or Message-ID that the mail was ours.
Never raises for what somebody sent; a message that says nothing useful is `unknown`.
"""

import email.policy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from itertools import islice
from typing import Final, Literal

from dateline.formats.enhanced_codes import code_in

Kind = Literal["failed", "delayed", "delivered", "automatic", "unknown"]

MOST_BYTES: Final = 512 * 1024
"""What is read of a message: a report's facts come before the mail it returns."""

_MOST_TEXT: Final = 600
_MOST_PARTS: Final = 50
_LONGEST_FIELD: Final = 400
_ACTIONS: Final[dict[str, Kind]] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
_ENVELOPE_FIELDS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_ADDRESS: Final = re.compile(r"<?([^\s<>;,\"]+@[^\s<>;,\"]+?)>?\s*$")
_MESSAGE_ID: Final = re.compile(r"^(?:X-)?Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_REFERENCES: Final = re.compile(r"^References:\s*((?:<[^<>\s]+>\s*)+)", re.IGNORECASE | re.MULTILINE)
_TO: Final = re.compile(r"^To:\s*([^\r\n]+(?:\r?\n[ \t][^\r\n]+)*)", re.IGNORECASE | re.MULTILINE)
# Where older bounces begin to quote what was sent: from here on, codes and words are the mail's own.
_QUOTED: Final = re.compile(
    r"^(?:-{2,80}.{0,200}?(?:copy of the message|original message|returned message|message header"
    r"|below this line).*|Received: .*|Return-Path: .*)$",
    re.IGNORECASE | re.MULTILINE,
)
_BOUNCE_WORDS: Final = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|to the following)|could not be delivered|returned mail"
    r"|failure notice|mail delivery (?:failed|system)|wasn.t able to deliver|unable to deliver"
    r"|non.?remis|unzustellbar|nondeliverable",
    re.IGNORECASE,
)
_DELAY_WORDS: Final = re.compile(
    r"will be retried|not been delivered yet|not yet been delivered|no action is required|THIS IS A WARNING"
    r"|delayed|will continue to try",
    re.IGNORECASE,
)
_DAEMON: Final = re.compile(r"mailer-daemon|postmaster|mail delivery|mdaemon", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"^<([^<>\s]+@[^<>\s]+)>:[ \t]*\r?\n(.*?)(?:\r?\n[ \t]*\r?\n|\Z)", re.S | re.M)


@dataclass(frozen=True, slots=True)
class Returned:
    """What one message that came back says.

    `code` is the enhanced status (`5.1.1`) or empty, `text` the server's words, `recipients` addresses it may
    be about (the original ones first), `envelope_id` the report's ENVID, `message_id` and `references` those
    of the mail returned, `sent_to` addresses that this message itself was sent to.
    """

    kind: Kind
    code: str = ""
    text: str = ""
    recipients: tuple[str, ...] = ()
    envelope_id: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    sent_to: tuple[str, ...] = ()
    own_id: str = ""
    """The report's own Message-ID."""


def read(data: bytes) -> Returned:
    """Reads one message as it came over SMTP, with or without mbox's `From ` line."""
    head = data[:MOST_BYTES]
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
    try:
        message = BytesParser(policy=email.policy.compat32).parsebytes(head)
    except RecursionError:  # parts within parts within parts: no mail system writes that
        return Returned("unknown")
    parts = _parts(message)
    status = next((p for p in parts if p.get_content_type() in _STATUS_TYPES), None)
    if status is not None:
        return _report(message, parts, status)
    text = "\n".join(_text(p) for p in parts if p.get_content_maintype() == "text")
    if _is_bounce(message, text):
        return _older(message, text)
    kind: Kind = "automatic" if _is_automatic(message) else "unknown"
    return Returned(kind, sent_to=_sent_to(message), own_id=_own_id(message))


_STATUS_TYPES: Final = ("message/delivery-status", "message/global-delivery-status")


def _report(message: Message, parts: list[Message], status: Message) -> Returned:
    """RFC 3464: a block about the message, then one for each recipient."""
    blocks = list(_blocks(status))
    per_message = blocks[0] if blocks else {}
    people = [block for block in blocks if "action" in block or "final-recipient" in block]
    told = next((b for b in people if _action(b) == "failed"), people[0] if people else {})
    diagnostic = " ".join(told.get("diagnostic-code", "").split())
    returned = "\n".join(_headers_of(p) for p in parts if _is_returned(p))
    return Returned(
        kind=_ACTIONS.get(_action(told), "unknown"),
        code=_code(told.get("status", ""), diagnostic),
        text=_clipped(diagnostic.partition(";")[2] or diagnostic or _words(parts)),
        recipients=_unique(
            (told.get("original-recipient", ""), told.get("final-recipient", ""), *_to(returned)),
        ),
        envelope_id=per_message.get("original-envelope-id", "").strip()[:200],
        message_id=_first(_MESSAGE_ID, returned),
        references=tuple(_first(_REFERENCES, returned).split()),
        sent_to=_sent_to(message),
        own_id=_own_id(message),
    )


def _code(status: str, diagnostic: str) -> str:
    """`Status` unless it says nothing (`5.0.0`) and the server's own words say more."""
    own, said = code_in(status), code_in(diagnostic)
    return said if said and (not own or own.endswith(".0.0")) else own


def _older(message: Message, text: str) -> Returned:
    """Bounces without fields: qmail's QSBMF, Exim's and Yahoo's plain text, sendmail before version 8."""
    cut = _QUOTED.search(text)
    ours, returned = (text[: cut.start()], text[cut.start() :]) if cut else (text, text)
    paragraphs = _PARAGRAPH.findall(ours)
    words = " ".join((paragraphs[0][1] if paragraphs else ours).split())
    subject = str(message.get("Subject", ""))
    delayed = bool(_DELAY_WORDS.search(f"{subject} {ours}"))
    named = [address for address, _ in paragraphs]
    failed = str(message.get("X-Failed-Recipients", "")).split(",")
    return Returned(
        kind="delayed" if delayed else "failed",
        code=code_in(words) or code_in(ours),
        text=_clipped(words),
        recipients=_unique((*failed, *named, *_to(returned))),
        message_id=_first(_MESSAGE_ID, returned),
        references=tuple(_first(_REFERENCES, returned).split()),
        sent_to=_sent_to(message),
        own_id=_own_id(message),
    )


def _is_bounce(message: Message, text: str) -> bool:
    if message.get("X-Failed-Recipients") or message.get_content_type() == "multipart/report":
        return True
    sender = f"{message.get('From', '')} {message.get('Return-Path', '')}"
    daemon = bool(_DAEMON.search(sender)) or str(message.get("Return-Path", "")).strip() == "<>"
    return daemon and bool(_BOUNCE_WORDS.search(f"{message.get('Subject', '')}\n{text[:4000]}"))


def _is_automatic(message: Message) -> bool:
    """RFC 3834, and what answered before it was written."""
    auto = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    old = any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    return auto != "no" or precedence in {"auto_reply", "bulk", "junk"} or old


def _parts(message: Message) -> list[Message]:
    """The message's parts, the outer ones of nested ones included; never what lies in a returned mail."""
    found: list[Message] = []
    queue = [message]
    while queue and len(found) < _MOST_PARTS:
        part = queue.pop(0)
        found.append(part)
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            queue += [p for p in payload if isinstance(p, Message)]
    return found


def _is_returned(part: Message) -> bool:
    return part.get_content_type() in {
        "message/rfc822",
        "message/global",
        "message/rfc822-headers",
        "message/global-headers",
        "text/rfc822-headers",
    }


def _headers_of(part: Message) -> str:
    """Header lines of the mail that came back."""
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload and isinstance(payload[0], Message) else None
        return "" if inner is None else "\n".join(f"{name}: {value}" for name, value in inner.items())
    return _text(part)


def _blocks(status: Message) -> Iterator[dict[str, str]]:
    """Groups of fields, names in small letters. Python reads each as a message; broken reports as text."""
    payload = status.get_payload()
    inner = [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
    for block in inner:
        if block.items():
            yield {name.lower(): str(value) for name, value in block.items()}
    # Of RFC 6533's global reports Python reads the first group alone, and keeps the others as its text.
    for text in re.split(r"\r?\n[ \t]*\r?\n", "\n\n".join(map(_text, inner or [status]))):
        fields = BytesParser(policy=email.policy.compat32).parsebytes(text.strip().encode() + b"\n\n", True)
        if fields.items():
            yield {name.lower(): str(value) for name, value in fields.items()}


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _words(parts: list[Message]) -> str:
    return next((" ".join(_text(p).split()) for p in parts if p.get_content_type() == "text/plain"), "")


def _action(block: dict[str, str]) -> str:
    return block.get("action", "").partition("(")[0].strip().lower()


def _own_id(message: Message) -> str:
    return str(message.get("Message-ID", "")).strip()[:300]


def _sent_to(message: Message) -> tuple[str, ...]:
    return _unique(str(value) for name in _ENVELOPE_FIELDS for value in message.get_all(name, []))


def _to(headers: str) -> list[str]:
    return _first(_TO, headers).split(",")


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    """The addresses in `rfc822; name@domain` and the like, once each."""
    short = (value[-_LONGEST_FIELD:] for value in islice(values, _MOST_PARTS))  # a search goes over it twice
    found = (_ADDRESS.search(value.partition(";")[2].strip() or value.strip()) for value in short)
    return tuple(dict.fromkeys(match[1] for match in found if match))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].strip() if found else ""


def _clipped(text: str) -> str:
    """One line of at most 600 characters, nothing a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:_MOST_TEXT]
