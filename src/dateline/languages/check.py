"""The port of the gate: what a check is, which checks exist, and how text is shown to them."""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol, cast

from dateline.core.errors import BadInput
from dateline.core.words import Edition, Finding, Severity

GROUP = "dateline.checks"
_BUILT_IN = (
    "headline", "empty_text", "markup", "encoding", "hidden_characters", "addresses", "codes", "numbers",
    "currencies", "percentages", "units", "chatter", "placeholders", "loops", "completeness", "language",
    "leftovers", "mixed_scripts", "dateline", "dates", "times", "quotes", "terms", "names", "attribution",
    "negation", "third_party", "sectors", "typography", "register", "style",
)  # fmt: skip


class Check(Protocol):
    """One question to an edition. Pure: no clock, no database, no network."""

    @property
    def code(self) -> str:
        """Small letters and hyphens; its findings start with it or with a word near it."""
        ...

    @property
    def severity(self) -> Severity:
        """The worst it says: block, hold or warn."""
        ...

    @property
    def about(self) -> str:
        """One sentence for an editor."""
        ...

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """Findings of `edition`; `source` is the original it was made from, None for an original."""
        ...


def built_in() -> tuple[str, ...]:
    """Module names of the checks that come with the wire, in the order in which they are asked."""
    return _BUILT_IN


@lru_cache(maxsize=1)
def checks() -> tuple[Check, ...]:
    """Built-in checks in their order, then those of other packages by name. Raises BadInput for one that is
    no check.
    """
    found: list[Check] = [import_module(f"dateline.languages.checks.{name}").CHECK for name in _BUILT_IN]
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        loaded = point.load()
        made = loaded() if isinstance(loaded, type) else loaded
        missing = [part for part in ("code", "severity", "about", "find") if not hasattr(made, part)]
        if missing:
            raise BadInput(
                f"it lacks {', '.join(missing)}; see docs/extending", where=f"check '{point.name}'"
            )
        found.append(cast(Check, made))
    return tuple(found)


def texts(edition: Edition) -> Iterator[tuple[str, str]]:
    """(where, text) of every text that readers see."""
    for name in ("headline", "subhead", "byline", "disclaimer"):
        if text := getattr(edition, name):
            yield name, text
    for name in ("blocks", "boilerplate"):
        for number, block in enumerate(getattr(edition, name)):
            yield f"{name}[{number}]", block.text
            if block.attribution:
                yield f"{name}[{number}].attribution", block.attribution
    for number, contact in enumerate(edition.contacts):
        yield f"contacts[{number}]", " ".join((contact.name, contact.role))
    for item in edition.media:
        yield f"media {item.name}", " ".join((item.alt, item.caption, item.credit))


def is_notice(edition: Edition) -> bool:
    """Kills and withdrawals carry a notice instead of a story; checks of a story do not apply."""
    return edition.type in {"killed", "withdrawn"}
