"""A stopped address is never mailed again (I13), whatever is imported later."""

import pytest

from dateline.audience import services
from dateline.audience.models import Journalist, Suppression
from dateline.audience.tests.builders import ALL, add, desktop, journalist, outlet, recipient, targeting
from dateline.core.clock import FixedClock
from dateline.core.errors import BadInput
from dateline.core.events import Suppressed
from dateline.core.ids import RecipientId
from dateline.plant.db import outbox

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
ANA = "ana@daily.example"


def token(text: str) -> str:
    return services.stop_token(recipient(text))


def heard() -> list[Suppressed]:
    """Events written so far."""
    found: list[Suppressed] = []
    outbox.move_position("test", 0)
    while outbox.follow("test", {Suppressed: found.append}):
        pass
    return found


def test_one_click_stops_for_good_and_says_so_once(clock: FixedClock) -> None:
    add(journalist())
    before = len(heard())
    assert services.stop(token(ANA), clock=clock) and services.stop(token(ANA), clock=clock)
    assert services.is_suppressed("ANA@Daily.Example")
    events = heard()[before:]
    found = services.find(ANA)
    assert found is not None
    assert events == [Suppressed(found.person, "stopped by the recipient with one click", clock.now())]


def test_a_re_import_does_not_revive_a_stopped_address() -> None:
    add(journalist())
    services.stop(token(ANA))
    again = services.import_rows([journalist(name="Ana Kim-Lee", consent="new form")], "journalist")
    assert again.updated == 1
    Journalist.objects.all().delete()
    add(journalist())
    rows = services.resolve(targeting()).rows
    assert [bool(row.suppressed) for row in rows] == [True]
    assert services.reach(ALL).journalists == 0


def test_an_address_can_be_suppressed_before_anybody_imports_it() -> None:
    services.suppress("new@daily.example", reason="complaint", source="feedback loop")
    add(journalist("New@daily.example"))
    assert [row.suppressed for row in services.resolve(targeting()).rows] == ["complaint"]


def test_the_first_reason_stays_and_the_address_itself_is_not_kept() -> None:
    services.suppress(ANA, reason="hard bounce", source="relay")
    services.suppress(ANA, reason="complaint", source="relay")
    row = Suppression.objects.get()
    assert (row.reason, row.source, row.scope) == ("hard bounce", "relay", "all")
    assert "daily" not in row.key and "ana" not in row.key and len(row.key) == 32


def test_a_stop_link_works_after_the_person_was_erased() -> None:
    add(journalist())
    link = token(ANA)
    Journalist.objects.all().delete()
    found = services.person_of_token(link)
    assert found is not None and (found.kind, found.name) == ("journalist", "")
    assert services.stop(link) and services.is_suppressed(ANA)


def test_outlets_mailed_can_stop_and_others_have_nothing_to_stop() -> None:
    add(outlet(channel="mail"), outlet("Hook"), desktop())
    assert services.stop(token("Harbour Post")) and services.is_suppressed("desk@post.example")
    assert not services.stop(token("Hook")) and not services.stop(token("terminal-1"))
    found = services.person_of_token(token("Hook"))
    assert found is not None and found.name == "Hook"


def test_tokens_are_stable_and_cannot_be_made_up() -> None:
    add(journalist(), journalist("ben@daily.example"))
    link = token(ANA)
    assert link == token(ANA) and link.replace("_", "").replace("-", "").isalnum()
    found = services.person_of_token(link)
    assert found is not None and found.name == "Ana Kim"
    other = recipient("ben@daily.example") + link[link.index("-") :]
    for wrong in ("", "-", "x", link[:-1], link + "0", other, link.split("-")[0], "é-ü", link.upper()):
        assert services.person_of_token(wrong) is None
        assert not services.stop(wrong)
        assert not services.pause(wrong, until=None)
    assert Suppression.objects.count() == 0


def test_a_token_for_an_unknown_outlet_finds_nobody() -> None:
    link = services.stop_token(RecipientId("o_gone"))
    assert services.person_of_token(link) is None and not services.stop(link)


def test_bad_requests_are_refused() -> None:
    add(journalist())
    with pytest.raises(BadInput, match="scope"):
        services.stop(token(ANA), scope="mondays")
    with pytest.raises(BadInput, match="mail address"):
        services.suppress("nobody", reason="x", source="y")
    with pytest.raises(BadInput, match="say why"):
        services.suppress(ANA, reason=" ", source="y")
    assert Suppression.objects.count() == 0
