"""Names and slugs: no line ends, no second spelling of one person, nothing invisible."""

import pytest

from dateline.core.errors import BadInput
from dateline.issuers import rules

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("slug", ["acme", "a1", "hanbit-robotics-2"])
def test_slugs(slug: str) -> None:
    assert rules.checked_slug(slug) == slug


@pytest.mark.parametrize("slug", ["acme\n", "", "-a", "a--b", "Acme", "a/b", "a" * 61, "акме"])
def test_no_slug_ends_in_a_line_end(slug: str) -> None:
    with pytest.raises(BadInput):
        rules.checked_slug(slug)


@pytest.mark.parametrize("name", ["Bea", "J", "Ana María O'Neil", "김하늘", "ops@wire.example", "Lee Jr."])
def test_names_of_people(name: str) -> None:
    assert rules.checked_person_name(name) == name


@pytest.mark.parametrize(
    "name", ["Bea\n", "Bea ", " Bea", "Be  a", "", "Ｂｅａ", "Be\u200ba", "a" * 81, "Bea\0", "Bea-"]
)
def test_one_person_has_one_spelling(name: str) -> None:
    """Approvals count names: `Bea` and `Bea ` must not be two people (T18), nor one sign for the other."""
    with pytest.raises(BadInput):
        rules.checked_person_name(name)


@pytest.mark.parametrize(
    "title", ["Acme\r\nBcc: all@x.example", "Acme\0", "Acme\u202egro", "A\u2028b", " ", "a" * 201]
)
def test_organisations_bring_no_header_and_hide_nothing(title: str) -> None:
    with pytest.raises(BadInput):
        rules.checked_title(title)


def test_organisations_have_any_visible_name() -> None:
    assert rules.checked_title(" 한빛로보틱스 & Söhne <GmbH> ") == "한빛로보틱스 & Söhne <GmbH>"
