"""sitemap.xml and the Google News sitemap of the last two days, both with hreflang and, beyond what one file
may hold, as an index of files; robots.txt.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Lock
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from lxml import etree

from dateline.core.clock import Instant, SystemClock, iso_z
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS: Final = "http://www.google.com/schemas/sitemap-news/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_MOST = 5_000
"""Pages of a file: with links to fifteen languages each some 12 MB; the protocol allows 50 MB and 50,000."""
_MOST_NEWS = 1_000
"""What Google reads of a news sitemap."""
_NEWS_DAYS = 2
_MOST_KEPT: Final = 4
_FILES: Final[dict[tuple[object, ...], tuple[tuple[object, ...], bytes]]] = {}
_MAKING: Final = Lock()
# Google News knows Chinese by region, every other language by its ISO 639 code.
_NEWS_TAGS: Final = {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}


@require_safe
def sitemap(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Every public page with its language versions, without killed ones. `number`: one file of the index."""
    files = wire.public_files(_MOST)
    if number is None and len(files) > 1:
        return _index("sitemap", files)
    chosen = _chosen(number, files)
    return _answer(_kept(lambda: _pages(chosen), ("pages", chosen)))


def _pages(number: int) -> bytes:
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP, "xhtml": _XHTML})  # type: ignore[dict-item]
    for url, page in _urls(root, wire.public_pages(number, _MOST)):
        etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = iso_z(page.at)
    return _xml(root)


@require_safe
def news_sitemap(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The last two days, at most 1,000 pages in a file; the date is the first publication's."""
    now = SystemClock().now()
    since = Instant(now.replace(second=0, microsecond=0) - timedelta(days=_NEWS_DAYS))
    files = wire.public_files(_MOST_NEWS, since=since)
    if number is None and len(files) > 1:
        return _index("news-sitemap", files)
    chosen = _chosen(number, files)
    return _answer(_kept(lambda: _news_pages(chosen, since), ("news", chosen, since)))


def _news_pages(number: int, since: Instant) -> bytes:
    settings = get_settings()
    pages = wire.public_pages(number, _MOST_NEWS, since=since)
    spaces = {None: _SITEMAP, "news": _NEWS, "xhtml": _XHTML}
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap=spaces)  # type: ignore[arg-type]
    for url, page in _urls(root, pages):
        news = etree.SubElement(url, f"{{{_NEWS}}}news")
        publication = etree.SubElement(news, f"{{{_NEWS}}}publication")
        etree.SubElement(publication, f"{{{_NEWS}}}name").text = settings.wire_name
        language = page.edition.language
        etree.SubElement(publication, f"{{{_NEWS}}}language").text = _NEWS_TAGS.get(
            language, language.split("-")[0]
        )
        etree.SubElement(news, f"{{{_NEWS}}}publication_date").text = iso_z(page.first_at)
        etree.SubElement(news, f"{{{_NEWS}}}title").text = page.edition.headline
    return _xml(root)


def _kept(made: Callable[[], bytes], name: tuple[object, ...]) -> bytes:
    """The file as it was made within this minute, while nothing new is public: it is the dearest page of the
    house, and anybody may ask for it. One at a time is made; a kill ends what was made before it.
    """
    minute = int(SystemClock().now().timestamp()) // 60  # archives move in without an event
    stamp = (wire.log_position(), minute, get_settings().site_url)
    with _MAKING:
        for stale in [key for key, (at, _) in _FILES.items() if at != stamp]:
            del _FILES[stale]
        if name not in _FILES:
            if len(_FILES) >= _MOST_KEPT:
                _FILES.clear()
            _FILES[name] = (stamp, made())
        return _FILES[name][1]


def forget() -> None:
    """Nothing that was made stays."""
    with _MAKING:
        _FILES.clear()


def _chosen(number: int | None, files: range) -> int:
    """The file that is meant; without a number, the only one."""
    if number is None:
        return files[0] if files else 1
    if number not in files:
        raise Http404
    return number


def _urls(
    root: etree._Element, pages: list[wire.PublicEdition]
) -> Iterable[tuple[etree._Element, wire.PublicEdition]]:
    """A `url` for each page, with the same language links as its head has, whatever file those stand in."""
    site = get_settings().site_url
    languages = wire.languages_of(page.edition.release for page in pages)
    for page in pages:
        edition = page.edition
        versions = languages.get(edition.release, {})
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = site + edition.path
        yield url, page
        original = versions.get(edition.original_language, edition.path)
        for tag, path in (*sorted(versions.items()), ("x-default", original)):
            etree.SubElement(url, f"{{{_XHTML}}}link", rel="alternate", hreflang=tag, href=site + path)


def _index(name: str, files: range) -> HttpResponse:
    site = get_settings().site_url
    root = etree.Element(f"{{{_SITEMAP}}}sitemapindex", nsmap={None: _SITEMAP})  # type: ignore[dict-item]
    for number in files:
        one = etree.SubElement(root, f"{{{_SITEMAP}}}sitemap")
        etree.SubElement(one, f"{{{_SITEMAP}}}loc").text = f"{site}/{name}-{number}.xml"
    return _answer(_xml(root))


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _answer(body: bytes) -> HttpResponse:
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
