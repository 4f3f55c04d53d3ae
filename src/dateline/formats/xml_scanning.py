"""Finds prolog, CDATA sections and lines in XML before any parser sees it, each in one walk over the text:
what somebody sends must not be able to make the search take the square of its length.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from dateline.core.errors import BadInput

_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)


def without_doctype(text: str, where: str) -> str:
    """The text without its DOCTYPE. Raises BadInput when that declares entities."""
    at = _prolog_end(text)
    if text[at : at + 9].upper() != "<!DOCTYPE":
        return text
    if "<!ENTITY" in text.upper():
        raise BadInput("it declares entities, which no news file needs; remove its DOCTYPE", where=where)
    found = _DOCTYPE.match(text, at)
    return text if found is None else text[:at] + text[found.end() :]


def _prolog_end(text: str) -> int:
    """Where the blanks, comments and instructions before the DOCTYPE or the root end. A comment may hold
    what looks like either.
    """
    at = 0
    while True:
        at += len(text[at : at + 200]) - len(text[at : at + 200].lstrip())
        if text[at : at + 1].isspace():
            continue
        mark = "-->" if text.startswith("<!--", at) else "?>" if text.startswith("<?", at) else ""
        end = text.find(mark, at + 2) if mark else -1
        if end < 0:
            return at
        at = end + len(mark)


_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,60}:)?([A-Za-z_][\w.-]{0,60})[\s/>]")


def root_name(text: str) -> str:
    """The name of the root element without its prefix; "" where the text does not open with one.

    >>> root_name('<?xml version="1.0"?><!-- <a> --><!DOCTYPE nitf SYSTEM "x.dtd"><nitf>')
    'nitf'
    """
    at = _prolog_end(text)
    if text[at : at + 9].upper() == "<!DOCTYPE":
        found = _DOCTYPE.match(text, at)
        if found is None:
            return ""
        at = found.end()
        at += _prolog_end(text[at:])
    root = _ROOT.match(text, at)
    return root[1] if root else ""


class Lines:
    """The line of each place, asked in order: counted once, however many places there are."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def of(self, place: int) -> int:
        """1-based line of this place, which is not before the last one asked for."""
        self._line += self._text.count("\n", self._at, place)
        self._at = place
        return self._line


def cdata_sections(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each CDATA section."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        at = end + 3
        yield start, at


def refuse_depth(root: Any, most: int, where: str) -> None:
    """Raises BadInput when elements of the tree are nested deeper than `most`."""
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        refuse_deeper(depth, most, where)


def refuse_deeper(depth: int, most: int, where: str) -> None:
    """Raises BadInput when `depth` is more than `most`."""
    if depth > most:
        raise BadInput(f"nested deeper than {most}; flatten it", where=where)
