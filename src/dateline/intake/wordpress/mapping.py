"""Which issuer a post belongs to: by a map of authors and categories, else by equal names."""

import csv
import io
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dateline.core.errors import BadInput
from dateline.core.sectors import Sector, parse_sector
from dateline.intake.wordpress.posts import Post

_KINDS: Final = ("author", "category", "default")
_COLUMNS: Final = ("kind", "name", "issuer", "sectors")
_MOST_BYTES: Final = 5 * 1024 * 1024


@dataclass(slots=True)
class IssuerMap:
    """(kind, name) -> issuer, and the sectors that a category means. `unknown` counts what was in no row."""

    issuers: dict[tuple[str, str], str] = field(default_factory=dict)
    sectors: dict[str, tuple[Sector, ...]] = field(default_factory=dict)
    known: Collection[str] = ()
    unknown: Counter[str] = field(default_factory=Counter)

    def issuer_of(self, post: Post) -> str:
        """The slug; empty when nobody knows. Categories beat the author: they were chosen for this post."""
        categories = [(n.casefold(), w.casefold()) for kind, n, w in post.terms if kind == "category"]
        names = [name for pair in categories for name in pair if name]
        asked = [("category", name) for name in names] + [
            ("author", post.creator.casefold()),
            ("default", ""),
        ]
        for key in asked:
            if found := self.issuers.get(key):
                return found
        for name in (*names, post.creator.casefold()):
            if name in self.known:
                return name
        self.unknown[f"author {post.creator}"] += 1
        for name in dict.fromkeys(nicename for nicename, _ in categories):
            self.unknown[f"category {name}"] += 1
        return ""

    def sectors_of(self, post: Post) -> tuple[Sector, ...]:
        """The sectors of its categories, each once."""
        found: dict[Sector, None] = {}
        for kind, nicename, name in post.terms:
            if kind == "category":
                for key in (nicename.casefold(), name.casefold()):
                    found.update(dict.fromkeys(self.sectors.get(key, ())))
        return tuple(found)


def read_map(path: Path | None, known: Collection[str], default: str = "") -> IssuerMap:
    """The map of a CSV file with the columns `kind,name,issuer` and perhaps `sectors`; `known` are the slugs
    of issuers that exist. Raises BadInput naming the line.
    """
    found = IssuerMap(known=known)
    if default:
        found.issuers[("default", "")] = _issuer(default, known, "--issuer")
    if path is None:
        return found
    for number, row in _rows(path):
        where = f"{path.name} line {number}"
        kind, name = row["kind"].strip().lower(), row["name"].strip().casefold()
        if kind not in _KINDS:
            raise BadInput(f"kind {kind!r} is none of {', '.join(_KINDS)}", where=where)
        if not name and kind != "default":
            raise BadInput(f"which {kind}? fill the column `name`", where=where)
        slug = row["issuer"].strip()
        if slug:
            found.issuers[(kind, name if kind != "default" else "")] = _issuer(slug, known, where)
        if sectors := row.get("sectors", "").strip():
            found.sectors[name] = _sectors(sectors, kind, where)
        elif not slug:
            raise BadInput("the row names neither issuer nor sectors", where=where)
    return found


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput("larger than 5 MB; it is no map", where=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"it cannot be opened: {error.strerror}; check the path", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}; save it as UTF-8", where=str(path)) from None
    reader = csv.DictReader(io.StringIO(text), restkey="more", restval="")
    columns = [name.strip() for name in reader.fieldnames or ()]
    if not {"kind", "name", "issuer"} <= set(columns) or not set(columns) <= set(_COLUMNS):
        raise BadInput(
            "its columns must be kind,name,issuer and perhaps sectors", where=f"{path.name} line 1"
        )
    reader.fieldnames = columns
    rows = []
    try:
        for row in reader:
            if "more" in row:
                raise BadInput("more cells than columns", where=f"{path.name} line {reader.line_num}")
            rows.append((reader.line_num, {key: value or "" for key, value in row.items()}))
    except csv.Error as error:
        raise BadInput(f"it is no CSV: {error}", where=f"{path.name} line {reader.line_num}") from None
    return rows


def _issuer(slug: str, known: Collection[str], where: str) -> str:
    if slug not in known:
        raise BadInput(f"there is no issuer '{slug[:60]}'; add it: dateline issuer add", where=where)
    return slug


def _sectors(text: str, kind: str, where: str) -> tuple[Sector, ...]:
    if kind != "category":
        raise BadInput("only a category means sectors", where=where)
    try:
        return tuple(parse_sector(part) for part in text.split(";") if part.strip())
    except BadInput as error:
        raise BadInput(error.message, where=where) from None
