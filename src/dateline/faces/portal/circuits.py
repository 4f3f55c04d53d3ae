"""The circuit step: who would be reached, counted before anything is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dateline.audience import services as audience
from dateline.core.errors import DatelineError
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, is_fragment, release_for, signed_in
from dateline.faces.portal.acting import attempt
from dateline.faces.portal.forms import CircuitForm
from dateline.faces.portal.page import frame, is_public
from dateline.faces.portal.uploads import posted
from dateline.issuers import services as issuers

TOP = 20


@dataclass(frozen=True, slots=True)
class ReachTable:
    """Counts as the viewer may see them; `rounded` says that people are rounded (I15)."""

    circuit: str
    outlets: int
    journalists: int
    desktops: int
    by_country: tuple[tuple[str, int], ...]
    by_language: tuple[tuple[str, int], ...]
    more_countries: int
    rounded: bool


def reach_table(viewer: Viewer, card: desk.ReleaseCard, name: str) -> ReachTable:
    """Whom `name` would reach with what is known of this release by now. Raises NotFound."""
    stories = desk.drafts(card.release)
    original = next((story for story in stories if story.original), None)
    about = {country for story in stories for country in story.countries}
    found = audience.reach(
        audience.circuit(name),
        languages=card.languages,
        sectors=original.sectors if original else (),
        keywords=original.keywords if original else (),
        about=about or {issuers.issuer(card.issuer).country},
        issuer=card.issuer,
    )
    shown = viewer.shown
    countries = _sorted(found.by_country)
    return ReachTable(
        circuit=name,
        outlets=found.outlets,
        journalists=shown(found.journalists),
        desktops=found.desktops,
        by_country=tuple((code, shown(count)) for code, count in countries[:TOP]),
        by_language=tuple((tag, shown(count)) for tag, count in _sorted(found.by_language)),
        more_countries=max(0, len(countries) - TOP),
        rounded=not viewer.is_desk,
    )


def _sorted(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def circuit(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/portal/R/circuit/?circuit=NAME` counts; a POST chooses."""
    card = release_for(viewer, release)
    if is_public(card):
        return redirect(f"/portal/{release}/")
    known = audience.circuits()
    names = [one.name for one in known]
    wanted = request.POST.get("circuit") or request.GET.get("circuit") or card.circuit
    form = CircuitForm(*posted(request), circuits=names, initial={"circuit": wanted})
    if request.method == "POST" and form.is_valid():
        if attempt(request, lambda: desk.set_circuit(release, wanted, by=viewer.name)):
            messages.success(request, _("The circuit was chosen."))
        return redirect(f"/portal/{release}/circuit/")
    try:
        reach = reach_table(viewer, card, wanted)
    except DatelineError as error:
        reach = None
        messages.error(request, str(error))
    context = {"reach": reach, "rule": next((one for one in known if one.name == wanted), None)}
    if is_fragment(request):
        return render(request, "portal/_reach.html", context)
    context |= frame(request, viewer, card, "circuit") | {"form": form}
    return render(request, "portal/circuit.html", context, status=422 if form.errors else 200)
