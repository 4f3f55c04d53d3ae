"""Reading XML of the field: nothing is fetched or expanded, small breaks are mended and reported with their
place, and no character is replaced silently.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import entities
from typing import Any, Final

from lxml import etree

from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.words import Finding
from dateline.formats.xml_scanning import Lines, cdata_sections, refuse_depth, without_doctype

Element = Any
MAX_BYTES: Final = 20_000_000
MAX_DEPTH: Final = 100
MAX_TAGS: Final = 1_000_000
"""Starts and ends of elements: in a tree an empty one takes forty times its letters."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_REFERENCE = re.compile(
    r"&(?!(?:lt|gt|amp|quot|apos);)(?:#(x[0-9A-Fa-f]+|[0-9]+);?|([A-Za-z][A-Za-z0-9]{1,31});)"
)
PARSING: Final[dict[str, Any]] = {
    "encoding": "utf-8", "resolve_entities": False, "no_network": True, "load_dtd": False,
    "dtd_validation": False, "huge_tree": False, "remove_comments": True, "remove_pis": True,
}  # fmt: skip
"""How every parser of lxml is set up here."""
_CHARACTER = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MOST_FINDINGS: Final = 200
"""Of small breaks in one file, each with its place; a file with more is told so once."""
_MOST_PIECES: Final = 10_000
_NO_TEXT: Final = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
"""Codecs of Python's that are no encoding of files; some take a square of the time."""
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What files declare -> what they mean (WHATWG labels), where Python reads the name otherwise or not at all.
_MEANT: Final = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "shift_jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932", "big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
}  # fmt: skip


@dataclass
class Parsed:
    """A document and what was odd about it."""

    root: Element
    findings: list[Finding] = field(default_factory=list)

    def warn(self, code: str, where: str, message: str) -> None:
        """Adds a finding of severity `warn`."""
        self.findings.append(Finding(code, "warn", where, message))


def parse_xml(data: bytes, where: str) -> Parsed:
    """The tree of `data`. Raises BadInput for entities, for more than MAX_BYTES, MAX_DEPTH or MAX_TAGS,
    and for what is no XML.
    """
    notes, text = mended_xml(data, where)
    notes.root = _tree(text, notes, where)
    refuse_depth(notes.root, MAX_DEPTH, where)
    return notes


def mended_xml(data: bytes, where: str) -> tuple[Parsed, str]:
    """(what was odd, the text to parse without prolog and entities). Raises BadInput as `parse_xml`."""
    if len(data) > MAX_BYTES:
        raise BadInput(f"{len(data)} bytes are more than {MAX_BYTES}; split the file", where=where)
    notes = Parsed(None)
    text = _PROLOG.sub("", _decoded(data, notes, where), count=1).lstrip()
    text = without_doctype(text, where).lstrip()
    return notes, _characters(text, notes, where)


def _decoded(data: bytes, notes: Parsed, where: str) -> str:
    name = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not name:
        found = _DECLARED.match(data[:400])
        label = found[1].decode("ascii").lower() if found else "utf-8"
        name = _MEANT.get(label, label)
        if label.startswith("utf-16") and not data.startswith((b"<\x00", b"\x00<")):
            name = "utf-8"
    if not _is_encoding(name):
        notes.warn("encoding-unknown", where, f"declares the unknown encoding '{name}'; read as UTF-8")
        name = "utf-8"
    return _exactly(data, name, notes, where)


def _is_encoding(name: str) -> bool:
    """Whether Python reads text in it: `zip` and `rot13` are codecs as well."""
    try:
        found = codecs.lookup(name)
        " ".encode(name)
    except (LookupError, UnicodeError):
        return False
    return found.name.replace("-", "_") not in _NO_TEXT


