"""Finds recipients by what people know of them: an address, a name, an id."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from dateline.audience import addresses, statements
from dateline.core.errors import BadInput
from dateline.core.ids import RecipientId

_NAMED = {
    addresses.OUTLET: ("outlet", "SELECT recipient, name, '' FROM audience_outlet"),
    addresses.JOURNALIST: (
        "journalist",
        "SELECT recipient, CASE WHEN name = '' THEN email ELSE name END, person FROM audience_journalist",
    ),
    addresses.DESKTOP: ("desktop", "SELECT recipient, account, '' FROM audience_desktop"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A recipient. `person` is empty for outlets and desktops; `name` for people erased since."""

    recipient: RecipientId
    kind: Literal["outlet", "journalist", "desktop"]
    name: str
    person: str


def names(recipients: Iterable[str]) -> dict[str, str]:
    """Recipient id -> name of outlet, journalist (the address where none was given) or desktop account;
    unknown ids are left out. For desk and operator only (I15).
    """
    found = {}
    for prefix, (_, select) in _NAMED.items():
        for chunk in statements.chunked(sorted({r for r in recipients if r.startswith(prefix)})):
            rows = statements.fetch(f"{select} WHERE recipient IN ({statements.marks(chunk)})", chunk)
            found.update({row[0]: row[1] for row in rows})
    return found


def name_of(recipient: str) -> str:
    """The name, or the id itself."""
    return names([recipient]).get(recipient, recipient)


def find(text: str) -> Found | None:
    """Whoever has this recipient id, mail address, outlet name or desktop account; a journalist before an
    outlet mailed at the same address. Raises BadInput when several outlets share the name.
    """
    text = text.strip()
    if "@" in text:
        return _by_address(text) or _by_account(text)
    return by_id(text) or _by_name(text) or _by_account(text)


def by_id(recipient: str) -> Found | None:
    """The recipient of this id."""
    if recipient[:2] not in _NAMED:
        return None
    return _first(recipient[:2], "recipient", recipient)


def _by_address(text: str) -> Found | None:
    try:
        person = addresses.person_id(text, addresses.key_of_the_house())
    except BadInput:
        return None
    return _first(addresses.JOURNALIST, "person", person) or _first(addresses.OUTLET, "address_key", person)


def _by_name(text: str) -> Found | None:
    key = addresses.name_key(text)
    rows = statements.fetch(
        "SELECT country, recipient FROM audience_outlet WHERE name_key = %s ORDER BY country", [key]
    )
    if len(rows) > 1:
        choices = ", ".join(f"{recipient} ({country})" for country, recipient in rows)
        raise BadInput(f"{len(rows)} outlets are called '{text}'; give one of their ids: {choices}")
    return _first(addresses.OUTLET, "name_key", key) if rows else None


def _by_account(text: str) -> Found | None:
    return by_id(addresses.desktop_id(text, addresses.key_of_the_house()))


def _first(prefix: str, column: str, value: str) -> Found | None:
    kind, select = _NAMED[prefix]
    rows = statements.fetch(f"{select} WHERE {column} = %s ORDER BY recipient LIMIT 1", [value])
    if not rows:
        return None
    recipient, name, person = rows[0]
    return Found(RecipientId(recipient), cast(Literal["outlet", "journalist", "desktop"], kind), name, person)


def export_counts() -> dict[str, int]:
    """How many of each kind there are, reachable or not."""
    return {
        f"{role}s": int(statements.fetch(f"SELECT COUNT(*) FROM {table}")[0][0])  # noqa: S608
        for role, table in statements.TABLES.items()
    }
