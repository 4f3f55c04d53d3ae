"""Bytes to text: by byte order mark, then by what the file declares, then as UTF-8, then by what the sender
is known to use, and only then by a guess that says it is one. No character is ever replaced.
"""

from dataclasses import dataclass

from dateline.core.errors import BadInput
from dateline.core.words import Finding
from dateline.formats import charsets
from dateline.intake import guessing
from dateline.intake.errors import Unreadable

_SAVE = "open the file in its program and save it as UTF-8"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with line ends as LF and without a byte order mark; `encoding` is Python's codec."""

    text: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def decoded(data: bytes, name: str, *, declared: str = "", default: str = "", lang: str = "") -> Decoded:
    """The text of `data`.

    `declared` is the label that the file or its envelope names ("" = looked for in the file), `default` the
    one its sender is known to use, `lang` its language where somebody said so. Every way but UTF-8 and a byte
    order mark leaves a finding. Raises Unreadable naming the byte and the remedy.

    >>> decoded(b"\\xef\\xbb\\xbfSEOUL\\r\\n", "release.txt").text
    'SEOUL\\n'
    """
    mark = charsets.by_mark(data)
    if mark == "utf-32":
        raise Unreadable("it is UTF-32; save it as UTF-8", where=name)
    if mark:
        return _told(data, mark, name)
    findings: list[Finding] = []
    label = declared or charsets.declared_in(data)
    found = _declared(data, label, name, findings) or _utf8(data) or _default(data, default, name, findings)
    if found is None:
        found = _guessed(data, name, lang, findings)
    return Decoded(_lines(found[0]), found[1], tuple(findings))


def _told(data: bytes, codec: str, name: str) -> Decoded:
    """What carries a byte order mark is what the mark says."""
    try:
        return Decoded(_lines(data.decode(codec)), codec)
    except UnicodeDecodeError as error:
        message = f"byte {error.start} (0x{data[error.start]:02x}) is not {charsets.shown(codec)}; {_SAVE}"
        raise Unreadable(message, where=name) from None


def _declared(data: bytes, label: str, name: str, findings: list[Finding]) -> tuple[str, str] | None:
    if not label:
        return None
    codec = charsets.by_label(label)
    if not codec:
        findings.append(_finding("encoding-unknown", name, f"declares '{label}', which nobody knows"))
        return None
    if codec.startswith("utf-16") and data[:200].count(0) == 0:
        codec = "utf-8"  # the declaration itself could not be read if it were true
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        words = f"byte {error.start} (0x{data[error.start]:02x}) is not {label} as the file declares"
        findings.append(_finding("encoding-wrong", name, words))
        return None
    if codec not in {"utf-8", "ascii"}:
        findings.append(
            _finding("encoding-declared", name, f"read as {charsets.shown(codec)}, as it declares")
        )
    return text, codec


def _utf8(data: bytes) -> tuple[str, str] | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # Latin text in UTF-16 without its mark is valid UTF-8 full of NUL.
    return None if guessing.looks_like_utf16(data) else (text, "utf-8")


def _default(data: bytes, label: str, name: str, findings: list[Finding]) -> tuple[str, str] | None:
    if not label:
        return None
    codec = charsets.by_label(label)
    if not codec:
        raise BadInput(f"'{label}' is no character set; use a name such as windows-1252 or Shift_JIS")
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        words = f"byte {error.start} (0x{data[error.start]:02x}) is not {charsets.shown(codec)}"
        raise Unreadable(f"{words}, which was asked for; name another or {_SAVE}", where=name) from None
    findings.append(_finding("encoding-told", name, f"not UTF-8; read as {charsets.shown(codec)}, as asked"))
    return text, codec


def _guessed(data: bytes, name: str, lang: str, findings: list[Finding]) -> tuple[str, str]:
    place = guessing.first_not_utf8(data)
    codec = guessing.guess(data, lang)
    if not codec:
        seen = f"byte {place} (0x{data[place]:02x})"
        message = f"{seen} is not UTF-8, and what it is cannot be told; name its --encoding or {_SAVE}"
        raise Unreadable(message, where=name)
    words = f"not UTF-8 from byte {place} on; read as {charsets.shown(codec)}, a guess: look at its accents"
    findings.append(_finding("encoding-guessed", name, words))
    return data.decode(codec), codec


def _finding(code: str, where: str, words: str) -> Finding:
    return Finding(code, "warn", where, words)


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
