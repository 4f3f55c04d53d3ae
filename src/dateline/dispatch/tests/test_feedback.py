"""What comes back about accepted mail: kept once, told to the audience, counted; the row stays accepted."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from dateline.audience import services as audience
from dateline.core.clock import FixedClock, from_micros
from dateline.core.events import Event, Suppressed, SuppressedMany
from dateline.core.words import ManifestRow
from dateline.dispatch import complaints, feedback, pauses, services, statements
from dateline.dispatch.addressing import message_id
from dateline.dispatch.jobs import HANDLERS
from dateline.dispatch.models import Feedback, Version
from dateline.dispatch.rules import SECOND
from dateline.dispatch.services import Fact, Taken, take
from dateline.dispatch.sql import query
from dateline.dispatch.statements import Outcome, digests, returns
from dateline.dispatch.statements.digests import Carrier
from dateline.dispatch.tests.builders import attempts, fan_out, now, outlets, people, states
from dateline.plant.db import outbox
from dateline.plant.db.databases import LEDGER

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

RELEASE = "k7m2x9qd4w"
NOW = 1_800_000_000 * SECOND


@pytest.fixture(autouse=True)
def logging() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(from_micros(NOW))


def journalist(number: int) -> str:
    """The recipient id of a journalist in the audience."""
    email = f"ana{number}@daily.example"
    audience.import_rows(
        [
            {
                "email": email,
                "name": "Ana Kim",
                "country": "KR",
                "languages": "en",
                "sectors": "business",
                "outlet": "The Daily",
                "consent": "form",
            }
        ],
        "journalist",
    )
    found = audience.find(email)
    assert found is not None
    return found.recipient


def row(recipient: str) -> ManifestRow:
    made = people(1)[0]
    fields: dict[str, Any] = {name: getattr(made, name) for name in ManifestRow.__dataclass_fields__}
    return ManifestRow(**(fields | {"recipient": recipient, "person": recipient.removeprefix("j_")}))


def accepted(*recipients: str, lock_id: str = "v1", number: int = 1) -> list[int]:
    """Mails of these that a relay took, by order of recipients; the ids of their deliveries."""
    Version(
        lock_id=lock_id,
        version_id=lock_id,
        release=RELEASE,
        number=number,
        kind="release",
        state="prepared",
        lifted_at=NOW - 60 * SECOND,
    ).save()
    fan_out([row(recipient) for recipient in recipients], lock_id=lock_id)
    rows = statements.claim_first("mail", lock_id, limit=2000, owner="a", lease_until=now() + 10**9)
    at = NOW - 30 * SECOND
    statements.record(
        [Outcome(r.id, 1, "accepted", "", None, 1, 0, 250, at, "result", at, "250 ok", 1) for r in rows],
        owner="a",
    )
    by_recipient = {r.recipient_id: r.id for r in rows}
    return [by_recipient[recipient] for recipient in recipients]


def fact(delivery: int | None, kind: Any = "gone", **fields: Any) -> Fact:
    known: dict[str, Any] = {
        "source": "dsn",
        "identity": f"{delivery} {kind}",
        "code": "5.1.1",
        "text": "550 no",
    }
    return Fact(kind, **(known | fields), delivery=delivery)


def one(found: list[Taken]) -> Taken:
    assert len(found) == 1
    return found[0]


def test_a_bounce_suppresses_and_the_delivery_stays_accepted(clock: FixedClock) -> None:
    """I13; delivery.md: a bounce is a later fact."""
    (delivery,) = accepted(journalist(1))
    taken = one(take([fact(delivery)], clock=clock))
    assert taken == Taken("gone", known=True, new=True, suppressed=True, delivery=delivery, release=RELEASE)
    assert audience.is_suppressed("ana1@daily.example")
    assert states() == {"accepted": 1}
    assert attempts("dsn") == [(delivery, 1, "dsn")]
    found = audience.suppression_of("ana1@daily.example")
    assert found is not None and (found.reason, found.source) == ("no such address (5.1.1)", "bounce")


def test_the_same_report_twice_counts_once(clock: FixedClock) -> None:
    (delivery,) = accepted(journalist(1))
    take([fact(delivery)], clock=clock)
    again = one(take([fact(delivery)], clock=clock))
    assert again.known and not again.new
    assert len(attempts("dsn")) == 1 and Feedback.objects.count() == 1


def test_an_address_that_a_person_freed_is_not_stopped_by_the_old_report(clock: FixedClock) -> None:
    (delivery,) = accepted(journalist(1))
    take([fact(delivery)], clock=clock)
    audience.unsuppress("ana1@daily.example", by="Ida", reason="mended at their side")
    assert not one(take([fact(delivery)], clock=clock)).suppressed
    assert not audience.is_suppressed("ana1@daily.example")


def test_a_delay_and_the_failure_after_it_are_two_lines_of_history(clock: FixedClock) -> None:
    (delivery,) = accepted(journalist(1))
    take([fact(delivery, "delayed", code="4.4.1", text="")], clock=clock)
    assert not audience.is_suppressed("ana1@daily.example")
    take([fact(delivery)], clock=clock)
    assert attempts("dsn") == [(delivery, 1, "dsn"), (delivery, 2, "dsn")]
    assert statements.unaccounted() == 0


@pytest.mark.parametrize("kind", ["ours", "other", "delayed", "automatic"])
def test_what_is_not_the_address_fault_suppresses_nobody(clock: FixedClock, kind: Any) -> None:
    (delivery,) = accepted(journalist(1))
    with capture_logs() as logs:
        taken = one(take([fact(delivery, kind, code="5.7.1")], clock=clock))
    assert taken.new and not taken.suppressed and not audience.is_suppressed("ana1@daily.example")
    alarms = [line for line in logs if line["event"] == "mail.our_fault"]
    assert alarms == (
        [{"event": "mail.our_fault", "log_level": "error", "code": "5.7.1", "mails": 1}]
        if kind == "ours"
        else []
    )
    assert "daily.example" not in str(logs), "I15"


def test_a_full_mailbox_is_given_up_after_three_mails_in_thirty_days(clock: FixedClock) -> None:
    ana = journalist(1)
    mails = [accepted(ana, lock_id=f"v{n}", number=n)[0] for n in range(4)]
    full = [fact(mail, "full", code="5.2.2") for mail in mails]
    take([full[0]], clock=clock)
    take(
        [full[0], fact(mails[0], "full", code="5.2.2", identity="another report of the same mail")],
        clock=clock,
    )
    clock.advance(31 * 86_400)
    assert not any(taken.suppressed for taken in take(full[1:3], clock=clock)), "the first is too long ago"
    taken = one(take([full[3]], clock=clock))
    assert taken.suppressed
    found = audience.suppression_of("ana1@daily.example")
    assert found is not None and found.reason == "mailbox full 3 times in 30 days (5.2.2)"


def test_a_delivery_that_is_not_ours_or_no_mail_changes_nothing(clock: FixedClock) -> None:
    fan_out(outlets(1), lock_id="hooks")
    hook = query("SELECT id FROM dispatch_delivery")[0][0]
    for delivery in (None, 10**9, hook):
        assert one(take([fact(delivery)], clock=clock)) == Taken("gone")
    assert Feedback.objects.count() == 0 and attempts() == []


def test_a_proved_provider_may_name_an_address(clock: FixedClock) -> None:
    journalist(1)
    known = fact(None, source="ses", address="ANA1@daily.example")
    unknown = fact(None, source="ses", identity="2", address="gone@nowhere.example")
    assert all(taken.suppressed for taken in take([known, unknown], clock=clock))
    assert audience.is_suppressed("ana1@daily.example") and audience.is_suppressed("gone@nowhere.example")


def test_outlets_by_mail_are_suppressed_by_their_address(clock: FixedClock) -> None:
    audience.import_rows(
        [
            {
                "name": "Harbour Post",
                "country": "KR",
                "languages": "en",
                "sectors": "",
                "kind": "site",
                "channel": "mail",
                "endpoint": "desk@post.example",
                "format": "",
            }
        ],
        "outlet",
    )
    found = audience.find("Harbour Post")
    assert found is not None
    (delivery,) = accepted(found.recipient)
    assert one(take([fact(delivery)], clock=clock)).suppressed
    assert audience.is_suppressed("desk@post.example")


def test_what_a_crash_left_is_told_to_the_audience_later(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery,) = accepted(journalist(1))

    def crash(*_: object, **__: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(audience, "suppress_recipients", crash)
        with pytest.raises(OSError, match="killed"):
            take([fact(delivery)], clock=clock)
    assert not audience.is_suppressed("ana1@daily.example") and attempts("dsn")
    feedback.settle(clock=clock)
    assert audience.is_suppressed("ana1@daily.example")
    assert returns.open_feedback(10) == []


def test_a_reply_at_send_time_suppresses_as_a_bounce_does(clock: FixedClock) -> None:
    recipients = [journalist(number) for number in range(4)]
    Version(lock_id="v1", version_id="v1", release=RELEASE, lifted_at=NOW, state="prepared").save()
    fan_out([row(recipient) for recipient in recipients])
    rows = {
        r.recipient_id: r for r in statements.claim_first("mail", "v1", limit=9, owner="a", lease_until=NOW)
    }
    words = ("550 5.1.1 no such user", "550 5.7.26 DMARC", "550 no code", "450 4.1.1 later")
    outcomes = [
        Outcome(rows[who].id, 1, "refused", text, None, 1, 0, 550, NOW, "result", NOW, text, 1)
        for who, text in zip(recipients, words, strict=True)
    ]
    with capture_logs() as logs:
        feedback.note_replies(outcomes, statements.record(outcomes, owner="a"))
    feedback.settle(clock=clock)
    assert [audience.is_suppressed(f"ana{n}@daily.example") for n in range(4)] == [True, False, False, False]
    assert [line["event"] for line in logs] == ["mail.our_fault"]
    assert services.returned("v1") == services.Returns(), "refused at once is no bounce"


def test_a_mail_is_found_by_its_message_id(clock: FixedClock) -> None:
    ana, ben = journalist(1), journalist(2)
    ours, _ = accepted(ana, ben)
    mine = message_id("mail", ours)
    thread = [f"<{RELEASE}.release@wire.example>"]
    assert services.delivery_of_message(mine, recipients=["ana1@daily.example"], clock=clock) == ours
    assert services.delivery_of_message(mine, references=thread, clock=clock) == ours
    forwarded = ["kim@elsewhere.example", "not an address"]
    assert services.delivery_of_message(mine, recipients=forwarded, references=thread, clock=clock) == ours
    assert services.delivery_of_message(mine, clock=clock) is None
    forged = "<" + "0" * 32 + "@wire.example>"
    for wrong in (forged, "", "<x@y>", mine[:-1]):
        found = services.delivery_of_message(
            wrong, recipients=["ana1@daily.example"], references=thread, clock=clock
        )
        assert found is None


def test_reports_count_what_came_back_once_a_delivery(clock: FixedClock) -> None:
    first, second, third = accepted(*(journalist(number) for number in range(3)))
    take(
        [
            fact(first, "full", code="5.2.2"),
            fact(first, "other", code="5.4.4"),
            fact(second),
            fact(second, "complaint", code="", text=""),
            fact(third, "delayed", code="4.4.1"),
        ],
        clock=clock,
    )
    assert services.returned("v1") == services.Returns(bounces=2, complaints=1)
    assert services.returned("unknown") == services.Returns()


def test_facts_are_forgotten_after_thirteen_months(clock: FixedClock) -> None:
    (delivery,) = accepted(journalist(1))
    take([fact(delivery, "delayed")], clock=clock)
    assert feedback.forget(now=NOW + 395 * 86_400 * SECOND) == 0
    assert feedback.forget(now=NOW + 397 * 86_400 * SECOND) == 1


# --- complaints ------------------------------------------------------------------------------------------


def complaint(delivery: int, source: str = "ses") -> Fact:
    return fact(delivery, "complaint", source=source, identity=f"{source} {delivery}", code="", text="")


def crowd(count: int) -> list[int]:
    """Mails to people who are in nobody's audience: only their number matters."""
    return accepted(*(f"j_{number:032x}" for number in range(count)))


