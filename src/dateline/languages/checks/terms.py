"""Terms of art are called what the trade calls them.

Catches literal renderings that no newsroom writes: "media outlets" as shops or sockets, "press release" as a
liberation (hold; block in a headline). Forms that are unmistakable count on the translation alone, plain words only
where the original uses the term. The terms are the house list (`dateline.languages.terms`).

Measured: recall 1.000, 0 false alarms on 897 clean blocks, precision 1.000 at one error a clean block
(docs/checks.md).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice
from dateline.languages.reading.characters import base_of
from dateline.languages.reading.parts import Part, pairs
from dateline.languages.reading.words import latin
from dateline.languages.terms import HouseTerm, gate_terms


class TermCheck:
    """`term-forbidden` (hold; block in a headline)."""

    code = "terms"
    severity: Severity = "block"
    about = "Terms of art are rendered as the trade renders them."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import told
        >>> told(TermCheck(), "Toko media boleh memakai foto.", "id"), told(TermCheck(), "Media massa boleh.", "id")
        (['term-forbidden hold'], [])
        """
        if is_notice(edition):
            return
        terms = _for_language(edition.language)
        if not terms:
            return
        for pair in pairs(edition, source):
            theirs = pair.source.text.casefold() if pair.source is not None else ""
            tag = pair.source.language if pair.source is not None else ""
            yield from _of_part(pair.part, terms, theirs, tag)


def _of_part(part: Part, terms: Sequence[HouseTerm], theirs: str, tag: str) -> Iterator[Finding]:
    text = part.text.casefold()
    if not _any_form(part.language).search(text):
        return
    severity: Severity = "block" if part.role == "headline" else "hold"
    for term in terms:
        meant = bool(theirs) and _holds(theirs, _of(term.targets, tag), tag)
        if term.alone or meant:
            for form in _of(term.forbidden, part.language):
                if _has(text, form, part.language):
                    message = f"'{form}' is no rendering of \"{term.name}\"; write {_of(term.targets, part.language)[0]}"
                    yield Finding("term-forbidden", severity, part.where, message)


@lru_cache(maxsize=32)
def _for_language(language: str) -> tuple[HouseTerm, ...]:
    """Terms that forbid something in the language."""
    return tuple(
        term for term in gate_terms() if _of(term.forbidden, language) and _of(term.targets, language)
    )


@lru_cache(maxsize=32)
def _any_form(language: str) -> re.Pattern[str]:
    """The first letters of every form that the language forbids."""
    forms = {form.casefold() for term in _for_language(language) for form in _of(term.forbidden, language)}
    return re.compile("|".join(sorted({re.escape(_root(form, language)) for form in forms})) or "(?!)")


def _root(form: str, language: str) -> str:
    """What of a form stands unchanged under every ending: its first word, shortened in Russian."""
    first = form.split(" ", 1)[0]
    return first[:-1] if base_of(language) == "ru" and len(first) > 4 else first


def _of(table: Mapping[str, Sequence[str]], language: str) -> Sequence[str]:
    return table.get(language) or table.get(base_of(language)) or ()


def _holds(text: str, forms: Sequence[str], language: str) -> bool:
    return any(_has(text, form, language) for form in forms)


def _has(text: str, form: str, language: str) -> bool:
    """Whether the form stands there as words of its own; stems may go on with their endings."""
    folded = form.casefold()
    pattern = _pattern(folded, latin(language), base_of(language) == "ru")
    return folded in text if pattern is None else pattern.search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(form: str, is_latin: bool, is_russian: bool) -> re.Pattern[str] | None:
    if not (is_latin or is_russian):
        return None
    words = [_stem(word, is_russian) for word in form.split(" ")]
    return re.compile(r"(?<![^\W\d_])" + " ".join(words) + r"(?![^\W\d_])")


def _stem(word: str, is_russian: bool) -> str:
    """A word with any ending: Russian cases, plurals of two letters elsewhere."""
    if is_russian and len(word) > 4:
        return re.escape(word[:-1] if word[-1] in "аяыийоеьую" else word) + r"[^\W\d_]{0,4}"
    return re.escape(word) + (r"[^\W\d_]{0,2}" if len(word) > 3 else "")


CHECK = TermCheck()
