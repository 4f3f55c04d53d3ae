"""Memory and glossary as pages: search, files in and out. An issuer's people see and change their own; the
desk chooses whose.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import WIRE_LANGUAGES, autonym, parse_language
from dateline.faces.portal.access import Viewer, signed_in
from dateline.faces.translations.acting import uploaded
from dateline.faces.translations.page import as_file
from dateline.issuers import services as issuers
from dateline.languages.services import translation_desk as work

SHOWN = 300
_MOST_TMX = 20 * 1024 * 1024


def owner(request: HttpRequest, viewer: Viewer) -> str:
    """Whose entries: an issuer's own, whatever is asked; for the desk the issuer chosen, "" the house's.
    Raises BadInput for an issuer that is not there.
    """
    if not viewer.is_desk:
        return viewer.issuer
    asked = request.POST.get("issuer", request.GET.get("issuer", ""))
    if asked and asked not in {one.slug for one in issuers.issuers()}:
        raise BadInput(_("there is no such issuer"), where=asked[:60])
    return asked


def _tag(request: HttpRequest, name: str) -> str:
    told = request.GET.get(name, "").strip()
    try:
        return str(parse_language(told)) if told else ""
    except BadInput:
        return ""


def _page(
    request: HttpRequest, viewer: Viewer, name: str, whose: str, more: Mapping[str, Any]
) -> HttpResponse:
    status = more.get("status", 200)
    shown = {
        "viewer": viewer,
        "issuer": whose,
        "issuers": [(one.slug, one.name) for one in issuers.issuers()] if viewer.is_desk else [],
        "languages": [(tag, autonym(tag)) for tag in WIRE_LANGUAGES],
        "source": _tag(request, "source"),
        "target": _tag(request, "target"),
    }
    return render(request, f"translations/{name}.html", shown | dict(more), status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def memory(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/translations/memory/?q=`: near matches; a POST takes a TMX file."""
    try:
        whose = owner(request, viewer)
        if request.method == "POST":
            data, name = uploaded(request, "file", _MOST_TMX)
            came = work.import_tmx(data, issuer=whose, where=name, own_only=not viewer.is_desk)
            return _taken(request, came, f"/translations/memory/?issuer={whose}")
    except DatelineError as error:
        messages.error(request, str(error))
        return _page(request, viewer, "memory", "" if viewer.is_desk else viewer.issuer, {"status": 422})
    query = request.GET.get("q", "").strip()[:500]
    found = (
        work.search(query, source=_tag(request, "source"), target=_tag(request, "target"), issuer=whose)
        if query
        else []
    )
    return _page(request, viewer, "memory", whose, {"q": query, "found": found})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def glossary(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/translations/glossary/`: the terms; a POST takes a CSV file."""
    try:
        whose = owner(request, viewer)
        if request.method == "POST":
            data, name = uploaded(request, "file")
            came = work.import_csv(
                _text(data, name), by=viewer.name, issuer=whose, where=name, own_only=not viewer.is_desk
            )
            return _taken(request, came, f"/translations/glossary/?issuer={whose}")
    except DatelineError as error:
        messages.error(request, str(error))
        return _page(request, viewer, "glossary", "" if viewer.is_desk else viewer.issuer, {"status": 422})
    terms = work.list_terms(source=_tag(request, "source"), target=_tag(request, "target"), issuer=whose)
    more = {"terms": terms[:SHOWN], "total": len(terms), "most": SHOWN}
    return _page(request, viewer, "glossary", whose, more)


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(_("is no UTF-8; save it as CSV UTF-8"), where=name) from None


def _taken(request: HttpRequest, came: Mapping[str, Any], back: str) -> HttpResponse:
    messages.success(
        request,
        _("%(created)s new, %(updated)s changed, %(unchanged)s as they were.")
        % {name: came[name] for name in ("created", "updated", "unchanged")},
    )
    for one in came["rejected"][:10]:
        messages.warning(request, _("line %(line)s: %(reason)s") % one)
    if len(came["rejected"]) > 10:
        messages.warning(request, _("and %(n)s more") % {"n": len(came["rejected"]) - 10})
    return redirect(back)


@signed_in
@require_safe
def tmx(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The memory as TMX 1.4b."""
    data = work.export_tmx(issuer=_own(request, viewer))
    return as_file(data, "application/x-tmx+xml; charset=utf-8", "memory.tmx")


@signed_in
@require_safe
def csv(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The glossary as CSV, which the page takes back."""
    text = work.glossary_csv(work.list_terms(issuer=_own(request, viewer)))
    return as_file(text.encode(), "text/csv; charset=utf-8", "glossary.csv")


def _own(request: HttpRequest, viewer: Viewer) -> str:
    try:
        return owner(request, viewer)
    except BadInput:
        return "-"  # nobody's: an empty file
