"""sitemap.xml with hreflang, the Google News sitemap of the last two days, robots.txt."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from lxml import etree

from dateline.core.clock import SystemClock, iso_z
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_MOST = 50_000
_MOST_NEWS = 1_000
_NEWS_DAYS = 2
# Google News knows Chinese by region, every other language by its ISO 639 code.
_NEWS_TAGS = {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page with its language versions; killed ones are left out."""
    site = get_settings().site_url
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP, "xhtml": _XHTML})  # type: ignore[dict-item]
    rows = wire.public_list(limit=_MOST, bodies=False)
    paths: dict[str, dict[str, str]] = {}
    for row in rows:
        paths.setdefault(row.edition.release, {})[row.edition.language] = row.edition.path
    for row in rows:
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = site + row.edition.path
        etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = iso_z(row.at)
        versions = paths[row.edition.release]
        for tag, path in sorted(versions.items()):
            _alternate(url, tag, site + path)
        original = versions.get(row.edition.original_language)
        if original:
            _alternate(url, "x-default", site + original)
    return _xml(root)


def _alternate(url: etree._Element, tag: str, address: str) -> None:
    etree.SubElement(url, f"{{{_XHTML}}}link", rel="alternate", hreflang=tag, href=address)


@require_safe
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """The last two days, at most 1,000 pages; the date is the first publication's."""
    settings = get_settings()
    since = SystemClock().now() - timedelta(days=_NEWS_DAYS)
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP, "news": _NEWS})  # type: ignore[dict-item]
    for row in wire.public_list(limit=_MOST_NEWS, bodies=False, archive=False):
        if row.first_at < since:
            continue
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = settings.site_url + row.edition.path
        news = etree.SubElement(url, f"{{{_NEWS}}}news")
        publication = etree.SubElement(news, f"{{{_NEWS}}}publication")
        etree.SubElement(publication, f"{{{_NEWS}}}name").text = settings.wire_name
        language = row.edition.language
        etree.SubElement(publication, f"{{{_NEWS}}}language").text = _NEWS_TAGS.get(
            language, language.split("-")[0]
        )
        etree.SubElement(news, f"{{{_NEWS}}}publication_date").text = iso_z(row.first_at)
        etree.SubElement(news, f"{{{_NEWS}}}title").text = row.edition.headline
    return _xml(root)


def _xml(root: etree._Element) -> HttpResponse:
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages for all; the desks for nobody."""
    closed = "".join(
        f"Disallow: /{name}/\n" for name in ("portal", "console", "accounts", "preferences", "reports")
    )
    site = get_settings().site_url
    text = f"User-agent: *\n{closed}Sitemap: {site}/sitemap.xml\nSitemap: {site}/news-sitemap.xml\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
