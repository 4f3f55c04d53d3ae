"""What a hand can do on a home. Imported only once Django is set up."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction

from dateline.core.clock import SystemClock, iso_z
from dateline.core.ids import ReleaseId, new_event_id, new_release_id, new_version_id
from dateline.faces.tests import press
from dateline.issuers import services as issuers
from dateline.plant.db.databases import DEFAULT
from dateline.wire import services as wire
from dateline.wire.models import LogEntry, LogHead


def house() -> None:
    """Who sends."""
    press.add_house()


def out(slug: str, headline: str = "", languages: tuple[str, ...] = ("en",)) -> str:
    """A release; its id. `headline` is that of the English edition."""
    stories = [press.story(language, slug=slug) for language in languages]
    if headline:
        stories[0] = replace(stories[0], headline=headline)
    return press.out(*stories)


def rich(*languages: str) -> str:
    """A third-party release with labels, ticker, sector and countries; its id."""
    return press.out(*(press.rich(tag, slug="rich") for tag in languages or ("en",)))


def correct(release: str, slug: str, headline: str) -> None:
    """A new version with another headline."""
    changed = press.story(slug=slug, headline=headline)
    press.follow_up(wire.submit_correction(ReleaseId(release), [changed], reason="A wrong figure.", by="ana"))


def kill(release: str) -> None:
    """Takes it back."""
    press.follow_up(wire.submit_kill(ReleaseId(release), reason="Sent in error.", by="ana"))


def flood(first: int, count: int) -> str:
    """Puts so many short releases on the log in one commit, headed `Number N`; the last one's id.

    Straight into the log: through the desk 5,000 would take minutes, and a terminal cannot tell.
    """
    at = SystemClock().now()
    release = ""
    rows = []
    with transaction.atomic(using=DEFAULT):
        head, _ = LogHead.objects.using(DEFAULT).select_for_update().get_or_create(id=1)
        for number in range(first, first + count):
            release, version_id = new_release_id(), new_version_id()
            event = _event(release, number, iso_z(at))
            head.seq += 1
            rows.append(
                LogEntry(
                    seq=head.seq, event_id=event["id"], version_id=version_id, release=release, version=1,
                    kind="release", language="en", sha256=event["sha256"], at=at, event=json.dumps(event),
                )
            )  # fmt: skip
        LogEntry.objects.using(DEFAULT).bulk_create(rows, batch_size=500)
        head.save()
    return release


def _event(release: str, number: int, at: str) -> dict[str, Any]:
    return {
        "id": new_event_id(), "type": "released", "release": release, "version": 1, "language": "en",
        "languages": ["en"], "original_language": "en", "headline": f"Number {number}",
        "summary": "A summary of a usual length, so that an event weighs what it weighs in life. " * 3,
        "dateline": None, "issuer": {"slug": "flood", "name": "Flood Works", "level": 0},
        "on_behalf_of": None, "origin": "issuer", "provider": None, "labels": [],
        "class": "regulated" if number % 50 == 0 else "normal", "release_type": None, "sectors": [],
        "countries": ["SG"], "tickers": [f"SGX:N{number}"], "isins": [], "lei": None, "at": at,
        "url": f"http://wire.example/en/number-{release}/", "sha256": f"{number:064d}", "translation": None,
        "supersedes": None, "reason": None, "restrict": [],
    }  # fmt: skip


def sign_in() -> str:
    """A one-time address that signs an operator in."""
    operator = issuers.first_operator() or issuers.add_person("olga")
    return f"/accounts/in/{issuers.new_sign_in(operator.name)}/"


def new_epoch() -> None:
    """What a restore does to the log."""
    wire.begin_epoch()


ACTS: dict[str, Callable[..., Any]] = {
    "house": house,
    "out": out,
    "rich": rich,
    "correct": correct,
    "kill": kill,
    "flood": flood,
    "new-epoch": new_epoch,
    "sign-in": sign_in,
}
