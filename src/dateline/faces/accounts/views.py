"""Sign-in by one-time link. Opening a link shows a button; pressing it signs in, so that no scanner or
prefetch
of a mail program can use the link up.
"""

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dateline.issuers import services as issuers

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_DESK = "/portal/"


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """How to get a link; who is signed in now."""
    return render(request, "accounts/index.html")


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the button, the same for every token. POST: signs in, once; unknown, used and old tokens answer
    alike.
    """
    if request.method != "POST":
        return _private(render(request, "accounts/sign_in.html"))
    person = issuers.redeem_sign_in(token)
    if person is None:
        return _private(render(request, "accounts/sign_in.html", {"refused": True}, status=403))
    users = get_user_model()
    user, is_new = users.objects.get_or_create(username=person.name)
    if is_new:
        user.set_unusable_password()
        user.save()
    login(request, user, backend=_BACKEND)
    request.session[issuers.SESSION_KEY] = person.id
    return HttpResponseRedirect(_DESK)


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
