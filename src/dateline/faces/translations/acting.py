"""What the one form of the editor does, for everybody who may open it: it saves what was typed, then does
what its button says. What could not be saved comes back as it was typed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dateline.core.errors import BadInput, DatelineError, NotFound
from dateline.core.languages import Language
from dateline.faces.translations.cells import AT_ONCE, Left, kept_form, typed_form
from dateline.languages.services import translation_desk as work

MOST_UPLOADED: Final = 5 * 1024 * 1024
_engines: Final = BoundedSemaphore(2)
"""Each run of engines may hold a thread for half a minute; readers need the others."""
_ENGINES_WAIT_S: Final = 1.0
_NUMBER: Final = re.compile(r"\d{1,5}")


@dataclass(frozen=True, slots=True)
class Whose:
    """Who edits what. `by` is the name on record; `is_house`: a person of the house, not a translator."""

    release: str
    language: Language
    by: str
    is_house: bool


def act(request: HttpRequest, whose: Whose) -> Left | None:
    """None when everything went through; else what the form left. Raises Http404 for a release or a block
    that is not there.
    """
    try:
        if "sheet" in request.FILES:
            _import(request, whose)
            return None
        edits = _edits(request)
        saved = work.save(whose.release, whose.language, edits, by=whose.by)
        if saved.refused or saved.theirs:
            _tell_left(request, saved)
            return _left(edits, saved)
        return _then(request, whose, saved)
    except NotFound as error:
        raise Http404 from error
    except DatelineError as error:
        messages.error(request, str(error))
        return _kept(request)


def _edits(request: HttpRequest) -> list[work.Edit]:
    """The blocks of the form. Raises BadInput for more than one page of them."""
    numbers = [name[2:] for name in request.POST if name.startswith("p-") and _NUMBER.fullmatch(name[2:])]
    if len(numbers) > AT_ONCE:
        raise BadInput(_("more blocks than one page has; load the page again"))
    everything = request.POST.get("act") == "check"
    edits = []
    for number in numbers:
        text = kept_form(request.POST.get(f"t-{number}", "")[: 2 * work.LONGEST])
        if len(text) > 2 * work.LONGEST:
            text = text[: 2 * work.LONGEST]  # the service names its own limit; the rest is not carried along
        ticked = bool(request.POST.get(f"c-{number}")) or (everything and bool(text.strip()))
        place, seen = request.POST.get(f"p-{number}", ""), request.POST.get(f"s-{number}", "")
        edits.append(work.Edit(place, text, seen, ticked))
    return edits


def _left(edits: list[work.Edit], saved: work.Saved) -> Left:
    open_ = {**saved.refused, **dict.fromkeys(saved.theirs, "")}
    mine = [edit for edit in edits if edit.place in open_]
    typed = {edit.place: typed_form(saved.sheet.row(edit.place), edit.text) for edit in mine}
    return Left(typed, frozenset(e.place for e in mine if e.checked), saved.refused, saved.theirs)


def _kept(request: HttpRequest) -> Left:
    """What was typed, where the act as a whole was refused: what was saved before is the same text."""
    typed = {
        request.POST[name]: request.POST.get(f"t-{name[2:]}", "")
        for name in request.POST
        if name.startswith("p-") and f"t-{name[2:]}" in request.POST
    }
    ticked = {
        request.POST[name]
        for name in request.POST
        if name.startswith("p-") and f"c-{name[2:]}" in request.POST
    }
    return Left(typed, frozenset(ticked), {}, {})


def _tell_left(request: HttpRequest, saved: work.Saved) -> None:
    if saved.changed:
        messages.success(request, _saved(len(saved.changed)))
    if saved.refused:
        messages.error(
            request,
            ngettext(
                "%(n)s block was not saved; it says why.", "%(n)s blocks were not saved; each says why.",
                len(saved.refused),
            ) % {"n": len(saved.refused)},
        )  # fmt: skip
    if saved.theirs:
        messages.warning(
            request,
            ngettext(
                "Somebody changed %(n)s block while you wrote. Both texts are there; save to keep yours.",
                "Somebody changed %(n)s blocks while you wrote. Both texts are there; save to keep yours.",
                len(saved.theirs),
            ) % {"n": len(saved.theirs)},
        )  # fmt: skip


def _saved(count: int) -> str:
    return ngettext("%(n)s block saved.", "%(n)s blocks saved.", count) % {"n": count}


def _then(request: HttpRequest, whose: Whose, saved: work.Saved) -> Left | None:
    """The button, once everything is saved."""
    name, _colon, rest = request.POST.get("act", "save").partition(":")
    todo = _ACTS.get(name)
    if todo is None or (name in _HOUSE and not whose.is_house):
        raise Http404
    return todo(request, whose, rest, saved)


def _save(request: HttpRequest, whose: Whose, rest: str, saved: work.Saved) -> None:
    messages.success(request, _saved(len(saved.changed)) if saved.changed else _("Nothing had changed."))


def _use(request: HttpRequest, whose: Whose, rest: str, saved: work.Saved) -> Left | None:
    number, _colon, key = rest.partition(":")
    place = request.POST.get(f"p-{number}", "")
    row = saved.sheet.row(place)
    done = work.take_proposal(whose.release, whose.language, place, key, row.seen, by=whose.by)
    if done.refused or done.theirs:
        _tell_left(request, done)
        return Left({}, frozenset(), done.refused, done.theirs)
    messages.success(request, _("The proposed text is in its place. Read it before you tick it."))
    return None


def _ask(request: HttpRequest, whose: Whose, rest: str, saved: work.Saved) -> None:
    if rest == "open":
        places = [row.place for row in saved.sheet.rows if row.state in {"empty", "outdated"}]
    else:
        places = [request.POST.get(f"p-{rest}", "")]
    if not places:
        messages.info(request, _("Every block has a text that fits the original."))
        return
    if not _engines.acquire(timeout=_ENGINES_WAIT_S):
        messages.warning(request, _("The engines are busy with other pages. Try again in a minute."))
        return
    try:
        count, said = work.ask_again(whose.release, whose.language, places, by=whose.by)
    finally:
        _engines.release()
    told = ngettext("%(n)s block has a new answer.", "%(n)s blocks have a new answer.", count) % {"n": count}
    if count < len(places):
        why = " ".join((told, *said))
        messages.warning(request, why)
    else:
        messages.success(request, told)


def _accept(request: HttpRequest, whose: Whose, rest: str, saved: work.Saved) -> None:
    reason = request.POST.get(f"reason-{rest}", "")
    work.accept(whose.release, whose.language, rest, reason=reason, by=whose.by)
    messages.success(request, _("Accepted in your name, with your reason."))


def _finish(request: HttpRequest, whose: Whose, rest: str, saved: work.Saved) -> None:
    done = work.finish(whose.release, whose.language, by=whose.by, reason=request.POST.get("reason", ""))
    if done.state == "drafts":
        messages.success(request, _("It is in the drafts and goes out with its release."))
    elif done.state == "joined":
        messages.success(request, _("Approved. It goes out now."))
    else:
        messages.warning(request, _("Locked. It waits: %(why)s") % {"why": done.why})


_ACTS: Final[dict[str, Callable[[HttpRequest, Whose, str, work.Saved], Left | None]]] = {
    "save": _save,
    "check": _save,
    "use": _use,
    "ask": _ask,
    "accept": _accept,
    "finish": _finish,
    "hand-in": lambda *_: None,
}
_HOUSE: Final = frozenset({"ask", "accept", "finish"})


def _import(request: HttpRequest, whose: Whose) -> None:
    data, name = uploaded(request, "sheet")
    came = work.import_xliff(whose.release, whose.language, data, by=whose.by, where=name)
    told = ngettext("%(n)s block taken from the file.", "%(n)s blocks taken from the file.", came.taken)
    messages.success(request, told % {"n": came.taken})
    for note in came.notes[:10]:
        messages.warning(request, note)
    if len(came.notes) > 10:
        messages.warning(request, _("and %(n)s more") % {"n": len(came.notes) - 10})


def uploaded(request: HttpRequest, field: str, most: int = MOST_UPLOADED) -> tuple[bytes, str]:
    """(bytes, name) of a file. Raises BadInput for none and for one that is too large."""
    file = request.FILES.get(field)
    if file is None or isinstance(file, list):
        raise BadInput(_("choose a file"))
    name = file.name or field
    if (file.size or 0) > most:
        raise BadInput(_("is larger than %(n)s MB") % {"n": most // 1024 // 1024}, where=name)
    return file.read(), name
