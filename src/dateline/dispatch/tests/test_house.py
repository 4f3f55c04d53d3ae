"""The real rooms above the ledger: from a draft to receipts, and why somebody got it or not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from dateline.audience import services as audience
from dateline.core.channel import Channel
from dateline.core.errors import NotFound
from dateline.core.ids import ReleaseId
from dateline.core.sectors import parse_sector
from dateline.core.words import Receipt, Task
from dateline.desk import services as desk
from dateline.dispatch import services
from dateline.dispatch.tests.builders import dispatching, eventually, states
from dateline.dispatch.upstream import House
from dateline.testing.fake_channel import FakeChannel
from dateline.wire import services as wire
from dateline.wire.tests.builders import add_issuer, draft, held, story, work

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

BUSINESS = (parse_sector("business"),)
PEOPLE = (
    ("ana@daily.example", "Ana", "KR", "ko;en", ""),
    ("ben@daily.example", "Ben", "JP", "ja", ""),
    ("cy@daily.example", "Cy", "DE", "en", "digest"),
    ("dee@daily.example", "Dee", "US", "en", ""),
)
OUTLETS = (
    ("Harbour Post", "KR", "ko;en", "https://post.example/hook", "json"),
    ("Morning Site", "JP", "en", "https://morning.example/hook", "html"),
    ("Dead Site", "US", "en", "https://dead.example/hook", "ninjs"),
)


def fill() -> None:
    """An issuer, a few people and outlets."""
    add_issuer()
    people = audience.import_rows(
        [
            {
                "email": email, "name": name, "country": country, "languages": languages,
                "sectors": "business", "outlet": "Daily", "consent": "form 2026-01-01", "mode": mode,
            }
            for email, name, country, languages, mode in PEOPLE
        ],
        "journalist",
    )  # fmt: skip
    outlets = audience.import_rows(
        [
            {
                "name": name, "country": country, "languages": languages, "sectors": "", "kind": "site",
                "channel": "webhook", "endpoint": endpoint, "format": form,
            }
            for name, country, languages, endpoint, form in OUTLETS
        ],
        "outlet",
    )  # fmt: skip
    assert not people.rejected and not outlets.rejected, (people.rejected, outlets.rejected)


def answer(task: Task) -> Receipt:
    if task.endpoint.name == "Dead Site":
        return Receipt(task.delivery, task.fence, "refused", 404, "Not Found")
    if task.endpoint.name == "Dee":
        return Receipt(task.delivery, task.fence, "deferred", 450, "4.2.0 busy", wait_s=900)
    return Receipt(task.delivery, task.fence, "accepted", 250, "2.0.0 Ok")


@contextmanager
def pumping(*channels: Channel) -> Iterator[None]:
    with dispatching(House(), *channels):  # type: ignore[arg-type]
        yield


def settled_release(mail: FakeChannel, hook: FakeChannel) -> ReleaseId:
    """A release in two languages that went out to everybody above."""
    version_id = held("en", "ko", sectors=BUSINESS)
    with pumping(mail, hook):
        eventually(lambda: services.is_prepared(version_id))
        assert wire.lift(version_id)
        work()
        eventually(lambda: services.is_settled(version_id))
    return desk.version(version_id).release


def test_a_release_reaches_everyone_in_their_language_and_format() -> None:
    fill()
    mail, hook = FakeChannel("mail", answer=answer), FakeChannel("webhook", answer=answer)
    release = settled_release(mail, hook)
    assert {(t.endpoint.name, t.parcel.language) for t in mail.seen} == {("Ana", "ko"), ("Dee", "en")}
    assert {(t.endpoint.name, t.parcel.language, t.parcel.format) for t in hook.seen} == {
        ("Harbour Post", "en", "json"),
        ("Harbour Post", "ko", "json"),
        ("Morning Site", "en", "html"),
        ("Dead Site", "en", "ninjs"),
    }
    assert states() == {"accepted": 4, "deferred": 1, "refused": 1, "waiting": 1}
    version_id = desk.latest_version(release).version_id
    cells = services.breakdown(version_id)
    assert sum(cell.count for cell in cells) == 7
    assert {(cell.kind, cell.country) for cell in cells if cell.channel == "mail"} == {
        ("journalist", "KR"),
        ("journalist", "DE"),
        ("journalist", "US"),
    }
    points = services.curve(version_id)
    assert [p.accepted for p in points if p.channel == "webhook"][-1] == 3
    for first, last in services.first_last(version_id).values():
        assert first <= last


def test_a_webhook_carries_the_event_of_the_log_with_the_body_in_its_format() -> None:
    fill()
    hook = FakeChannel("webhook")
    settled_release(FakeChannel("mail"), hook)
    for task in hook.seen:
        document = json.loads(task.parcel.body)
        body, form = document.pop("body"), document.pop("body_type")
        assert form == task.endpoint.options["format"] == task.parcel.format
        assert document == wire.event_document(task.parcel.version_id, task.parcel.language)
        assert isinstance(body, str if form == "html" else dict)
        assert task.parcel.edition_sha256 == document["sha256"]
        assert task.endpoint.secret, "signed with the outlet's key"


def test_why_says_it_in_one_sentence() -> None:
    fill()
    release = settled_release(FakeChannel("mail", answer=answer), FakeChannel("webhook", answer=answer))
    told = {name: services.why(release, name) for name in ("ana@daily.example", "Harbour Post", "Dead Site")}
    assert told["ana@daily.example"].state == told["Harbour Post"].state == "accepted"
    assert "was accepted at" in told["ana@daily.example"].sentence
    assert "in en by webhook" in told["Harbour Post"].sentence and "in ko" in told["Harbour Post"].sentence
    assert (told["Dead Site"].state, told["Dead Site"].attempts[0].code) == ("refused", 404)
    assert "404 Not Found" in told["Dead Site"].sentence
    digest, busy = services.why(release, "cy@daily.example"), services.why(release, "dee@daily.example")
    assert (digest.state, digest.rule) == ("waiting", "held") and "is held until" in digest.sentence
    assert busy.state == "deferred" and "450 4.2.0 busy" in busy.sentence
    other = services.why(release, "ben@daily.example")
    assert (other.state, other.rule, other.attempts) == ("none", "language-not-there", ())
    for found in (*told.values(), digest, busy, other):
        assert found.sentence.endswith(".") and "\n" not in found.sentence


def test_why_knows_who_is_not_there_and_who_came_later() -> None:
    fill()
    release = settled_release(FakeChannel("mail"), FakeChannel("webhook"))
    with pytest.raises(NotFound, match=r"nobody@daily\.example"):
        services.why(release, "nobody@daily.example")
    with pytest.raises(NotFound):
        services.why("nosuchnews", "ana@daily.example")
    audience.import_rows(
        [{"email": "eve@daily.example", "name": "Eve", "country": "KR", "languages": "ko",
          "sectors": "business", "outlet": "", "consent": "form"}],
        "journalist",
    )  # fmt: skip
    late = services.why(release, "eve@daily.example")
    assert (late.state, late.rule) == ("none", "joined-later")


def test_why_before_anything_is_locked() -> None:
    fill()
    found = services.why(draft(), "ana@daily.example")
    assert (found.state, found.rule) == ("none", "not-locked")


def test_a_stop_ends_what_is_still_waiting() -> None:
    """I13, by the event the audience writes with the suppression."""
    fill()
    version_id = held("en", "ko", sectors=BUSINESS)
    mail = FakeChannel("mail")
    ana = audience.find("ana@daily.example")
    assert ana is not None
    with pumping(mail, FakeChannel("webhook")):
        eventually(lambda: services.is_prepared(version_id))
        assert audience.stop(audience.stop_token(ana.recipient))
        eventually(lambda: states().get("suppressed") == 1)
        assert wire.lift(version_id)
        work()
        eventually(lambda: services.is_settled(version_id))
    assert "Ana" not in {task.endpoint.name for task in mail.seen}
    assert services.why(desk.version(version_id).release, "ana@daily.example").rule == "suppressed"


def test_correction_and_kill_follow_their_readers() -> None:
    """I7, through the real rooms."""
    fill()
    mail, hook = FakeChannel("mail", answer=answer), FakeChannel("webhook", answer=answer)
    release = settled_release(mail, hook)
    mail.seen.clear()
    hook.seen.clear()
    submitted = wire.submit_correction(
        release, (story("en", sectors=BUSINESS),), reason="The date was wrong.", by="ana"
    )
    assert submitted.approved, submitted.findings
    with pumping(mail, hook):
        work()
        assert wire.lift(submitted.version_id)
        work()
        eventually(lambda: services.is_settled(submitted.version_id))
        assert {t.endpoint.name for t in mail.seen} == {"Ana", "Dee"}, "not who holds it for the digest"
        assert {t.parcel.version for t in (*mail.seen, *hook.seen)} == {2}
        killed = wire.submit_kill(release, reason="It was not true.", by="ana")
        work()
        assert wire.lift(killed.version_id)
        work()
        eventually(lambda: services.is_settled(killed.version_id))
    assert {t.parcel.version for t in (*mail.seen, *hook.seen)} == {2, 3}
    assert states(submitted.version_id).keys() <= {"accepted", "refused", "cancelled"}


def test_nothing_of_a_moved_lock_is_sent() -> None:
    """I1: a new lock draws a new version id; the rows of the old one go."""
    fill()
    version_id = held("en", sectors=BUSINESS)
    release = desk.version(version_id).release
    mail, hook = FakeChannel("mail"), FakeChannel("webhook")
    with pumping(mail, hook):
        eventually(lambda: services.is_prepared(version_id))
        with transaction.atomic():
            again = wire.submit(release, by="ana")
        work()
        eventually(lambda: states(version_id) == {})
        eventually(lambda: services.is_prepared(again.version_id))
        assert not mail.seen and not hook.seen
        assert wire.lift(again.version_id)
        work()
        eventually(lambda: services.is_settled(again.version_id))
    assert {t.parcel.version_id for t in (*mail.seen, *hook.seen)} == {again.version_id}
