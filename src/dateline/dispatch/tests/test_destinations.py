"""Mail by recipients' domains: limits, a slow start, complaints that slow one domain alone (I6)."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dateline.core.destinations import Limit, limits_of
from dateline.core.errors import BadInput
from dateline.core.pacing import Pace
from dateline.core.words import ManifestRow, Receipt, Task
from dateline.dispatch import statements
from dateline.dispatch.addressing import Entry
from dateline.dispatch.destinations import FILE, Destinations
from dateline.dispatch.statements import Claimed
from dateline.dispatch.tests.builders import (
    FakeHouse,
    dispatching,
    eventually,
    held,
    lifted,
    people,
    states,
    told,
)
from dateline.dispatch.turns import Queued
from dateline.plant.remembered_paces import Remembered
from dateline.plant.settings import Settings, get_settings
from dateline.testing.fake_channel import FakeChannel, accept


class TestTheSetting:
    pytestmark = pytest.mark.unit

    def test_nothing_said_nothing_paced(self) -> None:
        assert limits_of("") is None and limits_of(" \n") is None

    def test_domains_that_share_servers_share_a_limit_and_the_rest_has_its_own(self) -> None:
        found = limits_of(
            "gmail.com,GoogleMail.com.?rate=20&connections=2&start=5 bücher.example *?connections=4"
        )
        assert found is not None
        gmail = Limit("gmail.com", 20.0, 2, 5.0)
        assert found.of("gmail.com") == found.of("googlemail.com") == gmail
        assert found.of("xn--bcher-kva.example") == Limit("xn--bcher-kva.example")
        assert found.of("any.example") == Limit("any.example", connections=4)

    def test_without_a_star_others_have_no_limit_until_they_complain(self) -> None:
        found = limits_of("gmail.com?rate=20")
        assert found is not None and found.of("other.example") == Limit("other.example")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("gmail", "is no domain"),
            ("a@gmail.com", "is no domain"),
            ("gmail.com,", "is no domain"),
            ("smtp://gmail.com?rate=1", "is no domain"),
            ("*,gmail.com?rate=1", "stands alone"),
            ("gmail.com?rate=1 gmail.com?rate=2", "names gmail.com twice"),
            ("gmail.com,gmail.com?rate=1", "names gmail.com twice"),
            ("gmail.com?rate=0", "rate from"),
            ("gmail.com?rate=inf", "rate from"),
            ("gmail.com?rate=nan", "rate from"),
            ("gmail.com?connections=1.5", "connections from 1"),
            ("gmail.com?speed=1", "knows rate, connections, start"),
            ("gmail.com?rate=1&rate=2", "each once"),
            ("gmail.com?rate=2&start=3", "below its rate"),
        ],
    )
    def test_what_is_wrong_names_the_setting_and_the_entry(self, text: str, said: str) -> None:
        """I14"""
        with pytest.raises(BadInput, match=said) as caught:
            limits_of(text)
        assert "DATELINE_MAIL_DOMAINS" in str(caught.value)


# --- the lines ----------------------------------------------------------------------------------------------


def item(number: int, domain: str, rank: int = 4) -> Queued:
    """One delivery in line."""
    row = Claimed(
        number, 1, "v1", "v1", "en", f"j_{number}", "mail", "p", f"mail:{domain}", "mail", "", None, 0, 0
    )
    return rank, number, Entry(row, None, rank)  # type: ignore[arg-type]


@dataclass
class Lines:
    """Destinations on a clock that the test moves; what is called back goes through at once."""

    text: str
    memory: Remembered | None = None
    at: float = 1000.0
    gone: list[int] = field(default_factory=list)
    parked: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        limits = limits_of(self.text)
        assert limits is not None
        self.there = Destinations(
            self.again, limits=limits, now=lambda: self.at, rng=random.Random(1), memory=self.memory
        )

    def again(self, items: Sequence[Queued]) -> None:
        for one in items:
            self.ask(one)

    def ask(self, one: Queued) -> str:
        turn = self.there.of(one, now=0)
        if turn.what == "go":
            self.there.begun(one[2])
            self.gone.append(one[1])
        elif turn.what == "park":
            self.parked.append((one[1], turn.due_at / 1e6))
        return turn.what

    def answered(self, one: Queued, **changes: object) -> None:
        receipt = replace(Receipt(one[1], 1, "accepted", 250), **changes)  # type: ignore[arg-type]
        self.again(self.there.ended(one[2], receipt))

    async def passes(self, seconds: float) -> None:
        """Lets the clock run, and the timers of the loop that are due by then."""
        end = self.at + seconds
        while self.at < end:
            self.at += 0.05
            for there in self.there._all:
                if there.timer is not None:
                    self.there._ripe(there)


class TestLines:
    pytestmark = pytest.mark.unit

    def test_so_many_at_once_and_no_more_while_others_pass(self) -> None:
        async def story() -> None:
            lines = Lines("slow.example?connections=2")
            slow = [item(n, "slow.example") for n in range(5)]
            assert [lines.ask(one) for one in slow] == ["go", "go", "behind", "behind", "behind"]
            assert [lines.ask(item(n, f"fast{n}.example")) for n in range(10, 40)] == ["go"] * 30
            lines.answered(slow[1])
            assert lines.gone[-1] == 2, "the next in line, one for one"
            lines.answered(slow[0])
            lines.answered(slow[2])
            assert {0, 1, 2, 3, 4} <= set(lines.gone) and lines.there.waiting() == []

        asyncio.run(story())

    def test_domains_of_one_entry_count_together(self) -> None:
        async def story() -> None:
            lines = Lines("gmail.com,googlemail.com?connections=1")
            assert lines.ask(item(1, "gmail.com")) == "go"
            assert lines.ask(item(2, "googlemail.com")) == "behind"
            assert [one[1] for one in lines.there.waiting()] == [2]

        asyncio.run(story())

    def test_a_rate_is_kept_and_grows_from_its_start(self) -> None:
        async def story() -> None:
            lines = Lines("new.example?rate=10&start=5")
            for number in range(3000):
                if lines.ask(item(number, "new.example")) == "park":
                    break
            await lines.passes(10)
            assert 24 <= len(lines.gone) <= 52, "about five a second, with what the line held"
            before = len(lines.gone)
            lines.at += 60 * 20
            for number in range(5000, 5060):
                lines.ask(item(number, "new.example"))
            await lines.passes(3)
            assert 28 <= len(lines.gone) - before <= 33, "ten a second and no more after quiet minutes"

        asyncio.run(story())

    def test_what_is_beyond_the_line_is_put_off_each_to_its_own_second(self) -> None:
        """Less than the minute beyond which a release would count as settled."""

        async def story() -> None:
            lines = Lines("slow.example?rate=2")
            for number in range(400):
                lines.ask(item(number, "slow.example"))
            assert len(lines.there.waiting()) == 10, (
                "five seconds of work: whoever stops later is not mailed (I13)"
            )
            first = [due for _, due in lines.parked[:50]]
            assert first == sorted(first) and first[1] - first[0] == pytest.approx(0.5, abs=0.001)
            assert all(4 < due <= 50 for _, due in lines.parked)

        asyncio.run(story())

    def test_a_complaint_slows_its_domain_alone_and_is_remembered(self, tmp_path: Path) -> None:
        async def story() -> None:
            memory = Remembered(tmp_path / FILE, lambda: 1e9)
            lines = Lines("gmail.com?rate=40", memory)
            first = item(1, "touchy.example")
            lines.ask(first)
            lines.answered(first, outcome="deferred", code=451, throttle=True)
            asked = [lines.ask(item(n, "touchy.example")) for n in range(100, 160)]
            assert asked.count("go") <= 3 and asked.count("behind") == 60 - asked.count("go")
            assert [lines.ask(item(n, "calm.example")) for n in range(200, 260)] == ["go"] * 60
            again = Lines("gmail.com?rate=40", Remembered(tmp_path / FILE, lambda: 1e9 + 60))
            asked = [again.ask(item(n, "touchy.example")) for n in range(100, 160)]
            assert asked.count("go") <= 3, "a restart does not forget"
            assert "calm.example" not in (tmp_path / FILE).read_text()

        asyncio.run(story())

    def test_what_is_not_wanted_any_more_leaves_the_line_and_stops_nobody(self) -> None:
        """I7: a correction came. One that was called back and then dropped must not hold its place."""

        async def story() -> None:
            lines = Lines("slow.example?connections=1")
            first = item(0, "slow.example")
            lines.ask(first)
            for number in range(1, 5):
                lines.ask(item(number, "slow.example"))
            called = lines.there.ended(first[2], Receipt(0, 1, "accepted"))
            assert [one[1] for one in called] == [1]
            lines.there.keep(lambda one: one[1] == 4)  # 1 is dropped where it was
            await lines.passes(1)
            assert lines.gone == [0, 4]

        asyncio.run(story())

    def test_a_kill_goes_before_those_who_wait(self) -> None:
        async def story() -> None:
            lines = Lines("slow.example?connections=1")
            first = item(0, "slow.example")
            lines.ask(first)
            for number in range(1, 60):
                lines.ask(item(number, "slow.example"))
            assert lines.ask(item(99, "slow.example", rank=0)) == "behind", (
                "never put off, though all is full"
            )
            lines.answered(first)
            assert lines.gone == [0, 99]

        asyncio.run(story())

    def test_all_of_a_kill_go_before_those_who_wait_and_not_the_first_alone(self) -> None:
        """I7: a line full of ordinary news puts none of them off; one full of kills is as long as any."""

        async def story() -> None:
            lines = Lines("slow.example?connections=1")
            first = item(0, "slow.example")
            lines.ask(first)
            for number in range(1, 60):
                lines.ask(item(number, "slow.example"))
            kills = [item(number, "slow.example", rank=0) for number in range(100, 140)]
            assert Counter(lines.ask(one) for one in kills) == {"behind": 32, "park": 8}
            for one in (first, *kills[:20]):
                lines.answered(one)
            assert lines.gone == [0, *range(100, 121)]

        asyncio.run(story())

    def test_a_ramp_without_an_end_is_over_one_day_and_complaints_still_slow(self) -> None:
        """I6: whoever grew for days unused is halved from what was sent, or nothing would slow it."""

        async def story() -> None:
            lines = Lines("new.example?start=5")
            first = item(1, "new.example")
            lines.ask(first)
            pace = lines.there._all[0].pace
            lines.at += 60 * 90
            assert pace.ready_in_s() == 0.0 and pace.rate > 1000
            lines.answered(first, outcome="deferred", code=451, throttle=True)
            assert pace.rate == 20.0
            quiet = Lines("new.example?start=5")
            quiet.ask(first)
            quiet.at += 86_400 * 30
            assert quiet.ask(item(2, "new.example")) == "go"
            assert quiet.there._all[0].pace.rate == 0.0

        asyncio.run(story())

    def test_what_counts_no_more_is_not_remembered_for_ever(self, tmp_path: Path) -> None:
        """Thousands of domains complain in a year, and the file is read and written at each."""
        wall = 1e9
        memory = Remembered(tmp_path / FILE, lambda: wall)
        for name in ("old.example", "new.example"):
            memory.keep(Limit(name), Pace(0.0, 0.0, lambda: 0.0))
            wall += 50_000
        (tmp_path / FILE).write_text(
            (tmp_path / FILE).read_text().replace("{", '{"x": 1, "y": {"at": "z"},', 1)
        )
        memory.keep(Limit("third.example"), Pace(0.0, 0.0, lambda: 0.0))
        assert memory.names() == {"new.example", "third.example"}

    def test_the_end_leaves_no_timer(self) -> None:
        async def story() -> None:
            lines = Lines("slow.example?rate=1")
            for number in range(5):
                lines.ask(item(number, "slow.example"))
            lines.there.forget_waiting()
            assert lines.there.waiting() == []
            assert all(there.timer is None for there in lines.there._all)

        asyncio.run(story())


# --- in the ledger ------------------------------------------------------------------------------------------


def at(domain: str, count: int, *, start: int) -> list[ManifestRow]:
    return [replace(row, endpoint=f"mail:{domain}", domain=domain) for row in people(count, start=start)]


def domain_of(number: int) -> str:
    return "slow.example" if number < 1000 else "fast.example"


@dataclass
class Counting(FakeChannel):
    """Notes how many were under way at once to each domain, and when each was taken."""

    most: Counter[str] = field(default_factory=Counter)
    now: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)

    async def send(self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]]) -> None:
        async def drawn() -> AsyncIterator[Task]:
            async for task in tasks:
                domain = domain_of(int(task.endpoint.id.rpartition("_")[2]))
                self.order.append(domain)
                self.now[domain] += 1
                self.most[domain] = max(self.most[domain], self.now[domain])
                yield task

        async def heard(receipt: Receipt) -> None:
            number = next(t for t in reversed(self.seen) if t.delivery == receipt.delivery).endpoint.id
            self.now[domain_of(int(number.rpartition("_")[2]))] -= 1
            await report(receipt)

        shared = drawn()
        lock = asyncio.Lock()

        async def work() -> None:
            while True:
                async with lock:
                    task = await anext(shared, None)
                if task is None:
                    return
                await asyncio.sleep(0.002)
                self.seen.append(task)
                await heard(self.answer(task))

        async with asyncio.TaskGroup() as group:
            for _ in range(self.concurrency):
                group.create_task(work())


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Settings]]:
    """`paced("a.example?rate=5")`: the house with that setting."""

    def with_(text: str) -> Settings:
        monkeypatch.setenv("DATELINE_MAIL_DOMAINS", text)
        get_settings.cache_clear()
        (get_settings().home / FILE).unlink(missing_ok=True)
        return get_settings()

    yield with_
    monkeypatch.undo()
    (get_settings().home / FILE).unlink(missing_ok=True)
    get_settings.cache_clear()


@pytest.mark.room
@pytest.mark.django_db(transaction=True, databases=["default", "ledger"])
class TestInTheLedger:
    def test_a_narrow_domain_keeps_nobody_waiting(self, paced: Callable[[str], Settings]) -> None:
        """I6, I3: what is beyond its line goes back to the table and comes again; each exactly once."""
        paced("slow.example?connections=2&rate=200")
        house, mail = FakeHouse(), Counting(concurrency=16)
        facts = house.add("v1", [*at("slow.example", 150, start=0), *at("fast.example", 300, start=1000)])
        with dispatching(house, mail):
            told(held(facts), lifted(facts))
            eventually(lambda: Counter(mail.order)["fast.example"] == 300)
            assert mail.order.count("slow.example") < 150, "they still wait when all others have theirs"
            eventually(lambda: states() == {"accepted": 450}, within_s=90)
        assert mail.most["slow.example"] <= 2 and mail.most["fast.example"] > 2
        assert len({task.message_id for task in mail.seen}) == len(mail.seen) == 450
        assert statements.unaccounted() == 0

    def test_a_domain_that_asks_for_patience_is_slowed_and_no_other(
        self, paced: Callable[[str], Settings]
    ) -> None:
        paced("*?connections=50")
        told_off: set[int] = set()

        def answer(task: Task) -> Receipt:
            slow = int(task.endpoint.id.rpartition("_")[2]) < 1000
            if slow and task.delivery not in told_off:
                told_off.add(task.delivery)
                return Receipt(task.delivery, task.fence, "deferred", 451, "slow down", 0.0, throttle=True)
            return accept(task)

        house, mail = FakeHouse(), Counting(concurrency=16, answer=answer)
        facts = house.add("v1", [*at("slow.example", 30, start=0), *at("fast.example", 300, start=1000)])
        with dispatching(house, mail):
            told(held(facts), lifted(facts))
            eventually(lambda: Counter(mail.order)["fast.example"] == 300)
            assert "slow.example" in (get_settings().home / FILE).read_text()
            eventually(lambda: states() == {"accepted": 330}, within_s=90)

    def test_a_stop_gives_back_what_waits_and_the_next_one_goes_on(
        self, paced: Callable[[str], Settings]
    ) -> None:
        paced("slow.example?rate=2")
        house, mail = FakeHouse(), Counting(concurrency=4)
        facts = house.add("v1", at("slow.example", 20, start=0))
        with dispatching(house, mail):
            told(held(facts), lifted(facts))
            eventually(lambda: mail.order)
        sent = states().get("accepted", 0)
        assert 0 < sent < 20 and states().get("leased", 0) == 0
        paced("")
        with dispatching(house, mail):
            eventually(lambda: states() == {"accepted": 20})
        assert len({task.message_id for task in mail.seen}) == len(mail.seen) == 20
