"""After a restore nothing is sent by itself that may have gone out since the backup was made."""

from datetime import timedelta
from pathlib import Path

import pytest

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput, Conflict
from dateline.dispatch import pauses, services, statements, upkeep
from dateline.dispatch.models import Restored
from dateline.dispatch.sql import change, query
from dateline.dispatch.tests.builders import (
    FakeHouse,
    attempts,
    dispatching,
    eventually,
    fan_out,
    held,
    lifted,
    now,
    people,
    states,
    told,
)
from dateline.dispatch.tests.test_pump import settled
from dateline.testing.fake_channel import FakeChannel
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]
BACKUP_AT = Instant(SystemClock().now() - timedelta(hours=1))


def half_sent(house: FakeHouse) -> None:
    """As a backup finds it: some waiting, some leased, some deferred, one for tomorrow, ten accepted."""
    facts = house.add("v1", people(40))
    with dispatching(house, FakeChannel("mail")):
        services.pause("wire", by="test", reason="the moment of the backup")
        told(held(facts), lifted(facts))
        eventually(lambda: services.is_prepared("v1"))
    services.resume("wire", by="test")
    ids = [row[0] for row in query("SELECT id FROM dispatch_delivery ORDER BY id")]
    change(
        f"""UPDATE dispatch_delivery SET state = 'leased', fence = 1, owner = 'gone.1', lease_until = %s
        WHERE id <= {ids[29]}""",
        [now()],
    )
    change(
        f"UPDATE dispatch_delivery SET state = 'accepted', owner = '', done_at = %s WHERE id <= {ids[9]}",
        [now()],
    )
    change(
        f"""UPDATE dispatch_delivery SET state = 'deferred', owner = '', due_at = %s
        WHERE id > {ids[9]} AND id <= {ids[19]}""",
        [now()],
    )
    statements.add_attempts([(id_, 1, "result", now(), 250, "ok", 1) for id_ in ids[:20]])
    change(f"UPDATE dispatch_delivery SET due_at = %s WHERE id = {ids[19]}", [now() + 86_400_000_000])
    assert states() == {"accepted": 10, "deferred": 10, "leased": 10, "waiting": 10}


def test_doubtful_deliveries_end_uncertain_and_nothing_is_sent() -> None:
    """I3, I5"""
    house, mail = FakeHouse(), FakeChannel("mail")
    half_sent(house)
    services.begin_reconciling(BACKUP_AT)
    found = services.unreconciled()
    assert found is not None
    assert found.backup_at == BACKUP_AT
    assert [(d.channel, d.deliveries) for d in found.deliveries] == [("mail", 29)]
    with dispatching(house, mail):
        services.reconcile("uncertain", by="ana")
        assert wire.free_wire(by="ana")
        eventually(lambda: not services.paused())
        eventually(settled)
        assert mail.seen == []
        assert states() == {"accepted": 10, "uncertain": 29, "deferred": 1}, (
            "what is due tomorrow cannot have left"
        )
        assert statements.unaccounted() == 0
        assert len(attempts("lost")) == 29, "each has its trace, so that a correction reaches them"
        assert services.resend_missing("v1", by="ana") == 29
        eventually(lambda: states() == {"accepted": 39, "deferred": 1})


def test_an_outlets_next_try_may_have_come_forward_when_its_endpoint_recovered() -> None:
    """I5: after the hold it would be sent once more, at a time that the lost ledger had not kept to."""
    house = FakeHouse()
    half_sent(house)
    change("UPDATE dispatch_delivery SET person_id = NULL WHERE state = 'deferred'")
    services.begin_reconciling(BACKUP_AT)
    found = services.unreconciled()
    assert found is not None and sum(d.deliveries for d in found.deliveries) == 30


def test_what_the_dead_held_waits_for_the_decision_too(tmp_path: Path) -> None:
    """I5: reaped before, it would be due after the restoring, no longer in doubt, and sent once more."""
    house = FakeHouse()
    half_sent(house)
    services.begin_reconciling(BACKUP_AT)
    assert upkeep.reap("", tmp_path, now=lambda: now() + 86_400_000_000) == 0
    services.reconcile("uncertain", by="ana")
    assert states() == {"accepted": 10, "uncertain": 29, "deferred": 1}


def test_a_wire_that_stood_still_goes_on_as_it_was() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    half_sent(house)
    services.begin_reconciling(BACKUP_AT)
    services.reconcile("nothing-went-out", by="ana")
    wire.free_wire(by="ana")
    with dispatching(house, mail):
        eventually(lambda: states() == {"accepted": 39, "deferred": 1})
    assert len(mail.seen) == 29


def test_it_is_held_and_dispatch_is_paused_until_a_person_decides() -> None:
    services.begin_reconciling(BACKUP_AT)
    assert wire.wide_hold().on
    assert [(one.kind, one.name) for one in services.paused()] == [("wire", pauses.HOLD)]
    with pytest.raises(Conflict, match="reconcile"):
        wire.free_wire(by="ana")
    with pytest.raises(BadInput):
        services.reconcile("uncertain", by=" ")
    services.reconcile("uncertain", by="ana")
    assert services.unreconciled() is None
    assert Restored.objects.get().outcome == "uncertain"
    with pytest.raises(Conflict, match="no restored backup"):
        services.reconcile("uncertain", by="ana")


def test_no_id_is_given_out_twice_and_every_old_cursor_ends() -> None:
    """Deliveries made after the backup had ids that the restored ledger does not know of."""
    fan_out(people(3))
    highest = query("SELECT MAX(id) FROM dispatch_delivery")[0][0]
    cursor = wire.wire_page().next
    services.begin_reconciling(BACKUP_AT)
    fan_out(people(3), lock_id="v2")
    assert query("SELECT MIN(id) FROM dispatch_delivery WHERE lock_id = 'v2'")[0][0] > highest + 900_000_000
    with pytest.raises(wire.CursorTooOld):
        wire.wire_page(after=cursor)


def test_what_is_not_in_the_ledger_yet_is_not_judged() -> None:
    facts = FakeHouse().add("v1", people(3))
    told(held(facts), lifted(facts))
    services.begin_reconciling(BACKUP_AT)
    with pytest.raises(Conflict, match="start the wire"):
        services.reconcile("uncertain", by="ana")


def test_a_hold_that_was_on_before_stays_and_asks_for_it_too() -> None:
    wire.hold_wire(by="ana", reason="a break-in")
    services.begin_reconciling(BACKUP_AT)
    assert wire.wide_hold().needs == wire.RECONCILE
    assert wire.wide_hold().by == "ana"


def test_a_decision_that_a_crash_cut_short_is_told_to_the_wire_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the hold could never be taken off: each side would wait for the other."""
    services.begin_reconciling(BACKUP_AT)
    with monkeypatch.context() as patch:
        patch.setattr("dateline.wire.services.reconciled", _killed)
        with pytest.raises(KeyboardInterrupt):
            services.reconcile("uncertain", by="ana")
    assert services.unreconciled() is None and wire.wide_hold().needs == wire.RECONCILE
    services.reconcile("uncertain", by="ben")
    assert not wire.wide_hold().needs
    assert Restored.objects.get().by == "ana", "who decided stands"
    assert wire.free_wire(by="ben")


def _killed(**_: str) -> None:
    raise KeyboardInterrupt
