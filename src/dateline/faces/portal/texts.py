"""The text step: one tab per language, what was recognised, findings with a jump, editing as Markdown."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language
from dateline.core.words import Story
from dateline.desk import services as desk
from dateline.faces.portal import structure
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.acting import attempt
from dateline.faces.portal.drafts import draft_edition, markdown_of, replaced_by, story_from
from dateline.faces.portal.forms import ReadForm, TextForm
from dateline.faces.portal.page import Text, frame, is_public, texts
from dateline.faces.portal.uploads import files_of, pasted, posted
from dateline.intake import services as intake
from dateline.wire import services as wire


@signed_in
@require_safe
def text(request: HttpRequest, viewer: Viewer, release: str, language: str = "") -> HttpResponse:
    """`/portal/R/text/LANG/`: the story as structured blocks beside its findings."""
    card = release_for(viewer, release)
    found = texts(card)
    shown = _chosen(found, language)
    context = frame(request, viewer, card, "text", found) | {
        "texts": list(found.values()),
        "shown": shown,
        "parts": structure.parts(shown.edition, f"/portal/{release}/media"),
    }
    return render(request, "portal/text.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, viewer: Viewer, release: str, language: str) -> HttpResponse:
    """`/portal/R/text/LANG/edit/`: the draft as Markdown, or a file instead. Errors keep what was typed."""
    card = release_for(viewer, release)
    found = texts(card)
    shown = _chosen(found, language)
    if shown.story is None:  # it is out: what is public is corrected, not edited
        return redirect(f"/portal/{release}/correct/")
    form = TextForm(*posted(request), initial={"text": markdown_of(draft_edition(shown.story, card))})
    if request.method == "POST" and _saved(request, viewer, form, card, shown.story):
        return redirect(f"/portal/{release}/text/{language}/")
    context = frame(request, viewer, card, "text", found) | {
        "texts": list(found.values()),
        "shown": shown,
        "form": form,
    }
    return render(request, "portal/edit.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, viewer: Viewer, form: TextForm, card: desk.ReleaseCard, old: Story) -> bool:
    """Saves what the form holds; on errors adds them beside their field."""
    if not form.is_valid():
        return False
    field = "file" if form.cleaned_data["file"] else "text"
    try:
        files = files_of(request, form.cleaned_data["file"])
        desk.save_draft(card.release, _edited(files, form.cleaned_data["text"], old), by=viewer.name)
    except DatelineError as error:
        form.add_error(field, str(error))
        return False
    messages.success(request, _("Saved. It needs a new lock and a new approval before it can go out."))
    return True


def _edited(files: dict[str, bytes], text: str, old: Story) -> Story:
    documents = {name: data for name, data in files.items() if not structure.is_picture(name)}
    along = {name: data for name, data in files.items() if name not in documents}
    if len(documents) > 1:
        raise BadInput(_("one text at a time; other languages have pages of their own"))
    for name, data in documents.items():
        return replaced_by(data, name, old, along)
    if not text.strip():
        raise BadInput(_("the text is empty; to take the language out, use Remove"))
    return story_from(text, replace(old, attachments=(*old.attachments, *along.items())))


@signed_in
@require_POST
def remove(request: HttpRequest, viewer: Viewer, release: str, language: str) -> HttpResponse:
    """Takes one language out of a draft."""
    release_for(viewer, release)
    if attempt(request, lambda: desk.remove_draft(release, Language(language), by=viewer.name)):
        messages.success(request, _("The language was taken out."))
    return redirect(f"/portal/{release}/text/")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/portal/R/language/`: one more language; after T0 it joins as a late edition with its own approval."""
    card = release_for(viewer, release)
    form = ReadForm(*posted(request))
    if request.method == "POST" and form.is_valid() and (tag := _added(request, viewer, form, card)):
        return redirect(f"/portal/{release}/" if is_public(card) else f"/portal/{release}/text/{tag}/")
    context = frame(request, viewer, card, "text") | {"form": form}
    return render(request, "portal/language.html", context, status=422 if form.errors else 200)


def _added(request: HttpRequest, viewer: Viewer, form: ReadForm, card: desk.ReleaseCard) -> str:
    """The language added, or "" with the error beside its field."""
    data = form.cleaned_data
    field = "uploads" if data["uploads"] else "text"
    try:
        files = {**pasted(data["text"]), **files_of(request, data["uploads"])}
        story = _one_story(files, data["language"])
        if not is_public(card):
            if story.language in card.languages:
                raise BadInput(_("there is already a text in this language; edit it, or remove it first"))
            desk.save_draft(card.release, story, by=viewer.name)
            messages.success(request, _("The language was added."))
        else:
            submitted = wire.submit_late_edition(card.release, story, by=viewer.name)
            tell(request, submitted, _("The late edition is approved and goes out now."))
    except DatelineError as error:
        form.add_error(field, str(error))
        return ""
    return str(story.language)


def _one_story(files: dict[str, bytes], language: str) -> Story:
    along = {name: data for name, data in files.items() if structure.is_picture(name)}
    documents = [(name, data) for name, data in files.items() if name not in along]
    if len(documents) != 1:
        raise BadInput(_("give one text: paste it, or choose one file"))
    name, data = documents[0]
    return intake.read_bytes(data, name, lang=language or None, sent_along=along)


def tell(request: HttpRequest, submitted: wire.Submitted, done: str) -> None:
    """What came of a submission, as a message."""
    if submitted.blocked:
        blocking = [finding for finding in submitted.findings if finding.severity == "block"]
        first = blocking[0].message if blocking else ""
        messages.error(request, _("Locked, but findings stop it: %(first)s") % {"first": first})
    elif submitted.approved:
        messages.success(request, done)
    else:
        messages.warning(request, _("Locked. It is waiting for another person to approve it."))


def _chosen(found: dict[Language, Text], language: str) -> Text:
    if not found:
        raise Http404
    if not language:
        return next(iter(found.values()))
    if language not in found:
        raise Http404
    return found[Language(language)]
