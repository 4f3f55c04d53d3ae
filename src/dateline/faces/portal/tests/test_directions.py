"""What joins words in the interface follows its language: lists, runs of the other direction, countdowns."""

import pytest
from django.utils.translation import override

from dateline.faces.portal.live import countdown
from dateline.faces.portal.templatetags.desk import comma, isolated

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("tag", "joined"),
    [("en", ", "), ("ru", ", "), ("ar", "\u060c "), ("ja", "\u3001"), ("zh-hans", "\u3001")],
)
def test_the_members_of_a_list_are_parted_as_the_language_does(tag: str, joined: str) -> None:
    with override(tag):
        assert comma() == joined


def test_foreign_words_are_a_run_of_their_own_from_right_to_left() -> None:
    with override("ar"):
        assert isolated("blocks[3]") == "\u2068blocks[3]\u2069"
    with override("de"):
        assert isolated("blocks[3]") == "blocks[3]"


@pytest.mark.parametrize(
    ("tag", "left", "said"),
    [
        ("en", 0, "00:00:00"), ("en", 86_399, "23:59:59"), ("en", 86_400, "1 day 00:00:00"),
        ("ru", 5 * 86_400 + 61, "5 дн. 00:01:01"), ("ar", 2 * 86_400, "يومان 00:00:00"),
        ("zh-hant", 90_061, "1 天 01:01:01"),
    ],
)  # fmt: skip
def test_a_countdown_says_days_in_the_language(tag: str, left: int, said: str) -> None:
    with override(tag):
        assert countdown(left) == said
