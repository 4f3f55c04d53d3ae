"""Header fields of a message: encoded, folded, and proof against smuggled lines."""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dateline.core.errors import BadInput

_CONTROL: Final = re.compile("[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]")
_PLAIN_WORD: Final = re.compile(r"^[!-~]{1,60}$")
_MESSAGE_ID: Final = re.compile(r"^<[!-;=?A-~]+@[!-;=?A-~]+>$")
_URL: Final = re.compile(r"^https?://[!-;=?-~]{1,900}$")
_LOCAL: Final = re.compile(r"^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$")
_LABEL: Final = re.compile(r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$")
_Q_SAFE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_WORD_FRAME: Final = len("=?utf-8?q??=")
_LINE: Final = 76


class Unsendable(BadInput):
    """No message can be made of this task, now or later."""


def checked(value: str, what: str) -> str:
    """`value`, when it holds no control character. Raises Unsendable: this is where injected lines end."""
    if _CONTROL.search(value):
        raise Unsendable("holds a line break or another control character", where=what)
    return value


def unstructured(name: str, value: str) -> bytes:
    """`Name: value` with its line end; plain where ASCII allows, else RFC 2047."""
    words = checked(value, name).split(" ")
    if not (value.isascii() and "=?" not in value and all(_PLAIN_WORD.fullmatch(word) for word in words)):
        words = encoded_words(value, len(name) + 1)
    return folded(name, words)


def folded(name: str, words: Sequence[str]) -> bytes:
    """The field with a line break before each word that would pass column 76, never before the first."""
    lines = [f"{name}:"]
    for number, word in enumerate(words):
        if number and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return ("\r\n".join(lines) + "\r\n").encode()


def encoded_words(value: str, column: int) -> list[str]:
    """RFC 2047 words of whole characters, the first beginning behind `column`.

    In Q where that is short enough to stay readable (mostly Latin text), else in B.
    """
    data = value.encode()
    in_q = sum(1 if byte in _Q_SAFE or byte == 0x20 else 3 for byte in data) <= len(data) * 1.5
    return [_word(part, in_q) for part in _parts(value, column, in_q)]


def _word(text: str, in_q: bool) -> str:
    if in_q:
        return f"=?utf-8?q?{''.join(map(_q, text))}?="
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _parts(value: str, column: int, in_q: bool) -> Iterator[str]:
    """Cuts `value` so that each part makes a word of at most 75 characters on a line of at most 76."""
    room, part, used = _LINE - column - 1, "", 0
    for character in value:
        more = len(_q(character)) if in_q else len(character.encode())
        size = used + more if in_q else (used + more + 2) // 3 * 4
        if part and size > min(room, _LINE - 1) - _WORD_FRAME:
            yield part
            room, part, used = _LINE - 1, "", 0
        part += character
        used += more
    yield part


def _q(character: str) -> str:
    if character == " ":
        return "_"
    return "".join(chr(b) if b in _Q_SAFE else f"={b:02X}" for b in character.encode())


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as SMTP takes it: domain in A-labels; `utf8` when its local part needs SMTPUTF8."""

    address: str

    @property
    def utf8(self) -> bool:
        return not self.address.isascii()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def mailbox(text: str) -> Mailbox:
    """Reads `local@domain`, the domain in any script. Raises Unsendable for everything else."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        raise Unsendable(f"{ascii(text)[:80]} is not a mail address", where="recipient")
    found = _domain(domain)
    if not found:
        raise Unsendable(f"{ascii(text)[:80]} has a domain that cannot exist", where="recipient")
    return Mailbox(f"{local}@{found}")


@lru_cache(maxsize=8192)
def _domain(domain: str) -> str:
    """Its A-labels, or "" when no such domain can exist. Many people share one."""
    try:
        labels = domain.encode("idna").decode("ascii").lower().split(".")
    except UnicodeError:
        return ""
    return ".".join(labels) if all(_LABEL.fullmatch(label) for label in labels) else ""


def address_field(name: str, display: str, box: Mailbox) -> bytes:
    """`From: "Display" <local@domain>`; the address raw UTF-8 where its local part is (RFC 6532)."""
    shown = checked(display, name).strip()
    if not shown:
        words = []
    elif shown.isascii() and "=?" not in shown and len(shown) <= 60:
        words = ['"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"']
    else:
        words = encoded_words(shown, len(name) + 1)
    return folded(name, [*words, f"<{box.address}>"])


def message_id(value: str, what: str = "Message-ID") -> str:
    """`value` when it is `<left@right>`. Raises Unsendable."""
    if not _MESSAGE_ID.fullmatch(value):
        raise Unsendable(f"{ascii(value)[:80]} is not of the form <left@right>", where=what)
    return value


def web_address(value: str, what: str) -> str:
    """`value` when it is an ASCII http(s) address that fits one line. Raises Unsendable."""
    if not _URL.fullmatch(value):
        raise Unsendable(f"{ascii(value)[:80]} is not an http(s) address", where=what)
    return value
