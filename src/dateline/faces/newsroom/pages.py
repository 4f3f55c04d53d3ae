"""Pages of the newsroom: front, lists, search, article with its versions, and what a missing language answers."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import WIRE_LANGUAGES, autonym, direction, serves
from dateline.core.sectors import Sector, label, parse_sector
from dateline.core.sectors import slug as sector_slug
from dateline.faces.newsroom.article import article_context
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.listing import Listing, listing
from dateline.faces.newsroom.words import Words
from dateline.issuers import services as issuers
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

FRONT_SECTORS = (
    "04000000",
    "20000209",
    "13000000",
    "06000000",
    "07000000",
    "05000000",
    "01000000",
    "20000337",
    "20000256",
)


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """`/` follows Accept-Language; English when nothing fits."""
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


def preferred(request: HttpRequest) -> str:
    """The first wire language that the browser asks for."""
    wanted = []
    for part in request.headers.get("Accept-Language", "").split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), len(wanted), tag))
        except ValueError:
            continue
    for _, _, tag in sorted(wanted):
        for language in WIRE_LANGUAGES:
            if (
                tag.lower() == language.lower()
                or (serves(tag.split("-")[0].lower(), language)
                and "-" not in language)
            ):
                return language
            if tag.lower() in {"zh-cn", "zh-sg", "zh"} and language == "zh-Hans":
                return language
            if tag.lower() in {"zh-tw", "zh-hk"} and language == "zh-Hant":
                return language
            if tag.lower() in {"pt", "pt-br", "pt-pt"} and language == "pt-BR":
                return language
    return "en"


@require_safe
def to_stream(request: HttpRequest) -> HttpResponse:
    """`/stream` lives on the edge: 307 keeps method and query."""
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=307)
    response.headers["Location"] = f"{get_settings().stream_url}/stream" + (f"?{query}" if query else "")
    return response


@require_safe
def front(request: HttpRequest, language: str) -> HttpResponse:
    """Newest first in one language."""
    return _list(request, language, {}, path=f"/{language}/")


@require_safe
def sector(request: HttpRequest, language: str, sector: str) -> HttpResponse:
    """Releases of a sector and its narrower topics."""
    try:
        code = parse_sector(sector)
    except BadInput as error:
        raise Http404 from error
    title = label(code, language)
    return _list(
        request,
        language,
        {"sector": code},
        path=f"/{language}/sector/{sector}/",
        title=title,
        other=f"sector/{sector}/",
    )


@require_safe
def country(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Releases about a country."""
    try:
        code = parse_country(country)
    except BadInput as error:
        raise Http404 from error
    rest = f"country/{country.lower()}/"
    return _list(
        request,
        language,
        {"country": code},
        path=f"/{language}/{rest}",
        title=country_name(code, language),
        other=rest,
    )


@require_safe
def issuer(request: HttpRequest, language: str, issuer: str) -> HttpResponse:
    """Releases of one issuer. Issuers without a public release answer like unknown ones (T5)."""
    if not wire.public_list(issuer=issuer, limit=1):
        raise Http404
    name = issuers.issuer(issuer).name
    rest = f"issuer/{issuer}/"
    return _list(request, language, {"issuer": issuer}, path=f"/{language}/{rest}", title=name, other=rest)


@require_safe
def day(request: HttpRequest, language: str, year: int, month: int, day: int) -> HttpResponse:
    """Releases of one day, UTC."""
    try:
        chosen = date(year, month, day)
    except ValueError as error:
        raise Http404 from error
    rest = f"{year:04}/{month:02}/{day:02}/"
    return _list(
        request, language, {"day": chosen}, path=f"/{language}/{rest}", title=chosen.isoformat(), other=rest
    )


@require_safe
def search(request: HttpRequest, language: str) -> HttpResponse:
    """Releases with all the words asked for."""
    query = request.GET.get("q", "").strip()[:200]
    if not query:
        return HttpResponseRedirect(f"/{language}/")
    return _list(request, language, {"query": query}, path=f"/{language}/search/", title=query, feeds=False)


def _list(
    request: HttpRequest,
    language: str,
    narrow: dict[str, Any],
    *,
    path: str,
    title: str = "",
    other: str = "",
    feeds: bool = True,
) -> HttpResponse:
    try:
        found: Listing = listing(language, before=request.GET.get("before") or None, **narrow)
    except DatelineError as error:
        raise Http404 from error
    settings = get_settings()
    words = Words(language)
    return render(
        request,
        "newsroom/list.html",
        {
            "language": language,
            "dir": direction(language),
            "w": words,
            "listing": found,
            "title": title or words.front_title,
            "is_front": not narrow,
            "canonical": settings.site_url + path,
            "feed_base": path if feeds else "",
            "languages": [(tag, autonym(tag), f"/{tag}/{other}") for tag in WIRE_LANGUAGES],
            "sectors": [(sector_slug(s), label(Sector(s), language)) for s in FRONT_SECTORS],
        },
    )


@require_safe
def article(
    request: HttpRequest, language: str, slug: str, release: str, version: int | None = None
) -> HttpResponse:
    """One edition; a kill answers 410 with the notice, a language that is not there 404 with links to those that are."""
    languages = wire.public_languages(release)
    found = wire.public_edition(release, language, version)
    if found is None:
        if version is None and languages:
            return _missing_language(request, language, languages)
        raise Http404
    canonical = found.edition.path
    if version is None and request.path != canonical:
        return HttpResponseRedirect(canonical)
    context = article_context(found, languages, shown_version=version)
    status = 410 if found.state == "killed" else 200
    return render(request, "newsroom/article.html", context, status=status)


def _missing_language(request: HttpRequest, language: str, languages: dict[str, str]) -> HttpResponse:
    context = {
        "language": language,
        "dir": direction(language),
        "w": Words(language),
        "others": [(tag, autonym(tag), path) for tag, path in languages.items()],
    }
    return render(request, "newsroom/missing.html", context, status=404)
