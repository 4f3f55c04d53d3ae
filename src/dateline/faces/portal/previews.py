"""The preview step: each language as page, mail and plain text, in a frame without scripts."""

import html as html_words
from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dateline.core.languages import Language, direction
from dateline.core.phrases import phrase
from dateline.core.words import Edition
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.drafts import page_facts
from dateline.faces.portal.page import Text, frame, is_public, texts
from dateline.formats import mail
from dateline.formats.html import article_html
from dateline.formats.registry import codec

KINDS = ("page", "mail", "mail-text", "text")
_FRAME_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
"""Nothing runs, nothing is sent, nothing is loaded from elsewhere: mail carries its style inline."""


@signed_in
@require_safe
def preview(
    request: HttpRequest, viewer: Viewer, release: str, language: str = "", kind: str = "page"
) -> HttpResponse:
    """`/portal/R/preview/LANG/KIND/`: the frame with tabs; what is shown in it has an address of its own."""
    card = release_for(viewer, release)
    found = texts(card)
    shown = _text_in(found, language or card.original_language)
    if kind not in KINDS:
        raise Http404
    context = frame(request, viewer, card, "preview", found) | {
        "texts": list(found.values()),
        "shown": shown,
        "kind": kind,
        "kinds": [
            ("page", _("Page")),
            ("mail", _("Mail")),
            ("mail-text", _("Mail, plain text")),
            ("text", _("Text for outlets")),
        ],
        "subject": mail.subject(shown.edition) if kind.startswith("mail") else "",
        "plain": _plain(shown.edition, kind),
    }
    return render(request, "portal/preview.html", context)


@signed_in
@require_safe
def document(request: HttpRequest, viewer: Viewer, release: str, language: str, kind: str) -> HttpResponse:
    """`/portal/R/preview/LANG/KIND.html`: the document inside the frame."""
    card = release_for(viewer, release)
    edition = _text_in(texts(card), language).edition
    makers: Mapping[str, Callable[[Edition], str]] = {"page": _page, "mail": _mail}
    if kind not in makers:
        raise Http404
    body = _local_pictures(makers[kind](edition), edition, release)
    response = HttpResponse(body)
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@signed_in
@require_safe
def picture(request: HttpRequest, viewer: Viewer, release: str, sha256: str) -> HttpResponse:
    """A picture of a draft, for those who may see the release."""
    card = release_for(viewer, release)
    if is_public(card):
        kept = desk.media(desk.latest_version(release).version_id)
        if sha256 not in kept:
            raise Http404
        return HttpResponse(kept[sha256][0], content_type=kept[sha256][1])
    for story in desk.drafts(release):
        attached = dict(story.attachments)
        for item in story.media:
            if item.sha256 == sha256 and item.name in attached:
                return HttpResponse(attached[item.name], content_type=item.media_type)
    raise Http404


def _text_in(found: Mapping[Language, Text], language: str) -> Text:
    if language not in found:
        raise Http404
    return found[Language(language)]


def _page(edition: Edition) -> str:
    context = {
        "edition": edition,
        "dir": direction(edition.language),
        "body": article_html(edition, page_facts()),
    }
    return render_to_string("portal/preview_page.html", context)


def _plain(edition: Edition, kind: str) -> str:
    if kind == "mail-text":
        document = _mail_document(edition)
        return mail.filled(mail.text_pieces(document, frozenset(mail.SLOTS)), _somebody(edition))
    if kind == "text":
        return codec("text").render(edition, page_facts()).decode()
    return ""


def _mail(edition: Edition) -> str:
    document = _mail_document(edition)
    return mail.filled(mail.html_pieces(document, frozenset(mail.SLOTS)), _somebody(edition), html=True)


def _mail_document(edition: Edition) -> mail.MailDocument:
    return mail.read_mail(codec("mail").render(edition, page_facts()))


def _somebody(edition: Edition) -> dict[str, str]:
    """The personal fields of a reader who does not exist: the links lead nowhere."""
    return {
        "why": phrase("mail.reason.all", edition.language),
        "source": _("the recipient's own consent"),
        "preferences_url": "#",
        "stop_url": "#",
    }


def _local_pictures(body: str, edition: Edition, release: str) -> str:
    """Pictures are not public yet: their public addresses become those of this preview."""
    base = page_facts().base_url
    for item in edition.media:
        public = html_words.escape(f"{base}/media/{item.sha256}")
        body = body.replace(public, f"/portal/{release}/media/{item.sha256}/")
    return body
