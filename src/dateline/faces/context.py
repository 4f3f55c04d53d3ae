"""What every template knows about the house."""

from typing import Any

from django.http import HttpRequest

from dateline.core.languages import direction
from dateline.plant.settings import get_settings

_INTERFACE_LANGUAGE = "en"
"""The desks speak English until catalogues exist; newsroom, feeds, stop page and mail speak their reader's
language.
"""


def house(request: HttpRequest) -> dict[str, Any]:
    """Wire name, addresses, and the language of the desks with its direction."""
    settings = get_settings()
    return {
        "wire_name": settings.wire_name,
        "site_url": settings.site_url,
        "stream_url": settings.stream_url,
        "interface_language": _INTERFACE_LANGUAGE,
        "interface_dir": direction(_INTERFACE_LANGUAGE),
    }
