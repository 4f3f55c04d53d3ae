"""A provider's items: taken once, followed by version, told apart from repeats; each poll leaves a row."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from dateline.core.clock import FixedClock
from dateline.core.errors import BadInput, Conflict, NotAllowed, NotFound
from dateline.intake.models import ItemPrint, Poll, Provider, ProviderItem
from dateline.intake.services import providers
from dateline.intake.services.providers import Fetched
from dateline.intake.tests import provider_documents as documents
from dateline.intake.tests.provider_feeds import Told, added, fetched, polled
from dateline.plant.db.models import OutboxRow, VaultPart

pytestmark = [pytest.mark.room, pytest.mark.django_db]


def counts(card: providers.PollCard) -> dict[str, int]:
    names = ("new", "updated", "unchanged", "duplicate", "killed", "refused", "left")
    return {name: value for name in names if (value := getattr(card, name))}


def told() -> list[dict[str, object]]:
    return [row.body for row in OutboxRow.objects.filter(kind="ItemArrived").order_by("seq")]


def test_an_item_is_taken_once_and_the_desk_is_told_of_it_in_the_same_commit() -> None:
    added()
    data = documents.rss(documents.item("u1"))
    assert counts(polled("kyoto", data)) == {"new": 1}
    again = polled("kyoto", data)
    assert counts(again) == {"unchanged": 1}
    assert again.status == "unchanged"
    (event,) = told()
    item = providers.item(int(str(event["item"])))
    assert item.story is not None
    assert (item.story.origin, item.story.provider) == ("third-party", "Kyoto Wire")
    assert item.story.disclaimer == "Not ours."
    assert item.story.sectors == ("04000000",)
    assert item.story.issuer == "kyoto"


def test_no_word_of_an_item_lies_in_a_row() -> None:
    """T6: only in the vault, until the desk has it."""
    added()
    polled(
        "kyoto", documents.rss(documents.item("https://kyoto.example/secret-merger", title="Secret merger"))
    )
    rows = [*ProviderItem.objects.values(), *Poll.objects.values(), *OutboxRow.objects.values()]
    assert "merger" not in str(rows).lower()
    (item,) = ProviderItem.objects.all()
    assert VaultPart.objects.filter(owner=f"item/{item.pk}").exists()
    providers.taken(item.pk)
    assert not VaultPart.objects.filter(owner=f"item/{item.pk}").exists()
    assert providers.item(item.pk).story is None


@pytest.mark.parametrize("write", [documents.g2, documents.ninjs, documents.nitf, documents.newsml1])
def test_versions_and_kills_are_followed(write) -> None:  # type: ignore[no-untyped-def]
    added()
    dead = "Canceled" if write is documents.newsml1 else "canceled"
    assert counts(polled("kyoto", write(1))) == {"new": 1}
    second = write(2).replace(b"two hundred ships", b"three hundred ships")
    assert counts(polled("kyoto", second)) == {"updated": 1}
    assert counts(polled("kyoto", write(1))) == {"unchanged": 1}, "an older one came late"
    assert counts(polled("kyoto", write(3, status=dead))) == {"killed": 1}
    assert counts(polled("kyoto", write(3, status=dead))) == {"unchanged": 1}
    assert counts(polled("kyoto", write(2))) == {"unchanged": 1}, "what was killed stays so"
    assert counts(polled("kyoto", write(4))) == {"updated": 1}
    assert [event["revision"] for event in told()] == [1, 2, 3, 4]


def test_a_feed_without_versions_is_followed_by_its_text_and_a_kill_needs_an_id() -> None:
    added()
    polled("kyoto", documents.rss(documents.item("u1")))
    changed = documents.rss(documents.item("u1", body=documents.BODY.format(day="Monday")))
    assert counts(polled("kyoto", changed)) == {"updated": 1}
    tombstone = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
    <id>f</id><title>K</title><updated>2026-11-24T00:00:00Z</updated>
    <at:deleted-entry ref="u1" when="2026-11-24T00:00:00Z"/></feed>"""
    assert counts(polled("kyoto", tombstone)) == {"killed": 1}
    unknown = tombstone.replace(b"u1", b"never-seen")
    assert counts(polled("kyoto", unknown)) == {"killed": 1}
    assert len(told()) == 3, "the desk hears nothing of what it never had"


