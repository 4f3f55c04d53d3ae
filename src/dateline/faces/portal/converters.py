"""Parts of the portal's addresses; what does not fit is a plain 404."""

from django.urls import register_converter
from django.urls.converters import get_converters

from dateline.faces.newsroom.converters import LanguageConverter, ReleaseConverter


class DeskRelease(ReleaseConverter):
    """A release id."""


class DeskLanguage(LanguageConverter):
    """A stored language tag."""


def register() -> None:
    """Makes `<desk_release:..>` and `<desk_language:..>` known; harmless when they are."""
    if "desk_release" not in get_converters():
        register_converter(DeskRelease, "desk_release")
        register_converter(DeskLanguage, "desk_language")
