"""What is wanted in which language: all of it for the desk, one's own for an issuer; and one release's."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import WIRE_LANGUAGES, autonym, parse_language
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.translations.words import BLOCKS, EDITIONS
from dateline.languages.services import translation_desk as work

LIMIT = 200
_FILTERS = ("open", "held", "person", "waiting", "machine", "joined", "all")
_OPEN = frozenset({"handed-in", "held", "failed", "person", "waiting", "working", "machine"})
_SAME = {"person": {"person", "handed-in"}, "waiting": {"waiting", "working"}, "held": {"held", "failed"},
         "machine": {"machine", "there"}, "joined": {"joined"}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One edition of the list."""

    card: desk.ReleaseCard
    headline: str
    line: work.WorkLine

    @property
    def word(self) -> Promise:
        return EDITIONS[self.line.standing][0]

    @property
    def tone(self) -> str:
        return EDITIONS[self.line.standing][1]

    @property
    def blocks(self) -> list[tuple[Promise, str, int]]:
        """(state, tone, how many) of its blocks."""
        return [(*BLOCKS[state], n) for state, n in self.line.counts.items() if n and state in BLOCKS]

    @property
    def may_cancel(self) -> bool:
        return self.line.is_ordered and self.line.standing in {"waiting", "failed", "person", "handed-in"}


def lines(cards: list[desk.ReleaseCard]) -> list[Line]:
    """The editions of these releases, what needs a person first."""
    headlines = desk.headlines([card.release for card in cards])
    by_id = {str(card.release): card for card in cards}
    return [Line(by_id[line.release], headlines.get(line.release, ""), line) for line in work.worklist(cards)]


@signed_in
@require_safe
def listing(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/translations/?state=`."""
    asked = request.GET.get("state", "open")
    state = asked if asked in _FILTERS else "open"
    cards = desk.list_releases(issuer=None if viewer.is_desk else viewer.issuer, limit=LIMIT)
    found = lines(cards)
    wanted = _OPEN if state == "open" else _SAME.get(state)
    titles = {
        "open": _("Open"), "held": _("Held"), "person": _("With a person"), "waiting": _("Waiting"),
        "machine": _("In the drafts"), "joined": _("Joined"), "all": _("All"),
    }  # fmt: skip
    shown = {
        "viewer": viewer,
        "lines": [line for line in found if wanted is None or line.line.standing in wanted],
        "state": state,
        "filters": [(name, titles[name]) for name in _FILTERS],
        "limit": LIMIT,
    }
    return render(request, "translations/list.html", shown)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/translations/R/`: its editions; a POST wants more, or one no more."""
    card = release_for(viewer, release)
    if request.method == "POST":
        if _done(request, viewer, card):
            return redirect(f"/translations/{release}/")
        card = release_for(viewer, release)
    found = lines([card])
    there = {line.line.language for line in found if line.line.standing != "cancelled"}
    shown = {
        "viewer": viewer,
        "card": card,
        "headline": desk.headline(release),
        "lines": found,
        "more": [
            (tag, autonym(tag))
            for tag in WIRE_LANGUAGES
            if tag != card.original_language and tag not in there
        ],
        "over": card.state in {"killed", "withdrawn", "spiked"},
        "asked": request.POST.getlist("languages"),
    }
    return render(
        request, "translations/release.html", shown, status=422 if request.method == "POST" else 200
    )


def _done(request: HttpRequest, viewer: Viewer, card: desk.ReleaseCard) -> bool:
    acts = {"order": _order, "cancel": _cancel}
    todo = acts.get(request.POST.get("act", ""))
    if todo is None:
        raise Http404
    try:
        messages.success(request, todo(request, viewer, card))
    except DatelineError as error:
        messages.error(request, str(error))
        return False
    return True


def _order(request: HttpRequest, viewer: Viewer, card: desk.ReleaseCard) -> str:
    told = [*request.POST.getlist("languages"), *request.POST.get("other", "").replace(",", " ").split()]
    tags = [parse_language(tag) for tag in told[:40]]
    if not tags:
        raise BadInput(_("choose at least one language"))
    work.order(card.release, tags, by=viewer.name)
    return _("Wanted: %(languages)s.") % {"languages": ", ".join(tags)}


def _cancel(request: HttpRequest, viewer: Viewer, card: desk.ReleaseCard) -> str:
    tag = parse_language(request.POST.get("language", ""))
    work.cancel_order(card.release, tag, by=viewer.name)
    return _("%(language)s is wanted no more.") % {"language": tag}