def test_the_same_news_under_another_id_or_from_another_provider_is_a_repeat() -> None:
    added()
    added("osaka", label="Osaka Wire", feed="https://osaka.example/feed")
    polled("kyoto", documents.rss(documents.item("u1", title="Harbour museum opens its hall")))
    nearly = documents.item(
        "x9", title="Harbour museum opens its hall today", body=documents.BODY.format(day="Friday")
    )
    assert counts(polled("osaka", documents.rss(nearly))) == {"duplicate": 1}
    assert counts(polled("osaka", documents.rss(nearly))) == {"unchanged": 1}
    assert len(told()) == 1
    (line,) = providers.items("osaka")
    assert (line.state, line.like) == ("duplicate", ProviderItem.objects.get(provider__name="kyoto").pk)
    # A repeat that becomes other news is news.
    other = documents.item("x9", title="Rates stay", body=documents.OTHER)
    assert counts(polled("osaka", documents.rss(other))) == {"new": 1}


def test_a_repeat_within_one_poll_is_found_too_and_can_be_wanted() -> None:
    both = documents.rss(documents.item("a"), documents.item("b"))
    added()
    assert counts(polled("kyoto", both)) == {"new": 1, "duplicate": 1}
    added("osaka", label="Osaka Wire", take_duplicates=True)
    assert counts(polled("osaka", both)) == {"new": 2}


def test_notices_of_one_template_with_other_numbers_are_news_and_said_to_be_near() -> None:
    added()
    first = documents.item("a", body=f"{documents.OTHER} The rate is 2.50 per cent.")
    second = documents.item("b", body=f"{documents.OTHER} The rate is 2.75 per cent.")
    assert counts(polled("kyoto", documents.rss(first), documents.rss(second))) == {"new": 1}
    story = providers.item(int(str(told()[-1]["item"]))).story
    assert story is not None
    assert "the same as item" in next(f.message for f in story.findings if f.code == "provider-note")


def test_the_limit_of_a_poll_leaves_the_rest_for_the_next_and_asks_for_all_of_it_again() -> None:
    added(limit=2)
    data = documents.rss(*documents.distinct(5))
    fetch = Told(*[fetched(data, etag='"1"') for _ in range(4)])
    found = [counts(providers.poll("kyoto", fetch)) for _ in range(4)]
    assert found == [
        {"new": 2, "left": 3},
        {"new": 2, "unchanged": 2, "left": 1},
        {"new": 1, "unchanged": 4},
        {"unchanged": 5},
    ]
    assert [wanted.etag for wanted in fetch.wanted] == ["", "", "", '"1"']


def test_categories_are_mapped_and_what_is_unknown_is_counted() -> None:
    added(sector_map=["Local=economy"], sectors=["04000000"])
    data = documents.rss(documents.item("a"), documents.item("b", body=documents.OTHER, category="Gossip"))
    card = polled("kyoto", data)
    assert card.unmapped == {"Gossip": 1}
    stories = [providers.item(int(str(event["item"]))).story for event in told()]
    assert [story.sectors for story in stories if story] == [("20000344",), ("04000000",)]
    assert sum(f.code == "sector-unmapped" for s in stories if s for f in s.findings) == 1


def test_a_disclaimer_is_in_the_language_of_the_item_and_never_translated() -> None:
    added()
    japanese = (
        "釜山港湾博物館は火曜日、三年の工事を終えて新しい展示室を開くと発表した。九カ国の船二百隻を展示する。"
    )
    german = (
        "Das Hafenmuseum eröffnet am Dienstag nach drei Jahren Bauzeit seine neue Halle und zeigt darin "
        "zweihundert Schiffe aus neun Ländern, darunter viele, die bisher niemand im Land gesehen hat."
    )
    polled("kyoto", documents.rss(documents.item("j", title="博物館", body=japanese), language="ja"))
    polled("kyoto", documents.rss(documents.item("d", title="Hafenmuseum", body=german), language="de"))
    stories = [providers.item(int(str(event["item"]))).story for event in told()]
    assert [(s.language, s.disclaimer) for s in stories if s] == [("ja", "当社の記事ではない。"), ("de", "")]
    assert [f.code for f in (stories[1].findings if stories[1] else ())].count("disclaimer-language") == 1


