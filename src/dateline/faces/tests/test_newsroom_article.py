"""The article page: its order, its labels, its languages, and what correction, kill and withdrawal make of
it.
"""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from dateline.core.words import edition_sha256
from dateline.faces.tests import press
from dateline.formats.html import read_page
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
TRANSLATED = ("en", "ar", "ja", "th")


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


def positions(text: str, *marks: str) -> list[int]:
    found = [text.find(mark) for mark in marks]
    assert -1 not in found, marks[found.index(-1)]
    return found


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_article_is_in_the_order_of_a_newspaper(house: None, anonymous: Client, language: str) -> None:
    release = press.out(*(press.rich(tag) for tag in TRANSLATED))
    text = page(anonymous, press.path(release, language))
    order = positions(
        text,
        'data-label="third-party"',
        '<h1 class="headline"',
        '<p class="subhead"',
        '<p class="byline"',
        '<p class="published"',
        '<nav class="languages"',
        '<div class="body"',
        '<span class="dateline"',
        '<figure class="image"',
        "<blockquote>",
        "<table>",
        '<section class="boilerplate"',
        '<section class="contacts"',
        '<p class="sections"',
        '<nav class="sectors"',
        '<p class="disclaimer"',
        '<footer class="provenance"',
    )
    assert order == sorted(order)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_page_names_its_hash_and_parses_back_equal(house: None, anonymous: Client, language: str) -> None:
    """I8."""
    release = press.out(*(press.rich(tag) for tag in TRANSLATED))
    found = wire.public_edition(release, language)
    assert found is not None
    text = page(anonymous, found.edition.path)
    assert edition_sha256(found.edition) == found.sha256
    assert text.count(found.sha256) >= 2
    read, own = read_page(text), found.edition
    names = ("language", "headline", "subhead", "byline", "dateline", "blocks", "boilerplate", "contacts")
    for name in (*names, "sections", "disclaimer", "origin", "provider", "translation", "release_class"):
        assert getattr(read, name) == getattr(own, name), name


def test_every_language_is_linked_from_every_page(house: None, anonymous: Client) -> None:
    release = press.out(*(press.story(tag) for tag in TRANSLATED))
    for language in TRANSLATED:
        tree = press.parsed(page(anonymous, press.path(release, language)))
        links = {e.get("hreflang"): e.get("href") for e in tree.xpath('//link[@rel="alternate"]')}
        assert set(links) == {*TRANSLATED, "x-default"}
        assert links["x-default"] == links["en"]
        switch = tree.xpath('//nav[@class="languages"]//a')
        assert [a.get("lang") for a in switch] == ["en", "ar", "ja", "th"]
        assert [a.get("lang") for a in switch if a.get("aria-current")] == [language]


def test_direction_and_language_of_the_page_follow_the_edition(house: None, anonymous: Client) -> None:
    release = press.out(press.story(), press.story("ar"))
    response = anonymous.get(press.path(release, "ar"))
    assert b'<html lang="ar" dir="rtl">' in response.content
    assert response.headers["Content-Language"] == "ar"
    assert "Accept-Language" not in response.headers.get("Vary", "")


def test_a_page_sets_no_cookie_and_asks_for_none(house: None, anonymous: Client) -> None:
    release = press.out()
    for path in ("/en/", press.path(release), "/en/search/?q=hall", "/en/nothing-k7m2x9qd4w/"):
        response = anonymous.get(path)
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


def test_machine_readable_facts_cannot_end_their_script(house: None, anonymous: Client) -> None:
    """JSON-LD holds what people wrote; none of it may become markup."""
    evil = 'Hall opens </script><script src="//x.example/a.js"></script> & more'
    release = press.out(press.story(headline=evil, slug="evil"))
    text = page(anonymous, press.path(release))
    tree = press.parsed(text)
    found = tree.xpath('//script[@type="application/ld+json"]')
    document = json.loads(found[0].text)
    assert document["headline"] == evil
    assert document["@type"] == "NewsArticle"
    assert document["identifier"].startswith("sha256:")
    assert [s.get("src") for s in tree.xpath("//script[@src]")] == ["/assets/look/times.js"]


def test_paid_content_says_so_to_machines_as_well(house: None, anonymous: Client) -> None:
    release = press.out(press.rich())
    assert '"@type": "AdvertiserContentArticle"' in page(anonymous, press.path(release))


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(house: None, anonymous: Client) -> None:
    release = press.out(press.rich(), press.rich("ar"))
    for path in ("/en/", press.path(release), press.path(release, "ar")):
        text = page(anonymous, path)
        tree = press.parsed(text)
        assert not tree.xpath("//@style") and not tree.xpath("//style")
        assert not [a for a in tree.xpath("//@*") if getattr(a, "attrname", "").startswith("on")]
        loaded = tree.xpath("//script/@src | //img/@src | //link[@rel='stylesheet' or @rel='icon']/@href")
        assert all(re.match(r"(/[^/]|http://127\.0\.0\.1:8080/media/)", address) for address in loaded), (
            loaded
        )


