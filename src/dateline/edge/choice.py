"""One line per release: which edition of a release a desktop with ordered languages is sent."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from dateline.core.filters import filter_of
from dateline.core.languages import wishes

MOST_IN_ORDER: Final = 32
"""Who names more languages than this has no order: every edition in them is sent."""
NARROWED: Final = frozenset({"released", "edition-added"})
"""Corrections and kills go out in every language asked for: one that was left out could be the only one."""


def public_languages(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The languages that were public with this event, the original first; its own where none are named."""
    named = tuple(event.get("languages") or (event["language"],))
    original = event.get("original_language")
    if original in named:
        return (str(original), *(tag for tag in named if tag != original))
    return named


def stands_for(wish: str, public: Sequence[str]) -> str | None:
    """The language that a wish such as `zh`, `zh-Hant` or `*` takes of those public (original first)."""
    return next((tag for tag in public if wish in wishes(tag)), None)


@lru_cache(maxsize=256)
def _by_wish(public: tuple[str, ...]) -> Mapping[str, str]:
    """`stands_for` of every wish that these languages fulfil: an event has few, a question may name many."""
    found: dict[str, str] = {}
    for tag in public:
        for wish in wishes(tag):
            found.setdefault(wish, tag)
    return found


def chosen(wanted: Sequence[str], event: Mapping[str, Any]) -> str | None:
    """The first wanted language that is public; None when none is."""
    by_wish = _by_wish(public_languages(event))
    return next((by_wish[wish] for wish in wanted if wish in by_wish), None)


def is_sent(wanted: Sequence[str], event: Mapping[str, Any]) -> bool:
    """Whether this edition is the release's one line for a desktop with these languages."""
    return not wanted or event.get("type") not in NARROWED or chosen(wanted, event) == event["language"]


def in_order(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The order of languages of a question, for `Profile.languages`: empty where it asks for no choice.

    That is: no language, `*` alone, a keyword (looked for in each edition by itself), or too many. Raises
    BadInput for what is no language.
    """
    found: dict[str, None] = {}
    for name, text in pairs:
        if name == "keyword" and text.strip(", "):
            return ()
        for value in text.split(",") if name == "language" else ():
            for _, values in filter_of([("language", value)]).wanted:
                found.update(dict.fromkeys(values))
    return () if len(found) > MOST_IN_ORDER or list(found) == ["*"] else tuple(found)


def narrowed(asked: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The wishes `asked` in their order, each as far as `allowed` goes; all of them when that is empty.

    `zh` within `zh-Hant` is `zh-Hant`, `zh-Hant` within `zh` too, `*` is all that is allowed.
    """
    if not allowed:
        return asked
    found: dict[str, None] = {}
    for wish in asked:
        for own in allowed:
            if wish in {own, "*", own.split("-", 1)[0]}:
                found[own] = None
            elif own == wish.split("-", 1)[0]:
                found[wish] = None
    return tuple(found)
