"""Sign-in by one-time link. Opening a link shows a button; pressing it signs in, so that no scanner or
prefetch
of a mail program can use the link up.
"""

from contextlib import suppress

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dateline.core.errors import NotFound
from dateline.faces.interface import interface_language, is_offered, remember, settle
from dateline.issuers import services as issuers

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_DESK = "/portal/"


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """How to get a link; who is signed in now."""
    _settle_signed_in(request)
    with override(interface_language(request)):
        return render(request, "accounts/index.html")


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the button, the same for every token. POST: signs in, once; unknown, used and old tokens answer
    alike.
    """
    if request.method != "POST":
        return _private(_sign_in_page(request))
    person = issuers.redeem_sign_in(token)
    if person is None:
        return _private(_sign_in_page(request, refused=True))
    users = get_user_model()
    user, is_new = users.objects.get_or_create(username=person.name)
    if is_new:
        user.set_unusable_password()
        user.save()
    login(request, user, backend=_BACKEND)
    request.session[issuers.SESSION_KEY] = person.id
    return HttpResponseRedirect(_DESK)


def _sign_in_page(request: HttpRequest, *, refused: bool = False) -> HttpResponse:
    with override(interface_language(request)):
        found = {"refused": True} if refused else {}
        return render(request, "accounts/sign_in.html", found, status=403 if refused else 200)


def _private(response: HttpResponse) -> HttpResponse:
    # The address is the secret: it must reach no other site's log. Not `no-referrer`: with that a browser
    # posts the
    # form with `Origin: null`, which the guard against other sites' forms refuses.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return HttpResponseRedirect("/accounts/")


@never_cache
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the language of the pages: in the browser, and in the account of who is signed in. Goes back to
    the page that asked; anything but an own address and a language on offer is left aside.
    """
    chosen, back = request.POST.get("language", ""), request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = HttpResponseRedirect(back if is_ours else _DESK)
    if is_offered(chosen):
        if request.user.is_authenticated:
            with suppress(NotFound):  # the session outlived the person; the page they go to ends it
                issuers.choose_language(request.user.get_username(), chosen)
        remember(response, chosen)
    return response


def _settle_signed_in(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        with suppress(NotFound):
            settle(request, issuers.person(request.user.get_username()).language)