def test_a_complaint_suppresses_at_once(clock: FixedClock) -> None:
    (delivery, *_) = accepted(journalist(1))
    assert one(take([complaint(delivery)], clock=clock)).suppressed
    assert audience.is_suppressed("ana1@daily.example")
    assert attempts("complaint") == [(delivery, 1, "complaint")]


def test_the_rate_pauses_normal_mail_at_its_limit_and_not_below(clock: FixedClock) -> None:
    mails = crowd(1000)
    with capture_logs() as logs:
        take([complaint(mails[0]), complaint(mails[1])], clock=clock)
        assert not pauses.is_paused("mail-normal"), "0.2 %"
        take([complaint(mails[1], "sendgrid")], clock=clock)
        assert not pauses.is_paused("mail-normal"), "the same complaint by another way"
        take([complaint(mails[2])], clock=clock)
    assert pauses.is_paused("mail-normal")
    (alarm,) = [line for line in logs if line["event"] == "mail.paused_for_complaints"]
    assert (alarm["complaints"], alarm["mails"], alarm["percent"]) == (3, 1000, 0.3)
    (paused,) = pauses.paused()
    assert (paused.kind, paused.by) == ("mail-normal", complaints.WHO) and "limit is 0.3 %" in paused.reason


def test_one_reader_or_two_do_not_rest_a_small_wire_and_three_do(clock: FixedClock) -> None:
    """0.3 % of 40 mails is none: chance must not stop the news."""
    mails = crowd(40)
    take([complaint(mails[0]), complaint(mails[1])], clock=clock)
    assert complaints.state(clock=clock).percent == 5.0
    assert not pauses.is_paused("mail-normal")
    take([complaint(mails[2])], clock=clock)
    assert pauses.is_paused("mail-normal")


