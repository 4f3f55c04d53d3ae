"""What an export holds, as plain values."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Post:
    """One item of the export. Times are as written, `2019-05-06 07:08:09`; `terms`: (taxonomy, nicename,
    name); `meta`: the few keys that are read; `line` is where the item begins.
    """

    id: int
    type: str
    status: str
    title: str = ""
    link: str = ""
    guid: str = ""
    name: str = ""
    creator: str = ""
    content: str = ""
    excerpt: str = ""
    date: str = ""
    date_gmt: str = ""
    published: str = ""
    parent: int = 0
    password: bool = False
    attachment_url: str = ""
    terms: tuple[tuple[str, str, str], ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    def term(self, taxonomy: str) -> str:
        """The first nicename of a taxonomy; empty without one."""
        return next((nicename for kind, nicename, _ in self.terms if kind == taxonomy), "")

    def dumped(self) -> bytes:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def post_from(data: bytes) -> Post:
    """Reads what `dumped` wrote."""
    values: dict[str, Any] = json.loads(data)
    values["terms"] = tuple(tuple(term) for term in values["terms"])
    return Post(**values)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the old site: its address and the words that were written for it."""

    id: int
    url: str
    link: str = ""
    guid: str = ""
    parent: int = 0
    alt: str = ""
    caption: str = ""


@dataclass(slots=True)
class Site:
    """What the channel says of the whole site. `locales`: nicename of a Polylang language -> locale;
    `authors`: login -> shown name.
    """

    title: str = ""
    link: str = ""
    base_url: str = ""
    language: str = ""
    version: str = ""
    authors: dict[str, str] = field(default_factory=dict)
    locales: dict[str, str] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
