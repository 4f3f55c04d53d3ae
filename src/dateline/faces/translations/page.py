"""The context of the editor, the same for a person of the house and for a translator."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dateline.core.errors import BadInput, NotFound
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.faces.translations.acting import Whose
from dateline.faces.translations.cells import AT_ONCE, NOTHING_LEFT, Left, cells, said_of
from dateline.faces.translations.words import BLOCKS
from dateline.languages.services import translation_desk as work


def opened(release: str, language: str) -> work.Worksheet:
    """The worksheet. Raises Http404 where there is none, also for the original's own language."""
    try:
        return work.open_sheet(release, Language(language))
    except (NotFound, BadInput) as error:
        raise Http404 from error


def start_of(request: HttpRequest, sheet: work.Worksheet) -> int:
    """The first block of the page that is asked for."""
    told = request.GET.get("from", "0")
    number = int(told) if told.isdecimal() and len(told) < 6 else 0
    return number - number % AT_ONCE if number < len(sheet.rows) else 0


def context(
    request: HttpRequest, card: desk.ReleaseCard, sheet: work.Worksheet, whose: Whose, left: Left | None
) -> dict[str, Any]:
    """Everything that both editors show."""
    start = start_of(request, sheet)
    shown = [row.place for row in sheet.rows[start : start + AT_ONCE]]
    findings = work.findings_of(sheet, shown)
    counts = sheet.counts
    return {
        "card": card,
        "sheet": sheet,
        "whose": whose,
        "language": sheet.language,
        "source_language": sheet.source.language,
        "cells": cells(sheet, findings, card.issuer, start=start, left=left or NOTHING_LEFT),
        "start": start,
        "pages": range(0, len(sheet.rows), AT_ONCE) if len(sheet.rows) > AT_ONCE else (),
        "counts": [(*BLOCKS[state], n) for state, n in counts.items() if n],
        "open": sheet.open,
        "whole": said_of([f for f in findings if not work.place_of(f, sheet)], sheet),
        "standing": len(work.standing(sheet, findings)),
        "label": work.label_of(sheet.rows),
    }


def as_file(data: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep."""
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": disposition})


XLIFF = "application/xliff+xml; charset=utf-8"
