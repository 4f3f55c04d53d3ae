"""Words as JSON, their canonical bytes and hashes, and the public fact."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

from dateline.core.clock import Instant, iso_z
from dateline.core.words.stories import (
    Block,
    Contact,
    DatelineLine,
    Edition,
    IssuerRef,
    Media,
    Run,
    Runs,
    Translation,
)


def runs_document(runs: Runs) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for run in runs:
        entry: dict[str, Any] = {"text": run.text}
        if run.href:
            entry["href"] = run.href
        if run.strong:
            entry["strong"] = True
        if run.em:
            entry["em"] = True
        out.append(entry)
    return out


def runs_from(document: list[dict[str, Any]]) -> Runs:
    return tuple(
        Run(d["text"], d.get("href", ""), bool(d.get("strong")), bool(d.get("em"))) for d in document
    )


def block_document(block: Block) -> dict[str, Any]:
    """JSON form of a block: only the fields its kind uses."""
    document: dict[str, Any] = {"kind": block.kind}
    if block.runs:
        document["runs"] = runs_document(block.runs)
    if block.items:
        document["items"] = [runs_document(item) for item in block.items]
    if block.rows:
        document["rows"] = [[runs_document(cell) for cell in row] for row in block.rows]
    for name in (
        "level", "ordered", "header", "media", "href", "attribution", "media_type", "size_bytes",
    ):  # fmt: skip
        if value := getattr(block, name):
            document[name] = value
    return document


def block_from(document: Mapping[str, Any]) -> Block:
    return Block(
        kind=document["kind"],
        runs=runs_from(document.get("runs", [])),
        level=document.get("level", 0),
        items=tuple(runs_from(item) for item in document.get("items", [])),
        ordered=document.get("ordered", False),
        rows=tuple(tuple(runs_from(cell) for cell in row) for row in document.get("rows", [])),
        header=document.get("header", False),
        media=document.get("media", ""),
        href=document.get("href", ""),
        attribution=document.get("attribution", ""),
        media_type=document.get("media_type", ""),
        size_bytes=document.get("size_bytes", 0),
    )


def _plain_document(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


_LATER_FACTS = frozenset({"copyright", "source", "credentials"})
"""Of media; left out where empty: editions that were locked before they existed keep their hashes."""


def media_document(media: Media) -> dict[str, Any]:
    """JSON form of a picture's facts."""
    return {name: v for name, v in _plain_document(media).items() if v or name not in _LATER_FACTS}


def edition_document(edition: Edition) -> dict[str, Any]:
    """The whole edition as JSON values; `edition_sha256` is the hash of its RFC 8785 (JCS) form."""
    document: dict[str, Any] = {}
    for name in Edition.__dataclass_fields__:
        value = getattr(edition, name)
        if name in {"blocks", "boilerplate"}:
            document[name] = [block_document(b) for b in value]
        elif name == "contacts":
            document[name] = [_plain_document(v) for v in value]
        elif name == "media":
            document[name] = [media_document(v) for v in value]
        elif name in {"issuer", "dateline", "translation"}:
            document[name] = None if value is None else _plain_document(value)
        elif isinstance(value, tuple):
            document[name] = list(value)
        else:
            document[name] = value
    return document


def edition_from(document: Mapping[str, Any]) -> Edition:
    """Reads what `edition_document` wrote. Raises KeyError or TypeError on anything else."""
    values = dict(document)
    for name in ("blocks", "boilerplate"):
        values[name] = tuple(block_from(b) for b in values[name])
    values["contacts"] = tuple(Contact(**c) for c in values["contacts"])
    values["media"] = tuple(Media(**m) for m in values["media"])
    values["issuer"] = IssuerRef(**values["issuer"])
    values["dateline"] = DatelineLine(**values["dateline"]) if values["dateline"] else None
    values["translation"] = Translation(**values["translation"]) if values["translation"] else None
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    return Edition(**values)


def canonical_bytes(document: Any) -> bytes:
    """RFC 8785 (JCS) form."""
    return rfc8785.dumps(document)


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def edition_sha256(edition: Edition) -> str:
    """Hex SHA-256 of the edition's JCS form: the name of these exact words."""
    return sha256_hex(canonical_bytes(edition_document(edition)))


def wire_event(edition: Edition, *, at: Instant, languages: tuple[str, ...], base_url: str) -> dict[str, Any]:
    """The public fact, the same on stream, webhook and API (DESIGN.md, wire event).

    `at` is the commit, `languages` all that are public at that commit, `base_url` has no trailing slash.
    """
    return {
        "id": edition.event_id,
        "type": edition.type,
        "release": edition.release,
        "version": edition.version,
        "language": edition.language,
        "languages": list(languages),
        "original_language": edition.original_language,
        "headline": edition.headline,
        "summary": edition.summary,
        "dateline": None if edition.dateline is None else _plain_document(edition.dateline),
        "issuer": _plain_document(edition.issuer),
        "on_behalf_of": edition.on_behalf_of or None,
        "origin": edition.origin,
        "provider": edition.provider or None,
        "labels": list(edition.labels),
        "class": edition.release_class,
        "release_type": edition.release_type or None,
        "sectors": list(edition.sectors),
        "countries": list(edition.countries),
        "tickers": list(edition.tickers),
        "isins": list(edition.isins),
        "lei": edition.lei or None,
        "at": iso_z(at),
        "url": base_url + edition.path,
        "sha256": edition_sha256(edition),
        "translation": None if edition.translation is None else _plain_document(edition.translation),
        "supersedes": edition.supersedes or None,
        "reason": edition.reason or None,
        "restrict": list(edition.restrict),
    }
