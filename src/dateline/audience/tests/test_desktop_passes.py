"""Desktop accounts: keys, the passes and tickets they are exchanged for, revocation and rotation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dateline.audience import services
from dateline.audience.models import DesktopTicket
from dateline.audience.tests.builders import add, outlet
from dateline.core.clock import FixedClock, Instant
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.plant.passes import BadPass, Verifier, keys_of

pytestmark = [pytest.mark.room, pytest.mark.django_db]

ACCOUNT = "acme-1"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(Instant(datetime(2026, 6, 1, 12, tzinfo=UTC)))


@pytest.fixture
def account() -> str:
    row = {"account": ACCOUNT, "country": "KR", "languages": "ko;en", "sectors": "04000000"}
    result = services.import_rows([row | {"keywords": "Busan;AI"}], "desktop")
    assert not result.rejected
    return ACCOUNT


def verifier() -> Verifier:
    return Verifier(keys_of(services.published_keys()))


def revoked() -> list[str]:
    found: list[str] = verifier().claims("revocations", services.revocation_list())["keys"]
    return found


def test_a_key_is_exchanged_for_a_pass_with_the_accounts_own_profile(account: str, clock: FixedClock) -> None:
    card = services.new_desktop_key(account, connections=3, grants=("prestage",), by="ana")
    made = services.pass_for_secret(card.secret, clock=clock)
    granted = verifier().read(made.text)
    assert granted == made.granted
    assert (granted.account, granted.key, granted.connections) == (ACCOUNT, card.key, 3)
    assert (granted.languages, granted.country, granted.grants) == (("ko", "en"), "KR", ("prestage",))
    assert set(granted.topics) == {"sector:04000000", "keyword:busan", "keyword:ai"}
    assert made.expires_at == clock.now() + timedelta(hours=1)
    assert granted.expires_at == made.expires_at.timestamp()


def test_a_secret_is_shown_once_and_stored_as_a_hash(account: str) -> None:
    card = services.new_desktop_key(account, by="ana")
    assert [(c.key, c.secret) for c in services.desktop_keys(account)] == [(card.key, "")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audience_desktopkey")
        stored = repr(cursor.fetchall())
    assert card.secret.rpartition("_")[2] not in stored


def test_a_terminal_vendor_has_keys_and_another_outlet_has_none() -> None:
    add(outlet("Vendor", kind="terminal"), outlet("Paper", kind="paper"))
    made = services.pass_for_secret(services.new_desktop_key("Vendor", connections=40_000, by="ana").secret)
    assert (made.granted.account, made.granted.topics, made.granted.connections) == ("Vendor", (), 40_000)
    with pytest.raises(NotFound, match="terminal"):
        services.new_desktop_key("Paper", by="ana")


@pytest.mark.parametrize("bent", ["", "dk_x", "dk_a_b_c", "{0}x", "x{0}", "dk_unknown_{1}"])
def test_other_secrets_get_nothing(account: str, bent: str) -> None:
    secret = services.new_desktop_key(account, by="ana").secret
    with pytest.raises(NotAllowed):
        services.pass_for_secret(bent.format(secret, secret.rpartition("_")[2]))


def test_what_cannot_be_granted_names_the_field(account: str) -> None:
    with pytest.raises(BadInput, match="connections"):
        services.new_desktop_key(account, connections=0, by="ana")
    with pytest.raises(BadInput, match="grant"):
        services.new_desktop_key(account, grants=("everything",), by="ana")
    with pytest.raises(NotFound, match="audience import"):
        services.new_desktop_key("nobody", by="ana")
    with pytest.raises(NotFound, match="key new"):
        services.pass_for_account(account)


def test_a_profile_too_long_for_a_pass_says_so(account: str) -> None:
    words = ";".join(f"word-{n}" for n in range(400))
    row = {"account": "long", "country": "KR", "languages": "ko", "sectors": "", "keywords": words}
    assert not services.import_rows([row], "desktop").rejected
    with pytest.raises(BadInput, match="long"):
        services.pass_for_secret(services.new_desktop_key("long", by="ana").secret)


def test_a_revoked_key_is_on_the_list_while_its_passes_live(account: str, clock: FixedClock) -> None:
    card = services.new_desktop_key(account, by="ana")
    first = verifier().claims("revocations", services.revocation_list())
    assert services.revoke_desktop_key(card.key, clock=clock)
    assert not services.revoke_desktop_key(card.key, clock=clock)
    later = verifier().claims("revocations", services.revocation_list(clock=clock))
    assert later["keys"] == [card.key] and later["number"] > first["number"]
    with pytest.raises(NotAllowed):
        services.pass_for_secret(card.secret)
    clock.advance(3600 * 2)
    assert verifier().claims("revocations", services.revocation_list(clock=clock))["keys"] == []
    with pytest.raises(NotFound, match="no desktop key"):
        services.revoke_desktop_key("other")


def test_each_list_is_numbered_above_the_last_also_when_the_clock_steps_back(
    account: str, clock: FixedClock
) -> None:
    numbers = []
    for _ in range(3):
        card = services.new_desktop_key(account, by="ana")
        services.revoke_desktop_key(card.key, clock=clock)
        numbers.append(verifier().claims("revocations", services.revocation_list())["number"])
        clock.advance(-30)
    assert numbers == sorted(set(numbers))


def test_a_ticket_admits_once(account: str, clock: FixedClock) -> None:
    card = services.new_desktop_key(account, by="ana")
    ticket = services.ticket_for_secret(card.secret, clock=clock)
    name = verifier().claims("ticket", ticket.text)["jti"]
    granted = verifier().read(services.redeem_ticket(ticket.text, clock=clock), ticket=name)
    assert granted.account == ACCOUNT
    with pytest.raises(NotAllowed):
        services.redeem_ticket(ticket.text, clock=clock)


def test_a_ticket_lives_seconds_and_dies_with_its_key(account: str, clock: FixedClock) -> None:
    card = services.new_desktop_key(account, by="ana")
    with_pass = services.pass_for_secret(card.secret, clock=clock).text
    old, orphan = (services.ticket_for_secret(text, clock=clock) for text in (card.secret, with_pass))
    clock.advance(old.seconds + 1)
    for text in (old.text, "forged", with_pass):
        with pytest.raises(NotAllowed):
            services.redeem_ticket(text, clock=clock)
    clock.advance(-old.seconds)
    services.revoke_desktop_key(card.key)
    for act in (
        lambda: services.redeem_ticket(orphan.text, clock=clock),
        lambda: services.ticket_for_secret(with_pass),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_key_gets_so_many_tickets_at_a_time_and_no_write_more(account: str, clock: FixedClock) -> None:
    """Each is a write in the database that holds T0; used ones count, or using them would make it endless."""
    card = services.new_desktop_key(account, connections=2, by="ana")
    other = services.new_desktop_key(account, connections=22, by="ana")
    for number in range(20):
        ticket = services.ticket_for_secret(card.secret, clock=clock)
        if number % 2:
            services.redeem_ticket(ticket.text, clock=clock)
    with (
        CaptureQueriesContext(connection) as asked,
        pytest.raises(services.TooManyTickets, match="20 tickets"),
    ):
        services.ticket_for_secret(card.secret, clock=clock)
    assert not [q["sql"] for q in asked if not q["sql"].startswith("SELECT")]
    assert [services.ticket_for_secret(other.secret, clock=clock) for _ in range(22)]
    with pytest.raises(services.TooManyTickets):
        services.ticket_for_account(account, clock=clock)
    clock.advance(ticket.seconds)
    assert services.ticket_for_secret(card.secret, clock=clock)


def test_old_tickets_are_deleted_once_an_hour_and_not_by_every_call(account: str, clock: FixedClock) -> None:
    card = services.new_desktop_key(account, by="ana")
    deletions, rows = 0, []
    with CaptureQueriesContext(connection) as asked:
        for _ in range(60):
            services.ticket_for_secret(card.secret, clock=clock)
            rows.append(DesktopTicket.objects.count())
            clock.advance(600)
    deletions = sum(q["sql"].startswith("DELETE") for q in asked)
    assert 5 <= deletions <= 10 and max(rows) <= 14


def test_passes_outlive_a_change_of_the_signing_key_once(account: str) -> None:
    card = services.new_desktop_key(account, by="ana")
    before = services.pass_for_secret(card.secret).text
    known_before = verifier()
    services.rotate_signing_key()
    after = services.pass_for_secret(card.secret).text
    assert known_before.read(after).account == ACCOUNT, "edges know the next key before it signs"
    assert verifier().read(before) and verifier().read(after)
    services.rotate_signing_key(distrust_old=True)
    with pytest.raises(BadPass):
        verifier().read(after)
    assert verifier().read(services.pass_for_secret(card.secret).text)
    assert len(services.published_keys()["keys"]) == 2


def test_the_list_names_retired_signing_keys_and_the_last_theft(account: str) -> None:
    """Edges hear of it within seconds: a newer number, no question for keys, and only a theft ends lines."""

    def told() -> tuple[int, set[str], int]:
        claims = verifier().claims("revocations", services.revocation_list())
        return claims["number"], set(claims["retired"]), claims["distrusted"]

    def published() -> list[str]:
        return [key["kid"] for key in services.published_keys()["keys"]]

    first, second, *_ = published()
    seen = [told()]
    for distrust_old in (False, False, True, False):
        services.rotate_signing_key(distrust_old=distrust_old)
        seen.append(told())
        assert not seen[-1][1] & set(published())
    assert [number for number, *_ in seen] == sorted({number for number, *_ in seen})
    assert [retired for _, retired, _ in seen[:3]] == [set(), set(), {first}]
    assert len(seen[3][1]) == 3 and {first, second} < seen[3][1]
    assert [distrusted for *_, distrusted in seen] == [0, 0, 0, 3, 3]


def test_signing_keys_are_the_owners_alone(account: str, django_settings_home: Path) -> None:
    services.pass_for_secret(services.new_desktop_key(account, by="ana").secret)
    [*files] = django_settings_home.glob("keys/desktop-signing-*")
    assert files and all(file.stat().st_mode & 0o077 == 0 for file in files)


@pytest.fixture
def django_settings_home() -> Path:
    from dateline.plant.settings import get_settings

    return get_settings().home
