"""The original was corrected: which editions made of it are out of date, and which of their blocks still
stand. Read from approved versions; nothing here is unreleased text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dateline.core.languages import Language
from dateline.core.words import Edition, Story
from dateline.desk import services as desk
from dateline.formats.stories import story_of
from dateline.languages.keys import source_hash
from dateline.languages.memory import aligned
from dateline.languages.segments import segments_of

_TEXTS = frozenset({"release", "late-edition", "correction"})
_SHOWN = ("headline", "subhead", "byline", "blocks", "boilerplate", "contacts", "disclaimer")


@dataclass(frozen=True, slots=True)
class Published:
    """The newest approved version in each language of a release."""

    original: Language
    versions: tuple[desk.VersionCard, ...]
    newest: Mapping[Language, desk.VersionCard]

    def is_outdated(self, language: Language) -> bool:
        """Whether the edition was made of an original that has been corrected since."""
        there = self.newest.get(language)
        return there is not None and there.number < self.newest[self.original].number

    def edition(self, language: Language) -> Edition:
        """The newest edition in a language that is there."""
        return desk.edition(self.newest[language].version_id, language)

    def made_of(self, language: Language) -> Edition:
        """The original that the newest edition in `language` was made of."""
        number = self.newest[language].number
        versions = [
            v
            for v in self.versions
            if v.number <= number and any(ref.language == self.original for ref in v.editions)
        ]
        return desk.edition(versions[-1].version_id, self.original)


def published(release: str) -> Published | None:
    """What is approved of a release; None while its original is not. Raises NotFound."""
    main = desk.show(release).original_language
    versions = tuple(v for v in desk.versions(release) if v.kind in _TEXTS and v.state == "approved")
    newest = {ref.language: version for version in versions for ref in version.editions}
    return Published(main, versions, newest) if main in newest else None


def still_standing(
    found: Published, language: Language, source: Story, keep: Sequence[str] = ()
) -> dict[str, str]:
    """Place in `source` -> text of the older edition, for segments whose words are the same as then, wherever
    they stood. Slots are those of `source`, so that a corrected address comes along.
    """
    told = {s.id: s for s in segments_of(story_of(found.edition(language)), keep)}
    texts: dict[str, str] = {}
    for then in segments_of(story_of(found.made_of(language)), keep):
        if text := aligned(then, told.get(then.id)):
            texts.setdefault(source_hash(then), text)
    return {now.id: texts[name] for now in segments_of(source, keep) if (name := source_hash(now)) in texts}


def reads_the_same(story: Story, edition: Edition) -> bool:
    """Whether a reader would see no difference: then there is nothing to correct."""
    old = story_of(edition)
    return all(getattr(story, name) == getattr(old, name) for name in _SHOWN)


def is_taken_up(found: Published, source: Story) -> bool:
    """Whether the desk has taken a corrected text up as its draft, which it does once it is public."""
    if found.newest[found.original].kind != "correction":
        return True
    corrected = story_of(found.edition(found.original))
    return [source_hash(s) for s in segments_of(source)] == [source_hash(s) for s in segments_of(corrected)]


def is_machines(edition: Edition) -> bool:
    """Whether no person wrote or checked it, so that an engine may change it by itself."""
    made = edition.translation
    return made is not None and made.kind == "machine" and not made.reviewed_by
