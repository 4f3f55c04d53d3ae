"""Writes the public index inside the transaction of a lift: rows, facets, words, pictures."""

import json
from collections.abc import Mapping
from typing import Any

from dateline.core.clock import Instant
from dateline.core.phrases import phrase
from dateline.core.words import Edition, edition_document, edition_from
from dateline.plant.db.databases import DEFAULT
from dateline.wire import rules
from dateline.wire.models import Facet, PublicMedia, PublicRow, SearchText
from dateline.wire.opening import BODY, SUMMARY, Opened, OpenedEdition, split

KILLED = "killed/"


def public_now(release: str) -> dict[str, PublicRow]:
    """Language -> its current row, in the order in which they became public."""
    rows = PublicRow.objects.using(DEFAULT).filter(release=release, current=True).order_by("first_at", "seq")
    return {row.language: row for row in rows}


def publish(opened: Opened, at: Instant, numbers: Mapping[str, int], public: Mapping[str, PublicRow]) -> None:
    """Puts a lifted version into the index. `numbers`: language -> its log position."""
    if opened.kind == "kill":
        _kill(opened, at, numbers, public)
    elif opened.kind == "withdrawal":
        _withdraw(opened, at, numbers, public)
    else:
        _add(opened, at, numbers, public)


def _add(opened: Opened, at: Instant, numbers: Mapping[str, int], public: Mapping[str, PublicRow]) -> None:
    replaced = [public[e.edition.language].pk for e in opened.editions if e.edition.language in public]
    if replaced:
        PublicRow.objects.using(DEFAULT).filter(pk__in=replaced).update(current=False)
        _forget(replaced)
    rows = [
        _row(opened, found, at, numbers[found.edition.language], public.get(found.edition.language))
        for found in opened.editions
    ]
    PublicRow.objects.using(DEFAULT).bulk_create(rows)
    SearchText.objects.using(DEFAULT).bulk_create(
        [
            SearchText(row_id=row.pk, text=found.search.text, tokens=found.search.tokens)
            for row, found in zip(rows, opened.editions, strict=True)
        ]
    )
    Facet.objects.using(DEFAULT).bulk_create(
        [
            Facet(row_id=row.pk, facet=facet, language=row.language, seq=row.seq)
            for row, found in zip(rows, opened.editions, strict=True)
            for facet in rules.facets_of(found.edition, Instant(row.first_at))
        ]
    )
    PublicMedia.objects.using(DEFAULT).bulk_create(
        [
            PublicMedia(sha256=sha, release=opened.release, version_id=opened.version_id, media_type=kind)
            for sha, kind in {
                m.sha256: m.media_type for e in opened.editions for m in e.edition.media
            }.items()
        ],
        ignore_conflicts=True,
    )


def _row(opened: Opened, found: OpenedEdition, at: Instant, seq: int, before: PublicRow | None) -> PublicRow:
    edition = found.edition
    return PublicRow(
        release=opened.release,
        language=edition.language,
        version=edition.version,
        version_id=opened.version_id,
        seq=seq,
        current=True,
        state=rules.STATE_OF[opened.kind],
        notice=edition.reason if opened.kind == "correction" else "",
        at=at,
        first_at=before.first_at if before else at,
        path=edition.path,
        original=edition.is_original,
        sha256=found.sha256,
        head=found.head,
        body=found.body,
    )


def _forget(row_ids: list[int]) -> None:
    """Takes rows out of lists and search."""
    Facet.objects.using(DEFAULT).filter(row_id__in=row_ids).delete()
    SearchText.objects.using(DEFAULT).filter(row_id__in=row_ids).delete()


def _withdraw(
    opened: Opened, at: Instant, numbers: Mapping[str, int], public: Mapping[str, PublicRow]
) -> None:
    """Every version stays readable, marked; the current ones move to the head of the lists."""
    rows = PublicRow.objects.using(DEFAULT).filter(release=opened.release)
    rows.update(state="withdrawn", notice=opened.reason)
    for language, row in public.items():
        seq = numbers.get(language, row.seq)
        PublicRow.objects.using(DEFAULT).filter(pk=row.pk).update(
            seq=seq, at=at, notice=opened.reason_in(language)
        )
        Facet.objects.using(DEFAULT).filter(row_id=row.pk).update(seq=seq)


def _kill(opened: Opened, at: Instant, numbers: Mapping[str, int], public: Mapping[str, PublicRow]) -> None:
    """No word of any version stays here; one row per language answers with the notice, and feeds keep it as a
    tombstone under the facets that the edition had.
    """
    facets: dict[str, list[str]] = {language: [] for language in public}
    old = PublicRow.objects.using(DEFAULT).filter(release=opened.release)
    old_ids = list(old.values_list("pk", flat=True))
    for language, facet in (
        Facet.objects.using(DEFAULT).filter(row_id__in=old_ids).values_list("language", "facet")
    ):
        facets[language].append(facet)
    notices = {found.edition.language: found for found in opened.editions}
    without = {
        language: _own_notice(row, opened.reason)
        for language, row in public.items()
        if language not in notices
    }
    _forget(old_ids)
    PublicMedia.objects.using(DEFAULT).filter(release=opened.release).delete()
    covered = [row.pk for language, row in public.items() if language in notices]
    PublicRow.objects.using(DEFAULT).filter(pk__in=covered).update(current=False)
    old.update(state="killed", notice=opened.reason, head="", body="")
    for (
        language,
        edition,
    ) in without.items():  # joined after the kill was locked: its own row carries the notice
        old.filter(pk=public[language].pk).update(**_parts(edition), at=at)
    rows = [_killed_row(opened, found, at, numbers, public) for found in opened.editions]
    PublicRow.objects.using(DEFAULT).bulk_create(rows)
    kept = {row.language: row for row in rows} | {language: public[language] for language in without}
    Facet.objects.using(DEFAULT).bulk_create(
        [
            Facet(row_id=kept[language].pk, facet=KILLED + facet, language=language, seq=kept[language].seq)
            for language, found in facets.items()
            for facet in (*found, "all")
        ]
    )


def _killed_row(
    opened: Opened,
    found: OpenedEdition,
    at: Instant,
    numbers: Mapping[str, int],
    public: Mapping[str, PublicRow],
) -> PublicRow:
    edition = found.edition
    row = _row(opened, found, at, numbers[edition.language], public.get(edition.language))
    row.notice = edition.reason
    parts = _parts(rules.bare(edition, headline=edition.headline, reason=edition.reason))
    row.head, row.body = parts["head"], parts["body"]
    return row


def _own_notice(row: PublicRow, reason: str) -> Edition:
    edition = edition_of(row.head, row.body)
    return rules.bare(edition, headline=phrase("label.kill", edition.language), reason=reason)


def _parts(edition: Edition) -> dict[str, str]:
    head, body = split(edition_document(edition))
    return {"head": head, "body": body}


def edition_of(head: str, body: str | None) -> Edition:
    """The edition of a row's two parts. Without the body it has no blocks, and its subhead is the summary."""
    document: dict[str, Any] = json.loads(head)
    summary = document.pop(SUMMARY, "")
    if body is None:
        document |= {name: [] for name in BODY} | {"subhead": document["subhead"] or summary}
    else:
        document |= json.loads(body)
    return edition_from(document)
