"""A release of the Media Topics as this wire keeps it: the tree, what was retired, IPTC's words where we have
none. Plain values; which release is in use decides `core.sectors.adopt`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from dateline.core.errors import BadInput
from dateline.core.sector_labels import ENGLISH
from dateline.core.sector_table import NARROWER, RETIRED

BUILT_IN_RELEASE: Final = "2023-10-24"
_FORM: Final = 1
INDUSTRIES: Final = "20000209"
"""The branch of products and services: the industry axis."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`broader`: topic in use -> its broader one, empty at the top; `retired`: topic -> the one that IPTC
    names in its place, else empty; `labels`: topic without words of ours -> language -> IPTC's (CC BY 4.0).
    """

    release: str
    broader: Mapping[str, str]
    retired: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """JSON values."""
        return {"form": _FORM, **asdict(self)}


def built_in() -> Vocabulary:
    """The release that ships with this version."""
    broader = {narrow: broad for broad, ids in NARROWER.items() for narrow in ids.split()}
    return Vocabulary(BUILT_IN_RELEASE, broader, dict.fromkeys(RETIRED.split(), ""))


def vocabulary_from(document: Any) -> Vocabulary:
    """Reads what `document` wrote. Raises BadInput."""
    try:
        if document["form"] != _FORM:
            raise BadInput("it is of another version of this wire; import the vocabulary again")
        found = Vocabulary(**{name: document[name] for name in Vocabulary.__dataclass_fields__})
        return checked(found)
    except (KeyError, TypeError, AttributeError):
        raise BadInput("it is damaged; import the vocabulary again") from None


def checked(found: Vocabulary) -> Vocabulary:
    """The vocabulary. Raises BadInput where its tree is none, or a successor is not in use."""
    for topic in found.broader:
        seen, at = {topic}, found.broader[topic]
        while at:
            if at not in found.broader:
                raise BadInput(f"its broader topic {at} is not in use", where=topic)
            if at in seen:
                raise BadInput("its broader topics lead in a circle", where=topic)
            seen.add(at)
            at = found.broader[at]
    wrong = next((t for t, next_ in found.retired.items() if next_ and next_ not in found.broader), None)
    if wrong is not None:
        raise BadInput(f"its successor {found.retired[wrong]} is no topic in use", where=wrong)
    if both := set(found.broader) & set(found.retired):
        raise BadInput("it is both in use and retired", where=min(both))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """What a newer release changes, each in order of the ids."""

    added: tuple[str, ...]
    retired: tuple[str, ...]
    moved: tuple[str, ...]
    without_words: Mapping[str, tuple[str, ...]]
    """Added topic -> languages of the wire in which neither we nor IPTC have a word for it."""


def difference(old: Vocabulary, new: Vocabulary, languages: tuple[str, ...]) -> Difference:
    """What adopting `new` would change. Raises BadInput when topics in use are simply missing: then the file
    is no whole release.
    """
    missing = sorted(set(old.broader) - set(new.broader) - set(new.retired))
    if missing:
        raise BadInput(
            f"{len(missing)} topics in use are neither in it nor retired by it ({', '.join(missing[:5])}); "
            "it is no whole release of the Media Topics"
        )
    added = sorted(set(new.broader) - set(old.broader))
    ours = {id_ for id_, _, _ in ENGLISH}
    lacking: dict[str, tuple[str, ...]] = {}
    for topic in added:
        words = {*new.labels.get(topic, {}), *(["en"] if topic in ours else [])}
        lacking[topic] = tuple(tag for tag in languages if tag not in words)
    return Difference(
        added=tuple(added),
        retired=tuple(sorted(set(old.broader) & set(new.retired))),
        moved=tuple(
            sorted(t for t in set(old.broader) & set(new.broader) if old.broader[t] != new.broader[t])
        ),
        without_words={topic: tags for topic, tags in lacking.items() if tags},
    )
