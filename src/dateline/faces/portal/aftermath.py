"""After T0: correct and kill, each on a page of its own that says how many it reaches."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language, autonym, direction
from dateline.core.words import Story
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.drafts import draft_edition, markdown_of, story_from
from dateline.faces.portal.forms import FilesField, ManyFiles, ReasonForm
from dateline.faces.portal.page import frame, is_public
from dateline.faces.portal.structure import is_picture
from dateline.faces.portal.texts import tell
from dateline.faces.portal.uploads import files_of, posted
from dateline.faces.reporting.reach import reached
from dateline.intake import services as intake
from dateline.wire import services as wire


@signed_in
@require_safe
def after(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/portal/R/after/`: what can still be done, each one click further."""
    card = release_for(viewer, release)
    if not is_public(card):
        return redirect(f"/portal/{release}/")
    context = frame(request, viewer, card, "after") | {"reached": reached(viewer, release)}
    return render(request, "portal/after.html", context)


class CorrectionForm(ReasonForm):
    """The reason, one text per public language, and files in their place."""

    uploads = FilesField(
        label=_("Or files in their place"),
        required=False,
        widget=ManyFiles(attrs={"multiple": True}),
        help_text=_("One per language; the language is the one that the file names."),
    )

    def __init__(self, *args: Any, public: Mapping[str, str], **kwargs: Any) -> None:
        """`public`: language -> Markdown of what is out."""
        super().__init__(*args, **kwargs)
        for language, text in public.items():
            self.fields[f"text-{language}"] = forms.CharField(
                label=autonym(language),
                required=False,
                strip=False,
                initial=text,
                widget=forms.Textarea(attrs={"rows": 22, "lang": language, "dir": direction(language)}),
            )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """Puts a corrected version on the wire: languages whose text was changed, with the reason readers see."""
    card = _public_card(viewer, release)
    stories = desk.drafts(release)
    public = {str(story.language): markdown_of(draft_edition(story, card)) for story in stories}
    form = CorrectionForm(*posted(request), public=public)
    if request.method == "POST" and form.is_valid() and _corrected(request, viewer, form, release, stories):
        return redirect(f"/portal/{release}/")
    context = frame(request, viewer, card, "after") | {"form": form, "reached": reached(viewer, release)}
    return render(request, "portal/correct.html", context, status=422 if form.errors else 200)


def _corrected(
    request: HttpRequest, viewer: Viewer, form: CorrectionForm, release: str, stories: tuple[Story, ...]
) -> bool:
    try:
        changed = [*_typed(form, stories), *_sent(request, form, stories)]
        if form.errors:
            return False
        if not changed:
            form.add_error(None, _("No text was changed."))
            return False
        changed.sort(key=lambda story: not story.original)
        reason = form.cleaned_data["reason"]
        submitted = wire.submit_correction(release, changed, reason=reason, by=viewer.name)
    except DatelineError as error:
        form.add_error(None, str(error))
        return False
    tell(request, submitted, _("The correction is approved and goes out now."))
    return True


def _typed(form: CorrectionForm, stories: tuple[Story, ...]) -> list[Story]:
    """The texts that differ from what is public; what cannot be read is told beside its field."""
    changed = []
    for old in stories:
        name = f"text-{old.language}"
        text = form.cleaned_data[name].replace("\r\n", "\n").strip()
        if not text or text == str(form.fields[name].initial).strip():
            continue
        try:
            changed.append(story_from(text, old))
        except BadInput as error:
            form.add_error(name, str(error))
    return changed


def _sent(request: HttpRequest, form: CorrectionForm, stories: tuple[Story, ...]) -> list[Story]:
    """The texts of the files, each in place of the public one in its language."""
    public = {story.language: story for story in stories}
    try:
        files = files_of(request, form.cleaned_data["uploads"])
        along = {name: data for name, data in files.items() if is_picture(name)}
        return [_in_place(name, data, public, along) for name, data in files.items() if name not in along]
    except BadInput as error:
        form.add_error("uploads", str(error))
        return []


def _in_place(name: str, data: bytes, public: Mapping[Language, Story], along: Mapping[str, bytes]) -> Story:
    read = intake.read_bytes(data, name, sent_along=along)
    old = public.get(read.language)
    if old is None:
        raise BadInput(_("there is no public text in %(tag)s") % {"tag": read.language}, where=name)
    if old.attachments:  # only now its language is known, and so its pictures
        read = intake.read_bytes(data, name, sent_along={**dict(old.attachments), **along})
    return replace(read, original=old.original, translation=old.translation, slug=old.slug)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def kill(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """Removes a release at once: its pages answer 410 with the notice alone."""
    card = _public_card(viewer, release)
    form = ReasonForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            submitted = wire.submit_kill(release, reason=form.cleaned_data["reason"], by=viewer.name)
        except DatelineError as error:
            form.add_error(None, str(error))
        else:
            tell(request, submitted, _("Killed. Everybody who received it is told at once."))
            return redirect(f"/portal/{release}/")
    context = frame(request, viewer, card, "after") | {"form": form, "reached": reached(viewer, release)}
    return render(request, "portal/kill.html", context, status=422 if form.errors else 200)


def _public_card(viewer: Viewer, release: str) -> desk.ReleaseCard:
    card = release_for(viewer, release)
    if not is_public(card):
        raise Http404
    return card
