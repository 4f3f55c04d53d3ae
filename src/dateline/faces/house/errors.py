"""Error pages in plain words."""

import sys

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from dateline.core.languages import direction
from dateline.faces.interface import asked_language, interface_language
from dateline.faces.newsroom.old_addresses import moved


def _page(
    request: HttpRequest, status: int, title: Promise, text: Promise, *, public: bool = False
) -> HttpResponse:
    """The page in the reader's language. A `public` one looks at no cookie, as all pages of the public."""
    language = asked_language(request) if public else interface_language(request)
    # What the context knows of the language follows the cookie, which a `public` page must not.
    shown = {
        "title": title,
        "text": text,
        "interface_language": language,
        "interface_dir": direction(language),
    }
    with override(language):
        response = render(request, "house/error.html", shown, status=status)
    patch_vary_headers(response, ("Accept-Language",) if public else ("Accept-Language", "Cookie"))
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same for what is absent and for what nobody may know of (T4). Addresses of an old site that
    moved in lead on.
    """
    try:
        if (found := moved(request)) is not None:
            return found
    except (InterfaceError, OperationalError):
        return broken(request)
    return _page(request, 404, _("Page not found"), _("Nothing is published at this address."), public=True)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 for people who are signed in without the right."""
    return _page(
        request, 403, _("Not allowed"), _("Your account may not do this. Ask an operator of this wire.")
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 for what cannot be read at all."""
    return _page(request, 400, _("Request not understood"), _("Go back, reload the page, and try again."))


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that another site sent, or one from a page that is too old (CSRF)."""
    return _page(
        request,
        403,
        _("Form not accepted"),
        _("It came from another site, or its page was open too long. Go back, reload, and send it again."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500 without details: they are in the log. 503 while the database is away: proxies and robots then ask
    again, and nobody drops a page from an index.
    """
    # Django calls this while it handles the exception and hands it on in no other way.
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        response = _page(
            request, 503, _("Back in a moment"), _("The records cannot be read just now. Nothing is lost.")
        )
        response.headers["Retry-After"] = "5"
        return response
    return _page(
        request, 500, _("Something went wrong"), _("The fault was recorded. Please try again in a minute.")
    )
