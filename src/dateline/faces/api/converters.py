"""Path parts of the API beyond those of the portal; what does not fit is a plain 404."""

from django.urls import register_converter
from django.urls.converters import get_converters

from dateline.faces.newsroom.converters import ReleaseConverter
from dateline.faces.portal.converters import register as register_portals


class Sha256Converter(ReleaseConverter):
    """A hash in small hexadecimal digits."""

    regex = "[0-9a-f]{64}"


class RecipientConverter(ReleaseConverter):
    """A recipient id."""

    regex = "[0-9A-Za-z_-]{1,64}"


class CircuitConverter(ReleaseConverter):
    """A circuit's name as it is stored."""

    regex = r"[^/\x00-\x1f\x7f]{1,60}"


def register() -> None:
    """Makes them known; harmless when they are."""
    register_portals()
    if "sha256" not in get_converters():
        register_converter(Sha256Converter, "sha256")
        register_converter(RecipientConverter, "recipient")
        register_converter(CircuitConverter, "circuit_name")
