"""What every template knows about the house."""

from typing import Any

from django.http import HttpRequest

from dateline.core.languages import direction
from dateline.faces.interface import choices, interface_language
from dateline.plant.settings import get_settings


def house(request: HttpRequest) -> dict[str, Any]:
    """Wire name, addresses, and the language of the desks with its direction; newsroom, feeds, stop page and
    mail speak their reader's language.
    """
    settings = get_settings()
    language = interface_language(request)
    return {
        "wire_name": settings.wire_name,
        "site_url": settings.site_url,
        "stream_url": settings.stream_url,
        "interface_language": language,
        "interface_dir": direction(language),
        "interface_languages": choices(),
    }
