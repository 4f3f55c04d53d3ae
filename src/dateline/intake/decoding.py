"""Bytes to text: UTF-8, or UTF-16 with its byte-order mark; anything else is refused with the place and the
remedy.
"""

import codecs

from dateline.intake.errors import Unreadable

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, name: str) -> str:
    """The text, line ends as LF, without a byte-order mark.

    >>> decoded(b"\\xef\\xbb\\xbfSEOUL\\r\\n", "release.txt")
    'SEOUL\\n'
    """
    encoding = next((known for mark, known in _MARKS if data.startswith(mark)), "utf-8-sig")
    if encoding == "utf-32":
        raise Unreadable("it is UTF-32; save it as UTF-8", where=name)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        shown = "UTF-16" if encoding == "utf-16" else "UTF-8"
        raise Unreadable(
            f"byte {error.start} (0x{data[error.start]:02x}) is not {shown}; "
            "open the file in its program and save it as UTF-8",
            where=name,
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
