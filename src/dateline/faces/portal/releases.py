"""The list of releases: one's own for an issuer, all for the desk."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, signed_in

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    card: desk.ReleaseCard
    headline: str


def rows(viewer: Viewer, limit: int = LIMIT) -> list[Row]:
    """Newest first; only what the viewer may see (T5)."""
    cards = desk.list_releases(issuer=None if viewer.is_desk else viewer.issuer, limit=limit)
    headlines = desk.headlines([card.release for card in cards])
    return [Row(card, headlines.get(card.release, "")) for card in cards]


@signed_in
@require_safe
def releases(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/portal/`."""
    return render(request, "portal/releases.html", {"rows": rows(viewer), "viewer": viewer})
