"""Path parts of the newsroom; what does not fit is a plain 404."""

from dateline.core.errors import BadInput
from dateline.core.languages import parse_language


class LanguageConverter:
    """A stored tag, exactly as pages are addressed: `ko`, `zh-Hant`."""

    regex = "[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"

    def to_python(self, value: str) -> str:
        try:
            stored = parse_language(value)
        except BadInput as error:
            raise ValueError(value) from error
        if stored != value:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


class ReleaseConverter:
    """A release id: ten characters of the id alphabet."""

    regex = "[23456789a-hj-km-np-z]{10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class SlugConverter(ReleaseConverter):
    """The working name in front of the release id."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class CountryConverter(ReleaseConverter):
    """An ISO code, in either case."""

    regex = "[A-Za-z]{2}"
