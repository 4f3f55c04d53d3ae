"""Both sitemaps are valid by the schema of sitemaps.org; what other namespaces add has rules of its own."""

import pytest
from django.test import Client
from lxml import etree

from dateline.faces.tests import press
from dateline.testing.shared_data import shared

pytestmark = [pytest.mark.face, pytest.mark.django_db(databases=["default", "ledger"])]
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
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
