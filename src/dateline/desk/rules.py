"""Decisions of the desk: which act a state allows, how many approvals, what a page is called. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from dateline.core.clock import Instant
from dateline.core.errors import BadInput, Conflict
from dateline.core.words import Finding, ReleaseClass, Story, VersionKind
from dateline.desk.romanise import romanised

State = Literal[
    "draft", "in review", "locked", "approved", "returned", "spiked", "held", "overdue", "lifted",
    "withdrawn", "released", "corrected", "killed",
]  # fmt: skip
Act = Literal[
    "edit", "review", "lock", "approve", "return", "spike",
    "lock a late edition", "lock a correction", "lock a kill", "lock a withdrawal",
    "hold", "miss", "withdraw", "lift", "release", "correct", "kill", "mark withdrawn",
]  # fmt: skip

STATES: Final[tuple[State, ...]] = State.__args__  # type: ignore[attr-defined]
_WORK: Final[tuple[State, ...]] = ("draft", "in review", "returned")
_LOCKED: Final[tuple[State, ...]] = ("locked", "approved", "held", "overdue")
_PUBLIC: Final[tuple[State, ...]] = ("lifted", "released", "corrected")


def _to(target: State, *sources: State) -> dict[State, State]:
    return dict.fromkeys(sources, target)


TRANSITIONS: Final[Mapping[Act, Mapping[State, State]]] = {
    # What people do. Editing a locked text drops its lock and makes it a draft again.
    "edit": {**{state: state for state in _WORK}, **_to("draft", *_LOCKED)},
    "review": _to("in review", "draft", "returned"),
    "lock": _to("locked", *_WORK, *_LOCKED),
    "approve": _to("approved", "locked"),
    # Of what is public already, only what awaits approval is returned.
    "return": {**_to("returned", "in review", *_LOCKED, "spiked"), **{s: s for s in _PUBLIC}},
    "spike": _to("spiked", *_WORK, *_LOCKED),
    # Versions of what is public change the state only when the log says so.
    "lock a late edition": {state: state for state in _PUBLIC},
    "lock a correction": {state: state for state in _PUBLIC},
    "lock a kill": {state: state for state in (*_PUBLIC, "withdrawn")},
    "lock a withdrawal": {state: state for state in _PUBLIC},
    # What the wire tells: the hold, then the log. The log is the truth whatever the desk believed until then.
    "hold": _to("held", "approved"),
    "miss": _to("overdue", "approved", "held"),
    "withdraw": _to("withdrawn", *_WORK, *_LOCKED),
    "lift": _to("lifted", *_LOCKED),
    "release": _to("released", *_WORK, *_LOCKED, "spiked", "lifted"),
    "correct": _to("corrected", *_PUBLIC),
    "kill": _to("killed", *_PUBLIC, "withdrawn"),
    "mark withdrawn": _to("withdrawn", *_PUBLIC),
}
"""Declared once: act -> {state before: state after}. What is not here is refused with Conflict."""

_PEOPLE: Final[tuple[Act, ...]] = (
    "edit", "review", "lock", "approve", "return", "spike",
    "lock a late edition", "lock a correction", "lock a kill", "lock a withdrawal",
)  # fmt: skip
LOCKS: Final[Mapping[VersionKind, Act]] = {
    "release": "lock",
    "late-edition": "lock a late edition",
    "correction": "lock a correction",
    "kill": "lock a kill",
    "withdrawal": "lock a withdrawal",
}
LIFTS: Final[Mapping[VersionKind, Act]] = {
    "release": "release",
    "correction": "correct",
    "kill": "kill",
    "withdrawal": "mark withdrawn",
}
"""Kind of a version -> what its lift does to the release; a late edition leaves the state alone."""


def after(act: Act, state: str, *, what: str, public: bool) -> State:
    """The state after `act`. `public` says whether any version has been out: a release that was withdrawn
    before T0 has nothing to kill. Raises Conflict naming the state and the acts that are possible.
    """
    found = _after(act, state, public)
    if found is None:
        possible = [a for a in _PEOPLE if _after(a, state, public) is not None]
        hint = f"possible now: {', '.join(possible)}" if possible else "nothing more can be done with it"
        raise Conflict(f"{what} is {state}, which does not allow to {act}; {hint}")
    return found


def _after(act: Act, state: str, public: bool) -> State | None:
    if state == "withdrawn" and not public:
        return None
    return {str(k): v for k, v in TRANSITIONS[act].items()}.get(state)


def allows(act: Act, state: str, *, public: bool) -> bool:
    """Whether `after` would answer."""
    return _after(act, state, public) is not None


def approvals_needed(policy: Literal["solo", "two"], release_class: ReleaseClass) -> Literal[1, 2]:
    """Different persons whose approval a lock needs. Two for regulated items under any policy (T18).

    Whoever wrote or locked the text may be one of them: two persons in all, and never one person twice.
    """
    return 2 if policy == "two" or release_class == "regulated" else 1


def blocking(findings: Sequence[Finding], overridden: frozenset[str]) -> tuple[str, ...]:
    """Codes that still block, each once, in order."""
    codes = (f.code for f in findings if f.severity == "block" and f.code not in overridden)
    return tuple(dict.fromkeys(codes))


def checked_reason(reason: str) -> str:
    """The reason on one line. Raises BadInput when there is none or it is too long to be shown."""
    words = " ".join(reason.split())
    if not words:
        raise BadInput("say why, in one sentence", where="reason")
    if len(words) > 500:
        raise BadInput(f"{len(words)} characters are more than 500; say it in one sentence", where="reason")
    return words


def checked_name(by: str) -> str:
    """Who acts. Raises BadInput for nobody: approvals count persons."""
    name = by.strip()
    if not name or len(name) > 80:
        raise BadInput("every act needs the name of a person, at most 80 characters", where="by")
    return name


def checked_instant(at: Instant | None, now: Instant) -> Instant | None:
    """T0 as it was chosen; None is release on approval. Raises BadInput for a time that is not ahead."""
    if at is not None and at <= now:
        raise BadInput(
            f"{at.isoformat()} is in the past; give a later time, or none for release on approval", where="at"
        )
    return at


# --- the working name in a page's address -----------------------------------------------------------------

MAX_SLUG = 60
_READABLE = 0.6
"""Least share of a headline's letters that must have survived; below it the rest is a torn text."""


