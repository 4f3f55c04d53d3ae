"""What is paused waits without spending a try, and goes on where it stood."""

from dataclasses import replace

import pytest
from django.db import transaction

from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.events import WireFreed, WireHeld
from dateline.dispatch import pauses, services, upkeep, versions
from dateline.dispatch.models import Version
from dateline.dispatch.pauses import Paused, Stops, stops
from dateline.dispatch.tests.builders import (
    FakeHouse,
    attempts,
    dispatching,
    eventually,
    fan_out,
    held,
    lifted,
    outlets,
    people,
    states,
    told,
)
from dateline.dispatch.versions import Released
from dateline.plant.db.databases import LEDGER
from dateline.testing.fake_channel import FakeChannel
from dateline.wire import services as wire

AT = SystemClock().now()


def released(lock_id: str, rank: int = 4, circuit: str = "all", provider: str = "") -> Released:
    return Released(lock_id, lock_id, "k7m2x9qd4w", rank, 1, True, False, False, (), circuit, provider)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("kind", "name", "stopped"),
    [
        ("circuit", "asia", {"in-asia"}),
        ("provider", "acme", {"of-acme"}),
        ("endpoint", "o_1", set()),
        ("circuit", "nowhere", set()),
    ],
)
def test_a_pause_stops_its_own_versions_and_never_a_kill(kind: str, name: str, stopped: set[str]) -> None:
    """I7: what a provider sent must be stoppable while the provider is paused."""
    there = {
        one.lock_id: one
        for one in (
            released("in-asia", circuit="asia"),
            released("of-acme", provider="acme"),
            released("kill", rank=0, circuit="asia", provider="acme"),
            released("plain"),
        )
    }
    found = stops(there, [Paused(kind, name, "ana", "x", AT)])  # type: ignore[arg-type]
    assert found.locks == stopped
    assert not found.everything


@pytest.mark.unit
def test_normal_mail_rests_and_nothing_else() -> None:
    there = {one.lock_id: one for one in (released("normal"), released("priority", rank=3))}
    found = stops(there, [Paused("mail-normal", "all", "complaints", "0.4 %", AT)])
    assert found.stop("mail", "normal", "j_1")
    assert not found.stop("mail", "priority", "j_1")
    assert not found.stop("webhook", "normal", "o_1")


@pytest.mark.unit
def test_nothing_paused_stops_nothing() -> None:
    assert stops({"v1": released("v1")}, []) == Stops()


