"""Pages of the newsroom: front, lists, search, article with its versions, and what a missing language
answers.
"""

import math
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dateline.core.errors import DatelineError
from dateline.core.languages import WIRE_LANGUAGES, autonym, direction
from dateline.core.phrases.terminal import terminal_phrase
from dateline.core.sources import source_network
from dateline.faces.api.rates import Buckets
from dateline.faces.newsroom.article import article_context
from dateline.faces.newsroom.listing import listing
from dateline.faces.newsroom.old_addresses import moved
from dateline.faces.newsroom.place import Place, place
from dateline.faces.newsroom.preferred import preferred
from dateline.faces.newsroom.sector_words import FRONT, sector_link
from dateline.faces.newsroom.words import Words
from dateline.faces.source import LOOPBACK, source_of
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_LONGEST_QUERY = 200
SEARCHES: Final = Buckets()


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """`/` follows Accept-Language; English when nothing fits. `/?p=7` of an old site leads to its page."""
    if request.META.get("QUERY_STRING") and (found := moved(request)) is not None:
        return found
    return _to_language(request, "")


@require_safe
def country_root(request: HttpRequest, country: str) -> HttpResponse:
    """`/country/{cc}/` leads to the reader's language."""
    return _to_language(request, f"country/{country.lower()}/")


@require_safe
def issuer_root(request: HttpRequest, issuer: str) -> HttpResponse:
    """`/issuer/{slug}/` leads to the reader's language."""
    return _to_language(request, f"issuer/{issuer}/")


def _to_language(request: HttpRequest, rest: str) -> HttpResponse:
    response = HttpResponseRedirect(f"/{preferred(request)}/{rest}")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def to_stream(request: HttpRequest) -> HttpResponse:
    """`/stream` lives on the edge: 307 keeps method and query."""
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=307)
    response.headers["Location"] = f"{get_settings().stream_url}/stream" + (f"?{query}" if query else "")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def front(request: HttpRequest, language: str) -> HttpResponse:
    """Newest first in one language; `?p=7` as for the root, where languages were folders."""
    if request.META.get("QUERY_STRING") and (found := moved(request)) is not None:
        return found
    return _list(request, place(language))


@require_safe
def sector(request: HttpRequest, language: str, sector: str) -> HttpResponse:
    """Releases of a sector and its narrower topics."""
    return _list(request, place(language, sector=sector))


@require_safe
def country(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Releases about a country."""
    return _list(request, place(language, country=country))


@require_safe
def issuer(request: HttpRequest, language: str, issuer: str) -> HttpResponse:
    """Releases of one issuer."""
    return _list(request, place(language, issuer=issuer))


@require_safe
def day(request: HttpRequest, language: str, year: int, month: int, day: int) -> HttpResponse:
    """Releases of one day, UTC."""
    try:
        chosen = date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    return _list(request, place(language, day=chosen), feeds=False)


@require_safe
def search(request: HttpRequest, language: str) -> HttpResponse:
    """Releases with all the words asked for. 429 for a source that asks too often."""
    asked = request.GET.get("q", "")
    query = "".join(c for c in asked if c.isprintable()).strip()[:_LONGEST_QUERY]
    if not query:
        return HttpResponseRedirect(f"/{language}/")
    if wait := _wait(request):
        return _busy(request, language, wait)
    return _list(request, Place(language, query, "search/"), query=query, feeds=False)


def _wait(request: HttpRequest) -> float:
    """Seconds that this source has to wait with its search; nobody on this machine has to, nor whoever asks
    through a proxy that nobody named.
    """
    source = source_of(request)
    if not source or source in LOOPBACK:
        return 0.0
    return SEARCHES.take(source_network(source), get_settings().searches_per_minute)


def _busy(request: HttpRequest, language: str, wait: float) -> HttpResponse:
    context = {"language": language, "dir": direction(language), "w": Words(language)}
    response = _page(request, "newsroom/busy.html", context, status=429)
    response.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def _list(request: HttpRequest, where: Place, *, query: str = "", feeds: bool = True) -> HttpResponse:
    before = request.GET.get("before") or None
    try:
        found = listing(where, query=query, before=before)
    except DatelineError as error:
        raise Http404 from error
    language = where.language
    context: dict[str, Any] = {
        "language": language,
        "dir": direction(language),
        "w": Words(language),
        "listing": found,
        "title": where.title,
        "is_front": not where.rest,
        "is_search": bool(query),
        "is_continued": before is not None,
        "canonical": get_settings().site_url + where.path,
        "feed_base": where.path if feeds else "",
        "languages": [(tag, autonym(tag), f"/{tag}/{where.rest}") for tag in WIRE_LANGUAGES],
        "sectors": [sector_link(code, language) for code in FRONT],
        "terminal": terminal_phrase("title", language),
    }
    return _page(request, "newsroom/list.html", context)


@require_safe
def article(
    request: HttpRequest, language: str, slug: str, release: str, version: int | None = None
) -> HttpResponse:
    """One edition; 410 with the notice when killed, 404 with links to the others when this language is not
    there.
    """
    languages = wire.public_languages(release)
    newest = wire.public_edition(release, language)
    if newest is None:
        if version is None and languages:
            return _missing_language(request, language, languages)
        raise Http404
    found = newest if version is None else wire.public_edition(release, language, version)
    if found is None:
        raise Http404
    if found.state == "killed":
        context = article_context(found, languages, shown_version=None)
        return _page(request, "newsroom/killed.html", context, status=410)
    is_old = found.edition.version != newest.edition.version
    address = newest.edition.path + (f"v{version}/" if is_old else "")
    if request.path != address:
        return HttpResponseRedirect(address)
    context = article_context(found, languages, shown_version=version if is_old else None)
    return _page(request, "newsroom/article.html", context)


def _missing_language(request: HttpRequest, language: str, languages: dict[str, str]) -> HttpResponse:
    context = {
        "language": language,
        "dir": direction(language),
        "w": Words(language),
        "others": [(tag, autonym(tag), path) for tag, path in languages.items()],
    }
    return _page(request, "newsroom/missing.html", context, status=404)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.headers["Content-Language"] = str(context["language"])
    return response
