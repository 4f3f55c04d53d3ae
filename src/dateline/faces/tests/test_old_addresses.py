"""Addresses of an old site: 301 to the page here, never elsewhere, never in a circle, never before ours."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from dateline.faces.tests import press
from dateline.testing.wordpress_export import SITE, TEXT, WpPost, export, polylang
from dateline.wire import services as wire
from dateline.wire.models import ArchivedItem

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture
def moved_in(house: None, tmp_path: Path) -> str:
    """The id of an archived release in English and German."""
    file = tmp_path / "export.xml"
    posts = [
        WpPost(7, name="new-hall", terms=polylang("en", "pll_1"), link=f"{SITE}/2019/05/%E3%83%86-hall/"),
        WpPost(8, "Hafenmuseum öffnet Halle", TEXT["de"], name="halle", terms=polylang("de", "pll_1")),
    ]
    file.write_bytes(export(*posts))
    assert wire.import_wordpress(wire.Cutover(file, issuer=press.ISSUER), by="ana").created == 1
    return ArchivedItem.objects.get().release


@pytest.mark.parametrize(
    "address",
    [
        "/?p=7",
        "/?utm_source=x&p=7",
        "/en/?p=7",
        "/index.php?page_id=7",
        "/2019/05/%E3%83%86-hall/",
        "/2019/05/%E3%83%86-HALL",
        "/2019/05/%E3%83%86-hall/amp/",
    ],
)
def test_old_addresses_answer_301_with_the_page(moved_in: str, anonymous: Client, address: str) -> None:
    response = anonymous.get(address, headers={"host": "old.harbour.example"})
    assert response.status_code == 301 and response["Location"] == f"/en/new-hall-{moved_in}/"
    assert "max-age" in response["Cache-Control"]
    page = anonymous.get(response["Location"])
    assert page.status_code == 200 and "2019-05-06" in page.content.decode()
    assert anonymous.head(address).status_code == 301


@pytest.mark.parametrize(
    "address",
    [
        "/?p=9999",
        "/?p=7//evil.example",
        "/?p=https://evil.example",
        "//evil.example/2019/05/",
        "/2019/05/unknown/",
        "/2019/05/" + quote("\0"),
        "/" + "x" * 3000,
        "/?" + "p=1&" * 2000,
    ],
)
def test_what_was_never_there_leads_nowhere(moved_in: str, anonymous: Client, address: str) -> None:
    response = anonymous.get(address)
    if response.status_code in {301, 302}:  # the front page follows Accept-Language
        assert response["Location"] == "/en/"
    else:
        assert response.status_code == 404


def test_our_own_pages_are_never_taken_over_and_nobody_is_sent_in_a_circle(
    moved_in: str, anonymous: Client, tmp_path: Path
) -> None:
    own = press.path(press.out(press.story()), "en")
    file = tmp_path / "circle.xml"
    posts = [
        WpPost(20, link=f"{SITE}{own}"),
        WpPost(21, link=f"{SITE}/portal/"),
        WpPost(22, link=f"{SITE}/en/new-hall-{moved_in}/"),
        WpPost(23, link=f"{SITE}/"),
    ]
    file.write_bytes(export(*posts))
    wire.import_wordpress(wire.Cutover(file, issuer=press.ISSUER), by="ana")
    assert anonymous.get(own).status_code == 200
    assert anonymous.get(f"/en/new-hall-{moved_in}/").status_code == 200
    assert "/accounts/" in anonymous.get("/portal/")["Location"]
    assert anonymous.get("/")["Location"] == "/en/"


def test_a_killed_archive_answers_410_at_its_new_address(moved_in: str, anonymous: Client) -> None:
    press.follow_up(wire.submit_kill(moved_in, reason="A court says so", by="ana"))
    response: Any = anonymous.get("/?p=7", follow=True)
    assert response.status_code == 410 and response.redirect_chain[0][1] == 301


def test_feeds_and_news_sitemap_hold_nothing_of_the_archive_and_the_sitemap_does(
    moved_in: str, anonymous: Client
) -> None:
    for form in ("atom", "rss", "json"):
        assert moved_in not in anonymous.get(f"/en/feed.{form}").content.decode()
        assert moved_in not in anonymous.get(f"/en/issuer/{press.ISSUER}/feed.{form}").content.decode()
    assert moved_in not in anonymous.get("/news-sitemap.xml").content.decode()
    assert moved_in in anonymous.get("/sitemap.xml").content.decode()
    assert moved_in in anonymous.get("/en/").content.decode()
    assert moved_in in anonymous.get("/en/search/?q=harbour").content.decode()
