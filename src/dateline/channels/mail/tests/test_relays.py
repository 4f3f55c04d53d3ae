"""Several relays: addresses, weights, failover, and a pace that learns from their replies."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from dateline.channels.mail.channel import MailChannel, shares
from dateline.channels.mail.pace import Pace
from dateline.channels.mail.relay import Relay, relays_of
from dateline.channels.mail.remembered import FILE, Remembered
from dateline.channels.mail.road import Road
from dateline.channels.mail.rules import Reply, Stage, is_of_the_domain
from dateline.channels.mail.source import Source
from dateline.channels.mail.tests.servers import OurSink
from dateline.channels.mail.tests.test_replies import sent
from dateline.channels.mail.verp import return_path
from dateline.channels.tests.builders import Feed, Receipts, mail_parcel, mail_task, settings, until
from dateline.core.errors import BadInput
from dateline.testing.ports import DeadPort
from dateline.testing.smtp_sink import MailRule

PARCEL = mail_parcel()


class Time:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def relay(**options: float) -> Relay:
    return Relay("r.example", 25, "none", **options)  # type: ignore[arg-type]


@pytest.mark.unit
def test_several_addresses_with_their_options() -> None:
    first, second = relays_of(
        "smtp+starttls://u:p@a.example?weight=3&rate=50&start=5\n  smtps://b.example:466"
    )
    assert (first.name, first.weight, first.rate, first.start) == ("a.example:587", 3, 50.0, 5.0)
    assert (second.name, second.weight, second.rate, second.start) == ("b.example:466", 1, 0.0, 0.0)
    assert "p" not in repr(first).partition("password")[2]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("urls", "said"),
    [
        ("", "names no relay"),
        ("  ", "names no relay"),
        ("smtp://a.example smtp://a.example:25", "twice"),
        ("smtp://a.example?weight=0", "weight from 1"),
        ("smtp://a.example?weight=x", "weight from 1"),
        ("smtp://a.example?rate=nan", "rate from"),
        ("smtp://a.example?speed=9", "weight, rate, start"),
        ("smtp://a.example?weight=1&weight=2", "each once"),
        ("smtp://a.example?rate=5&start=9", "below its rate"),
        ("smtp://a.example#x", "no more"),
    ],
)
def test_a_bad_option_names_the_setting_and_what_is_allowed(urls: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        relays_of(urls)
    assert "DATELINE_SMTP_URL" in str(caught.value)


@pytest.mark.unit
def test_connections_are_shared_by_weight_and_nobody_goes_without() -> None:
    heavy, light = relay(weight=9), Relay("s.example", 25, "none")
    assert shares((heavy,), 8) == [(heavy, 8)]
    assert shares((heavy, light), 8) == [(heavy, 7), (light, 1)]
    assert shares((heavy, light), 1) == [(heavy, 1), (light, 1)]


# --- pace ---------------------------------------------------------------------------------------------------


def per_second(pace: Pace, time: Time, seconds: int = 20) -> float:
    """Messages a second that the pace lets through."""
    sent_, end = 0, time.at + seconds
    while time.at < end:
        time.at += pace.wait_s()
        sent_ += 1
    return sent_ / seconds


@pytest.mark.unit
def test_without_a_rate_and_without_complaints_nothing_waits() -> None:
    pace = Pace(relay(), Time())
    assert [pace.wait_s() for _ in range(1000)] == [0.0] * 1000


@pytest.mark.unit
def test_a_stated_rate_is_kept() -> None:
    time = Time()
    assert per_second(Pace(relay(rate=50.0), time), time) == pytest.approx(50, rel=0.03)


@pytest.mark.unit
def test_a_complaint_halves_and_a_quiet_minute_adds_a_tenth() -> None:
    time = Time()
    pace = Pace(relay(rate=100.0), time)
    assert pace.throttled() == 50.0
    assert pace.throttled() == 0.0, "one storm of complaints halves once"
    time.at += 10
    assert pace.throttled() == 25.0
    time.at += 59
    pace.wait_s()
    assert pace.rate == 25.0
    time.at += 2
    pace.wait_s()
    assert pace.rate == pytest.approx(27.5)
    time.at += 3600
    pace.wait_s()
    assert pace.rate == 100.0, "never beyond what was stated"


@pytest.mark.unit
def test_a_relay_without_a_rate_is_slowed_from_what_it_took_and_let_go_again() -> None:
    time = Time()
    pace = Pace(relay(), time)
    for _ in range(400):
        pace.wait_s()
        time.at += 0.005
    assert pace.throttled() == pytest.approx(100, rel=0.02)
    assert per_second(pace, time) == pytest.approx(100, rel=0.05)
    for _ in range(60):
        time.at += 60
        pace.wait_s()
    assert pace.rate == 0.0 and pace.wait_s() == 0.0


@pytest.mark.unit
def test_a_new_address_is_warmed_up() -> None:
    time = Time()
    pace = Pace(relay(rate=20.0, start=2.0), time)
    assert per_second(pace, time) == pytest.approx(2, rel=0.1)
    time.at += 25 * 60
    pace.wait_s()
    assert pace.rate == 20.0


@pytest.mark.unit
def test_what_was_learned_survives_a_restart_for_a_day(tmp_path: Path) -> None:
    """A relay that asked for patience is not stormed, and a warm-up does not begin anew."""
    time, wall = Time(), Time()
    wall.at = 1e9
    stated = relay(rate=100.0, start=2.0)
    learned = Road(stated, time, memory=Remembered(tmp_path / FILE, wall))
    time.at += 10 * 60
    learned.turn()
    rate = learned.pace.rate
    assert 2.0 < rate < 100.0

    def after(hours: float, there: Relay = stated) -> float:
        wall.at = 1e9 + hours * 3600
        return Road(there, Time(), memory=Remembered(tmp_path / FILE, wall)).pace.rate

    assert after(1) == rate
    assert after(25) == 2.0, "a day later it counts no more"
    assert after(1, relay(rate=100.0, start=5.0)) == 5.0, "other rates were stated since"
    wall.at = 1e9
    other = replace(stated, host="other.example", rate=0.0, start=0.0)
    plain = Road(other, time, memory=Remembered(tmp_path / FILE, wall))
    plain.throttled()
    again = Road(plain.relay, Time(), memory=Remembered(tmp_path / FILE, wall))
    assert again.pace.rate == plain.pace.rate > 0 and again.pace.too_fast == plain.pace.too_fast
    (tmp_path / FILE).write_text('{"x": [')
    assert after(0) == 2.0, "a file that is spoilt is none"


# --- the channel --------------------------------------------------------------------------------


@pytest.mark.wire
def test_free_relays_get_mail_in_the_proportion_of_their_weights() -> None:
    async def run() -> dict[str, int]:
        feed, had = Feed(open_end=True), {"heavy": 0, "light": 0}
        source = Source(aiter(feed), {"heavy": 3, "light": 1})

        async def work(name: str) -> None:
            while await source.draw(name) is not None:
                had[name] += 1

        workers = [asyncio.create_task(work(name)) for name in ("heavy", "light") for _ in range(3)]
        for number in range(80):
            feed.put(mail_task(number, PARCEL))
            await until(lambda number=number: sum(had.values()) > number)
        feed.end()
        await asyncio.gather(*workers)
        return had

    had = asyncio.run(run())
    assert abs(had["heavy"] - 60) <= 2 and sum(had.values()) == 80


@pytest.mark.wire
def test_both_relays_are_used_and_each_mail_goes_once(tmp_path: Path) -> None:
    first, second = OurSink(tmp_path / "a"), OurSink(tmp_path / "b")
    try:
        receipts = sent(f"{first.url}?weight=2 {second.url}", [mail_task(n, PARCEL) for n in range(120)], 6)
        assert [r.outcome for r in receipts.all] == ["accepted"] * 120
        ids = [mid for server in (first, second) for mid, _ in server.taken()]
        assert len(ids) == len(set(ids)) == 120 and first.taken() and second.taken()
    finally:
        first.stop()
        second.stop()


@pytest.mark.wire
def test_a_relay_that_is_away_leaves_its_share_to_the_others(tmp_path: Path) -> None:
    server = OurSink(tmp_path)
    try:
        with DeadPort() as dead:
            urls = f"smtp://127.0.0.1:{dead.port}?weight=9 {server.url}"

            async def run() -> Receipts:
                feed, receipts = Feed((mail_task(n, PARCEL) for n in range(50)), open_end=True), Receipts()
                channel = MailChannel(settings(smtp_url=urls), pause=lambda _: 0.01)
                sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
                await receipts.reach(50)
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
                await channel.aclose()
                return receipts

            receipts = asyncio.run(run())
        assert [r.outcome for r in receipts.all] == ["accepted"] * 50 and len(server.taken()) == 50
    finally:
        server.stop()


@pytest.mark.wire
def test_a_relay_that_dies_amid_a_release_costs_nobody_a_mail(tmp_path: Path) -> None:
    """Released or lost, never refused; what was released goes by the other relay when it comes again."""
    first, second = OurSink(tmp_path / "a"), OurSink(tmp_path / "b")

    async def run() -> tuple[Receipts, set[int]]:
        feed, receipts = Feed(open_end=True), Receipts()
        channel = MailChannel(settings(smtp_url=f"{first.url} {second.url}"), pause=lambda _: 0.01)
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        for number in range(100):
            feed.put(mail_task(number, PARCEL))
        await receipts.reach(100)
        await asyncio.to_thread(first.stop)
        for number in range(100, 200):
            feed.put(mail_task(number, PARCEL))
        await receipts.reach(200)
        again = {r.delivery for r in receipts.all if r.outcome == "released"}
        for number in again:
            feed.put(mail_task(number + 1000, PARCEL))
        await receipts.reach(200 + len(again))
        feed.end()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await channel.aclose()
        return receipts, again

    try:
        receipts, _ = asyncio.run(run())
        outcomes = {r.outcome for r in receipts.all}
        assert outcomes <= {"accepted", "released"}
        assert sum(r.outcome == "accepted" for r in receipts.all) == 200
    finally:
        first.stop()
        second.stop()


@pytest.mark.wire
def test_throttle_replies_slow_the_relay_that_gave_them(tmp_path: Path) -> None:
    server = OurSink(tmp_path, [MailRule("451", pattern="busy*@*")])

    async def run() -> list[float]:
        channel = MailChannel(settings(smtp_url=server.url, mail_connections=1), now=Time())
        receipts = Receipts()
        await channel.send(aiter(Feed([mail_task(1, PARCEL, "busy@r.example")])), receipts)
        assert receipts.of(1).throttle
        await channel.aclose()
        return [road.pace.rate for road, _ in channel._connections]

    try:
        assert asyncio.run(run()) == [20.0]
    finally:
        server.stop()


@pytest.mark.wire
def test_where_domains_are_paced_what_a_recipient_is_told_slows_no_relay(tmp_path: Path) -> None:
    """I6: 451 for one recipient is its domain's wish, which dispatch hears; 454 is said of our account."""
    server = OurSink(tmp_path, [MailRule("451", pattern="busy*@*"), MailRule("454", pattern="quota*@*")])

    async def run(domains: str, address: str) -> tuple[bool, float]:
        channel = MailChannel(
            settings(smtp_url=server.url, mail_connections=1, mail_domains=domains), now=Time()
        )
        receipts = Receipts()
        await channel.send(aiter(Feed([mail_task(1, PARCEL, address)])), receipts)
        await channel.aclose()
        return receipts.of(1).throttle, channel._connections[0][0].pace.rate

    try:
        assert asyncio.run(run("*?connections=2", "busy@r.example")) == (True, 0.0)
        assert asyncio.run(run("*?connections=2", "quota@r.example")) == (False, 20.0)
    finally:
        server.stop()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("stage", "code", "domains"),
    [
        ("rcpt", 450, True),
        ("data", 451, True),
        ("content", 421, True),
        ("mail", 451, False),
        ("mail", 421, False),
        ("content", 454, False),
        ("rcpt", 452, False),
        ("rcpt", 550, False),
    ],
)
def test_whose_wish_for_patience_it_is(stage: Stage, code: int, domains: bool) -> None:
    """Before a recipient was named, the relay can only speak of itself."""
    assert is_of_the_domain(Reply(code, "4.7.0 slow down", stage)) is domains


