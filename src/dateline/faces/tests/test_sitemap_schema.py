"""Both sitemaps are valid by the schema of sitemaps.org; what other namespaces add has rules of its own."""

import pytest
from django.test import Client
from lxml import etree

from dateline.faces.newsroom import sitemaps
from dateline.faces.tests import press
from dateline.testing.shared_data import shared

pytestmark = [pytest.mark.face, pytest.mark.django_db(databases=["default", "ledger"])]
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
NEWS = {"n": "http://www.google.com/schemas/sitemap-news/0.9"}


@pytest.mark.parametrize("path", ["/sitemap.xml", "/news-sitemap.xml"])
def test_the_envelope_is_valid_by_the_schema(path: str, house: None, anonymous: Client) -> None:
    press.out(press.story(), press.story("ar"))
    root = etree.fromstring(anonymous.get(path).content)
    schema = etree.XMLSchema(etree.parse(str(shared("schemas/sitemap/sitemap.xsd"))))
    for element in list(root.iter()):
        if etree.QName(element).namespace != SITEMAP:
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    assert len(root) == 2 and schema.validate(root), schema.error_log


def test_each_item_of_the_news_sitemap_has_what_google_demands(house: None, anonymous: Client) -> None:
    press.out(press.story(), press.story("ar"))
    root = etree.fromstring(anonymous.get("/news-sitemap.xml").content)
    items = root.findall(".//n:news", NEWS)
    assert len(items) == 2
    for item in items:
        assert [etree.QName(child).localname for child in item] == [
            "publication",
            "publication_date",
            "title",
        ]
        assert item.findtext("n:publication/n:name", "", NEWS) and item.findtext("n:title", "", NEWS)
        assert item.findtext("n:publication_date", "", NEWS).endswith("Z")


def locations(client: Client, path: str) -> tuple[str, list[str]]:
    """(name of the root, every `loc`); an index has no XSD here, so its rules stand below."""
    root = etree.fromstring(client.get(path).content)
    kind = etree.QName(root).localname
    for child in root if kind == "sitemapindex" else ():
        assert [etree.QName(part).localname for part in child] == ["loc"]
        assert etree.QName(child) == etree.QName(SITEMAP, "sitemap")
    return kind, [str(e.text) for e in root.iter(f"{{{SITEMAP}}}loc")]


@pytest.mark.parametrize("name", ["sitemap", "news-sitemap"])
def test_beyond_one_file_there_is_an_index_and_links_to_languages_in_other_files(
    name: str, house: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "_MOST", 2)
    monkeypatch.setattr(sitemaps, "_MOST_NEWS", 2)
    release = press.out(press.story(), press.story("ar"), press.story("ja"))
    kind, files = locations(anonymous, f"/{name}.xml")
    assert kind == "sitemapindex"
    assert files == [f"http://127.0.0.1:8080/{name}-{number}.xml" for number in (1, 2)]
    pages: list[str] = []
    for address in files:
        path = address.removeprefix("http://127.0.0.1:8080")
        kind, found = locations(anonymous, path)
        assert kind == "urlset"
        pages += found
        root = etree.fromstring(anonymous.get(path).content)
        for url in root:
            links = {e.get("hreflang"): e.get("href") for e in url.iterfind(f"{{{XHTML}}}link")}
            assert set(links) == {"en", "ar", "ja", "x-default"} and links["x-default"] == links["en"]
    assert sorted(pages) == sorted(
        "http://127.0.0.1:8080" + press.path(release, tag) for tag in ("en", "ar", "ja")
    )
    assert [anonymous.get(f"/{name}-{number}.xml").status_code for number in (0, 3)] == [404, 404]


def test_what_is_older_than_two_days_is_no_news(
    house: None, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.out(press.story())
    assert len(locations(anonymous, "/news-sitemap.xml")[1]) == 1
    monkeypatch.setattr(sitemaps, "_NEWS_DAYS", -1)
    assert locations(anonymous, "/news-sitemap.xml") == ("urlset", [])
    assert len(locations(anonymous, "/sitemap.xml")[1]) == 1