@pytest.mark.room
@pytest.mark.django_db(transaction=True, databases=["default", "ledger"])
class TestInTheLedger:
    def test_a_paused_outlet_waits_and_the_others_get_theirs(self) -> None:
        """I6; its deliveries count as held, so that the release settles without them."""
        house, hook = FakeHouse(), FakeChannel("webhook")
        facts = house.add("v1", outlets(5, languages=("en", "ko")))
        assert services.pause("endpoint", "o_1", by="ana", reason="moving house")
        with dispatching(house, hook):
            told(held(facts), lifted(facts))
            eventually(lambda: services.is_settled("v1"))
            assert states() == {"accepted": 8, "waiting": 2}
            assert not [a for a in attempts() if a[2] == "released"], "no claim, no try"
            assert services.resume("endpoint", "o_1", by="ana")
            eventually(lambda: states() == {"accepted": 10})

    def test_all_deliveries_stop_and_go_on(self) -> None:
        house, mail = FakeHouse(), FakeChannel("mail", slow=lambda _: 0.01, concurrency=2)
        facts = house.add("v1", people(300))
        with dispatching(house, mail):
            told(held(facts), lifted(facts))
            eventually(lambda: len(mail.seen) > 20)
            services.pause("wire", by="ana", reason="relay melts")
            eventually(lambda: states().get("leased", 0) == 0)
            sent = len(mail.seen)
            assert 20 < sent < 300
            assert states() == {"accepted": sent, "waiting": 300 - sent}
            services.resume("wire", by="ben")
            eventually(lambda: states() == {"accepted": 300})
        assert len({task.message_id for task in mail.seen}) == len(mail.seen) == 300

    def test_a_circuit_and_a_provider_wait_while_others_go_out(self) -> None:
        house, mail = FakeHouse(), FakeChannel("mail")
        locks = [
            house.add("v1", people(5), release="aaaaaaaaaa"),
            house.add("v2", people(5), release="bbbbbbbbbb"),
            house.add("v3", people(5), release="cccccccccc"),
        ]
        for facts, changes in zip(locks, ({"circuit": "asia"}, {"provider": "acme"}, {}), strict=True):
            house.locks[facts.lock_id] = (replace(facts, **changes), house.locks[facts.lock_id][1])  # type: ignore[arg-type]
        services.pause("circuit", "asia", by="ana", reason="x")
        services.pause("provider", "acme", by="ana", reason="x")
        with dispatching(house, mail):
            for facts in locks:
                told(held(facts), lifted(facts))
            eventually(lambda: states("v3") == {"accepted": 5})
            eventually(lambda: services.is_settled("v1") and services.is_settled("v2"))
            assert states("v1") == states("v2") == {"waiting": 5}
            [kept] = services.kept_back("v1")
            assert (kept.pause.kind, kept.pause.by, kept.kind, kept.count) == (
                "circuit",
                "ana",
                "journalist",
                5,
            )
            services.resume("circuit", "asia", by="ana")
            services.resume("provider", "acme", by="ana")
            eventually(lambda: states() == {"accepted": 15})

    @pytest.mark.parametrize(
        ("kind", "name", "settles"),
        [
            ("wire", "", True),
            ("circuit", "asia", True),
            ("circuit", "africa", False),
            ("provider", "acme", True),
            ("mail-normal", "", True),
            ("endpoint", "o_1", False),
        ],
    )
    def test_what_any_pause_holds_back_keeps_no_release_from_settling(
        self, kind: str, name: str, settles: bool
    ) -> None:
        """Held, as mail for a digest is; and once it goes on, it counts again until it has gone."""
        of_circuit = {"circuit": "asia", "provider": "acme"}
        Version(
            lock_id="v1",
            version_id="v1",
            release="r",
            state="prepared",
            lifted_at=1,
            channels="mail",
            **of_circuit,
        ).save()
        fan_out(people(3))
        assert not services.is_settled("v1")
        services.pause(kind, name, by="ana", reason="x")
        assert services.is_settled("v1") is settles
        assert sum(one.count for one in services.kept_back("v1")) == (3 if settles else 0)
        with transaction.atomic(using=LEDGER):
            upkeep.tidy(versions.released()["v1"], {}, now=2)
        services.resume(kind, name, by="ana")
        assert not services.is_settled("v1") and services.kept_back("v1") == []

    def test_a_kill_under_a_paused_circuit_is_not_settled_before_it_is_sent(self) -> None:
        fields = {"release": "r", "state": "prepared", "lifted_at": 1, "channels": "mail", "circuit": "asia"}
        Version(lock_id="v1", version_id="v1", rank=0, **fields).save()
        fan_out(people(1))
        services.pause("circuit", "asia", by="ana", reason="x")
        assert not services.is_settled("v1")

    def test_the_hold_of_the_wire_stops_dispatch_and_its_end_frees_it(self) -> None:
        house, mail = FakeHouse(), FakeChannel("mail")
        facts = house.add("v1", people(10))
        now = SystemClock().now()
        with dispatching(house, mail):
            told(WireHeld("ana", "a break-in", now), held(facts), lifted(facts))
            eventually(lambda: services.is_prepared("v1"))
            assert [(one.kind, one.name) for one in pauses.paused()] == [("wire", pauses.HOLD)]
            assert not services.resume("wire", by="ana"), "it ends with the hold, not by resume"
            assert states() == {"waiting": 10}
            told(WireFreed("ben", now))
            eventually(lambda: states() == {"accepted": 10})

    def test_a_retry_of_a_paused_outlet_waits_too(self) -> None:
        from dateline.core.words import Receipt, Task

        def later(task: Task) -> Receipt:
            return Receipt(task.delivery, task.fence, "deferred", 503, "busy", wait_s=0.3)

        house, hook = FakeHouse(), FakeChannel("webhook", answer=later)
        facts = house.add("v1", outlets(1))
        with dispatching(house, hook):
            told(held(facts), lifted(facts))
            eventually(lambda: states() == {"deferred": 1})
            services.pause("endpoint", "o_0", by="ana", reason="x")
            eventually(lambda: states() == {"deferred": 1})
            tries = len(hook.seen)
            eventually(lambda: services.is_settled("v1"))
            assert len(hook.seen) <= tries + 1, "one may have been under way"

    def test_a_delivery_knows_what_keeps_it_back(self) -> None:
        services.pause("provider", "acme", by="ana", reason="hacked")

        def told_of(rank: int, provider: str = "acme") -> str:
            found = pauses.concerning("o_1", channel="webhook", rank=rank, circuit="all", provider=provider)
            return found.reason if found else ""

        assert (told_of(4), told_of(0), told_of(4, "")) == ("hacked", "", "")

    def test_who_paused_first_stands_and_each_change_is_noted(self) -> None:
        assert services.pause("circuit", "asia", by="ana", reason="flood")
        assert not services.pause("circuit", "asia", by="ben", reason="other")
        assert [(one.by, one.reason) for one in services.paused()] == [("ana", "flood")]
        assert services.resume("circuit", "asia", by="ben", reason="dry again")
        assert not services.resume("circuit", "asia", by="ben")
        assert [(c.act, c.by, c.reason) for c in services.pause_history()] == [
            ("resume", "ben", "dry again"),
            ("pause", "ana", "flood"),
        ]

    @pytest.mark.parametrize(
        ("kind", "name", "by", "reason", "where"),
        [
            ("nothing", "x", "ana", "x", "kind"),
            ("circuit", " ", "ana", "x", "name"),
            ("circuit", "asia", "", "x", "by"),
            ("circuit", "asia", "ana", " ", "reason"),
        ],
    )
    def test_a_pause_needs_a_thing_a_person_and_a_reason(
        self, kind: str, name: str, by: str, reason: str, where: str
    ) -> None:
        """I14"""
        with pytest.raises(BadInput) as refused:
            services.pause(kind, name, by=by, reason=reason)
        assert refused.value.where == where
        assert services.paused() == []


