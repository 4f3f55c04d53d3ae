"""Reader-facing words of one language for templates: `w.front_title` is the phrase `front.title`."""

from dateline.core.phrases import phrase
from dateline.plant.settings import get_settings


class Words:
    """Attribute access to the phrases of a language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        first, _, rest = name.partition("_")
        return phrase(f"{first}.{rest.replace('_', '-')}", self.language, wire=get_settings().wire_name)
