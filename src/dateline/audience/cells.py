"""One reader per column of the import files: text in, stored value out, or a fault with its remedy."""

import codecs
import re
from collections.abc import Callable
from functools import lru_cache
from typing import get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateline.audience.keywords import fold, too_short
from dateline.audience.known import channels
from dateline.audience.rules import SEPARATOR
from dateline.core.countries import parse_country
from dateline.core.errors import BadInput
from dateline.core.languages import parse_language
from dateline.core.sectors import parse_sector
from dateline.core.words import OutletKind

_REFERENCE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
LONGEST_TYPED = 20_000
"""Characters of one field of a form: every topic there is fits."""
_LONGEST_LANGUAGES = 500
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


def typed(field: str, cell: str) -> str:
    """What somebody typed into a form, without blanks around it, before any reader sees it: readers keep
    what they have read, so a stranger's megabytes must not reach them. Raises BadInput.
    """
    limit = _LONGEST_LANGUAGES if field == "languages" else LONGEST_TYPED
    return text(limit)(cell.strip())


def text(limit: int, *, needed: bool = False) -> Callable[[str], str]:
    """A reader of free text of at most `limit` characters."""

    def read(cell: str) -> str:
        if needed and not cell:
            raise BadInput("is empty")
        if len(cell) > limit:
            raise BadInput(f"has {len(cell)} characters; at most {limit} fit")
        return cell

    return read


@lru_cache(maxsize=1024)
def country(cell: str) -> str:
    """ISO 3166 alpha-2."""
    if not cell:
        raise BadInput("is empty; use ISO 3166 alpha-2 such as KR or DE")
    return parse_country(cell)


@lru_cache(maxsize=1024)
def countries(cell: str) -> str:
    """ISO 3166 alpha-2 codes, sorted; empty = any."""
    return SEPARATOR.join(sorted(_list(cell, parse_country)))


def issuer_slugs(cell: str) -> str:
    """Slugs of issuers, sorted; whether they exist is for others to say."""

    def slug(part: str) -> str:
        if not _SLUG.fullmatch(part):
            raise BadInput(f"'{part[:60]}' is no issuer's slug")
        return part

    return SEPARATOR.join(sorted(_list(cell, slug)))


def time_of_day(cell: str) -> str:
    """`07:30`, or empty."""
    found = _TIME.fullmatch(cell)
    if cell and not found:
        raise BadInput(f"'{cell[:20]}' is no time of day; write for example 07:30")
    return f"{int(found[1]):02}:{found[2]}" if found else ""


def hours(cell: str) -> str:
    """`08:00-18:00`, over midnight too; empty = always."""
    if not cell:
        return ""
    start, _, end = (part.strip() for part in cell.replace("\u2013", "-").partition("-"))
    read = (time_of_day(start), time_of_day(end))
    if not all(read) or read[0] == read[1]:
        raise BadInput(f"'{cell[:20]}' are no hours; write for example 08:00-18:00, or leave it empty")
    return "-".join(read)


@lru_cache(maxsize=4096)
def languages(cell: str) -> str:
    """Tags in the order given; at least one, or `*`."""
    found = _list(cell, lambda part: "*" if part == "*" else parse_language(part))
    if not found:
        raise BadInput("is empty; name at least one language, or * for all")
    return SEPARATOR.join(found)


@lru_cache(maxsize=16384)
def sectors(cell: str) -> str:
    """Media Topic ids, sorted. `*` is every topic, whatever the keywords."""
    found = _list(cell, lambda part: "*" if part == "*" else parse_sector(part))
    return "*" if "*" in found else SEPARATOR.join(sorted(found))


def every_sector_unless_named(cell: str) -> str:
    """For outlets, where empty already is every topic."""
    found = sectors(cell)
    return "" if found == "*" else found


@lru_cache(maxsize=16384)
def keywords(cell: str) -> str:
    """Words or phrases, sorted; spellings that fold alike once."""
    found: dict[str, str] = {}
    for part in _list(cell, str):
        if len(part) > 100:
            raise BadInput(f"'{part[:30]}...' is longer than 100 characters")
        if too_short(part):
            raise BadInput(f"'{part}' is too short and would match nearly everything; use a longer word")
        found.setdefault(fold(part), part)
    return SEPARATOR.join(sorted(found.values()))


def _list(cell: str, parse: Callable[[str], str]) -> tuple[str, ...]:
    values = [part.strip() for part in cell.split(SEPARATOR)]
    try:
        return tuple(dict.fromkeys(parse(value) for value in values if value))
    except BadInput as error:
        hint = " (lists are separated by ;)" if re.search(r"[,|/]", cell) else ""
        raise BadInput(error.message + hint) from None


def outlet_kind(cell: str) -> str:
    return one_of(cell, get_args(OutletKind))


def channel(cell: str) -> str:
    return one_of(cell, channels())


def one_of(cell: str, known: tuple[str, ...]) -> str:
    value = cell.lower()
    if value not in known:
        raise BadInput(
            f"'{cell}' is unknown; use {', '.join(known)}" if cell else f"is empty; use {', '.join(known)}"
        )
    return value


def mode(cell: str) -> str:
    return one_of(cell, ("immediate", "digest")) if cell else "immediate"


def cap(cell: str) -> int | None:
    """Immediate mails a day; empty = the wire's own."""
    if not cell:
        return None
    if not cell.isascii() or not cell[:6].isdigit() or cell[6:] or not 1 <= int(cell) <= 1000:
        raise BadInput(f"'{cell[:20]}' is no number of mails a day; use 1 to 1000, or leave it empty")
    return int(cell)


@lru_cache(maxsize=1024)
def timezone(cell: str) -> str:
    """An IANA zone, or empty."""
    if cell:
        try:
            ZoneInfo(cell)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInput(f"'{cell}' is not an IANA zone; use for example Asia/Seoul") from None
    return cell


def yes_or_no(cell: str) -> bool:
    if cell.lower() not in _YES:
        raise BadInput(f"'{cell}' is neither yes nor no")
    return _YES[cell.lower()]


def encoding(cell: str) -> str:
    """A character encoding that Python knows, or empty for UTF-8."""
    try:
        codecs.lookup(cell or "utf-8")
    except (LookupError, ValueError):
        raise BadInput(f"'{cell}' is not a known encoding; use for example utf-8 or shift_jis") from None
    return cell


def secret_reference(cell: str) -> str:
    """The name of a file in HOME/secrets, or empty."""
    if cell and not _REFERENCE.fullmatch(cell):
        raise BadInput("names a file in the folder secrets of the home: letters, digits, . _ -")
    return cell


def web_address(cell: str) -> str:
    """An http(s) URL without credentials; they would show in logs and lists."""
    try:
        url = urlsplit(cell)
        usable = url.scheme in {"http", "https"} and bool(url.hostname) and " " not in cell and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BadInput("is not an http(s) address; write for example https://outlet.example/hook")
    if "@" in url.netloc:
        raise BadInput("holds a user name or password; take them out and use secret_ref")
    return text(2000)(cell)
