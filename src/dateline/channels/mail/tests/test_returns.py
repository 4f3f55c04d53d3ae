"""A mail that came back suppresses the address of its token, and nobody else's."""

import pytest

from dateline.audience import services as audience
from dateline.channels.mail import verp
from dateline.channels.mail.returns import take_message
from dateline.channels.mail.tests.returned_mails import ANA, RELEASE, accepted_mail, add_journalist
from dateline.dispatch.addressing import message_id
from dateline.dispatch.sql import query
from dateline.formats.tests.returned_corpus import CORPUS, returned
from dateline.plant.settings import Settings, get_settings

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture
def settings() -> Settings:
    return get_settings().model_copy(update={"bounce_domain": "bounce.wire.example"})


@pytest.fixture
def delivery() -> int:
    return accepted_mail(add_journalist())


def lines() -> list[str]:
    return [text for (text,) in query("SELECT text FROM dispatch_attempt WHERE kind = 'dsn'")]


@pytest.mark.parametrize("name", CORPUS)
def test_each_report_has_the_effect_that_its_facts_ask_for(
    settings: Settings, delivery: int, name: str
) -> None:
    kind, code, judged = CORPUS[name]
    data = returned(
        name,
        envelope=verp.return_path(settings, delivery),
        message_id=message_id("mail", delivery),
        envid=verp.token(settings, delivery),
    )
    found = take_message(data, settings)
    if kind in {"unknown", "delivered"}:
        assert found is None and lines() == []
        return
    assert found is not None
    assert (found.kind, found.release, found.new) == (judged or kind, RELEASE, True)
    assert audience.is_suppressed(ANA) == (judged == "gone")
    (line,) = lines()
    assert code in line
    again = take_message(data, settings)
    assert again is not None and not again.new and len(lines()) == 1


def test_without_a_token_the_message_id_tells(settings: Settings, delivery: int) -> None:
    data = returned(
        "postfix-headers-only-no-token", envelope="news@wire.example", message_id=message_id("mail", delivery)
    )
    found = take_message(data, settings)
    assert found is not None and found.suppressed and audience.is_suppressed(ANA)


def test_the_envelope_that_the_mail_system_tells_counts_first(settings: Settings, delivery: int) -> None:
    other = accepted_mail(add_journalist("ben@daily.example"), lock_id="v2", release="r2")
    data = returned(
        "postfix-user-unknown", envelope="news@wire.example", message_id=message_id("mail", other)
    )
    found = take_message(data, settings, sent_to=[verp.token(settings, delivery)])
    assert found is not None and found.delivery == delivery
    assert audience.is_suppressed(ANA) and not audience.is_suppressed("ben@daily.example")


def test_a_forged_bounce_suppresses_nobody(settings: Settings, delivery: int) -> None:
    """It may name any address in its fields: only a token or Message-ID of ours proves anything."""
    path = verp.return_path(settings, delivery)
    flipped = path[:10] + ("a" if path[10] != "a" else "b") + path[11:]
    for envelope, message in (
        (flipped, "<" + "0" * 32 + "@wire.example>"),
        ("news@wire.example", "<" + "f" * 32 + "@wire.example>"),
        (f"b+{delivery}@bounce.wire.example", "<x@y.example>"),
    ):
        data = returned("postfix-user-unknown", envelope=envelope, message_id=message)
        assert take_message(data, settings) is None
    assert not audience.is_suppressed(ANA) and lines() == []


def test_the_address_suppressed_is_the_tokens_whoever_the_report_names(
    settings: Settings, delivery: int
) -> None:
    add_journalist("boss@daily.example")
    data = returned("postfix-user-unknown", envelope=verp.return_path(settings, delivery))
    take_message(data.replace(b"ana@daily.example", b"boss@daily.example"), settings)
    assert audience.is_suppressed(ANA) and not audience.is_suppressed("boss@daily.example")


def test_a_late_bounce_of_a_delivery_the_ledger_no_longer_has_is_passed_over(settings: Settings) -> None:
    data = returned("postfix-user-unknown", envelope=verp.return_path(settings, 10**9))
    assert take_message(data, settings) is None
