"""Reads the public index: pages by release and language, lists by facets and words, pictures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from django.db.models import QuerySet

from dateline.core.clock import Instant
from dateline.core.words import Edition
from dateline.desk import services as desk
from dateline.plant.db.databases import DEFAULT
from dateline.wire import cursor as cursors
from dateline.wire import rules, search_index, search_words
from dateline.wire.models import Facet, PublicMedia, PublicRow
from dateline.wire.public_writing import KILLED, edition_of
from dateline.wire.rules import PublicState

_AT_ONCE = 900  # parameters of one statement


@dataclass(frozen=True, slots=True)
class PublicEdition:
    """An edition that is out. A killed one carries notice and hash, no word of the text.

    `at`: its own commit, or that of its withdrawal; `first_at`: of the first version in this language.
    """

    edition: Edition = field(repr=False)
    at: Instant
    first_at: Instant
    state: PublicState
    notice: str
    sha256: str
    cursor: str
    version_id: str


def public_edition(release: str, language: str, version: int | None = None) -> PublicEdition | None:
    """The newest version in the language, or the one asked for. None when it is not out.

    Of a killed release every version that was ever out answers with the kill.
    """
    rows = PublicRow.objects.using(DEFAULT).filter(release=release, language=language)
    if version is None:
        row = rows.filter(current=True).first()
    else:
        row = rows.filter(version=version).first()
        if row is not None and row.state == "killed":
            row = rows.filter(current=True).first()
    return None if row is None else _card(row, cursors.current_epoch())


def public_list(
    *,
    language: str | None = None,
    sector: str | None = None,
    country: str | None = None,
    issuer: str | None = None,
    day: date | None = None,
    query: str | None = None,
    before: str | None = None,
    limit: int = 30,
    bodies: bool = True,
    archive: bool = True,
) -> list[PublicEdition]:
    """What is out, the latest change first: one row per release and language, killed ones left out.

    `sector` includes narrower topics; `day` is that of the first publication, UTC. Every word of `query` must
    begin a word of the text, or be anywhere in scripts without blanks; what is quoted must stand so. `before`
    is the cursor of the last row seen. Without `bodies` the editions have no blocks and their subhead is the
    summary, for lists of thousands. Without `archive` what moved in from an old site is left out: it was no
    news of this wire. Raises BadCursor, CursorTooOld.
    """
    facets = rules.facets_asked(day=day, issuer=issuer, country=country, sector=sector)
    return _listed(facets, language, query=query, before=before, limit=limit, bodies=bodies, archive=archive)


def tombstones(
    *,
    language: str | None = None,
    sector: str | None = None,
    country: str | None = None,
    issuer: str | None = None,
    day: date | None = None,
    before: str | None = None,
    limit: int = 30,
) -> list[PublicEdition]:
    """Killed editions, the latest kill first, under the lists where they stood: feeds keep them."""
    facets = rules.facets_asked(day=day, issuer=issuer, country=country, sector=sector) or ("all",)
    return _listed(tuple(KILLED + f for f in facets), language, before=before, limit=limit)


def _listed(
    facets: tuple[str, ...],
    language: str | None,
    *,
    query: str | None = None,
    before: str | None,
    limit: int,
    bodies: bool = True,
    archive: bool = True,
) -> list[PublicEdition]:
    epoch = cursors.current_epoch()
    start = None if before is None else cursors.decode(before, epoch)
    asked = search_words.asked(query or "", language)
    if facets and asked.is_blank:
        rows = _by_facets(facets, language, start, limit, bodies=bodies, archive=archive)
    else:
        chosen = _from_newest(facets, language, start)
        if not archive:
            chosen = chosen.filter(seq__gt=0)
        rows = _searched(chosen if bodies else chosen.defer("body"), asked, language, limit)
    return [_card(row, epoch, bodies=bodies) for row in rows]


def _searched(
    rows: "QuerySet[PublicRow]", asked: search_words.Query, language: str | None, limit: int
) -> list[PublicRow]:
    """Those that the query finds; by its next wording only when the one before found nothing."""
    if asked.is_blank:
        return list(rows[:limit])
    for needles in asked.wordings:
        found = search_index.search(rows, needles, language, limit)
        if found:
            return found
    return []


def _by_facets(
    facets: tuple[str, ...],
    language: str | None,
    start: int | None,
    limit: int,
    *,
    bodies: bool,
    archive: bool,
) -> list[PublicRow]:
    """By the index on (facet, language, seq): a page costs the same whatever the archive holds."""
    first, *others = facets
    listed = Facet.objects.using(DEFAULT).filter(facet=first)
    if language is not None:
        listed = listed.filter(language=language)
    if start is not None:
        listed = listed.filter(seq__lt=start)
    if not archive:
        listed = listed.filter(seq__gt=0)
    for facet in others:
        listed = listed.filter(row__facets__facet=facet)
    ids = list(listed.order_by("-seq").values_list("row_id", flat=True)[:limit])
    rows = PublicRow.objects.using(DEFAULT)
    found = (rows if bodies else rows.defer("body")).in_bulk(ids)
    # A kill may have come between the two questions; what it emptied is passed over.
    return [found[id_] for id_ in ids if id_ in found and found[id_].head]


def _from_newest(facets: tuple[str, ...], language: str | None, start: int | None) -> "QuerySet[PublicRow]":
    """Rows from the newest down."""
    rows = PublicRow.objects.using(DEFAULT).filter(current=True).exclude(state="killed")
    if language is not None:
        rows = rows.filter(language=language)
    if start is not None:
        rows = rows.filter(seq__lt=start)
    for facet in facets:
        rows = rows.filter(facets__facet=facet)
    return rows.order_by("-seq")


def _card(row: PublicRow, epoch: int, *, bodies: bool = True) -> PublicEdition:
    return PublicEdition(
        edition=edition_of(row.head, row.body if bodies else None),
        at=Instant(row.at),
        first_at=Instant(row.first_at),
        state=cast(PublicState, row.state),
        notice=row.notice,
        sha256=row.sha256,
        cursor=cursors.encode(row.seq, epoch),
        version_id=row.version_id,
    )


def public_files(size: int, *, since: Instant | None = None) -> range:
    """Numbers of the files that hold all public pages if each holds those of `size` places in the index.

    What stands in a file never moves to another one. With `since`, the files that hold what came later.
    """
    places = PublicRow.objects.using(DEFAULT).order_by("pk").values_list("pk", flat=True)
    first, last = places.first(), places.last()
    if first is None or last is None:
        return range(1, 1)
    older = None if since is None else places.filter(at__lt=since, seq__gt=0).last()
    return range(1 + (0 if older is None else (older - first) // size), 2 + (last - first) // size)


def public_pages(number: int, size: int, *, since: Instant | None = None) -> list[PublicEdition]:
    """Pages of a file of `public_files`, the latest change first, without killed ones; no bodies.

    With `since`, only those first published not before it, and none that moved in from an old site.
    """
    rows = PublicRow.objects.using(DEFAULT)
    first = rows.order_by("pk").values_list("pk", flat=True).first() or 0
    start = first + (number - 1) * size
    chosen = _from_newest((), None, None).filter(pk__gte=start, pk__lt=start + size).defer("body")
    if since is not None:
        chosen = chosen.filter(first_at__gte=since, seq__gt=0)
    epoch = cursors.current_epoch()
    return [_card(row, epoch, bodies=False) for row in chosen]


def public_languages(release: str) -> dict[str, str]:
    """Language -> path of its page, the original first; killed pages too, for they answer with the notice."""
    return languages_of([release]).get(release, {})


def languages_of(releases: Iterable[str]) -> dict[str, dict[str, str]]:
    """`public_languages` of many releases by one question; those without a public edition are left out."""
    found: dict[str, dict[str, str]] = {}
    asked = list(dict.fromkeys(releases))
    for first in range(0, len(asked), _AT_ONCE):
        rows = PublicRow.objects.using(DEFAULT).filter(
            release__in=asked[first : first + _AT_ONCE], current=True
        )
        ordered = rows.order_by("-original", "first_at", "seq").values_list("release", "language", "path")
        for release, language, path in ordered:
            found.setdefault(release, {})[language] = path
    return found


def public_headlines(releases: Iterable[str], language: str | None = None) -> dict[str, PublicEdition]:
    """Release -> its public edition in the language (None: the original), without the text; killed and
    unknown ones are left out.
    """
    rows = PublicRow.objects.using(DEFAULT).filter(
        release__in=list(releases)[:_AT_ONCE], current=True, **_in_language(language)
    )
    epoch = cursors.current_epoch()
    found = rows.exclude(state="killed").defer("body")
    return {row.release: _card(row, epoch, bodies=False) for row in found}


def _in_language(language: str | None) -> dict[str, object]:
    return {"original": True} if language is None else {"language": language}


def media_type(sha256: str) -> str | None:
    """The media type of a picture of a public edition; None for any other."""
    rows = PublicMedia.objects.using(DEFAULT).filter(sha256=sha256)
    return rows.values_list("media_type", flat=True).first()


def media(sha256: str) -> tuple[bytes, str] | None:
    """(bytes, media type) of a picture of a public edition; None for any other, there or not (T4)."""
    row = PublicMedia.objects.using(DEFAULT).filter(sha256=sha256).first()
    return None if row is None else desk.media(row.version_id).get(sha256)
