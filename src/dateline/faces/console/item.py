"""One open item: the text under review beside its original or its last version, findings, and the acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dateline.core.errors import DatelineError
from dateline.core.languages import Language
from dateline.core.words import Edition
from dateline.desk import services as desk
from dateline.faces.console.compare import Pair, beside, since
from dateline.faces.portal import structure
from dateline.faces.portal.access import Viewer, desk_only, release_for
from dateline.faces.portal.drafts import worst_first
from dateline.faces.portal.forms import ReasonForm
from dateline.faces.portal.overrides import overridden
from dateline.faces.portal.page import Text, approvals_needed, clocks, is_public, lock_of, texts
from dateline.issuers import services as issuers
from dateline.wire import services as wire


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, viewer: Viewer, release: str, language: str = "") -> HttpResponse:
    """`/console/R/`: look; a POST acts, with a word of reason where one is due."""
    card = release_for(viewer, release)
    form: ReasonForm | None = None
    act = request.POST.get("act", "")
    if request.method == "POST":
        form = ReasonForm(request.POST)
        if act not in _ACTS:
            raise Http404
        if (act not in _REASONED or form.is_valid()) and _done(request, viewer, release, act, form):
            return redirect("/console/" if act in _LEAVES else f"/console/{release}/")
    context = _context(request, viewer, card, language) | {"failed": act, "bound": form}
    return render(request, "console/item.html", context, status=422 if form is not None else 200)


def _approve(request: HttpRequest, viewer: Viewer, release: str, reason: str) -> str:
    # The lock that was looked at, not whichever is newest when the button arrives.
    state = desk.approve(release, by=viewer.name, version_id=request.POST.get("version_id", ""))
    if state.complete:
        return _("Approved.")
    return _("Your approval is recorded: %(have)s of %(needed)s. Another person must approve too.") % {
        "have": state.have,
        "needed": state.needed,
    }


def _return(request: HttpRequest, viewer: Viewer, release: str, reason: str) -> str:
    desk.return_release(release, reason=reason, by=viewer.name)
    return _("Returned to the issuer.")


def _spike(request: HttpRequest, viewer: Viewer, release: str, reason: str) -> str:
    desk.spike(release, reason=reason, by=viewer.name)
    return _("Spiked. It will not go out.")


def _override(request: HttpRequest, viewer: Viewer, release: str, reason: str) -> str:
    sha256, code = request.POST.get("sha256", ""), request.POST.get("code", "")
    desk.override(release, sha256, code, reason=reason, by=viewer.name)
    return _("Overridden in your name.")


def _decide(request: HttpRequest, viewer: Viewer, release: str, reason: str) -> str:
    wire.release_overdue(release, by=viewer.name)
    return _("It goes out now.")


_ACTS: dict[str, Callable[[HttpRequest, Viewer, str, str], str]] = {
    "approve": _approve,
    "return": _return,
    "spike": _spike,
    "override": _override,
    "decide": _decide,
}
_REASONED = frozenset({"return", "spike", "override"})
_LEAVES = frozenset({"approve", "return", "spike", "decide"})


def _done(request: HttpRequest, viewer: Viewer, release: str, act: str, form: ReasonForm) -> bool:
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    try:
        messages.success(request, _ACTS[act](request, viewer, release, reason))
    except DatelineError as error:
        messages.error(request, str(error))
        return False
    return True


def _context(request: HttpRequest, viewer: Viewer, card: desk.ReleaseCard, language: str) -> dict[str, Any]:
    lock = desk.pending(card.release)
    found = _under_review(card, lock)
    if language and language not in found:
        raise Http404
    shown = found[Language(language)] if language else next(iter(found.values()), None)
    stands = lock or lock_of(card)
    at = stands.due_at if stands else card.at
    return {
        "viewer": viewer,
        "card": card,
        "headline": desk.headline(card.release),
        "issuer_name": issuers.issuer(card.issuer).name,
        "lock": lock,
        "stands": stands,
        "is_public": is_public(card),
        "texts": list(found.values()),
        "shown": shown,
        "pairs": _pairs(card, lock, shown, found) if shown else [],
        **_left(card, lock, shown),
        "findings": [(f, f.code in shown.lifted) for f in shown.findings] if shown else [],
        "blocked": any(text.blocking for text in found.values()),
        "sha256": _sha256(lock, shown),
        "needed": approvals_needed(card),
        "approved_by_me": bool(lock and viewer.name in lock.approvals),
        "at": at,
        "clocks": clocks(at, card) if at else [],
        "history": desk.history(card.release)[-12:],
    }


def _under_review(card: desk.ReleaseCard, lock: desk.VersionCard | None) -> dict[Language, Text]:
    """The locked editions that wait, else what the release holds now."""
    if lock is None:
        return texts(card)
    said, lifted = desk.findings(card.release), overridden(lock)
    return {
        edition.language: Text(
            edition,
            worst_first(said.get(edition.language, ())),
            lifted=lifted.get(edition.language, frozenset()),
        )
        for edition in desk.editions(lock.version_id)
    }


def _pairs(
    card: desk.ReleaseCard, lock: desk.VersionCard | None, shown: Text, found: dict[Language, Text]
) -> list[Pair]:
    media = f"/portal/{card.release}/media"
    right = structure.parts(shown.edition, media)
    before = _before(lock, shown.edition)
    if before is not None:
        return since(structure.parts(before, media), right)
    original = found.get(card.original_language)
    if original is not None and shown.language != card.original_language:
        return beside(structure.parts(original.edition, media), right)
    return [Pair(None, part) for part in right]


def _before(lock: desk.VersionCard | None, edition: Edition) -> Edition | None:
    """The public edition that a waiting correction, kill or withdrawal would replace."""
    if lock is None or lock.kind not in {"correction", "kill", "withdrawal"}:
        return None
    public = wire.public_edition(edition.release, edition.language)
    return public.edition if public else None


def _left(card: desk.ReleaseCard, lock: desk.VersionCard | None, shown: Text | None) -> dict[str, str]:
    """What stands at the left: its title, empty when there is nothing to compare with, and its language."""
    if shown is None or (shown.language == card.original_language and _before(lock, shown.edition) is None):
        return {"left_title": "", "left_language": ""}
    if _before(lock, shown.edition) is not None:
        return {"left_title": _("Public now"), "left_language": shown.language}
    return {"left_title": _("Original"), "left_language": card.original_language}


def _sha256(lock: desk.VersionCard | None, shown: Text | None) -> str:
    if lock is None or shown is None:
        return ""
    return next((ref.sha256 for ref in lock.editions if ref.language == shown.language), "")
