"""Reads IPTC 7901 and ANPA 1312: telegraph frames of SOH header, STX text, ETX trailer, EOT."""

import re
from typing import Any, Final

from dateline.core.languages import Language
from dateline.core.words import Finding, Story
from dateline.formats.block_reading import ReadBlocks
from dateline.formats.recognise import recognised
from dateline.formats.text import text_blocks

WHERE: Final = "IPTC 7901"
# Source and number, priority, category, word count, and what the sender adds: `ACM0123 3 F 240 Results`.
_HEADER: Final = re.compile(
    r"^(?P<source>[A-Za-z]{0,6})_?(?P<number>\d{0,6})[ _](?P<priority>[0-9a-z])[ _]"
    r"(?P<category>[A-Za-z]{1,4})[ _]*(?P<words>\d{0,6})(?P<more>.*)$"
)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_END: Final = re.compile("\r\n|\n\r|\r|\n|\x1e|\x1d")
_ANPA_SLUG: Final = re.compile(r"\b(?:BC|AM|PM)-+([^\s,<]{2,40})")
_MOST: Final = 400_000


def looks_like_7901(data: bytes) -> bool:
    """SOH or SYN at the start, or a lone STX where the header was lost.

    >>> looks_like_7901(b"\\x16\\x16\\x01a0123 r f"), looks_like_7901(b"SEOUL")
    (True, False)
    """
    begins = data[:64].lstrip(b" \r\n\t\x00")[:1] in {b"\x01", b"\x02", b"\x16"}
    # Lines were filled with NUL before a frame, never within it: what has more is no text of any kind.
    return begins and data[64:4096].count(0) == 0


def without_controls(data: bytes) -> bytes:
    """The bytes less the marks of the frame, for telling their character set."""
    return bytes(byte for byte in data if byte >= 0x20 or byte in b"\t\r\n")


def read_frame(text: str, language: Language) -> Story:
    """The story of the first message in `text`. Everything missing from the frame is a finding."""
    notes: list[Finding] = []
    head, body = _parts(text[:_MOST], notes)
    fields = _said(head, notes)
    return recognised(ReadBlocks(tuple(text_blocks(_paragraphs(body)))), language, fields, notes)


def _warn(notes: list[Finding], code: str, where: str, message: str) -> None:
    notes.append(Finding(code, "warn", f"{WHERE} {where}", message))


def _parts(text: str, notes: list[Finding]) -> tuple[str, str]:
    """(header, text) of the first message."""
    messages = [part for part in re.split("\x04", text) if part.strip("\x00\x16\r\n \t\x7f")]
    if len(messages) > 1:
        _warn(notes, "several-items", "frame", f"{len(messages) - 1} more messages follow; each is a release")
    if "\x04" not in text:
        _warn(notes, "frame-broken", "frame", "EOT is missing at the end; look whether the text is complete")
    head, start, rest = messages[0].partition("\x02") if messages else ("", "", "")
    if not start:
        _warn(notes, "frame-broken", "header", "STX is missing; all of it was read as text")
        head, rest = "", messages[0] if messages else ""
    body, end, _ = rest.partition("\x03")
    if not end:
        _warn(notes, "frame-broken", "text", "ETX is missing; the trailer, if any, stands in the text")
    return head.lstrip("\x00\x16\x01\r\n \t"), body


def _said(head: str, notes: list[Finding]) -> dict[str, Any]:
    lines = [_CONTROL.sub("", line).strip() for line in _LINE_END.split(head)]
    lines = [line for line in lines if line]
    fields: dict[str, Any] = {}
    if not lines:
        return fields
    slug = _ANPA_SLUG.search(" ".join(lines))
    if not (_HEADER.match(lines[0]) or slug):
        _warn(notes, "header-unknown", "header", f"'{lines[0][:60]}' is not in the form of the standard")
    keywords = slug[1] if slug else " ".join(lines[1:2]) or _more(lines[0])
    words = re.sub(r"[^a-z0-9]+", "-", keywords.lower()).strip("-")[:80]
    return {**fields, "slug": words} if words else fields


def _more(line: str) -> str:
    found = _HEADER.match(line)
    return found["more"].strip() if found else ""


def _paragraphs(text: str) -> str:
    """Lines as paragraphs: the field indents a paragraph's first line, and parts none by blank lines."""
    lines = [_CONTROL.sub("", line).rstrip(" <") for line in _LINE_END.split(text)]
    out: list[str] = []
    for line in lines:
        if re.match(r"\t| {2,}", line) and out and out[-1]:
            out.append("")
        out.append(line.strip())
    # The headline is the first line, whatever follows it at once.
    first = next((n for n, line in enumerate(out) if line), 0)
    return "\n".join([*out[: first + 1], "", *out[first + 1 :]])
