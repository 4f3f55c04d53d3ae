"""What the name of a character set means in files of the field: as browsers read it, not as Python does."""

import codecs
import re
from typing import Final

import webencodings

from dateline.core.encodings import ENCODINGS, encoding_name
from dateline.core.errors import BadInput

MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark -> Python's codec, the longer marks first."""

# Python's codec of the name is narrower than what programs write under it.
_WIDER: Final = {
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
}
_SHOWN: Final = {
    "cp932": "Shift_JIS (windows-31j)",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR (windows-949)",
    "gb18030": "GB18030",
    "big5hkscs": "Big5 (HKSCS)",
    "cp874": "TIS-620 (windows-874)",
    "koi8-r": "KOI8-R",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "utf-16": "UTF-16",
    "utf-8-sig": "UTF-8",
    "utf-8": "UTF-8",
}
_PLAIN: Final = frozenset({"cp437", "cp850"})
"""What telegraph and DOS programs wrote."""
_XML: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META: Final = re.compile(
    rb"""<meta\b[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE
)
_HEAD: Final = 2_048
"""Bytes within which a page must name its charset; browsers look at 1,024."""


def by_mark(data: bytes) -> str:
    """Python's codec by the byte order mark; "" without one."""
    return next((name for mark, name in MARKS if data.startswith(mark)), "")


def by_label(label: str) -> str:
    """Python's codec for a label (`windows-874`, `x-sjis`, `gb2312`); "" when nobody knows the label.

    >>> by_label("ISO-8859-1"), by_label("x-sjis"), by_label("ks_c_5601-1987"), by_label("klingon")
    ('cp1252', 'cp932', 'cp949', '')
    """
    found = webencodings.lookup(label.strip())
    if found is None:
        return _by_registry(label)
    if found.name in {"x-user-defined", "replacement"}:
        return ""
    name = codecs.lookup(found.codec_info.name).name
    return _WIDER.get(name, name)


def _by_registry(label: str) -> str:
    """Names that browsers do not know and people use: `latin-1`, `cp1251`, `cp437`."""
    if label.strip().lower() in _PLAIN:
        return label.strip().lower()
    try:
        codec = ENCODINGS[encoding_name(label or "?")][0]
    except BadInput:
        return ""
    return _WIDER.get(codec, codec)


def declared_in(data: bytes) -> str:
    """The label in an XML declaration or an HTML `meta`; "" when the file declares none."""
    found = _XML.match(data[:400]) or _META.search(data[:_HEAD])
    return found[1].decode("ascii") if found else ""


def shown(codec: str) -> str:
    """The name people know for Python's codec.

    >>> shown("cp1252"), shown("cp932")
    ('windows-1252', 'Shift_JIS (windows-31j)')
    """
    name = codecs.lookup(codec).name
    if name in _SHOWN:
        return _SHOWN[name]
    return (
        f"windows-{name[2:]}"
        if re.fullmatch(r"cp125\d", name)
        else name.upper().replace("ISO8859", "ISO-8859")
    )
