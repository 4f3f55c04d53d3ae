"""Letters: the mailed link, through the ledger and the real message, once and under one id."""

from email import message_from_bytes, policy

import pytest

from dateline.audience import services as audience
from dateline.channels.mail.headers import mailbox
from dateline.channels.mail.template import Writer
from dateline.core.languages import Language
from dateline.core.words import Receipt, Task
from dateline.dispatch import letters
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import dispatching, eventually, states
from dateline.dispatch.upstream import House
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]
FORM = {"name": "Bo Lee", "country": "SG", "languages": "ar;en", "sectors": "energy", "outlet": "The Post"}


def test_the_letter_to_confirm_goes_out_in_the_askers_language() -> None:
    audience.ask_join("bo@post.example", FORM, language=Language("ar"))
    mail = FakeChannel("mail")
    with dispatching(House(), mail):  # type: ignore[arg-type]
        eventually(lambda: states() == {"accepted": 1})
    [task] = mail.seen
    assert task.endpoint.address == "bo@post.example" and task.parcel.language == "ar"
    message = message_from_bytes(
        Writer(mailbox("news@wire.example")).message(task).content, policy=policy.default
    )
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = next(line for line in text.splitlines() if "/preferences/join/" in line)
    found = audience.opened_link(link.rstrip("/").rpartition("/")[2])
    assert found is not None and found.state == "good"
    assert message["List-Unsubscribe"] is None, "nobody is on a list yet"
    dumped = str(query("SELECT * FROM dispatch_delivery"))
    assert "bo@post.example" not in dumped and link not in dumped, "no address, no key in the ledger"


def test_a_letter_is_repeated_under_one_id_and_not_once_it_was_used() -> None:
    """I5."""
    audience.ask_join("bo@post.example", FORM, language=Language("en"))
    seen: list[Task] = []

    def answer(task: Task) -> Receipt:
        seen.append(task)
        return Receipt(task.delivery, task.fence, "deferred", 451, "later", wait_s=0.05)

    with dispatching(House(), FakeChannel("mail", answer=answer)):  # type: ignore[arg-type]
        eventually(lambda: len(seen) >= 2)
        link = seen[0].parcel.body.decode().partition("/preferences/join/")[2].partition("/")[0]
        assert audience.use_link(link)
        eventually(lambda: states() == {"suppressed": 1})
    assert len({task.message_id for task in seen}) == 1 and len({t.parcel.body for t in seen}) == 1


def test_the_same_event_again_writes_no_second_letter() -> None:
    from dateline.core.events import LetterAsked
    from dateline.plant.db.outbox import follow

    audience.ask_join("bo@post.example", FORM, language=Language("en"))
    events: list[LetterAsked] = []
    follow("letters-test", {LetterAsked: events.append})
    for _ in range(2):
        letters.asked(events[0])
    assert states() == {"waiting": 1}