def slug_for(stories: Sequence[Story], issuer: str) -> str:
    """Working name of a release, `[a-z0-9]+(-[a-z0-9]+)*`, at most 60 characters.

    From the original's front matter, else from its headline in ASCII letters; where that script has no
    simple rule, from another edition's headline (English first), else the issuer and what ASCII words there
    are. `stories`: the original first.
    """
    if named := _hyphenated(stories[0].slug):
        return named
    original, *others = stories
    for story in (original, *sorted(others, key=lambda s: s.language != "en")):
        if found := _readable(story.headline, story.language):
            return found
    rest = _hyphenated(romanised(original.headline, original.language)) or original.release_type or "news"
    return _hyphenated(f"{issuer}-{rest}") or "news"


def _readable(headline: str, language: str) -> str:
    text = romanised(headline, language)
    letters = [c for c in text if c.isalpha()]
    readable = [c for c in letters if c.isascii()]
    if len(readable) < 3 or len(readable) < _READABLE * len(letters):
        return ""
    return _hyphenated(text)


def _hyphenated(text: str) -> str:
    """Words of ASCII letters and digits joined by hyphens, cut between words where the limit allows."""
    text = re.sub(r"(?<=[a-z0-9])['’](?=[a-z0-9])", "", text.lower())
    slug = "-".join(re.findall(r"[a-z0-9]+", text))
    if len(slug) <= MAX_SLUG:
        return slug
    cut = slug[: MAX_SLUG + 1].rpartition("-")[0]
    return cut or slug[:MAX_SLUG]
