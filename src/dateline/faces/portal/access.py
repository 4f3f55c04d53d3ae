"""Who is asking, and what that person may see: everything for the desk, one's own for an issuer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import override

from dateline.core.errors import NotFound
from dateline.core.rounding import Shown, exact, rounded
from dateline.desk import services as desk
from dateline.faces.interface import interface_language, settle
from dateline.issuers import services as issuers


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person. `issuer` is set for people of one issuer."""

    name: str
    role: str
    issuer: str = ""

    @property
    def is_desk(self) -> bool:
        """Operators and editors: they see every release and journalists' addresses (I15)."""
        return self.role in {"operator", "editor"}

    @property
    def shown(self) -> Shown:
        """How counts of people are shown to this person (I15)."""
        return exact if self.is_desk else rounded

    def may_see(self, card: desk.ReleaseCard) -> bool:
        return self.is_desk or card.issuer == self.issuer


View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Calls `view(request, viewer, ...)`; sends anybody else to the sign-in page. The answer is never cached:
    it may hold unreleased text.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = viewer_of(request)
        with override(interface_language(request)):
            response = _to_sign_in(request) if found is None else view(request, found, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return inner


def desk_only(view: View) -> View:
    """As `signed_in`, for operators and editors; others are told that they may not."""

    @signed_in
    @wraps(view)
    def inner(request: HttpRequest, viewer: Viewer, *args: Any, **kwargs: Any) -> HttpResponse:
        if not viewer.is_desk:
            raise PermissionDenied
        return view(request, viewer, *args, **kwargs)

    return inner


def viewer_of(request: HttpRequest) -> Viewer | None:
    """The person behind the session; None when nobody is signed in or the person has left the house."""
    if not request.user.is_authenticated:
        return None
    try:
        person = issuers.person(request.user.get_username())
    except NotFound:
        logout(request)
        return None
    if request.session.get(issuers.SESSION_KEY, person.id) != person.id:
        logout(request)  # somebody else has this name by now
        return None
    settle(request, person.language)
    return Viewer(person.name, person.role, person.issuer)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if is_fragment(
        request
    ):  # a fragment must not be replaced by the sign-in page: htmx loads the whole page anew
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())


def release_for(viewer: Viewer, release: str) -> desk.ReleaseCard:
    """The release's card. Raises Http404 alike for one that does not exist and one of another issuer (T5)."""
    try:
        card = desk.show(release)
    except NotFound as error:
        raise Http404 from error
    if not viewer.may_see(card):
        raise Http404
    return card


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"
