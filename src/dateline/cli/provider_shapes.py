"""What `dateline provider` prints of providers and polls: JSON (core/schemas/provider_*.json) and tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from dateline.cli.output import one_line
from dateline.core.clock import Instant, iso_z

COUNTS = ("new", "updated", "unchanged", "duplicate", "killed", "refused", "left")


def _iso(at: Instant | None) -> str | None:
    return None if at is None else iso_z(at)


def provider_document(card: Any, last: Any) -> dict[str, Any]:
    """One provider; `last` is its newest poll, or None."""
    return {
        "name": card.name,
        "label": card.label,
        "kind": card.kind,
        "feed": card.address,
        "language": card.language,
        "issuer": card.issuer,
        "circuit": card.circuit,
        "sectors": list(card.sectors),
        "sector_map": {category: list(codes) for category, codes in card.sector_map.items()},
        "disclaimers": dict(card.disclaimers),
        "rights": card.rights,
        "paid": card.paid,
        "state_affiliated": card.state_affiliated,
        "keep_duplicates": card.take_duplicates,
        "auto_approve_by": card.auto_approve_by or None,
        "every_s": card.interval_s,
        "limit": card.item_limit,
        "state": card.state,
        "fails": card.fails,
        "next_at": None if card.kind == "webhook" or card.paused_at else iso_z(card.next_at),
        "paused": None
        if card.paused_at is None
        else {"by": card.paused_by, "reason": card.paused_reason, "at": iso_z(card.paused_at)},
        "last": None if last is None else poll_document(last),
    }


def poll_document(card: Any) -> dict[str, Any]:
    """One poll or push."""
    return {
        "at": iso_z(card.at),
        "source": card.source,
        "status": card.status,
        "code": card.code,
        "words": card.words,
        "ms": card.ms,
        **{name: getattr(card, name) for name in COUNTS},
        "refusals": [dict(entry) for entry in card.refusals],
        "unmapped": dict(card.unmapped),
    }


def item_document(card: Any) -> dict[str, Any]:
    """A release that an item became."""
    return {
        "item": card.item,
        "release": card.release,
        "wanted": card.wanted or None,
        "at": iso_z(card.at),
        "expires_at": _iso(card.expires_at),
        "note": card.note,
    }


def sentence(document: Mapping[str, Any]) -> str:
    """What came of a poll, for people."""
    if document["status"] == "failed":
        return f"failed: {one_line(document['words'])}"
    said = [f"{document[name]} {name}" for name in COUNTS if document[name]]
    words = f"; {one_line(document['words'])}" if document["words"] else ""
    return (", ".join(said) or "nothing new") + words


def poll_rows(documents: Sequence[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Lines of a table of polls."""
    return [(d["at"], d["source"], d["status"], d["code"] or "", sentence(d), d["ms"]) for d in documents]
