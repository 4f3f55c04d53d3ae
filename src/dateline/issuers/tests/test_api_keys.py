"""Keys to the API: what they may be, how they are recognised, when they end; answers that are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dateline.core.clock import FixedClock, Instant
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.issuers import api_answers, services
from dateline.issuers.models import ApiAnswer, ApiKey, Member

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]

READ = ("releases:read",)


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    services.add_issuer("acme", "Acme", "KR")
    services.add_issuer("minato", "Minato", "JP")
    services.add_person("ana")
    services.add_person("carl", role="issuer", issuer="acme")


def test_a_key_is_recognised_by_its_secret_alone(clock: FixedClock) -> None:
    made = services.new_api_key("CMS", scopes=READ, by="ana", person="carl", clock=clock)
    found = services.key_in_force(made.secret, clock=clock)
    assert (found.key, found.person, found.issuer, found.scopes) == (made.key, "carl", "acme", READ)
    assert found.secret == "" and made.secret.startswith(f"ak_{made.key}_")
    for wrong in ("", "x", made.key, made.secret + "x", made.secret[3:], made.secret.upper(), "ak_\ud800_x"):
        with pytest.raises(NotAllowed, match="no API key in force"):
            services.key_in_force(wrong, clock=clock)


def test_only_a_hash_of_the_secret_is_stored() -> None:
    made = services.new_api_key("CMS", scopes=READ, by="ana", person="carl")
    token = made.secret.rpartition("_")[2]
    row = ApiKey.objects.get(key=made.key)
    assert all(token not in str(getattr(row, f.name)) for f in ApiKey._meta.get_fields())
    assert token not in repr([card.secret for card in services.api_keys()])


def test_a_key_ends_by_its_time_by_hand_and_with_its_person(clock: FixedClock) -> None:
    until = Instant(clock.now() + timedelta(days=1))
    timed = services.new_api_key("a", scopes=READ, by="ana", person="carl", expires_at=until, clock=clock)
    other = services.new_api_key("b", scopes=READ, by="ana", person="carl", clock=clock)
    desk = services.new_api_key("c", scopes=READ, by="ana", person="ana", issuer="acme", clock=clock)
    assert services.revoke_api_key(other.key, clock=clock)
    assert not services.revoke_api_key(other.secret), "the whole key is taken too, as found in a leak"
    with pytest.raises(NotAllowed):
        services.key_in_force(other.secret, clock=clock)
    services.key_in_force(timed.secret, clock=clock)
    clock.advance(86_400)
    with pytest.raises(NotAllowed):
        services.key_in_force(timed.secret, clock=clock)
    services.key_in_force(desk.secret, clock=clock)
    Member.objects.filter(name="ana").update(active=False)
    with pytest.raises(NotAllowed):
        services.key_in_force(desk.secret, clock=clock)
    with pytest.raises(NotFound):
        services.revoke_api_key("nothing")


def test_a_person_who_changed_the_issuer_leaves_the_keys_behind() -> None:
    made = services.new_api_key("a", scopes=READ, by="ana", person="carl")
    Member.objects.filter(name="carl").update(issuer="minato")
    with pytest.raises(NotAllowed):
        services.key_in_force(made.secret)


def test_a_renamed_person_keeps_the_keys() -> None:
    """Approvals count persons, whatever they are called."""
    made = services.new_api_key("a", scopes=READ, by="ana", person="carl")
    Member.objects.filter(name="carl").update(name="karl")
    assert services.key_in_force(made.secret).person == "karl"


def test_the_day_of_use_is_one_write_a_day(clock: FixedClock) -> None:
    made = services.new_api_key("a", scopes=READ, by="ana", person="carl", clock=clock)
    assert services.key_in_force(made.secret, clock=clock).last_used_on == clock.now().date()
    with CaptureQueriesContext(connection) as asked:
        services.key_in_force(made.secret, clock=clock)
    assert not any(q["sql"].startswith("UPDATE") for q in asked)
    clock.advance(86_400)
    services.key_in_force(made.secret, clock=clock)
    (card,) = services.api_keys(issuer="acme")
    assert card.last_used_on == datetime(2026, 11, 25, tzinfo=UTC).date()
    assert services.api_keys(issuer="minato") == []


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"scopes": ()}, "scope"),
        ({"scopes": ("releases:fly",)}, "scope"),
        ({"scopes": ("a secret that was pasted",)}, "scope"),
        ({"scopes": ("endpoints:write",)}, "scope"),
        ({"scopes": READ, "issuer": "minato"}, "issuer"),
        ({"scopes": READ, "name": " "}, "name"),
        ({"scopes": READ, "name": "x" * 81}, "name"),
        ({"scopes": READ, "name": "a\x00b"}, "name"),
        ({"scopes": READ, "outlet": "o1"}, "outlet"),
        ({"scopes": READ, "person": "", "outlet": "o1"}, "scope"),
        ({"scopes": READ, "expires_at": Instant(datetime(2020, 1, 1, tzinfo=UTC))}, "expires"),
        ({"scopes": READ, "expires_at": Instant(datetime(2099, 1, 1, tzinfo=UTC))}, "expires"),
    ],
)
def test_a_key_that_cannot_be_names_the_field(options: dict[str, object], where: str) -> None:
    asked: dict[str, object] = {"name": "CMS", "by": "ana", "person": "carl"} | options
    with pytest.raises(BadInput) as error:
        services.new_api_key(**asked)  # type: ignore[arg-type]
    assert error.value.where == where and "pasted" not in str(error.value)
    assert not ApiKey.objects.exists()


def test_a_key_of_nobody_is_not_made() -> None:
    for options in ({"person": "nobody"}, {"person": "ana", "issuer": "nobody"}):
        with pytest.raises(NotFound):
            services.new_api_key("CMS", scopes=READ, by="ana", **options)  # type: ignore[arg-type]


def test_a_key_of_the_whole_wire_is_the_desks() -> None:
    made = services.new_api_key("CMS", scopes=services.SCOPES, by="ana", person="ana")
    assert (made.issuer, made.outlet) == ("", "")
    mine = services.new_api_key("CMS", scopes=READ, by="ana", person="carl")
    assert mine.issuer == "acme", "a person of an issuer has none of the wire's"


def answer(text: str) -> services.KeptAnswer:
    return services.KeptAnswer(201, (("Location", "/x"),), text.encode())


def test_an_answer_is_forgotten_after_a_day_with_all_that_is_sealed(clock: FixedClock) -> None:
    for name in ("one", "two"):
        services.answer_once("k", name, b"request", lambda: answer("first"), clock=clock)
    found, again = services.answer_once("k", "one", b"request", lambda: answer("second"), clock=clock)
    assert again and found == answer("first")
    with pytest.raises(services.InUse):
        services.answer_once("k", "one", b"another", lambda: answer("second"), clock=clock)
    clock.advance(26 * 3600)
    found, again = services.answer_once("k", "three", b"request", lambda: answer("third"), clock=clock)
    assert not again and ApiAnswer.objects.count() == 1


def test_a_long_act_begins_once(clock: FixedClock) -> None:
    assert services.begin_answer("k", "one", b"request", clock=clock) is None
    with pytest.raises(services.Running):
        services.begin_answer("k", "one", b"request", clock=clock)
    services.finish_answer("k", "one", answer("done"))
    assert services.begin_answer("k", "one", b"request", clock=clock) == answer("done")
    services.drop_answer("k", "one")
    assert services.begin_answer("k", "one", b"request", clock=clock) == answer("done"), "it has ended"
    assert services.begin_answer("k", "two", b"request", clock=clock) is None
    services.drop_answer("k", "two")
    assert services.begin_answer("k", "two", b"request", clock=clock) is None


def test_requests_are_kept_as_keyed_hashes(clock: FixedClock) -> None:
    """A plain hash of a headline lets people try guesses."""
    import hashlib

    services.answer_once("k", "one", b"request", lambda: answer("first"), clock=clock)
    row = ApiAnswer.objects.get()
    assert row.request != hashlib.sha256(b"request").hexdigest()
    assert row.request == api_answers._hashed(b"request")
