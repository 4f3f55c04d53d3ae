"""Lists: front, sector, country, issuer, day, search; page by page; the language a browser asks for."""

from typing import Any

import pytest
from django.test import Client
from lxml import etree

from dateline.core.clock import FixedClock, SystemClock
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.sector_tops import TOPS
from dateline.core.sectors import descendants, vocabulary
from dateline.faces.api.rates import Buckets
from dateline.faces.newsroom import listing, pages
from dateline.faces.newsroom.preferred import preferred_of
from dateline.faces.newsroom.sector_words import FRONT, sector_link
from dateline.faces.tests import press
from dateline.wire import services as wire

room = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def links(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return [str(a) for a in press.parsed(response.content).xpath('//ol[@class="releases"]//h2/a/@href')]


class TestLists:
    pytestmark = room

    def test_the_newest_stands_first_in_its_own_language(self, house: None, anonymous: Client) -> None:
        first = press.out(press.story(slug="first"), press.story("ar"))
        second = press.out(press.story(slug="second"))
        assert links(anonymous, "/en/") == [press.path(second), press.path(first)]
        assert links(anonymous, "/ar/") == [press.path(first, "ar")]
        assert links(anonymous, "/ko/") == []

    def test_an_empty_front_says_so(self, house: None, anonymous: Client) -> None:
        response = anonymous.get("/ja/")
        assert response.status_code == 200
        assert "公開されたリリースはまだありません。" in response.content.decode()

    def test_narrowed_lists_hold_what_belongs_there(self, house: None, anonymous: Client) -> None:
        """A sector matches its narrower topics: energy lies under industries."""
        energy = press.out(press.rich())
        plain = press.out(press.story(slug="plain"))
        today = f"{SystemClock().now():%Y/%m/%d}"
        assert links(anonymous, "/en/sector/energy/") == [press.path(energy)]
        assert links(anonymous, "/en/sector/20000209/") == [press.path(energy)]
        assert links(anonymous, "/en/country/sg/") == [press.path(energy)]
        assert links(anonymous, f"/en/issuer/{press.ISSUER}/") == [press.path(plain), press.path(energy)]
        assert links(anonymous, f"/en/{today}/") == [press.path(plain), press.path(energy)]
        assert links(anonymous, "/en/2001/01/01/") == []
        assert links(anonymous, "/en/sector/health/") == []

    def test_search_wants_every_word(self, house: None, anonymous: Client) -> None:
        release = press.out(press.story(), press.story("ar"))
        assert links(anonymous, "/en/search/?q=museum+BUDGET") == [press.path(release)]
        assert links(anonymous, "/en/search/?q=museum+giraffe") == []
        assert links(anonymous, "/ar/search/?q=الميناء") == [press.path(release, "ar")]
        text = anonymous.get("/en/search/?q=<script>alert(1)</script>").content.decode()
        assert "<script>alert" not in text
        assert anonymous.get("/en/search/?q=").headers["Location"] == "/en/"
        assert anonymous.get("/en/search/?q=%00").headers["Location"] == "/en/"
        assert links(anonymous, "/en/search/?q=mus%00eum") == [press.path(release)]
        assert links(anonymous, "/en/search/?q=" + "museum+" * 500) == [press.path(release)]

    def test_hits_are_marked_where_they_stand(self, house: None, anonymous: Client) -> None:
        press.out(press.story(headline="Museum <b>& port</b> opens"), press.story("ja"))
        text = anonymous.get("/en/search/?q=museum+port+b").content.decode()
        assert "<mark>Museum</mark> &lt;<mark>b</mark>&gt;&amp; <mark>port</mark>" in text.replace(
            "> &lt;/", ">&lt;/"
        )
        assert "<mark>" not in anonymous.get("/en/").content.decode()
        text = anonymous.get("/ja/search/?q=博物館").content.decode()
        assert "<mark>博物館</mark>" in text and '<meta name="robots" content="noindex, follow">' in text

    def test_a_hit_within_the_text_is_shown_with_what_is_around_it(
        self, house: None, anonymous: Client
    ) -> None:
        press.out(press.story(subhead="Something else"))
        (said,) = press.parsed(anonymous.get("/en/search/?q=budget").content).xpath('//p[@class="summary"]')
        assert "finished within the budget" in said.text_content()
        assert [mark.text for mark in said.xpath("mark")] == ["budget"]

    def test_a_search_without_hits_says_so(self, house: None, anonymous: Client) -> None:
        text = anonymous.get("/de/search/?q=nichts").content.decode()
        assert "Nichts gefunden." in text and "noch nichts" not in text

    def test_who_searches_without_end_has_to_wait(
        self, house: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
    ) -> None:
        """One source waits; another, the machine itself and all other pages go on."""
        monkeypatch.setattr(pages, "SEARCHES", Buckets(clock))
        path, source = "/th/search/?q=x", "203.0.113.7"
        answers = [anonymous.get(path, REMOTE_ADDR=source) for _ in range(121)]
        assert [a.status_code for a in answers[-2:]] == [200, 429]
        assert answers[-1].headers["Retry-After"] == "1"
        assert "โปรดลองอีกครั้งในหนึ่งนาที" in answers[-1].content.decode()
        assert anonymous.get(path, REMOTE_ADDR="203.0.113.8").status_code == 200
        assert anonymous.get(path).status_code == 200
        assert anonymous.get("/th/", REMOTE_ADDR=source).status_code == 200

    @pytest.mark.parametrize(
        "path",
        [
            "/xx/",
            "/zh/",
            "/EN/",
            "/en/sector/no-such/",
            "/en/country/zz/",
            "/en/issuer/nobody/",
            "/en/issuer/harbour-museum/",
            "/en/2026/13/01/",
            "/en/feed.exe",
            "/en/?before=forged",
            "/nothing/at/all",
        ],
    )
    def test_what_is_not_there_is_a_plain_404(self, house: None, anonymous: Client, path: str) -> None:
        """T5: an issuer without a public release answers like an unknown one."""
        press.draft()
        response = anonymous.get(path)
        assert response.status_code == 404
        assert "Nothing is published at this address." in response.content.decode()

    def test_older_pages_have_addresses(
        self, house: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "PAGE_SIZE", 2)
        releases = [press.out(press.story(slug=f"number-{n}")) for n in range(5)]
        seen: list[str] = []
        address = "/en/"
        for _ in range(3):
            seen += links(anonymous, address)
            tree = press.parsed(anonymous.get(address).content)
            older = tree.xpath('//a[@rel="next"]/@href')
            address = "/en/" + (older[0] if older else "")
        assert seen == [press.path(release) for release in reversed(releases)]
        assert address == "/en/"

    def test_a_killed_release_leaves_every_list(self, house: None, anonymous: Client) -> None:
        release = press.out(press.rich())
        press.follow_up(wire.submit_kill(release, reason="Sent in error.", by="ana"))
        for path in ("/en/", "/en/sector/energy/", "/en/country/sg/", "/en/search/?q=museum"):
            assert links(anonymous, path) == []

    def test_sitemaps_list_pages_with_their_languages(self, house: None, anonymous: Client) -> None:
        release = press.out(press.story(), press.story("ar"))
        root: Any = etree.fromstring(anonymous.get("/sitemap.xml").content)
        names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
        found = root.xpath("//s:loc/text()", namespaces=names)
        assert sorted(found) == sorted(
            "http://127.0.0.1:8080" + press.path(release, tag) for tag in ("en", "ar")
        )
        assert root.xpath("count(//x:link)", namespaces=names) == 6
        news = anonymous.get("/news-sitemap.xml").content.decode()
        assert press.TEXTS["en"][0] in news and "<news:language>ar</news:language>" in news

    def test_robots_keep_out_of_the_desks(self, house: None, anonymous: Client) -> None:
        text = anonymous.get("/robots.txt").content.decode()
        assert "Disallow: /portal/" in text and "Sitemap: http://127.0.0.1:8080/sitemap.xml" in text

    def test_the_root_follows_the_browser(self, house: None, anonymous: Client) -> None:
        response = anonymous.get("/", headers={"accept-language": "pt-PT,pt;q=0.9"})
        assert response.status_code == 302 and response.headers["Location"] == "/pt-BR/"
        assert response.headers["Vary"] == "Accept-Language"
        response = anonymous.get("/country/SG/", headers={"accept-language": "ar"})
        assert response.headers["Location"] == "/ar/country/sg/"

    def test_the_stream_is_at_the_edge(self, house: None, anonymous: Client) -> None:
        response = anonymous.get("/stream?language=en,ar&after=abc")
        assert response.status_code == 307
        assert response.headers["Location"] == "http://127.0.0.1:8081/stream?language=en,ar&after=abc"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("fr-CA,fr;q=0.8", "fr"),
        ("sw,de;q=0.5", "de"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK,zh;q=0.9", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("pt", "pt-BR"),
        ("en;q=0.1,ko;q=0.9", "ko"),
        ("ja;q=0,th", "th"),
        ("ms-MY", "ms"),
        ("de;q=x,;;,,ar", "ar"),
        ("a" * 5000, "en"),
    ],
)
def test_the_browsers_first_language_of_ours(header: str, language: str) -> None:
    assert preferred_of(header) == language


@pytest.mark.unit
@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_front_sectors_have_words_in_every_language(language: str) -> None:
    found = [sector_link(code, language) for code in (*FRONT, *TOPS)]
    assert {link.language for link in found} == {language}
    assert len({link.words for link in found}) == len({link.slug for link in found}) == len(found)


@pytest.mark.unit
def test_a_narrow_sector_shows_a_broader_one_that_has_words() -> None:
    narrow = next(code for code in sorted(descendants("20000256")) if code != "20000256")
    assert sector_link(narrow, "ja").words == "エネルギー"
    assert {sector_link(entry.id, "ja").language for entry in vocabulary()} == {"ja"}
    assert sector_link("16000000", "eo").language == "en", "a language in which nobody wrote them down"
