"""The language of the desks' pages: what the person chose, else what the browser asks for, among those
whose catalogue is complete. Pages of the public follow their address or their reader instead.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language

from dateline.core.languages import WIRE_LANGUAGES, Language, autonym
from dateline.faces.newsroom.preferred import ranked
from dateline.plant.settings import get_settings

COOKIE: Final = "interface_language"
_YEAR_S: Final = 365 * 24 * 3600
_LOCALES: Final = Path(__file__).with_name("locale")
_ENGLISH: Final = Language("en")
_BY_SMALL: Final = {tag.lower(): tag for tag in WIRE_LANGUAGES}


@lru_cache(maxsize=1)
def offered() -> tuple[Language, ...]:
    """English, which needs no catalogue, and each language that was compiled, which an unfinished one is not
    (scripts/build_messages.py). Read once: Django keeps catalogues while a process runs as well.
    """
    return tuple(tag for tag in WIRE_LANGUAGES if tag == _ENGLISH or _compiled(tag).exists())


def _compiled(tag: Language) -> Path:
    return _LOCALES / tag.replace("-", "_") / "LC_MESSAGES" / "django.mo"


def choices() -> tuple[tuple[Language, str], ...]:
    """Tag and own name of every language on offer, in the wire's order."""
    return tuple((tag, autonym(tag)) for tag in offered())


def is_offered(tag: str) -> bool:
    """Whether pages can be shown in the language."""
    return tag in offered()


def interface_language(request: HttpRequest) -> Language:
    """The language for this request. `settle` has the last word where somebody is signed in."""
    settled = getattr(request, "interface_language", "")
    for wanted in (settled, request.COOKIES.get(COOKIE, "")):
        if is_offered(wanted):
            return Language(wanted)
    return asked_language(request)


def asked_language(request: HttpRequest) -> Language:
    """The first language on offer that the browser asks for, else English."""
    asked = ranked(request.headers.get("Accept-Language", ""))
    return next((tag for tag in asked if is_offered(tag)), _ENGLISH)


def spoken() -> Language:
    """The language that Django translates into now, as the wire writes it: Django has small letters only."""
    return _BY_SMALL.get((get_language() or "").lower(), _ENGLISH)


def settle(request: HttpRequest, chosen: str) -> None:
    """What the signed-in person keeps in their account goes before cookie and browser; "" is no choice."""
    request.interface_language = chosen  # type: ignore[attr-defined]  # a request carries what middleware adds


def remember(response: HttpResponseBase, chosen: str) -> None:
    """Keeps the choice in this browser, for the pages before sign-in."""
    response.set_cookie(
        COOKIE,
        chosen,
        max_age=_YEAR_S,
        secure=get_settings().site_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
    )
