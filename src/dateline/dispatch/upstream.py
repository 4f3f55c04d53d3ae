"""What dispatch asks of the rooms above it, as one port, so that the pump can be tested without a newsroom
around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from dateline.core.clock import Instant
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import Edition, Endpoint, Manifest, ReleaseClass, VersionKind


@dataclass(frozen=True, slots=True)
class LockFacts:
    """What the ledger must know of a lock. `version_id` is what a late edition joins, else the lock
    itself.
    """

    lock_id: str
    version_id: str
    release: str
    number: int
    kind: VersionKind
    release_class: ReleaseClass
    languages: tuple[Language, ...]
    original: Language
    circuit: str = ""
    provider: str = ""


class Addressed(Protocol):
    """One recipient at the moment of sending."""

    @property
    def endpoint(self) -> Endpoint: ...
    @property
    def personal(self) -> Mapping[str, str]: ...
    @property
    def person(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def cap(self) -> int: ...
    @property
    def own_language(self) -> str:
        """Of their digests; empty = the edition's."""
        ...

    @property
    def hours(self) -> str: ...
    @property
    def digest_at(self) -> str: ...
    @property
    def paused(self) -> bool: ...
    @property
    def suppressed(self) -> str:
        """The reason, or empty."""
        ...


class Letter(Protocol):
    """A mail with a link that somebody asked for."""

    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> Language: ...
    @property
    def purpose(self) -> Literal["open", "join"]: ...
    @property
    def url(self) -> str: ...
    @property
    def asked_at(self) -> Instant: ...
    @property
    def expires_at(self) -> Instant: ...


class Upstream(Protocol):
    """The questions. Each raises NotFound where there is no such lock or edition."""

    def facts(self, lock_id: str) -> LockFacts: ...

    def manifest(self, lock_id: str) -> Manifest: ...

    def edition(self, lock_id: str, language: str) -> Edition: ...

    def event(self, lock_id: str, language: str) -> dict[str, Any]:
        """The wire event as it stands on the log; only after the lift."""
        ...

    def media(self, lock_id: str) -> dict[str, tuple[bytes, str]]:
        """SHA-256 -> (bytes, media type) of every picture of a lock."""
        ...

    def public_languages(self, lock_id: str) -> tuple[str, ...]:
        """All languages public at the commit of this lock."""
        ...

    def letter(self, letter: str) -> Letter:
        """A letter of the house; NotFound when it must not go any more."""
        ...

    def addressed(
        self, rows: Sequence[tuple[RecipientId, Language]], *, sectors: Sequence[Sector]
    ) -> Mapping[tuple[RecipientId, Language], Addressed]:
        """Where these go now; who is missing is not in the audience any more."""
        ...


class House:
    """The rooms of this house."""

    def facts(self, lock_id: str) -> LockFacts:
        from dateline.desk import services as desk

        card = desk.version(lock_id)
        release = desk.show(card.release)
        return LockFacts(
            lock_id=card.version_id,
            version_id=card.ledger_id,
            release=card.release,
            number=card.number,
            kind=card.kind,
            release_class=release.release_class,
            languages=tuple(edition.language for edition in card.editions),
            original=release.original_language,
            circuit=release.circuit,
            provider=release.provider,
        )

    def manifest(self, lock_id: str) -> Manifest:
        from dateline.desk import services as desk

        return desk.manifest(lock_id)

    def edition(self, lock_id: str, language: str) -> Edition:
        from dateline.desk import services as desk

        return desk.edition(lock_id, language)

    def event(self, lock_id: str, language: str) -> dict[str, Any]:
        from dateline.wire import services as wire

        return wire.event_document(lock_id, language)

    def media(self, lock_id: str) -> dict[str, tuple[bytes, str]]:
        from dateline.desk import services as desk

        return desk.media(lock_id)

    def public_languages(self, lock_id: str) -> tuple[str, ...]:
        from dateline.wire import services as wire

        return wire.public_languages_at(lock_id)

    def letter(self, letter: str) -> Letter:
        from dateline.audience import services as audience

        return audience.letter(letter)

    def addressed(
        self, rows: Sequence[tuple[RecipientId, Language]], *, sectors: Sequence[Sector]
    ) -> Mapping[tuple[RecipientId, Language], Addressed]:
        from dateline.audience import services as audience

        return audience.addressed(rows, sectors=sectors)
