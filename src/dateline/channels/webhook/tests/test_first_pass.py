"""Fewer sockets than tarpits: first tries are short while others wait, and the slow go again (I6)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from dateline.channels.tests.builders import Feed as Tasks
from dateline.channels.tests.builders import Receipts, hook_parcel, hook_task, settings
from dateline.channels.webhook import transfers
from dateline.channels.webhook.channel import WebhookChannel
from dateline.channels.webhook.first_pass import FirstPass
from dateline.channels.webhook.rules import Answer
from dateline.channels.webhook.transfers import Limits, Post, Transfers
from dateline.core.channel import Recall
from dateline.core.words import Task
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver

PARCEL = hook_parcel()
RULES = (HookRule("hang", "/hang*"), HookRule("slow", "/slow*", seconds=0.5))
FIRST_S = 1.0


class Time:
    """A clock the test moves."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


def post(cut: Callable[[str], None] | None = None) -> Post:
    made = Post("https://a.example/", {}, b"", lambda _: "")
    made.end = cut
    return made


@pytest.mark.unit
def test_a_first_try_is_as_long_as_answers_take_here() -> None:
    """On a machine that is itself slow nobody is cut for what we do."""
    time = Time()
    found = FirstPass(2.0, time)
    assert found.short_s == 2.0
    for _ in range(200):
        one = post()
        found.begun(one)
        time.at += 1.5
        found.ended(one, "o_1", answered=True)
    assert found.short_s == pytest.approx(7.5, rel=0.05)


@pytest.mark.unit
def test_whoever_was_cut_is_turned_away_while_others_wait_until_it_answers() -> None:
    found = FirstPass(2.0, Time())
    task = hook_task(1, PARCEL, "https://a.example/", endpoint="o_1")
    assert found.turned_away(task) is None
    one = post()
    found.begun(one)
    one.was_cut = True
    found.ended(one, "o_1", answered=False)
    away = found.turned_away(task)
    assert away is not None and away.outcome == "released" and 1 < (away.wait_s or 0) < 4
    assert found.turned_away(hook_task(2, PARCEL, "https://b.example/", endpoint="o_2")) is None
    again = post()
    found.begun(again)
    found.ended(again, "o_1", answered=True)
    assert found.turned_away(task) is None


@pytest.mark.unit
def test_the_oldest_try_is_cut_once_it_is_old_enough_and_only_while_somebody_waits() -> None:
    async def story() -> None:
        cut: list[str] = []
        time = Time()
        found = FirstPass(0.05, time)
        for name in ("first", "second"):
            found.begun(post(lambda why, name=name: cut.append(name)))  # type: ignore[misc]
            time.at += 0.01
        found.press()
        found.relax()
        time.at += 1
        await asyncio.sleep(0.1)
        assert cut == [], "nobody waits"
        found.press()
        while not cut:
            await asyncio.sleep(0.01)
        found.relax()
        assert cut[0] == "first"

    asyncio.run(story())


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(tmp_path / "hooks", rules=RULES) as found:
        yield found


def sent(tasks: list[Task], *, sockets: int, first_s: float = FIRST_S, whole_s: float = 60.0) -> Receipts:
    async def run() -> Receipts:
        receipts = Receipts()
        channel = WebhookChannel(
            settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=sockets),
            limits=Limits(whole_s=whole_s),
            first_s=first_s,
        )
        try:
            await channel.send(aiter(Tasks(tasks)), receipts)
        finally:
            await channel.aclose()
        return receipts

    return asyncio.run(run())


