"""Quoted-printable (RFC 2045) that may begin amid a line, so that values join a text encoded before them."""

from typing import Final

ROOM: Final = 75
"""Characters of a line besides the `=` of a soft break: 76 in all."""


_NEVER_FIRST: Final = ".F"
"""A dot at the start of a line would need stuffing; `From ` there is changed by programs that keep mbox."""


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

    No line is over 76 characters, ends in a blank, holds two blanks in a row (DKIM's relaxed form would
    join them), or begins with a dot (SMTP) or `From ` (mbox).
    """
    out: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            out.append("\r\n")
            column = 0
        column = _line(line, column, out)
    return "".join(out).encode("ascii"), column


def _line(line: str, column: int, out: list[str]) -> int:
    if line.isascii() and line.isprintable():
        return _plain_line(line, column, out)
    last = len(line) - 1
    for at, character in enumerate(line):
        form = _ENCODED[character]
        if (character == " " and (at == last or (out and out[-1] == " "))) or (
            column == 0 and character in _NEVER_FIRST
        ):
            form = f"={ord(character):02X}"
        if column + len(form) > ROOM:
            out.append("=\r\n")
            column = 0
            if character in _NEVER_FIRST:
                form = f"={ord(character):02X}"
        out.append(form)
        column += len(form)
    return column


def _plain_line(line: str, column: int, out: list[str]) -> int:
    """The same for printable ASCII, in slices: most lines of a message, and every link in its footer."""
    form = line.replace("=", "=3D").replace("  ", " =20")
    if form.endswith(" "):
        form = form[:-1] + "=20"
    while True:
        if column == 0 and form[:1] in _NEVER_FIRST and form:
            form = f"={ord(form[0]):02X}" + form[1:]
        if column + len(form) <= ROOM:
            out.append(form)
            return column + len(form)
        cut = ROOM - column
        cut -= next((back for back in (1, 2) if form[cut - back : cut - back + 1] == "=" and back <= cut), 0)
        out += (form[:cut], "=\r\n")
        form, column = form[cut:], 0
