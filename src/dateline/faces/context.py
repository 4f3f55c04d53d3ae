"""What every template knows about the house."""

from typing import Any

from django.http import HttpRequest

from dateline.core.languages import direction
from dateline.plant.settings import get_settings


def house(request: HttpRequest) -> dict[str, Any]:
    """Wire name, addresses, and the direction of the interface language."""
    settings = get_settings()
    language = getattr(request, "LANGUAGE_CODE", "en")
    return {
        "wire_name": settings.wire_name,
        "site_url": settings.site_url,
        "stream_url": settings.stream_url,
        "interface_dir": direction(language),
    }