@pytest.mark.wire
def test_each_way_out_is_paced_by_its_own_replies(tmp_path: Path) -> None:
    """I6: the one that throttles is slowed, the other takes all that comes at its own speed."""
    slow = OurSink(tmp_path / "slow", [MailRule("451", pattern="*@*", times=1)])
    free = OurSink(tmp_path / "free")

    async def run() -> dict[str, float]:
        urls = f"{slow.url} {free.url}"
        channel = MailChannel(settings(home=tmp_path, smtp_url=urls, mail_connections=2))
        receipts = Receipts()
        await channel.send(
            aiter(Feed([mail_task(n, PARCEL, f"r{n}@r.example") for n in range(80)])), receipts
        )
        await channel.aclose()
        throttled = sum(one.throttle for one in receipts.all)
        assert throttled and throttled + sum(one.outcome == "accepted" for one in receipts.all) == 80
        return {road.relay.name: road.pace.rate for road, _ in channel._connections}

    try:
        rates = asyncio.run(run())
        assert sorted(rates.values())[0] == 0.0 and sorted(rates.values())[1] > 0
        assert len(free.taken()) > len(slow.taken()), "mail goes by the way that takes it"
    finally:
        slow.stop()
        free.stop()


@pytest.mark.unit
def test_the_envelope_sender_names_its_delivery_where_bounces_come_back(tmp_path: Path) -> None:
    """VERP; the same for every repeat (I5), and the plain sender without a bounce domain."""
    wire = settings(home=tmp_path, bounce_domain="bounce.example")
    channel = MailChannel(wire)
    assert channel._return_path(7) == return_path(wire, 7) != channel._return_path(8)
    assert channel._return_path(7).endswith("@bounce.example")
    assert MailChannel(settings())._return_path(7) == "news@wire.example"