def test_a_reader_who_complains_about_three_mails_is_one_reader(clock: FixedClock) -> None:
    mails = [mail for number in range(3) for mail in accepted("j_" + "0" * 32, lock_id=f"v{number}")]
    assert len(set(mails)) == 3
    take([complaint(mail) for mail in mails], clock=clock)
    assert complaints.state(clock=clock).complaints == 1
    assert not pauses.is_paused("mail-normal")


def test_old_complaints_and_old_mails_do_not_count(clock: FixedClock) -> None:
    mails = crowd(100)
    clock.advance(200 * 3600)
    take([complaint(mails[0])], clock=clock)
    assert not pauses.is_paused("mail-normal"), "no mail within the window to compare with"
    state = complaints.state(clock=clock)
    assert (state.complaints, state.mails, state.percent) == (1, 0, 0.0)
    clock.advance(200 * 3600)
    assert complaints.state(clock=clock).complaints == 0


def test_a_named_person_lets_it_go_on_and_old_complaints_do_not_count_again(clock: FixedClock) -> None:
    mails = crowd(800)
    take([complaint(mail) for mail in mails[:3]], clock=clock)
    assert pauses.is_paused("mail-normal")
    clock.advance(60)
    assert services.let_mail_go_on(by="Ida", reason="list cleaned", clock=clock)
    assert not services.let_mail_go_on(by="Ida", reason="list cleaned", clock=clock)
    clock.advance(60)
    take([complaint(mail) for mail in mails[3:5]], clock=clock)
    assert not pauses.is_paused("mail-normal"), "two since then"
    take([complaint(mails[5])], clock=clock)
    assert pauses.is_paused("mail-normal")
    acts = [(change.act, change.by) for change in pauses.pause_history()]
    assert acts == [("pause", complaints.WHO), ("resume", "Ida"), ("pause", complaints.WHO)]


