"""What the API says of releases: plain documents, made by a fixed number of questions to the records."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import Conflict
from dateline.core.words import Finding
from dateline.desk import services as desk
from dateline.faces.api.keys import Caller
from dateline.issuers import services as issuers


def time(at: Instant | None) -> str | None:
    """UTC with Z, or null."""
    return None if at is None else iso_z(at)


def release_rows(cards: list[desk.ReleaseCard]) -> list[dict[str, Any]]:
    """Rows of a list, with their headlines."""
    headlines = desk.headlines([card.release for card in cards])
    return [_row(card, headlines.get(card.release, "")) for card in cards]


def _row(card: desk.ReleaseCard, headline: str) -> dict[str, Any]:
    return {
        "release": card.release,
        "slug": card.slug,
        "issuer": card.issuer,
        "state": card.state,
        "headline": headline,
        "languages": list(card.languages),
        "original_language": card.original_language,
        "at": time(card.at),
        "circuit": card.circuit,
        "class": card.release_class,
        "origin": card.origin,
        "provider": card.provider or None,
        "version": card.version,
        "created_at": iso_z(card.created_at),
        "created_by": card.created_by,
    }


def release_document(release: str, caller: Caller) -> dict[str, Any]:
    """One release as it stands, with its lock. Raises NotFound."""
    revision = desk.revision(release)  # first: what follows may be newer, and is then refused by `If-Match`
    card = desk.show(release)
    lock = lock_of(release)
    return _row(card, desk.headline(release)) | {
        "revision": revision,
        "lock": None if lock is None else _lock(lock, card, caller),
    }


def lock_of(release: str) -> desk.VersionCard | None:
    """The lock that waits for approval, else the newest that stands; None for a draft."""
    waiting = desk.pending(release)
    if waiting is not None:
        return waiting
    try:
        return desk.latest_version(release)
    except Conflict:
        return None


def _lock(lock: desk.VersionCard, card: desk.ReleaseCard, caller: Caller) -> dict[str, Any]:
    return {
        "version": lock.number,
        "kind": lock.kind,
        "state": lock.state,
        "hash": lock.hash,
        "due_at": time(lock.due_at),
        "locked_at": iso_z(lock.locked_at),
        "locked_by": lock.locked_by,
        "editions": [
            {"language": e.language, "sha256": e.sha256, "original": e.is_original} for e in lock.editions
        ],
        "counts": {
            kind: caller.shown(count) if kind == "journalists" else count
            for kind, count in lock.counts.items()
        },
        "approvals": list(lock.approvals),
        "approvals_needed": 2 if issuers.policy() == "two" or card.release_class == "regulated" else 1,
    }


def findings_document(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What checks said."""
    return [asdict(finding) for finding in findings]
