"""The side-by-side editor for people of the house, the files of one edition, and the translator's link."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dateline.core.errors import DatelineError, NotFound
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.next_act import SCHEDULED
from dateline.faces.portal.page import is_public
from dateline.faces.translations.acting import Whose, act
from dateline.faces.translations.cells import Left
from dateline.faces.translations.page import XLIFF, as_file, context, opened
from dateline.faces.translations.words import EDITIONS
from dateline.languages.services import translation_desk as work
from dateline.plant.settings import get_settings


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def editor(request: HttpRequest, viewer: Viewer, release: str, language: str) -> HttpResponse:
    """`/translations/R/LANG/`: look; a POST saves the blocks and does what its button says."""
    card = release_for(viewer, release)
    opened(release, language)
    left: Left | None = None
    if request.method == "POST":
        left = act(request, Whose(release, Language(language), viewer.name, is_house=True))
        if left is None:
            return redirect(request.get_full_path())
    return _page(request, viewer, card, language, left)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    card: desk.ReleaseCard,
    language: str,
    left: Left | None = None,
    **more: Any,
) -> HttpResponse:
    sheet = opened(card.release, language)
    line = work.line_of(work.worklist([card]), language)
    public = is_public(card)
    shown = context(request, card, sheet, Whose(card.release, sheet.language, viewer.name, True), left) | {
        "viewer": viewer,
        "home": f"/translations/{card.release}/{language}/",  # this may be the answer of the link's address
        "headline": desk.headline(card.release),
        "line": line,
        "standing_word": EDITIONS[line.standing] if line is not None else None,
        "is_public": public,
        "corrects": public and language in card.languages,
        "drops": card.state in SCHEDULED,
        "over": card.state in {"killed", "withdrawn", "spiked"},
        "most_days": work.MOST_DAYS,
    }
    return render(request, "translations/editor.html", shown | more, status=422 if left is not None else 200)


@signed_in
@require_safe
def sheet(request: HttpRequest, viewer: Viewer, release: str, language: str) -> HttpResponse:
    """The edition as XLIFF."""
    release_for(viewer, release)
    opened(release, language)
    return as_file(work.xliff_of_sheet(release, Language(language)), XLIFF, f"{release}.{language}.xlf")


@signed_in
@sensitive_variables("token")
@require_POST
def link(request: HttpRequest, viewer: Viewer, release: str, language: str) -> HttpResponse:
    """Draws a link for a translator, which this answer alone shows, or ends the one that is out."""
    card = release_for(viewer, release)
    opened(release, language)
    tag = Language(language)
    try:
        if request.POST.get("act") == "end":
            work.revoke(release, tag, by=viewer.name)
            messages.success(request, _("The link and what it opened have ended."))
            return redirect(f"/translations/{release}/{language}/")
        days = request.POST.get("days", "")
        token = work.draw(
            release,
            tag,
            request.POST.get("translator", ""),
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0,
            by=viewer.name,
        )
    except NotFound as error:
        raise Http404 from error
    except DatelineError as error:
        messages.error(request, str(error))
        return redirect(f"/translations/{release}/{language}/")
    address = f"{get_settings().site_url}/translator/in/{token}/"
    return _page(request, viewer, card, language, address=address)