def test_rights_and_the_end_of_use_are_kept() -> None:
    added()
    polled("kyoto", documents.ninjs(1))
    item = providers.item(int(str(told()[0]["item"])))
    assert item.expires_at is not None
    assert item.expires_at.isoformat() == "2026-12-01T00:00:00+00:00"
    assert item.story is not None
    said = {f.code: f.message for f in item.story.findings}
    assert said["rights"] == "Editorial use only"
    assert said["expires"].startswith("may be used until 2026-12-01")


def test_a_failed_poll_leaves_a_row_and_the_next_comes_later_each_time(clock: FixedClock) -> None:
    """I6"""
    added()
    down = Fetched("failed", code=503, words="kyoto.example answers 503", wait_s=1800)
    card = polled("kyoto", down, clock=clock)
    assert (card.status, card.code, card.words) == ("failed", 503, "kyoto.example answers 503")
    assert providers.provider("kyoto").next_at == clock.now() + timedelta(seconds=1800)
    polled("kyoto", Fetched("failed"), Fetched("failed"), clock=clock)
    found = providers.provider("kyoto")
    assert (found.fails, found.state) == (3, "failing")
    assert found.next_at == clock.now() + timedelta(seconds=300 * 8)
    polled("kyoto", Fetched("unchanged", code=304), clock=clock)
    assert providers.provider("kyoto").fails == 0
    assert [poll.status for poll in providers.polls("kyoto")] == ["unchanged", "failed", "failed", "failed"]


def test_who_is_due_is_claimed_by_one_process_and_given_back_by_time(clock: FixedClock) -> None:
    added()
    added("later", label="Later")
    Provider.objects.update(next_at=clock.now())
    Provider.objects.filter(name="later").update(next_at=clock.now() + timedelta(seconds=5))
    assert providers.due(clock=clock) == ["kyoto"]
    assert providers.claim("kyoto", clock=clock)
    assert not providers.claim("kyoto", clock=clock)
    assert providers.due(clock=clock) == []
    clock.advance(5)
    assert providers.due(clock=clock) == ["later"]
    clock.advance(300)
    assert providers.due(clock=clock) == ["later", "kyoto"], "the process that had it has died"


def test_a_paused_provider_is_neither_asked_nor_heard() -> None:
    added()
    added("pushy", label="Pushy", feed="")
    key = providers.new_key("pushy")
    for name in ("kyoto", "pushy"):
        assert providers.pause(name, by="ana", reason="court  order")
        assert not providers.pause(name, by="eve", reason="again")
    assert providers.due() == []
    with pytest.raises(Conflict, match=r"paused by ana: court order.*resume kyoto"):
        providers.poll("kyoto", Told(b""))
    with pytest.raises(Conflict, match="paused"):
        providers.push("pushy", key, documents.rss(documents.item("u1")))
    assert providers.resume("kyoto")
    assert not providers.resume("kyoto")
    assert providers.due() == ["kyoto"]
    with pytest.raises(BadInput, match="reason"):
        providers.pause("kyoto", by="ana", reason=" ")