@pytest.mark.room
@pytest.mark.django_db(databases=["default", "ledger"])
class TestWithNoDispatchProcess:
    """The ledger hears of the wire's hold by event. People are told what stands, whoever runs."""

    def test_the_hold_is_listed_while_it_is_on_and_no_longer(self) -> None:
        assert wire.hold_wire(by="ana", reason="a break-in")
        assert [(one.kind, one.name, one.by, one.reason) for one in services.paused()] == [
            ("wire", pauses.HOLD, "ana", "a break-in")
        ]
        services.pause("wire", pauses.HOLD, by="ana", reason="a break-in")  # dispatch hears, and ends
        assert len(services.paused()) == 1
        wire.free_wire(by="ana")
        assert services.paused() == []

    def test_a_pause_of_all_deliveries_stays_when_the_hold_ends(self) -> None:
        wire.hold_wire(by="ana", reason="x")
        services.pause("wire", by="ben", reason="relay melts")
        assert [one.name for one in services.paused()] == [pauses.ALL, pauses.HOLD]
        wire.free_wire(by="ana")
        assert [(one.name, one.by) for one in services.paused()] == [(pauses.ALL, "ben")]

    @pytest.mark.parametrize(
        ("kind", "name", "error"),
        [
            ("moon", "x", BadInput),
            ("circuit", " ", BadInput),
            ("circuit", "nowhere", NotFound),
            ("endpoint", "Nobody's Courier", NotFound),
        ],
    )
    def test_a_name_that_nobody_has_is_not_paused(self, kind: str, name: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            services.pausable(kind, name)

    def test_what_needs_no_name_takes_none(self) -> None:
        assert services.pausable("wire", "whatever") == ("", "the wire")
        assert services.pausable("circuit", "all") == ("all", "circuit all")
