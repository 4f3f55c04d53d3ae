"""A small house around the ledger: an upstream that answers from memory, events as the other rooms write
them, and a pump to run beside a test.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from django.db import transaction

from dateline.core.channel import Channel
from dateline.core.clock import Instant, SystemClock, to_micros
from dateline.core.countries import Country
from dateline.core.errors import NotFound
from dateline.core.events import Event, Held, Lifted
from dateline.core.ids import RecipientId, ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import (
    EVENT_TYPE,
    Block,
    Edition,
    Endpoint,
    IssuerRef,
    Manifest,
    ManifestRow,
    ReleaseClass,
    Run,
    VersionKind,
    wire_event,
)
from dateline.dispatch import statements
from dateline.dispatch.process import run_dispatch
from dateline.dispatch.sql import query
from dateline.dispatch.statements import NewDelivery
from dateline.dispatch.upstream import Letter, LockFacts
from dateline.plant.db import outbox

RELEASE = "k7m2x9qd4w"


@dataclass(frozen=True)
class Person:
    """What the audience knows of a recipient at the moment of sending."""

    endpoint: Endpoint
    personal: Mapping[str, str] = field(default_factory=dict)
    person: str = ""
    timezone: str = "UTC"
    mode: str = "immediate"
    cap: int = 0
    suppressed: str = ""
    own_language: str = ""
    hours: str = ""
    digest_at: str = ""
    paused: bool = False


@dataclass
class FakeHouse:
    """An upstream from memory. Everybody in a manifest can be addressed unless `changed` or `gone` say
    otherwise.
    """

    locks: dict[str, tuple[LockFacts, Manifest]] = field(default_factory=dict)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    asked: int = 0

    def add(
        self,
        lock_id: str,
        rows: Sequence[ManifestRow] = (),
        *,
        release: str = RELEASE,
        number: int = 1,
        kind: VersionKind = "release",
        version_id: str = "",
        release_class: ReleaseClass = "normal",
        languages: Sequence[str] = ("en", "ko"),
    ) -> LockFacts:
        """A lock with its manifest."""
        facts = LockFacts(
            lock_id=lock_id,
            version_id=version_id or lock_id,
            release=release,
            number=number,
            kind=kind,
            release_class=release_class,
            languages=tuple(Language(tag) for tag in languages),
            original=Language("en"),
        )
        self.locks[lock_id] = (facts, Manifest({}, tuple(rows), {}, "0" * 64))
        return facts

    def facts(self, lock_id: str) -> LockFacts:
        if lock_id not in self.locks:
            raise NotFound(lock_id)
        return self.locks[lock_id][0]

    def manifest(self, lock_id: str) -> Manifest:
        return self.locks[lock_id][1]

    def edition(self, lock_id: str, language: str) -> Edition:
        facts = self.facts(lock_id)
        return Edition(
            release=ReleaseId(facts.release),
            version=facts.number,
            event_id=f"evt_{lock_id}{language}",
            type=EVENT_TYPE[facts.kind],
            language=Language(language),
            original_language=Language("en"),
            slug="museum-opens",
            headline=f"Museum opens ({language})",
            issuer=IssuerRef("acme", "Acme"),
            wire="Dateline",
            blocks=(Block("paragraph", runs=(Run("The harbour museum opens its hall."),)),),
            sectors=(Sector("01000000"),),
        )

    def event(self, lock_id: str, language: str) -> dict[str, Any]:
        return wire_event(
            self.edition(lock_id, language),
            at=SystemClock().now(),
            languages=self.public_languages(lock_id),
            base_url="http://wire.example",
        )

    def media(self, lock_id: str) -> dict[str, tuple[bytes, str]]:
        return {}

    def public_languages(self, lock_id: str) -> tuple[str, ...]:
        return self.facts(lock_id).languages

    def letter(self, letter: str) -> Letter:
        raise NotFound(letter)

    def addressed(
        self, rows: Sequence[tuple[RecipientId, Language]], *, sectors: Sequence[Sector]
    ) -> dict[tuple[RecipientId, Language], Person]:
        self.asked += 1
        return {row: self._person(row[0]) for row in rows if row[0] not in self.gone}

    def _person(self, recipient: str) -> Person:
        channel = "mail" if recipient.startswith("j_") else "webhook"
        found = Person(
            Endpoint(f"{channel}:{recipient}", channel, f"{recipient}@desk.example"), person=recipient
        )
        return replace(found, **self.changed.get(recipient, {}))


def people(count: int, *, language: str = "en", start: int = 0) -> list[ManifestRow]:
    """Journalists by mail."""
    return [
        ManifestRow(
            recipient=RecipientId(f"j_{number}"),
            person=f"p{number}",
            channel="mail",
            endpoint="mail:desk.example",
            domain="desk.example",
            language=Language(language),
            format="mail",
            kind="journalist",
            country=Country("KR"),
        )
        for number in range(start, start + count)
    ]


def outlets(count: int, *, languages: Sequence[str] = ("en",), start: int = 0) -> list[ManifestRow]:
    """Outlets by webhook: one row per language each."""
    return [
        ManifestRow(
            recipient=RecipientId(f"o_{number}"),
            person="",
            channel="webhook",
            endpoint=f"o_{number}",
            domain=f"o{number}.example",
            language=Language(language),
            format="json",
            kind="site",
            country=Country("JP"),
        )
        for number in range(start, start + count)
        for language in languages
    ]


def crowd(people_: int, outlets_: int) -> FakeHouse:
    """The house that crash tests and their child processes agree on: one lock, `v1`."""
    house = FakeHouse()
    house.add("v1", [*people(people_), *outlets(outlets_, languages=("en", "ko"))])
    return house


def digest_crowd(people_: int) -> FakeHouse:
    """The house of crash tests amid digests: locks `v0` to `v2`, whose people all asked for digests."""
    house = FakeHouse()
    for number in range(people_):
        house.changed[f"j_{number}"] = {"mode": "digest", "own_language": "en"}
    for number in range(3):
        house.add(f"v{number}", people(people_), release=f"release{number}")
    return house


def new(row: ManifestRow, **changes: Any) -> NewDelivery:
    """The manifest's row as the fan-out writes it."""
    made = NewDelivery(
        row.language,
        row.recipient,
        row.channel,
        row.person or None,
        row.endpoint,
        row.domain,
        "0" * 64,
        row.kind,
        row.country,
        row.format,
        "waiting",
        "",
    )
    return made._replace(**changes)


