"""Outlets one by one: adding, changing, secrets and their rotation, and the links to their own pages."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from dateline.audience import services
from dateline.audience.tests.builders import add, outlet, recipient
from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.languages import Language

pytestmark = [pytest.mark.room, pytest.mark.django_db]
POST = "Harbour Post"


def one(text: str) -> services.Addressed:
    row = (recipient(text), Language("ko"))
    return services.addressed([row], sectors=())[row]


def decoded(secret: services.Secret) -> bytes:
    assert secret.text.startswith("whsec_")
    return base64.b64decode(secret.text.removeprefix("whsec_"))


def card() -> services.OutletCard:
    add(outlet())
    return services.outlet(POST)


def test_an_outlet_is_added_by_the_rules_of_an_import() -> None:
    made = services.add_outlet(
        {
            "name": " Busan  Post ", "country": "kr", "languages": "ko;en", "kind": "paper",
            "channel": "webhook", "endpoint": "https://busan.example/hook",
            "contact": "Desk <desk@busan.example>",
        }
    )  # fmt: skip
    assert (made.country, made.format, made.languages) == ("KR", "json", "ko;en")
    assert services.outlet("Busan  Post") == made == services.outlet_card(made.recipient)
    assert [c.name for c in services.outlet_cards()] == [made.name]


def test_one_that_exists_is_not_written_over() -> None:
    made = card()
    cells = {"name": made.name, "country": made.country, "languages": "en", "kind": "site"}
    with pytest.raises(Conflict, match="audience import"):
        services.add_outlet(cells | {"channel": "mail", "endpoint": "a@b.example"})
    assert services.outlet(POST) == made


def test_what_cannot_be_stored_names_its_column() -> None:
    """I14."""
    with pytest.raises(BadInput) as refused:
        services.add_outlet(
            {"name": "X", "country": "KR", "languages": "ko", "kind": "site", "channel": "webhook",
             "endpoint": "ftp://x"}
        )  # fmt: skip
    assert refused.value.where == "endpoint"
    assert services.outlet_cards() == []


def test_a_change_keeps_everything_else() -> None:
    made = card()
    moved = services.change_endpoint(
        made.recipient, channel="webhook", endpoint="https://new.example/in", format_="text"
    )
    assert (moved.endpoint, moved.format) == ("https://new.example/in", "text")
    assert (moved.languages, moved.contact, moved.sectors) == (made.languages, made.contact, made.sectors)
    with pytest.raises(BadInput):
        services.change_endpoint(made.recipient, channel="webhook", endpoint="nonsense", format_="text")
    assert services.outlet(POST) == moved


def test_who_is_no_outlet_is_not_found() -> None:
    with pytest.raises(NotFound, match="endpoint list"):
        services.outlet("Nobody")
    assert services.outlet_card("o_nobody") is None


def test_the_secret_shown_is_the_one_that_signs() -> None:
    made = card()
    shown = services.endpoint_secret(made.recipient)
    to = one(POST).endpoint
    assert to.secret == decoded(shown) and len(to.secret) == 32
    assert to.previous_secret == b"" and shown.generation == 0


def test_the_password_of_a_file_drop_is_neither_shown_nor_replaced() -> None:
    add(outlet(channel="sftp", endpoint="sftp://wire@drops.example/in", format="text", secret_ref="drops"))
    made = services.outlet(POST)
    for act in (services.endpoint_secret, services.rotate_secret):
        with pytest.raises(BadInput, match="only webhooks are signed"):
            act(made.recipient)


def test_while_a_new_secret_is_taken_over_the_old_one_signs_too() -> None:
    made = card()
    old = decoded(services.endpoint_secret(made.recipient))
    new = services.rotate_secret(made.recipient)
    to = one(POST).endpoint
    assert (to.secret, to.previous_secret) == (decoded(new), old) and decoded(new) != old
    again = services.rotate_secret(made.recipient)
    to = one(POST).endpoint
    assert (to.secret, to.previous_secret) == (decoded(again), decoded(new))
    assert len({old, decoded(new), decoded(again)}) == 3
    assert str(to.secret) not in repr(to) and str(to.previous_secret) not in repr(to)


def test_the_old_secret_ends_after_the_days_of_the_setting() -> None:
    made = card()
    eight_days_ago = FixedClock(Instant(SystemClock().now() - timedelta(days=8)))
    new = services.rotate_secret(made.recipient, clock=eight_days_ago)
    assert one(POST).endpoint.secret == decoded(new)
    assert one(POST).endpoint.previous_secret == b""


def test_a_secret_of_a_file_signs_beside_the_new_one_until_a_new_file_is_named(home: Path) -> None:
    folder = home / "secrets"
    folder.mkdir(exist_ok=True)
    (folder / "first").write_text("whsec_" + base64.b64encode(b"f" * 24).decode())
    (folder / "second").write_text("whsec_" + base64.b64encode(b"s" * 24).decode())
    add(outlet(secret_ref="first"))
    made = services.outlet(POST)
    new = services.rotate_secret(made.recipient)
    assert (one(POST).endpoint.secret, one(POST).endpoint.previous_secret) == (decoded(new), b"f" * 24)
    add(outlet(secret_ref="second"))
    assert (one(POST).endpoint.secret, one(POST).endpoint.previous_secret) == (b"s" * 24, b"")
    third = services.rotate_secret(made.recipient)
    assert one(POST).endpoint.previous_secret == b"s" * 24
    assert decoded(third) != decoded(new), "no generation is ever used twice"


def test_no_secret_lies_in_a_table() -> None:
    made = card()
    texts = [services.endpoint_secret(made.recipient).text, services.rotate_secret(made.recipient).text]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audience_endpointkey")
        kept = repr(cursor.fetchall())
    for text in texts:
        assert text not in kept and base64.b64decode(text[6:]).hex() not in kept


def test_a_missing_file_is_a_fault_and_no_other_key_signs() -> None:
    add(outlet(secret_ref="gone"))
    made = services.outlet(POST)
    with pytest.raises(BadInput, match="secrets/gone"):
        services.endpoint_secret(made.recipient)
    assert one(POST).endpoint.secret == b"" and "secrets/gone" in one(POST).suppressed


def test_an_invitation_lets_in_once_and_not_for_ever() -> None:
    made = card()
    token = services.new_invite(made.recipient, by="ana")
    found = services.redeem_invite(token)
    assert found is not None and found.recipient == made.recipient
    assert services.redeem_invite(token) is None
    assert services.redeem_invite("nonsense") is None
    old = services.new_invite(
        made.recipient, by="ana", clock=FixedClock(Instant(SystemClock().now() - timedelta(hours=73)))
    )
    assert services.redeem_invite(old) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audience_outletinvite")
        assert token not in repr(cursor.fetchall())


def test_the_first_language_to_write_to_them_in() -> None:
    add(outlet(languages="*"), outlet("Seoul", languages="ko;en"))
    assert services.outlet(POST).first_language == "en"
    assert services.outlet("Seoul").first_language == "ko"