def test_a_push_needs_the_providers_own_key() -> None:
    added("pushy", label="Pushy", feed="")
    added("other", label="Other", feed="")
    data = documents.rss(documents.item("u1"))
    first = providers.new_key("pushy")
    key = providers.new_key("pushy")
    for name, wrong in (("pushy", first), ("pushy", ""), ("other", key), ("nobody", key)):
        with pytest.raises(NotAllowed, match="Bearer KEY"):
            providers.push(name, wrong, data)
    assert counts(providers.push("pushy", key, data)) == {"new": 1}
    assert counts(providers.push("pushy", key, data)) == {"unchanged": 1}
    assert key not in str(list(Provider.objects.values()))
    with pytest.raises(BadInput, match="no news format"):
        providers.push("pushy", key, b'{"x": 1}')
    assert [poll.status for poll in providers.polls("pushy")] == ["failed", "unchanged", "ok"]
    with pytest.raises(BadInput, match="pushes"):
        providers.poll("pushy", Told(b""))
    added("asked", label="Asked")
    with pytest.raises(BadInput, match="needs no key"):
        providers.new_key("asked")


def test_a_secret_that_is_missing_is_a_failure_that_names_the_file() -> None:
    added(secret_ref="kyoto-login")
    card = polled("kyoto", b"")
    assert card.status == "failed"
    assert "secrets/kyoto-login: cannot be read" in card.words


def test_names_are_found_and_taken_once() -> None:
    added()
    assert providers.provider("Kyoto Wire").name == "kyoto"
    with pytest.raises(Conflict, match="already"):
        added()
    with pytest.raises(NotFound, match="did you mean kyoto"):
        providers.provider("kyotto")
    with pytest.raises(BadInput, match="secret-ref"):
        added("drop", feed="sftp://ana@kyoto.example/out")


def test_what_is_removed_leaves_nothing_but_what_the_desk_has() -> None:
    added()
    polled("kyoto", documents.rss(documents.item("u1")))
    (item,) = ProviderItem.objects.values_list("pk", flat=True)
    providers.remove("kyoto")
    assert not ProviderItem.objects.exists()
    assert not ItemPrint.objects.exists()
    assert not VaultPart.objects.filter(owner=f"item/{item}").exists()
    with pytest.raises(NotFound):
        providers.item(item)


def test_a_file_is_read_again_only_when_it_changed_or_something_of_it_was_left() -> None:
    added("drop", label="Drop", feed="/srv/drop", limit=2)
    data = documents.rss(*documents.distinct(3))
    many = providers.Document("many.rss", data, "1:1")
    one = providers.Document("one.rss", documents.rss(documents.item("z")), "2:2")
    fetch = Told(Fetched("ok", documents=(many,)), Fetched("ok", documents=(many, one)), Fetched("unchanged"))
    assert [counts(providers.poll("drop", fetch)) for _ in range(3)] == [
        {"new": 2, "left": 1},
        {"new": 2, "unchanged": 2},
        {},
    ]
    seen = [set(wanted.seen) for wanted in fetch.wanted]
    assert seen == [set(), set(), {providers.file_key("many.rss"), providers.file_key("one.rss")}]


def test_old_rows_about_polls_are_forgotten(clock: FixedClock) -> None:
    added()
    polled("kyoto", Fetched("unchanged"), clock=clock)
    clock.advance(91 * 24 * 3600)
    polled("kyoto", Fetched("unchanged"), clock=clock)
    assert len(providers.polls("kyoto")) == 1
    assert list(providers.last_polls()) == ["kyoto"]


@pytest.mark.django_db(transaction=True)
def test_one_slow_feed_delays_no_other() -> None:
    """I6: `quick` is taken while `slow` has not answered yet."""
    slow = "https://slow.example/feed"
    added("slow", label="Slow", feed=slow)
    added("quick", label="Quick")
    stop, released = threading.Event(), threading.Event()

    def fetch(wanted: providers.Wanted, stop: Callable[[], bool]) -> Fetched:
        if wanted.address == slow:
            assert released.wait(120)
            return Fetched("failed", words="too slow")
        return fetched(documents.rss(documents.item("u1")))

    def after() -> int:
        if Poll.objects.filter(provider__name="quick", new=1).exists():
            released.set()
            stop.set()
        return 0

    providers.run(stop, fetch, after=after)
    found = Poll.objects.select_related("provider").order_by("id")
    assert [(poll.provider.name, poll.status) for poll in found] == [("quick", "ok"), ("slow", "failed")]
