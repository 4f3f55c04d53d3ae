"""Parcels: made before T0, opened once after it, shared by every task that carries them."""

import json

import pytest
from django.db import OperationalError

from dateline.core.clock import SystemClock, to_micros
from dateline.core.errors import Unavailable
from dateline.dispatch import parcels
from dateline.dispatch.parcels import Opener, Unrenderable, webhook_body
from dateline.dispatch.tests.builders import FakeHouse
from dateline.dispatch.versions import Released
from dateline.plant.db import vault_store
from dateline.plant.db.databases import LEDGER

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def released(lock_id: str = "v1") -> Released:
    return Released(lock_id, lock_id, "k7m2x9qd4w", 4, to_micros(SystemClock().now()), True, False, False, ())


def house() -> FakeHouse:
    made = FakeHouse()
    made.add("v1")
    return made


def test_each_language_and_format_is_rendered_once_into_the_vault() -> None:
    wanted = [("en", "mail"), ("ko", "mail"), ("en", "json"), ("en", "mail")]
    first = parcels.render("v1", wanted, house())
    assert vault_store.names("v1", using=LEDGER) == ["parcel/en/json", "parcel/en/mail", "parcel/ko/mail"]
    assert len(set(first.values())) == 3 and all(len(value) == 64 for value in first.values())
    assert parcels.render("v1", wanted, house()) == first, "what is there is kept"


def test_what_cannot_be_made_has_no_hash_and_stops_nothing() -> None:
    made = parcels.render("v1", [("en", "papyrus"), ("en", "json")], house())
    assert made["en", "papyrus"] == "" and made["en", "json"]


def test_nothing_unreleased_is_in_clear_in_the_tables() -> None:
    """I1."""
    parcels.render("v1", [("en", "mail"), ("en", "text")], house())
    from django.db import connections

    with connections[LEDGER].cursor() as cursor:
        cursor.execute("SELECT sealed FROM plant_vaultpart")
        assert all(b"harbour museum" not in bytes(row[0]) for row in cursor.fetchall())


def test_an_opened_parcel_is_shared_and_says_what_it_is() -> None:
    opener = Opener(house())
    parcels.render("v1", [("en", "json")], house())
    parcel = opener.open(released(), "webhook", "en", "json")
    assert opener.open(released(), "webhook", "en", "json") is parcel
    assert (parcel.format, parcel.media_type, parcel.language) == ("json", "application/json", "en")
    document = json.loads(parcel.body)
    assert document["body"]["edition"]["headline"] == "Museum opens (en)"
    assert document["body"]["at"] is not None, "opened after T0"
    assert parcel.edition_sha256 == document["sha256"] == document["body"]["sha256"]


def test_a_parcel_that_preparation_had_no_time_for_is_made_when_asked_for() -> None:
    parcel = Opener(house()).open(released(), "mail", "ko", "mail")
    assert b"Museum opens (ko)" in parcel.body


def test_mail_is_always_the_mail_document_whatever_the_row_says() -> None:
    assert parcels.parcel_format("mail", "text") == "mail"
    assert parcels.parcel_format("webhook", "text") == "text"


def test_an_unknown_format_is_said_without_a_word_of_the_release() -> None:
    with pytest.raises(Unrenderable, match="papyrus") as caught:
        Opener(house()).open(released(), "webhook", "en", "papyrus")
    assert "museum" not in str(caught.value).lower()


def test_json_formats_travel_as_objects_and_others_as_text() -> None:
    event = {"id": "evt_1"}
    as_text = json.loads(webhook_body(event, "<p>안녕</p>".encode(), "html", "text/html"))
    assert as_text == {"id": "evt_1", "body": "<p>안녕</p>", "body_type": "html"}
    as_object = json.loads(webhook_body(event, b'{"a": 1}', "ninjs", "application/json"))
    assert as_object["body"] == {"a": 1}


@pytest.mark.parametrize("error", [OperationalError("server closed"), Unavailable("no keys")])
def test_a_database_or_vault_that_is_away_refuses_nobody(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """I3: an outage of a second must not end a batch of deliveries for good."""

    def away(*_: object, **__: object) -> bytes:
        raise error

    parcels.render("v1", [("en", "json")], house())
    opener = Opener(house())
    with monkeypatch.context() as patch:
        patch.setattr(vault_store, "get", away)
        with pytest.raises(type(error)):
            opener.open(released(), "webhook", "en", "json")
    assert opener.open(released(), "webhook", "en", "json").body