def _exactly(data: bytes, name: str, notes: Parsed, where: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        first = error
    for other in ("utf-8", "gb18030" if name == "gb18030" else "cp1252"):
        try:
            text = data.decode(other)
        except UnicodeDecodeError:
            continue
        notes.warn(
            "encoding-wrong", f"{where} byte {first.start}", f"is not {name} as declared; read as {other}"
        )
        return text
    text = data.decode(name, errors="replace")
    count = text.count("\ufffd")
    notes.warn(
        "characters-lost", f"{where} byte {first.start}", f"{count} places are not {name}; shown as U+FFFD"
    )
    return text


def _characters(text: str, notes: Parsed, where: str) -> str:
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        count = len(_FORBIDDEN.findall(text))
        notes.warn(
            "control-removed", f"{where} line {line}", f"{count} control characters that XML forbids removed"
        )
        text = _FORBIDDEN.sub("", text)
    lines, first = Lines(text), len(notes.findings)
    done: list[str] = []
    at = tags = 0
    for start, end in (*cdata_sections(text), (len(text), len(text))):
        tags += text.count("<", at, start)
        if tags > MAX_TAGS:
            raise BadInput(f"more than {MAX_TAGS:,} tags; split the file", where=where)
        done.append(_mended(text, at, start, _Noting(notes, where, lines)))
        done.append(text[start:end])
        at = end
    _shorten(notes, first, where)
    return "".join(done)


@dataclass(frozen=True, slots=True)
class _Noting:
    """Where a mended reference is noted."""

    notes: Parsed
    where: str
    lines: Lines

    def known(self, match: re.Match[str]) -> str:
        """What the reference becomes."""
        where = f"{self.where} line {self.lines.of(match.start())}"
        return _numbered(match, self.notes, where) if match[1] else _named(match, self.notes, where)


def _mended(text: str, start: int, end: int, noting: _Noting) -> str:
    """`text[start:end]` with its references mended."""
    whole: list[str] = []
    done, at = [], start
    for match in _REFERENCE.finditer(text, start, end):
        done += [text[at : match.start()], noting.known(match)]
        at = match.end()
        if len(done) > _MOST_PIECES:  # a small piece takes ten times the room of its letters
            whole.append("".join(done))
            done.clear()
    return "".join([*whole, *done, text[at:end]])


def _shorten(notes: Parsed, first: int, where: str) -> None:
    """Keeps the first findings since `first`, and says how many more there are."""
    more = len(notes.findings) - first - _MOST_FINDINGS
    if more > 0:
        del notes.findings[first + _MOST_FINDINGS :]
        notes.warn("more-like-these", where, f"{more} more references of this kind were mended")


def _named(match: re.Match[str], notes: Parsed, where: str) -> str:
    """A name that HTML defines as its character; another as it is written."""
    word = match[2]
    value = entities.html5.get(word + ";")
    if value is None:
        notes.warn("entity-unknown", where, f"`{match[0]}` is not defined; kept as written")
        return f"&amp;{word};"
    return value.replace("&", "&amp;").replace("<", "&lt;")


def _numbered(match: re.Match[str], notes: Parsed, where: str) -> str:
    """A number that XML allows as it is; one that only Windows understands as what it meant."""
    digits = match[1]
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits[:12])
    if 0x80 <= number <= 0x9F:
        try:
            meant = bytes((number,)).decode("cp1252")
        except UnicodeDecodeError:
            return match[0]
        notes.warn("reference-mended", where, f"`{match[0]}` is a control character; read as '{meant}'")
        return meant
    if number > 0x10FFFF or not _CHARACTER.match(chr(number)):
        notes.warn("control-removed", where, f"`{match[0][:40]}` is no character of XML; removed")
        return ""
    return match[0]


def _tree(text: str, notes: Parsed, where: str) -> Element:
    data = text.encode("utf-8", "replace")
    try:
        return etree.fromstring(data, etree.XMLParser(**PARSING, recover=False))
    except etree.XMLSyntaxError as error:
        message, line = error.msg or "not well-formed", error.lineno or 0
    if not text.startswith("<"):
        raise BadInput(f"not XML: {message}", where=where)
    try:
        root = etree.fromstring(data, etree.XMLParser(**PARSING, recover=True))
    except etree.XMLSyntaxError as error:
        raise BadInput(f"not XML: {error.msg}", where=where) from None
    if root is None or not _readable(root):
        raise BadInput(f"not XML: {message}", where=where)
    notes.warn("xml-broken", f"{where} line {line}", f"not well-formed: {message}; compare with the source")
    return root


def _readable(root: Element) -> bool:
    """Whether a mended tree holds text only: libxml2 lets references to half characters through."""
    try:
        etree.tostring(root, encoding="unicode")
    except UnicodeDecodeError:
        return False
    return True


# --- finding things by name, whatever the namespace -------------------------------------------------------


def local(element: Element) -> str:
    """The name of an element without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Children with one of these names, in order; all without names."""
    if element is not None:
        for child in element:
            if isinstance(child.tag, str) and (not names or local(child) in names):
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at `path` below `element`."""
    for name in path:
        element = next(children(element, name), None)
    return element


def below(element: Element | None, name: str) -> Iterator[Element]:
    """All descendants called `name`, in order, `element` itself included."""
    if element is not None:
        for found in element.iter():
            if local(found) == name:
                yield found


def words(element: Element | None) -> str:
    """All text below, blanks squeezed; "" of None."""
    if element is None:
        return ""
    return re.sub(r"[ \t\r\n\f]+", " ", "".join(element.itertext())).strip(" ")


def language_of(parsed: Parsed, where: str, *tags: str | None) -> Language:
    """The first of `tags` that is a language; English, and said so, where none is."""
    for tag in tags:
        if not tag:
            continue
        try:
            return parse_language(tag)
        except BadInput as error:
            parsed.warn("language-unknown", where, error.message)
    parsed.warn("language-missing", where, "names no language; read as English")
    return Language("en")
