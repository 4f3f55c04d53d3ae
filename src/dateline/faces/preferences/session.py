"""Who is signed in to preferences: a signed cookie of its own, good for these pages alone and for a while.

It names a row of `audience`, so that signing out, stopping and erasing end every copy of it.
"""

from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse

from dateline.audience import services as audience
from dateline.core.ids import RecipientId
from dateline.plant.settings import get_settings

COOKIE: Final = "dateline_preferences"
_PATH: Final = "/preferences/"
_LASTS_S: Final = audience.SIGN_IN_HOURS * 3600
_SALT: Final = "dateline.preferences"


def begin(response: HttpResponse, sign_in: str) -> None:
    """Signs the person in."""
    response.set_cookie(
        COOKIE,
        signing.dumps(sign_in, salt=_SALT),
        max_age=_LASTS_S,
        path=_PATH,
        secure=get_settings().site_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )


def end(request: HttpRequest, response: HttpResponse, *, everywhere: bool = False) -> None:
    """Signs out: this browser, or every one of this person."""
    sign_in = _told(request)
    if sign_in:
        audience.sign_out(sign_in, everywhere=everywhere)
    response.delete_cookie(COOKIE, path=_PATH, samesite="Lax")


def who(request: HttpRequest) -> tuple[RecipientId, audience.Choices] | None:
    """The person signed in and what they chose; None for nobody, and for somebody stopped or erased since."""
    sign_in = _told(request)
    found = audience.signed_in(sign_in) if sign_in else None
    return None if found is None else (found.recipient, found.choices)


def _told(request: HttpRequest) -> str:
    """The sign-in that the cookie names; empty without a cookie of ours."""
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LASTS_S))
    except signing.BadSignature:
        return ""