def fan_out(rows: Sequence[ManifestRow], *, lock_id: str = "v1", version_id: str = "") -> int:
    """Rows straight into the ledger."""
    return statements.fan_out(version_id or lock_id, lock_id, [new(row) for row in rows], now=now())


def now() -> int:
    """Microseconds since 1970."""
    return to_micros(SystemClock().now())


def told(*events: Event) -> None:
    """Writes events to the outbox, as the rooms that own them do."""
    for event in events:
        with transaction.atomic():
            outbox.append(event)


def held(facts: LockFacts) -> Held:
    return Held(VersionId(facts.lock_id), ReleaseId(facts.release), SystemClock().now())


def lifted(facts: LockFacts, at: Instant | None = None) -> Lifted:
    """Lifted now, or at that instant."""
    at = at or SystemClock().now()
    return Lifted(VersionId(facts.lock_id), ReleaseId(facts.release), facts.number, facts.kind, at, at)


def long_ago(seconds: float) -> Instant:
    return Instant(SystemClock().now() - timedelta(seconds=seconds))


@contextmanager
def dispatching(house: FakeHouse, *channels: Channel) -> Iterator[None]:
    """The dispatch process in a thread, stopped in order at the end."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run_dispatch(stop, {channel.kind: channel for channel in channels}, upstream=house)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive(), "dispatch did not stop"
    assert not failed, failed


def eventually(check: Callable[[], object], *, within_s: float = 30.0) -> None:
    """Waits until `check` is true. The limit only keeps a broken build from hanging."""
    deadline = monotonic() + within_s
    while not check():
        assert monotonic() < deadline, f"did not happen; ledger: {states()}"
        sleep(0.02)


def states(version_id: str = "") -> dict[str, int]:
    """state -> rows, of one version or all."""
    where, params = ("WHERE version_id = %s", [version_id]) if version_id else ("", [])
    rows = query(f"SELECT state, COUNT(*) FROM dispatch_delivery {where} GROUP BY state", params)
    return dict(rows)


def attempts(kind: str = "") -> list[tuple[int, int, str]]:
    """(delivery, fence, kind) of every attempt, or of one kind."""
    found = query("SELECT delivery_id, fence, kind FROM dispatch_attempt ORDER BY 1, 2, 3")
    return [tuple(row) for row in found if not kind or row[2] == kind]
