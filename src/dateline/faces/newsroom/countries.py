"""Country names for readers."""

from dateline.faces.newsroom.dates import babel_locale


def country_name(code: str, language: str) -> str:
    """The country's name in the language (CLDR through Babel); the code where CLDR has none."""
    territories = babel_locale(language).territories
    return str(territories.get(code, code))
