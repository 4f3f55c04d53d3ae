"""Saved searches in an account: one's own, bounded, cleaned; and in a browser, wherever one signs in."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from dateline.faces.portal.tests.kit import signed_in
from dateline.faces.terminal.tests.conftest import live
from dateline.faces.terminal.tests.hand import Hand
from dateline.issuers import services as issuers

ADDRESS = "/terminal/searches/"
room = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def marked(test: Callable[..., None]) -> Callable[..., None]:
    for mark in room:
        test = mark(test)
    return test


def keep(client: Client, document: Any, **options: Any) -> tuple[int, dict[str, Any]]:
    answer = client.put(ADDRESS, json.dumps(document), content_type="application/json", **options)
    return answer.status_code, json.loads(answer.content)


@marked
def test_everybody_has_their_own_and_strangers_none(house: None, anonymous: Client) -> None:
    issuers.add_person("bela", role="editor")
    ana, bela = signed_in("ana"), signed_in("bela")
    asked = [{"name": " Two harbours ", "query": "sector=20000256&country=sg,ID&nonsense=1&class=urgent"}]
    kept = [{"name": "Two harbours", "query": "country=SG,ID&sector=energy"}]
    assert keep(ana, {"searches": asked}) == (200, {"searches": kept})
    assert json.loads(ana.get(ADDRESS).content) == {"searches": kept}
    assert json.loads(bela.get(ADDRESS).content) == {"searches": []}
    assert keep(Client(), {"searches": kept})[0] == 401 and anonymous.get(ADDRESS).status_code == 401
    page = ana.get("/terminal/en/")
    assert "Two harbours" in page.content.decode() and page.headers["Cache-Control"] == "no-store"
    assert "Kept in your account." in page.content.decode()
    page = anonymous.get("/terminal/en/")
    assert "Two harbours" not in page.content.decode() and "csrftoken" not in page.cookies
    assert "Kept in your account." not in page.content.decode().partition("terminal-config")[0]


@marked
def test_what_does_not_fit_is_named_and_changes_nothing(house: None) -> None:
    ana = signed_in("ana")
    good = [{"name": "Everything", "query": ""}]
    assert keep(ana, {"searches": good})[0] == 200
    for searches, where in (
        ([{"name": f"n{n}", "query": ""} for n in range(51)], "searches"),
        ([{"name": " ", "query": ""}], "searches[0].name"),
        ([*good, {"name": "x" * 61, "query": ""}], "searches[1].name"),
        ([*good, *good], "searches"),
        (
            [{"name": "long", "query": "keyword=" + ",".join(f"{n:099d}" for n in range(100))}],
            "searches[0].query",
        ),
        ([{"name": 1, "query": ""}], "searches"),
        ([{"name": "x"}], "body"),
        (5, "body"),
    ):
        status, answer = keep(ana, {"searches": searches})
        assert (status, answer["where"]) == (400, where)
    assert ana.put(ADDRESS, b"\xff", content_type="application/json").status_code == 400
    assert ana.put(ADDRESS, b" " * 600_000, content_type="application/json").status_code == 400
    assert ana.post(ADDRESS).status_code == 405
    assert json.loads(ana.get(ADDRESS).content) == {"searches": good}


@marked
def test_a_page_of_others_cannot_change_them(house: None) -> None:
    ana = signed_in("ana", csrf=True)
    assert ana.put(ADDRESS, b"{}", content_type="application/json").status_code == 403


@pytest.mark.face
def test_they_come_along_to_another_browser(context: Callable[..., BrowserContext], hand: Hand) -> None:
    first, second = context().new_page(), context().new_page()
    first.goto("/terminal/en/?country=SG,ID")
    live(first)
    first.keyboard.press("s")
    first.get_by_label("Save the current filters").fill("Two harbours")
    first.get_by_role("button", name="Save", exact=True).click()
    for page in (first, second):
        page.goto(hand("sign-in"))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/in/" not in url)
        page.goto("/terminal/en/?country=FR")
        live(page)
        page.keyboard.press("s")
    # What the browser had is taken along with the first that is kept in the account.
    expect(first.get_by_role("link", name="Two harbours")).to_be_visible()
    expect(second.get_by_role("link", name="Two harbours")).to_have_count(0)
    first.get_by_label("Save the current filters").fill("One harbour")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.locator("#saved-kept")).to_have_text("Kept in your account.")
    first.wait_for_function(
        "fetch('/terminal/searches/').then(a => a.json()).then(d => d.searches.length === 2)"
    )
    second.reload()
    live(second)
    second.keyboard.press("2")
    second.wait_for_url("**/terminal/en/?country=FR")
    live(second)
    second.keyboard.press("s")
    expect(second.get_by_role("link", name="Two harbours")).to_be_visible()
    second.get_by_role("button", name="Remove: One harbour").click()
    second.wait_for_function(
        "fetch('/terminal/searches/').then(a => a.json()).then(d => d.searches.length === 1)"
    )
