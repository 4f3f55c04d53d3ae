"""A new release: paste or upload, look at what was recognised, make the draft."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dateline.audience import services as audience
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import autonym
from dateline.core.words import Story
from dateline.desk import services as desk
from dateline.faces.portal import tray, zones
from dateline.faces.portal.access import Viewer, signed_in
from dateline.faces.portal.drafts import worst_first
from dateline.faces.portal.forms import DraftForm, ReadForm, WhenForm
from dateline.faces.portal.uploads import files_of, pasted
from dateline.issuers import services as issuers
from dateline.languages import services as languages


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The tray: what was read so far, a way to add more, and the button that makes a draft of it."""
    if request.method != "POST":
        return _page(request, viewer)
    act = request.POST.get("act", "")
    if act == "draft":
        return _draft(request, viewer)
    if act == "remove":
        number = request.POST.get("number", "")
        if re.fullmatch(r"[0-9]{1,4}", number):
            tray.remove(viewer.name, int(number))
        return redirect("/portal/new/")
    if act == "empty":
        tray.empty(viewer.name)
        return redirect("/portal/new/")
    return _read(request, viewer)


def _read(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    form = ReadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, viewer, read=form, status=422)
    typed = pasted(form.cleaned_data["text"])
    try:
        files = files_of(request, form.cleaned_data["uploads"])
    except BadInput as error:
        form.add_error("uploads", str(error))
        return _page(request, viewer, read=form, status=422)
    if not files and not typed:
        form.add_error("text", _("Paste a text or choose a file."))
        return _page(request, viewer, read=form, status=422)
    language = form.cleaned_data["language"]
    for refused in tray.put(viewer.name, typed, language):
        form.add_error("text", refused.message)
    for refused in tray.put(viewer.name, files, language):
        form.add_error("uploads", str(refused))
    if form.errors:
        return _page(request, viewer, read=form, status=422)
    return redirect("/portal/new/")


def _draft(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    items = tray.items(viewer.name)
    form = _draft_form(viewer, items, request.POST)
    if not form.is_valid():
        return _page(request, viewer, draft=form, status=422)
    data = form.cleaned_data
    at = instant_of(form)
    if form.errors:
        return _page(request, viewer, draft=form, status=422)
    try:
        stories = tray.stories(viewer.name, data["original"])
        release = desk.add_release(
            stories, issuer=data["issuer"], circuit=data["circuit"], at=at, by=viewer.name
        )
    except DatelineError as error:
        form.add_error(None, str(error))
        return _page(request, viewer, draft=form, status=422)
    tray.empty(viewer.name)
    messages.success(request, _("The draft is there. Nothing of it is public."))
    return redirect(f"/portal/{release}/")


def instant_of(form: WhenForm) -> Instant | None:
    """T0 as chosen, None for on approval; an error is added beside its field."""
    data = form.cleaned_data
    if data.get("how") != "at":
        return None
    if not data["when"].strip():
        form.add_error("when", _("Say when, or choose release on approval."))
        return None
    try:
        return zones.chosen_instant(data["when"], data["zone"], now=SystemClock().now())
    except BadInput as error:
        form.add_error("zone" if "zone" in error.message and not data["zone"] else "when", error.message)
        return None


def _draft_form(viewer: Viewer, items: list[tray.Item], data: Any = None) -> DraftForm:
    first = items[0].story if items else None
    slugs = {one.slug: one.name for one in issuers.issuers()}
    mine = (
        [(viewer.issuer, slugs.get(viewer.issuer, viewer.issuer))] if viewer.issuer else list(slugs.items())
    )
    issuer = first.issuer if first and first.issuer in dict(mine) else (mine[0][0] if mine else "")
    circuits = [one.name for one in audience.circuits()]
    initial = {
        "original": items[0].number if items else None,
        "issuer": issuer,
        "circuit": first.circuit if first and first.circuit in circuits else "all",
        "how": "at" if first and first.embargo else "approval",
        "when": first.embargo if first else "",
        "zone": zones.zone_of(issuers.issuer(viewer.issuer).country) if viewer.issuer else "",
    }
    originals = [(item.number, autonym(item.story.language)) for item in items]
    return DraftForm(data, originals=originals, issuers=mine, circuits=circuits, initial=initial)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    *,
    read: ReadForm | None = None,
    draft: DraftForm | None = None,
    status: int = 200,
) -> HttpResponse:
    items = tray.items(viewer.name)
    context = {
        "items": [(item, _findings(item.story)) for item in items],
        "pictures": tray.pictures(viewer.name),
        "read": read or ReadForm(),
        "draft": (draft or _draft_form(viewer, items)) if items else None,
        "zones": zones.zone_names(),
        "no_issuer": not viewer.issuer and not issuers.issuers(),
    }
    return render(request, "portal/new.html", context, status=status)


def _findings(story: Story) -> Any:
    return worst_first(tuple(dict.fromkeys((*story.findings, *languages.check_story(story)))))
