"""Opens a version from the vault shortly before T0, so that the commit of its lift is short."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dateline.core.clock import Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import (
    Edition,
    VersionKind,
    canonical_bytes,
    edition_document,
    edition_from,
    sha256_hex,
    wire_event,
)
from dateline.desk import services as desk
from dateline.plant.settings import get_settings
from dateline.wire import rules
from dateline.wire.search_words import Indexed, indexed

SUMMARY = "summary"
BODY = ("blocks", "boilerplate", "contacts")


@dataclass(frozen=True, slots=True)
class OpenedEdition:
    """One edition in clear, in memory only, with everything the lift writes of it. `event` lacks `at` and
    `languages`.
    """

    edition: Edition = field(repr=False)
    sha256: str
    head: str = field(repr=False)
    body: str = field(repr=False)
    search: Indexed = field(repr=False)
    event: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A version ready to lift: its editions, the original first."""

    version_id: VersionId
    release: ReleaseId
    version: int
    kind: VersionKind
    editions: tuple[OpenedEdition, ...]

    @property
    def reason(self) -> str:
        """Why it was corrected, killed or withdrawn, in the language of the first edition."""
        return self.editions[0].edition.reason

    def reason_in(self, language: str) -> str:
        """The reason in a language; the first edition's where that language has none."""
        own = (e.edition.reason for e in self.editions if e.edition.language == language)
        return next(own, self.reason)


def open_version(version_id: str, *, now: Instant) -> Opened:
    """Opens every edition. Raises NotFound or Conflict when the lock is gone."""
    card = desk.version(version_id)
    editions = tuple(_opened(edition, now) for edition in desk.editions(version_id))
    return Opened(card.version_id, card.release, card.number, card.kind, editions)


def _opened(edition: Edition, now: Instant) -> OpenedEdition:
    document = edition_document(edition)
    head, body = split(document)
    return OpenedEdition(
        edition=edition,
        sha256=sha256_hex(canonical_bytes(document)),
        head=head,
        body=body,
        search=indexed(rules.search_parts(edition), edition.language),
        event=wire_event(edition, at=now, languages=(), base_url=get_settings().site_url),
    )


def split(document: Mapping[str, Any]) -> tuple[str, str]:
    """(head, body) of an edition's document as JSON. The head serves long lists, so it has the summary."""
    head = {name: value for name, value in document.items() if name not in BODY}
    if not document["subhead"]:
        head[SUMMARY] = edition_from(document).summary
    return dumped(head), dumped({name: document[name] for name in BODY})


def dumped(document: Mapping[str, Any]) -> str:
    """Compact JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