def test_the_pause_is_for_normal_mail_alone() -> None:
    """Corrections, kills, regulated and priority news still go."""
    from dateline.dispatch.versions import Released

    def version(rank: int) -> Released:
        fields: dict[str, Any] = dict.fromkeys(Released.__dataclass_fields__, "")
        fields |= {"lock_id": f"rank{rank}", "rank": rank, "channels": ()}
        return Released(**fields)

    pauses.pause("mail-normal", by=complaints.WHO, reason="0.4 %")
    found = pauses.stops({f"rank{rank}": version(rank) for rank in range(5)})
    assert found.locks_of("mail") == {"rank4"} and not found.locks_of("webhook")


# --- the ledger hears of suppressions ---------------------------------------------------------------------


def hear() -> None:
    """Handles every event so far, as the dispatch process does."""
    heard: dict[type[Event], outbox.Handler] = {kind: HANDLERS[kind] for kind in (Suppressed, SuppressedMany)}
    while outbox.follow("dispatch", heard, positions=LEDGER):
        pass


def test_open_rows_of_those_on_a_list_become_suppressed_by_event(clock: FixedClock, tmp_path: Any) -> None:
    """I13."""
    recipients = [journalist(number) for number in range(3)]
    Version(lock_id="v1", version_id="v1", release=RELEASE, lifted_at=NOW, state="prepared").save()
    fan_out([row(recipient) for recipient in recipients])
    path = tmp_path / "stopped.txt"
    path.write_text("ana0@daily.example\nANA2@daily.example\nnobody@elsewhere.example\n")
    audience.import_suppressions(path, clock=clock)
    hear()
    rows: dict[str, str] = dict(query("SELECT recipient_id, state FROM dispatch_delivery"))
    assert [rows[recipient] for recipient in recipients] == ["suppressed", "waiting", "suppressed"]
    assert {
        reason for (reason,) in query("SELECT reason FROM dispatch_delivery WHERE state = 'suppressed'")
    } == {"on the list stopped.txt"}


