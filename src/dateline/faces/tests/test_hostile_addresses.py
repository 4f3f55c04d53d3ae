"""Addresses and headers made to break things end in a plain answer (I14)."""

import pytest
from django.test import Client

from dateline.faces.newsroom import preferred

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.mark.parametrize("year", ["0", "10000", "99999999999999999999"])
def test_a_day_that_no_calendar_has_is_not_found(client: Client, year: str) -> None:
    assert client.get(f"/en/{year}/1/1/").status_code == 404


def test_an_endless_language_tag_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking it apart piece by piece costs the square of its length."""
    tried: list[str] = []

    def parse(tag: str) -> str:
        tried.append(tag)
        return "en"

    monkeypatch.setattr(preferred, "parse_language", parse)
    assert preferred.preferred_of("a-" * 10_000 + "a") == "en"
    assert tried == []
    assert preferred.preferred_of("ko-KR") == "en" and tried, "a tag of ordinary length is looked up"
