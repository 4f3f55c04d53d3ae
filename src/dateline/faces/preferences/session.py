"""Who is signed in to preferences: a signed cookie of its own, good for these pages alone and for a while."""

from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse

from dateline.audience import services as audience
from dateline.core.ids import RecipientId
from dateline.plant.settings import get_settings

COOKIE: Final = "dateline_preferences"
_PATH: Final = "/preferences/"
_LASTS_S: Final = 12 * 3600
_SALT: Final = "dateline.preferences"


def begin(response: HttpResponse, recipient: RecipientId) -> None:
    """Signs the person in."""
    response.set_cookie(
        COOKIE,
        signing.dumps(recipient, salt=_SALT),
        max_age=_LASTS_S,
        path=_PATH,
        secure=get_settings().site_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )


def end(response: HttpResponse) -> None:
    """Signs out."""
    response.delete_cookie(COOKIE, path=_PATH, samesite="Lax")


def who(request: HttpRequest) -> tuple[RecipientId, audience.Choices] | None:
    """The person signed in and what they chose; None for nobody, and for somebody stopped or erased since."""
    try:
        recipient = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LASTS_S)
    except signing.BadSignature:
        return None
    found = audience.person_choices(RecipientId(recipient))
    return None if found is None else (RecipientId(recipient), found)