@pytest.mark.wire
def test_fewer_sockets_than_tarpits_and_the_last_healthy_one_waits_for_no_timeout(
    receiver: WebhookReceiver,
) -> None:
    """I6: five tarpits before three sockets, each of which would hold one for the whole limit."""
    tarpits = [hook_task(n, PARCEL, receiver.url(f"/hang{n}"), endpoint=f"t_{n}") for n in range(5)]
    healthy = [hook_task(n, PARCEL, receiver.url(f"/well{n}"), endpoint=f"o_{n}") for n in range(100, 130)]
    receipts = sent([*tarpits, *healthy], sockets=3, whole_s=4.0)
    assert {receipts.of(n).outcome for n in range(100, 130)} == {"accepted"}
    assert {receipts.of(n).outcome for n in range(5)} == {"lost"}, "out and unanswered: again, by the same id"
    cut = [n for n in range(5) if "while others waited" in receipts.of(n).text]
    assert {0, 1} <= set(cut), "those that the other tarpits and the healthy ones waited for"


@pytest.mark.wire
def test_with_sockets_for_all_the_slow_have_their_time(receiver: WebhookReceiver) -> None:
    """Nobody waits, so nobody is cut, however slow."""
    tasks = [hook_task(n, PARCEL, receiver.url(f"/slow{n}"), endpoint=f"o_{n}") for n in range(6)]
    receipts = sent(tasks, sockets=6, first_s=0.1)
    assert {one.outcome for one in receipts.all} == {"accepted"}
    assert len(receiver.diary()) == 6


@pytest.mark.wire
def test_a_cut_one_does_not_stand_before_others_a_second_time(receiver: WebhookReceiver) -> None:
    """In one channel's life: the second task of a slow endpoint is given back at once while others wait."""
    slow = [hook_task(n, PARCEL, receiver.url("/hang"), endpoint="t_1") for n in (1, 2)]
    more = [hook_task(n, PARCEL, receiver.url(f"/slow{n}"), endpoint=f"o_{n}") for n in range(10, 13)]
    receipts = sent([slow[0], *more, slow[1]], sockets=1, whole_s=20.0)
    assert receipts.of(1).outcome == "lost"
    assert {receipts.of(n).outcome for n in range(10, 13)} == {"accepted"}
    assert receipts.of(2).outcome == "released"


@pytest.mark.wire
def test_what_was_cut_before_anything_left_counts_neither_as_a_try_nor_against_its_endpoint(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut(self: Transfers, one: Post) -> Answer:
        one.was_cut = True
        return Answer(fault="no answer within 1 s while others waited")

    monkeypatch.setattr(Transfers, "send", cut)
    receipt = sent([hook_task(1, PARCEL, receiver.url("/well"))], sockets=1).of(1)
    assert (receipt.outcome, receipt.code) == ("released", 0) and (receipt.wait_s or 0) > 1


class Recallable:
    """Tasks of a queue that dispatch can call back."""

    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = aiter(Tasks(tasks))
        self.recall: Recall | None = None

    def __aiter__(self) -> AsyncIterator[Task]:
        return self

    async def __anext__(self) -> Task:
        return await anext(self._tasks)


@pytest.mark.wire
def test_what_is_overtaken_while_it_waits_to_connect_is_not_begun(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I7: a kill overtakes webhooks that are drawn and have no place to connect yet."""
    monkeypatch.setattr(transfers, "MOST_OPENING", 0)

    async def story() -> Receipts:
        given = [hook_task(n, PARCEL, receiver.url(f"/well{n}"), endpoint=f"o_{n}") for n in (1, 2)]
        receipts, tasks, fence = Receipts(), Recallable(given), given[0].fence
        channel = WebhookChannel(settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=8))
        sending = asyncio.create_task(channel.send(tasks, receipts))
        while channel._transfers is None or len(channel._transfers._opening._waiters or ()) < 2:
            await asyncio.sleep(0.01)
        assert tasks.recall is not None
        tasks.recall([(1, fence)])
        channel._transfers._opening.release()
        await sending
        await channel.aclose()
        assert vars(tasks)["recall"] is None
        return receipts

    receipts = asyncio.run(story())
    assert receipts.of(1).outcome == "released" and receipts.of(2).outcome == "accepted"
    assert [one.path for one in receiver.diary()] == ["/well2"]
