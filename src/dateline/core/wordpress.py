"""How a WordPress outlet wants its posts: the form of its `path` column, read in one place for the import
that checks it and the channel that uses it.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from dateline.core.errors import BadInput

WORDPRESS: Final = "wordpress"
_STATUSES: Final = ("draft", "publish", "pending")
_AT_KILL: Final = ("draft", "trash")
_LANGUAGE: Final = "lang"
_FORM: Final = "write for example status=publish&kill=trash"


@dataclass(frozen=True, slots=True)
class Manner:
    """The outlet's wishes, from the column `path`, written as a query; a bare word is its `status`.

    status: what a new post is: `draft` (default), `publish`, `pending`. kill: what a killed post becomes
    beside losing its body: `draft` (default) or `trash`. lang: the parameter that carries the language: by
    default `lang` where the site's posts have such a field (Polylang Pro); another name always
    (`wpml_language`); `none` never.
    """

    status: str = "draft"
    kill: str = "draft"
    lang: str = ""


def manner(path: str) -> Manner:
    """Reads the column. Raises BadInput naming what is wrong."""
    written = path.strip()
    if written in _STATUSES:
        return Manner(written)
    values = dict(parse_qsl(written, keep_blank_values=True))
    if written and not values:
        raise BadInput(f"'{written[:80]}' is no query; {_FORM}")
    for name, value in values.items():
        allowed = {"status": _STATUSES, "kill": _AT_KILL, "lang": ()}.get(name)
        if allowed is None:
            raise BadInput(f"'{name[:40]}' is unknown; use status, kill, lang")
        if allowed and value not in allowed:
            raise BadInput(f"'{value[:40]}' is no {name}; use {' or '.join(allowed)}")
    if not values.get("lang", _LANGUAGE).replace("_", "").isalnum():
        raise BadInput("lang names a parameter of the site: letters, digits, _")
    return Manner(**values)