def test_open_rows_after_a_bounce_become_suppressed_too(clock: FixedClock) -> None:
    ana = journalist(1)
    (delivery,) = accepted(ana)
    Version(lock_id="v2", version_id="v2", release="r2", lifted_at=NOW, state="prepared").save()
    fan_out([row(ana)], lock_id="v2")
    take([fact(delivery)], clock=clock)
    hear()
    assert states("v2") == {"suppressed": 1} and states("v1") == {"accepted": 1}


def test_a_stopped_outlet_has_its_open_rows_suppressed_by_event() -> None:
    cells = {
        "name": "Harbour Post",
        "country": "KR",
        "languages": "en",
        "sectors": "",
        "kind": "site",
        "format": "",
    }
    audience.import_rows([cells | {"channel": "mail", "endpoint": "desk@post.example"}], "outlet")
    found = audience.find("Harbour Post")
    assert found is not None
    Version(lock_id="v1", version_id="v1", release=RELEASE, lifted_at=NOW, state="prepared").save()
    made = row(found.recipient)
    fan_out([ManifestRow(**{n: getattr(made, n) for n in ManifestRow.__dataclass_fields__} | {"person": ""})])
    audience.suppress("desk@post.example", reason="asked", source="phone")
    hear()
    assert states() == {"suppressed": 1}


def test_a_digest_that_bounces_suppresses_its_reader_too(clock: FixedClock) -> None:
    """I13: a digest is no release's mail alone, and its address is as dead."""
    readers = [journalist(1), journalist(2)]
    made = digests.add_carriers([carrier(reader) for reader in readers])
    rows = statements.claim_due("mail", now=NOW, limit=9, owner="a", lease_until=NOW)
    gone, told = made[readers[0]], made[readers[1]]
    outcomes = [
        Outcome(r.id, 1, "accepted", "", None, 1, 0, 250, NOW, "result", NOW, "250 ok", 1)
        if r.id == gone
        else Outcome(r.id, 1, "refused", "no", None, 1, 0, 550, NOW, "result", NOW, "550 5.1.1 no", 1)
        for r in rows
    ]
    feedback.note_replies(outcomes, statements.record(outcomes, owner="a"))
    taken = one(take([fact(gone)], clock=clock))
    assert taken.known and taken.suppressed and taken.release == ""
    feedback.settle(clock=clock)
    named = services.delivery_of_message(
        message_id("mail", gone), recipients=["ana1@daily.example"], clock=clock
    )
    assert named == gone, "without its token too"
    assert audience.is_suppressed("ana1@daily.example"), "by its bounce"
    assert told and audience.is_suppressed("ana2@daily.example"), "by the reply of its relay"


def carrier(reader: str) -> Carrier:
    return Carrier(
        f"digest:{NOW}",
        digests.LOCK,
        "en",
        reader,
        "mail",
        reader.removeprefix("j_"),
        "mail:daily.example",
        "daily.example",
        "KR",
        "digest",
        "digest",
        NOW,
        NOW + 86_400 * SECOND,
    )
