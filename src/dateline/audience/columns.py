"""The columns of import files by kind, and how a row of each becomes values of its table."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from dateline.audience import addresses, cells, drop_cells
from dateline.audience.known import formats, webhook_formats
from dateline.audience.rules import PULL
from dateline.core.drops import DROP_CHANNELS
from dateline.core.errors import BadInput
from dateline.core.wordpress import WORDPRESS, manner

Kind = Literal["outlet", "journalist", "desktop"]
T = TypeVar("T")

_CONTROL = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


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

    def __init__(self, written: Mapping[str, str]) -> None:
        self._written = written
        self.faults: list[str] = []

    def take(self, column: str, reader: Callable[[str], T], default: T) -> T:
        """What `reader` makes of the cell, or `default` with the fault noted."""
        try:
            return reader(_clean(self._written.get(column, "")))
        except BadInput as error:
            self.faults.append(f"{column}: {error.message}")
            return default


def _clean(cell: str) -> str:
    if found := _CONTROL.search(cell):
        raise BadInput(f"holds the control character U+{ord(found[0]):04X}; remove it")
    cell = cell.strip()
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


def read_outlet(row: Row, key: bytes) -> dict[str, Any]:
    """Values of the table's columns."""
    name = row.take("name", cells.text(200, needed=True), "")
    land = row.take("country", cells.country, "")
    way = row.take("channel", cells.channel, "")
    endpoint = row.take("endpoint", lambda cell: _endpoint(cell, way), "")
    is_mail = way == "mail" and bool(endpoint)
    form = row.take("format", lambda cell: _format(cell.lower(), way), "")
    return {
        "recipient": addresses.outlet_id(addresses.name_key(name), land, key),
        "name": name,
        "name_key": addresses.name_key(name),
        "country": land,
        "languages": row.take("languages", cells.languages, ""),
        "sectors": row.take("sectors", cells.every_sector_unless_named, ""),
        "kind": row.take("kind", cells.outlet_kind, ""),
        "channel": way,
        "endpoint": endpoint,
        "domain": addresses.domain_of(endpoint) if is_mail else _host(endpoint),
        "address_key": addresses.person_id(endpoint, key) if is_mail else "",
        "format": form,
        "contact": row.take("contact", cells.text(300), ""),
        "timezone": row.take("timezone", cells.timezone, ""),
        "encoding": row.take("encoding", lambda cell: _encoding(cell, way, form), ""),
        "path": row.take("path", lambda cell: _path(cell, way), ""),
        "secret_ref": row.take("secret_ref", cells.secret_reference, ""),
        "heartbeat": row.take("heartbeat", lambda cell: drop_cells.heartbeat(cell, way), ""),
        "third_party": row.take("third_party", cells.yes_or_no, False),
    }


def _endpoint(cell: str, way: str) -> str:
    if way in {"", PULL}:
        return cells.text(2000)(cell)
    if not cell:
        raise BadInput(f"is empty; a {way} outlet needs one")
    if way == "mail":
        return addresses.checked_address(cell)
    if way in DROP_CHANNELS:
        return drop_cells.endpoint(cell, way)
    return cells.web_address(cell) if way in {"webhook", WORDPRESS} else cells.text(2000)(cell)


def _path(cell: str, way: str) -> str:
    if way in DROP_CHANNELS:
        return drop_cells.template(cell)
    if way == WORDPRESS:
        manner(cell)
    return cells.text(500)(cell)


def _encoding(cell: str, way: str, form: str) -> str:
    return drop_cells.encoding(cell, form) if way in DROP_CHANNELS else cells.encoding(cell)


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
        return cell and cells.one_of(cell, formats())
    if way == WORDPRESS:
        return cells.one_of(cell or "html", ("html",))
    if way == "webhook":
        return cells.one_of(cell or "json", webhook_formats())
    return cells.one_of(cell or "json", formats())


def read_journalist(row: Row, key: bytes) -> dict[str, Any]:
    """Values of the table's columns."""
    email = row.take("email", addresses.checked_address, "")
    person = addresses.person_id(email, key) if email else ""
    return {
        "recipient": addresses.journalist_id(person),
        "person": person,
        "email": email,
        "domain": addresses.domain_of(email),
        "name": row.take("name", cells.text(200), ""),
        "country": row.take("country", cells.country, ""),
        "languages": row.take("languages", cells.languages, ""),
        "sectors": row.take("sectors", cells.sectors, ""),
        "keywords": row.take("keywords", cells.keywords, ""),
        "outlet": row.take("outlet", cells.text(200), ""),
        "consent": row.take("consent", cells.text(500), ""),
        "timezone": row.take("timezone", cells.timezone, ""),
        "mode": row.take("mode", cells.mode, "immediate"),
        "cap": row.take("cap", cells.cap, None),
        "third_party": row.take("third_party", cells.yes_or_no, False),
    }


def read_desktop(row: Row, key: bytes) -> dict[str, Any]:
    """Values of the table's columns."""
    account = row.take("account", cells.text(200, needed=True), "")
    return {
        "recipient": addresses.desktop_id(account, key),
        "account": account,
        "country": row.take("country", cells.country, ""),
        "languages": row.take("languages", cells.languages, ""),
        "sectors": row.take("sectors", cells.sectors, ""),
        "keywords": row.take("keywords", cells.keywords, ""),
    }


COLUMNS: Final[Mapping[Kind, Columns]] = {
    "outlet": Columns(
        ("name", "country", "languages", "sectors", "kind", "channel", "endpoint", "format"),
        ("contact", "timezone", "encoding", "path", "secret_ref", "heartbeat", "third_party"),
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