def test_a_language_that_is_not_there_answers_404_with_links(house: None, anonymous: Client) -> None:
    release = press.out(press.story(), press.story("ar"))
    text = page(anonymous, f"/ko/new-hall-{release}/", 404)
    assert 'lang="ko"' in text
    assert press.path(release, "ar") in text and press.path(release, "en") in text


def test_an_embargoed_release_answers_like_one_that_never_was(house: None, anonymous: Client) -> None:
    """I1, T4."""
    release = press.draft()
    wire.submit(release, by="ana")
    press.work()
    held = anonymous.get(f"/en/new-hall-{release}/")
    never = anonymous.get("/en/new-hall-k7m2x9qd4w/")
    assert held.status_code == never.status_code == 404
    assert held.content == never.content
    assert held.headers == never.headers


def test_another_slug_leads_to_the_canonical_address(house: None, anonymous: Client) -> None:
    release = press.out()
    response = anonymous.get(f"/en/old-name-{release}/")
    assert response.status_code == 302 and response.headers["Location"] == press.path(release)
    response = anonymous.get(f"{press.path(release)}v1/")
    assert response.status_code == 302 and response.headers["Location"] == press.path(release)


def test_a_correction_says_what_changed_and_keeps_the_old_version(house: None, anonymous: Client) -> None:
    release = press.out()
    corrected = press.story(headline="Harbour museum opens its second hall to the public")
    press.follow_up(wire.submit_correction(release, [corrected], reason="It is the second hall.", by="ana"))
    text = page(anonymous, press.path(release))
    notice, headline = positions(text, '<p class="notice waiting"', '<h1 class="headline"')
    assert notice < headline
    assert "It is the second hall." in text and "second hall to the public" in text
    old = f"{press.path(release)}v1/"
    assert f'href="{old}"' in text
    before = page(anonymous, old)
    assert 'content="noindex"' in before and "HB-7" in before
    tree = press.parsed(before)
    assert tree.xpath('//p[contains(@class, "notice")]/a/@href') == [press.path(release)]


def test_a_kill_leaves_the_notice_alone(house: None, anonymous: Client) -> None:
    """T9: 410, the notice and the hash; no word of what was killed, in no version, and its pictures are
    gone.
    """
    release = press.out(press.rich(), press.rich("ar"))
    found = wire.public_edition(release, "en")
    assert found is not None
    picture = f"/media/{found.edition.media[0].sha256}"
    assert anonymous.get(picture).status_code == 200
    path, arabic = press.path(release), press.path(release, "ar")
    press.follow_up(wire.submit_kill(release, reason="Sent in error.", by="ana"))
    for address in (path, f"{path}v1/", arabic, f"/en/any-name-{release}/"):
        response = anonymous.get(address)
        text = response.content.decode()
        assert response.status_code == 410
        assert "Sent in error." in text and 'content="noindex"' in text
        for secret in ("museum opens", "متحف", "Mei Tan", "SINGAPORE", "application/ld+json"):
            assert secret not in text
    assert anonymous.get(picture).status_code == 404


def test_a_withdrawn_release_stays_and_is_marked(house: None, anonymous: Client) -> None:
    release = press.out()
    press.follow_up(wire.submit_withdrawal(release, reason="The issuer asked.", by="ana"))
    text = page(anonymous, press.path(release))
    assert '<p class="notice bad"' in text and "The issuer asked." in text and "finished within" in text


def test_related_shows_the_issuers_other_releases(house: None, anonymous: Client) -> None:
    first = press.out(press.story(headline="Harbour museum plans a hall for the public", slug="plans"))
    second = press.out()
    text = page(anonymous, press.path(second))
    related = press.parsed(text).xpath('//aside[@class="related"]//a/@href')
    assert related == [press.path(first)]


def test_an_article_weighs_little(house: None, anonymous: Client) -> None:
    """At most 100 KB with style sheets and scripts (fonts are counted by the browser's test)."""
    long = press.story(blocks=tuple(replace(press.story().blocks[0]) for _ in range(60)))
    release = press.out(long)
    size = len(anonymous.get(press.path(release)).content)
    for name in ("fonts.css", "site.css", "times.js"):
        size += len(anonymous.get(f"/assets/look/{name}", headers={"accept-encoding": "gzip"}).content)
    assert size < 45_000


def test_pictures_are_served_by_their_hash(house: None, anonymous: Client) -> None:
    release = press.out(press.rich())
    tree = press.parsed(page(anonymous, press.path(release)))
    address = tree.xpath('//figure[@class="image"]/img/@src')[0]
    response: Any = anonymous.get(address.removeprefix("http://127.0.0.1:8080"))
    assert response.status_code == 200 and response.content == press.PICTURE
    assert response.headers["Content-Type"] == "image/png"
    assert anonymous.get("/media/" + "0" * 64).status_code == 404
    assert anonymous.get("/media/" + "%00" * 64).status_code == 404
    assert anonymous.get("/media/..%2f..%2fetc%2fpasswd").status_code == 404
