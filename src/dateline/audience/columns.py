"""The columns of import files: one reader per column, every fault a sentence that names column and remedy."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateline.audience import addresses
from dateline.audience.keywords import fold, too_short
from dateline.audience.known import channels, formats, webhook_formats
from dateline.audience.rules import PULL, SEPARATOR
from dateline.core.countries import parse_country
from dateline.core.errors import BadInput
from dateline.core.languages import parse_language
from dateline.core.sectors import parse_sector
from dateline.core.words import OutletKind

Kind = Literal["outlet", "journalist", "desktop"]
T = TypeVar("T")

_CONTROL = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_REFERENCE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one kind of file. `same` is what two rows about the same recipient share."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    same: str
    read: Callable[["Row", bytes], dict[str, Any]]


class Row:
    """The cells of one row while they are read; gathers every fault, so that one round of repairs is
    enough."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.faults: list[str] = []

    def take(self, column: str, reader: Callable[[str], T], default: T) -> T:
        """What `reader` makes of the cell, or `default` with the fault noted."""
        try:
            return reader(_clean(self._cells.get(column, "")))
        except BadInput as error:
            self.faults.append(f"{column}: {error.message}")
            return default


def _clean(cell: str) -> str:
    if found := _CONTROL.search(cell):
        raise BadInput(f"holds the control character U+{ord(found[0]):04X}; remove it")
    cell = cell.strip()
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


# --- one reader per column ----------------------------------------------------------------------------------


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
    return _one_of(cell, get_args(OutletKind))


def channel(cell: str) -> str:
    return _one_of(cell, channels())


def _one_of(cell: str, known: tuple[str, ...]) -> str:
    value = cell.lower()
    if value not in known:
        raise BadInput(
            f"'{cell}' is unknown; use {', '.join(known)}" if cell else f"is empty; use {', '.join(known)}"
        )
    return value


def mode(cell: str) -> str:
    return _one_of(cell, ("immediate", "digest")) if cell else "immediate"


def cap(cell: str) -> int | None:
    """Immediate mails a day; empty = the wire's own."""
    if not cell:
        return None
    if not cell.isascii() or not cell.isdigit() or not 1 <= int(cell[:6]) <= 1000:
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


# --- one reader per kind of file ----------------------------------------------------------------------------


def read_outlet(row: Row, key: bytes) -> dict[str, Any]:
    """Values of the table's columns."""
    name = row.take("name", text(200, needed=True), "")
    land = row.take("country", country, "")
    way = row.take("channel", channel, "")
    endpoint = row.take("endpoint", lambda cell: _endpoint(cell, way), "")
    is_mail = way == "mail" and bool(endpoint)
    return {
        "recipient": addresses.outlet_id(addresses.name_key(name), land, key),
        "name": name,
        "name_key": addresses.name_key(name),
        "country": land,
        "languages": row.take("languages", languages, ""),
        "sectors": row.take("sectors", every_sector_unless_named, ""),
        "kind": row.take("kind", outlet_kind, ""),
        "channel": way,
        "endpoint": endpoint,
        "domain": addresses.domain_of(endpoint) if is_mail else _host(endpoint),
        "address_key": addresses.person_id(endpoint, key) if is_mail else "",
        "format": row.take("format", lambda cell: _format(cell.lower(), way), ""),
        "contact": row.take("contact", text(300), ""),
        "timezone": row.take("timezone", timezone, ""),
        "encoding": row.take("encoding", encoding, ""),
        "path": row.take("path", text(500), ""),
        "secret_ref": row.take("secret_ref", secret_reference, ""),
        "third_party": row.take("third_party", yes_or_no, False),
    }


def _endpoint(cell: str, way: str) -> str:
    if way in {"", PULL}:
        return text(2000)(cell)
    if not cell:
        raise BadInput(f"is empty; a {way} outlet needs one")
    if way == "mail":
        return addresses.checked_address(cell)
    return web_address(cell) if way == "webhook" else text(2000)(cell)


def _host(endpoint: str) -> str:
    try:
        return (urlsplit(endpoint).hostname or "").lower()
    except ValueError:
        return ""


def _format(cell: str, way: str) -> str:
    if way == "mail":
        if cell not in {"", "mail"}:
            raise BadInput(f"'{cell}' does not go by mail; leave it empty")
        return "mail"
    if way == PULL:
        return cell and _one_of(cell, formats())
    if way == "webhook":
        return _one_of(cell or "json", webhook_formats())
    return _one_of(cell or "json", formats())


def read_journalist(row: Row, key: bytes) -> dict[str, Any]:
    """Values of the table's columns."""
    email = row.take("email", addresses.checked_address, "")
    person = addresses.person_id(email, key) if email else ""
    return {
        "recipient": addresses.journalist_id(person),
        "person": person,
        "email": email,
        "domain": addresses.domain_of(email),
        "name": row.take("name", text(200), ""),
        "country": row.take("country", country, ""),
        "languages": row.take("languages", languages, ""),
        "sectors": row.take("sectors", sectors, ""),
        "keywords": row.take("keywords", keywords, ""),
        "outlet": row.take("outlet", text(200), ""),
        "consent": row.take("consent", text(500), ""),
        "timezone": row.take("timezone", timezone, ""),
        "mode": row.take("mode", mode, "immediate"),
        "cap": row.take("cap", cap, None),
        "third_party": row.take("third_party", yes_or_no, False),
    }


def read_desktop(row: Row, key: bytes) -> dict[str, Any]:
    """Values of the table's columns."""
    account = row.take("account", text(200, needed=True), "")
    return {
        "recipient": addresses.desktop_id(account, key),
        "account": account,
        "country": row.take("country", country, ""),
        "languages": row.take("languages", languages, ""),
        "sectors": row.take("sectors", sectors, ""),
        "keywords": row.take("keywords", keywords, ""),
    }


COLUMNS: Final[Mapping[Kind, Columns]] = {
    "outlet": Columns(
        ("name", "country", "languages", "sectors", "kind", "channel", "endpoint", "format"),
        ("contact", "timezone", "encoding", "path", "secret_ref", "third_party"),
        "outlet",
        read_outlet,
    ),
    "journalist": Columns(
        ("email", "name", "country", "languages", "sectors", "outlet", "consent"),
        ("timezone", "mode", "cap", "keywords", "third_party"),
        "person",
        read_journalist,
    ),
    "desktop": Columns(
        ("account", "country", "languages", "sectors", "keywords"), (), "account", read_desktop
    ),
}
