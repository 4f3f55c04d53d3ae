"""Letters with a link are limited: to one address, for one source, in all. Nobody learns who is known."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import close_old_connections, connections, transaction

from dateline.audience import services
from dateline.audience.asking import may_ask
from dateline.audience.models import Asked
from dateline.audience.tests.builders import add, journalist
from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.events import LetterAsked
from dateline.core.languages import Language
from dateline.plant.db.databases import DEFAULT
from dateline.plant.db.outbox import follow

pytestmark = pytest.mark.room
EN = Language("en")
FORM = {"name": "Bo Lee", "country": "SG", "languages": "en", "sectors": "energy", "outlet": "The Post"}


def letters() -> int:
    """Letters asked for since the last look."""
    found: list[LetterAsked] = []
    follow("asking-test", {LetterAsked: found.append})
    return len(found)


@pytest.fixture
def at_the_hour() -> FixedClock:
    """A clock at the beginning of an hour: what was counted before it is over soon."""
    return FixedClock(Instant(SystemClock().now().replace(minute=0, second=0, microsecond=0)))


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    from dateline.plant.settings import get_settings

    def set_(**values: int) -> None:
        changed = get_settings().model_copy(update=values)
        monkeypatch.setattr("dateline.audience.asking.get_settings", lambda: changed)

    return set_


@pytest.mark.django_db
def test_one_source_asks_for_so_many_and_others_for_theirs(
    limits: Callable[..., None], at_the_hour: FixedClock
) -> None:
    limits(letters_per_source=4)
    for number in range(9):
        address = f"p{number}@post.example"
        services.ask_join(address, FORM, language=EN, source="192.0.2.7", clock=at_the_hour)
    assert letters() == 4
    services.ask_join("q@post.example", FORM, language=EN, source="192.0.2.8", clock=at_the_hour)
    assert letters() == 1


@pytest.mark.django_db
def test_of_ipv6_a_whole_network_is_one_source(limits: Callable[..., None], at_the_hour: FixedClock) -> None:
    limits(letters_per_source=2)
    for number in range(5):
        source = f"2001:db8:1:2::{number}"
        services.ask_join(f"p{number}@post.example", FORM, language=EN, source=source, clock=at_the_hour)
    assert letters() == 2
    for source in ("2001:db8:1:3::1", "::ffff:192.0.2.1", "no address"):
        services.ask_join("q@post.example", FORM, language=EN, source=source, clock=at_the_hour)
    assert letters() == 3
    assert not any("2001" in row.key for row in Asked.objects.all()), "no row says who asked"


@pytest.mark.django_db
def test_many_sources_together_are_limited_too(limits: Callable[..., None], at_the_hour: FixedClock) -> None:
    limits(join_letters_per_hour=5)
    add(journalist())
    with structlog.testing.capture_logs() as logs:
        for number in range(12):
            source = f"198.51.100.{number}"
            services.ask_join(f"p{number}@post.example", FORM, language=EN, source=source, clock=at_the_hour)
    assert letters() == 5
    assert [entry["event"] for entry in logs] == ["audience.join_letters_full"], "said once an hour"
    services.ask_link("ana@daily.example", language=EN, source="198.51.100.77", clock=at_the_hour)
    assert letters() == 1, "who is there already still gets a link to preferences"


@pytest.mark.django_db
def test_known_addresses_take_a_place_like_unknown_ones(
    limits: Callable[..., None], at_the_hour: FixedClock
) -> None:
    """I15: else whoever fills the limit could read from their own letter whether another address is known."""
    limits(join_letters_per_hour=2)
    add(journalist())
    services.suppress("gone@post.example", reason="bounce", source="test")
    for address in ("ana@daily.example", "gone@post.example", "own@post.example"):
        services.ask_join(address, FORM, language=EN, clock=at_the_hour)
    assert letters() == 1, "the second place was taken by an address that gets nothing"


@pytest.mark.django_db
def test_what_is_refused_takes_nobodys_place(limits: Callable[..., None], at_the_hour: FixedClock) -> None:
    limits(letters_per_source=1, join_letters_per_hour=3)
    for _ in range(5):
        services.ask_join("p@post.example", FORM, language=EN, source="192.0.2.7", clock=at_the_hour)
    counts = dict(Asked.objects.values_list("key", "count"))
    assert sorted(counts.values()) == [1, 1, 1]


@pytest.mark.django_db
def test_the_hour_slides(limits: Callable[..., None], at_the_hour: FixedClock) -> None:
    """Not twice as many around a full hour; all of them again two hours later, when nothing is kept."""
    limits(letters_per_source=10)

    def asks(count: int) -> int:
        for number in range(count):
            address = f"p{at_the_hour.now().timestamp()}-{number}@post.example"
            services.ask_join(address, FORM, language=EN, source="192.0.2.7", clock=at_the_hour)
        return letters()

    at_the_hour.advance(3599)
    assert asks(20) == 10
    at_the_hour.advance(1)
    assert asks(20) == 0
    at_the_hour.advance(1800)
    assert asks(20) == 5
    at_the_hour.advance(timedelta(hours=2).total_seconds())
    assert asks(20) == 10
    assert Asked.objects.filter(hour__lt=int(at_the_hour.now().timestamp()) // 3600).count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_come_through(limits: Callable[..., None], at_the_hour: FixedClock) -> None:
    """Every process has a connection of its own; so have these threads."""
    limits(join_letters_per_hour=7)
    passed: list[bool] = []

    def ask(number: int) -> None:
        for turn in range(5):
            with transaction.atomic(using=DEFAULT):
                passed.append(may_ask(f"{number}-{turn}", "", at_the_hour.now(), joining=True))
        close_old_connections()
        connections.close_all()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), sum(passed)) == (20, 7)


@pytest.mark.django_db
def test_the_answer_writes_the_same_when_the_limit_is_reached(
    limits: Callable[..., None], at_the_hour: FixedClock, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    limits(letters_per_source=1)
    services.ask_join("p@post.example", FORM, language=EN, source="192.0.2.7", clock=at_the_hour)
    with django_assert_max_num_queries(30) as seen:
        services.ask_join("q@post.example", FORM, language=EN, source="192.0.2.7", clock=at_the_hour)
    written = [query["sql"] for query in seen.captured_queries]
    assert any(sql.startswith("INSERT INTO") and "audience_link" in sql for sql in written)
