"""Reads an SMTP server's replies exactly (RFC 5321, 4.2): one code on all lines, each line ended by CRLF."""

from typing import Final

from dateline.core.errors import DatelineError

_LONGEST_LINE: Final = 4096
"""Bytes. RFC 5321 allows 512; some servers explain themselves at length."""
_MOST_LINES: Final = 100


class Garbled(DatelineError):
    """What came is no reply: from here on nobody can tell which answer belongs to which command."""


class ReplyReader:
    """Bytes in, whole replies out; what is not whole yet waits."""

    def __init__(self) -> None:
        self._buffer = b""
        self._code = 0
        self._words: list[bytes] = []

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """(code, words) of each reply that is complete now; the words of several lines parted by `\\n`.

        Raises Garbled; the reader is of no use afterwards.
        """
        *lines, self._buffer = (self._buffer + data).split(b"\r\n")
        if len(self._buffer) > _LONGEST_LINE:
            raise Garbled("a reply line without end")
        found = []
        for line in lines:
            code, last, words = _line(line)
            if self._words and code != self._code:
                raise Garbled(f"a reply that begins with {self._code} and goes on with {code}")
            if last and not self._words:
                found.append((code, words))
                continue
            self._code = code
            self._words.append(words)
            if last:
                found.append((code, b"\n".join(self._words)))
                self._words = []
            elif len(self._words) > _MOST_LINES:
                raise Garbled(f"a reply of more than {_MOST_LINES} lines")
        return found

    @property
    def is_amid(self) -> bool:
        """Whether a part of a reply waits for its rest."""
        return bool(self._buffer or self._words)

    def drop(self) -> None:
        """Forgets what waits: bytes from before a TLS handshake must count for nothing (RFC 3207, 5)."""
        self._buffer, self._words = b"", []


def _line(line: bytes) -> tuple[int, bool, bytes]:
    """Code, whether it is the reply's last line, and the words behind it."""
    digits, mark = line[:3], line[3:4]
    if len(line) > _LONGEST_LINE or not (digits.isdigit() and len(digits) == 3 and mark in b" -"):
        raise Garbled("a line that is no reply")
    code = int(digits)
    if not 200 <= code < 600:
        raise Garbled(f"a reply with the code {code}")
    return code, mark != b"-", line[4:]
