"""Quoted-printable (RFC 2045) that may begin amid a line, so that values join a text encoded before them."""

from typing import Final

ROOM: Final = 75
"""Characters of a line besides the `=` of a soft break: 76 in all."""


class _Encoded(dict[str, str]):
    """Character -> its form within a line."""

    def __missing__(self, character: str) -> str:
        plain = " " <= character <= "~" and character != "="
        found = character if plain else "".join(f"={byte:02X}" for byte in character.encode())
        self[character] = found
        return found


_ENCODED = _Encoded()


def quoted(text: str, column: int = 0) -> tuple[bytes, int]:
    """`text` (line ends `\\n`) from `column` on, and the column after it.

    No line is over 76 characters, ends in a blank, or begins with a dot (SMTP) or `From ` (mbox).
    """
    out: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            out.append("\r\n")
            column = 0
        column = _line(line, column, out)
    return "".join(out).encode("ascii"), column


def _line(line: str, column: int, out: list[str]) -> int:
    last = len(line) - 1
    for at, character in enumerate(line):
        form = _ENCODED[character]
        # A blank may not end a line; what follows here may be such an end, or a value that begins with one.
        if (character == " " and at == last) or (column == 0 and character in ".F"):
            form = f"={ord(character):02X}"
        if column + len(form) > ROOM:
            out.append("=\r\n")
            column = 0
            if character in ".F":
                form = f"={ord(character):02X}"
        out.append(form)
        column += len(form)
    return column
