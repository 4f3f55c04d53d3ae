"""People, sign-in links and the approval policy."""

import pytest

from dateline.core.clock import FixedClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.issuers import services
from dateline.issuers.models import Member

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]


def test_second_operator_switches_to_two() -> None:
    services.add_person("ana")
    assert services.policy() == "solo"
    services.add_person("ben")
    assert services.policy() == "two"


def test_people_of_an_issuer_do_not_switch_the_policy() -> None:
    services.add_issuer("acme", "Acme", "KR")
    services.add_person("ana")
    services.add_person("carl", role="issuer", issuer="acme")
    assert services.policy() == "solo"


def test_a_sign_in_link_works_once(clock: FixedClock) -> None:
    services.add_person("ana")
    token = services.new_sign_in("ana", clock=clock)
    found = services.redeem_sign_in(token, clock=clock)
    assert found is not None and found.name == "ana"
    assert services.redeem_sign_in(token, clock=clock) is None


def test_a_sign_in_link_is_a_persons_and_not_a_names(clock: FixedClock) -> None:
    """Who may rename others gets nobody else's link, nor does the link get lost."""
    services.add_person("ana")
    services.add_person("ben")
    token = services.new_sign_in("ana", clock=clock)
    Member.objects.filter(name="ana").update(name="anna")
    Member.objects.filter(name="ben").update(name="ana")
    found = services.redeem_sign_in(token, clock=clock)
    assert found is not None and found.name == "anna"


def test_a_sign_in_link_expires(clock: FixedClock) -> None:
    services.add_person("ana")
    token = services.new_sign_in("ana", clock=clock, lifetime_s=60)
    clock.advance(61)
    assert services.redeem_sign_in(token, clock=clock) is None


def test_the_token_itself_is_not_stored() -> None:
    services.add_person("ana")
    token = services.new_sign_in("ana")
    from dateline.issuers.models import SignIn

    assert all(token not in str(value) for value in SignIn.objects.values_list().first() or ())


def test_errors_name_the_remedy() -> None:
    services.add_issuer("minato-marine", "Minato", "JP")
    with pytest.raises(NotFound, match="minato-marine"):
        services.issuer("minato-marin")
    with pytest.raises(Conflict, match="already"):
        services.add_issuer("minato-marine", "Minato", "JP")
    with pytest.raises(BadInput, match="slug"):
        services.add_issuer("Not A Slug", "X", "JP")
    with pytest.raises(BadInput, match="country"):
        services.add_issuer("x", "X", "Japan")
    with pytest.raises(BadInput, match="check digits"):
        services.add_issuer("x", "X", "JP", lei="529900T8BM49AURSDO56")
