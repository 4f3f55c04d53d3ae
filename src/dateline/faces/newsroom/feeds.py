"""Atom, RSS and JSON feeds of every list, with a tombstone for what was killed."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from dateline import __version__
from dateline.core.clock import SystemClock, iso_z
from dateline.faces.newsroom.place import Place, place
from dateline.formats.feeds import Feed, FeedItem, atom, json_feed, rss
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_MOST = 60
_FRESH = timedelta(seconds=2)
FORMS: Final[dict[str, tuple[str, Callable[[Feed], bytes]]]] = {
    "atom": ("application/atom+xml; charset=utf-8", atom),
    "rss": ("application/rss+xml; charset=utf-8", rss),
    "json": ("application/feed+json; charset=utf-8", json_feed),
}


@require_safe
def feed(
    request: HttpRequest,
    language: str,
    form: str,
    *,
    sector: str | None = None,
    country: str | None = None,
    issuer: str | None = None,
) -> HttpResponseBase:
    """The newest of a list. Answers 304 to whoever has it already; raises Http404 for unknown forms and
    lists.
    """
    if form not in FORMS:
        raise Http404
    where = place(language, sector=sector, country=country, issuer=issuer)
    items = _items(where)
    etag, seconds = _etag(where, form, items), _modified_seconds(items)
    answer = get_conditional_response(request, etag, seconds) or _rendered(where, form, items)
    answer.headers["ETag"] = etag
    if seconds is not None:
        answer.headers["Last-Modified"] = http_date(seconds)
    answer.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    answer.headers["Content-Language"] = language
    return answer


def _items(where: Place) -> tuple[FeedItem, ...]:
    """Living and killed, the latest change first."""
    living = wire.public_list(language=where.language, limit=_MOST, archive=False, **where.filters)
    dead = wire.tombstones(language=where.language, limit=_MOST, **where.filters)
    rows = sorted((*living, *dead), key=lambda row: row.at, reverse=True)[:_MOST]
    return tuple(_item(row) for row in rows)


def _item(row: wire.PublicEdition) -> FeedItem:
    return FeedItem(
        edition=row.edition,
        at=row.at,
        first_at=row.first_at,
        state=row.state,
        notice=row.notice,
        sha256=row.sha256,
        languages=wire.public_languages(row.edition.release),
    )


def _etag(where: Place, form: str, items: tuple[FeedItem, ...]) -> str:
    """Changes with anything the feed says: items, states, languages, our addresses, this version of the
    house.
    """
    settings = get_settings()
    parts = [__version__, settings.site_url, settings.wire_name, where.path, form]
    for item in items:
        edition = item.edition
        languages = " ".join(item.languages or {})
        parts.append(f"{edition.release} {edition.version} {item.state} {iso_z(item.at)} {languages}")
    return quote_etag(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32])


def _modified_seconds(items: tuple[FeedItem, ...]) -> int | None:
    """When the newest item changed. None while it is so fresh that another may come within the same
    second.
    """
    newest = max((item.at for item in items), default=None)
    if newest is None or SystemClock().now() - newest < _FRESH:
        return None
    return int(newest.timestamp())


def _rendered(where: Place, form: str, items: tuple[FeedItem, ...]) -> HttpResponse:
    settings = get_settings()
    content_type, write = FORMS[form]
    document = Feed(
        title=f"{where.title} | {settings.wire_name}" if where.rest else where.title,
        base_url=settings.site_url,
        self_path=f"{where.path}feed.{form}",
        home_path=where.path,
        language=where.language,
        wire=settings.wire_name,
        items=items,
        keeps=True,
    )
    return HttpResponse(write(document), content_type=content_type)
