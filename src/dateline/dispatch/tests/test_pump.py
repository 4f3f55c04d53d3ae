"""The whole process in a thread: prepare, pump, retry, hold, cancel."""

import pytest

from dateline.core.words import Receipt, Task
from dateline.dispatch import services
from dateline.dispatch.tests.builders import (
    FakeHouse,
    attempts,
    dispatching,
    eventually,
    held,
    lifted,
    outlets,
    people,
    states,
    told,
)
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def test_everybody_in_the_manifest_is_sent_once_and_the_version_settles() -> None:
    house, mail, hook = FakeHouse(), FakeChannel("mail"), FakeChannel("webhook")
    facts = house.add("v1", [*people(300), *outlets(40, languages=("en", "ko"))])
    with dispatching(house, mail, hook):
        told(held(facts))
        eventually(lambda: services.is_prepared("v1"))
        assert states() == {"waiting": 380}
        assert not mail.seen and not services.is_settled("v1")
        told(lifted(facts))
        eventually(lambda: services.is_settled("v1"))
    assert states() == {"accepted": 380}
    assert len({task.delivery for task in mail.seen}) == len(mail.seen) == 300
    assert len({task.message_id for task in [*mail.seen, *hook.seen]}) == 380
    assert not services.was_unprepared("v1")
    assert mail.closed and hook.closed
    assert len(attempts("result")) == 380
