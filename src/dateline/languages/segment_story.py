"""One block dressed as a story, so that the checks of editions can be asked about it."""

from typing import Final

from dateline.core.languages import Language
from dateline.core.words import Block, BlockKind, Finding, Run, Story
from dateline.languages.reading.parts import Role

_KINDS: Final[dict[str, BlockKind]] = {"quote": "quote"}
_OF_WHOLE: Final = frozenset({"headline-missing", "text-empty", "sectors-missing", "dateline-missing"})


def segment_story(text: str, language: str, role: Role) -> Story:
    """A story of this one text, as a headline or as a block."""
    tag = Language(language)
    if role == "headline":
        return Story(tag, text)
    if role in {"list", "cell"}:
        runs = (Run(text),)
        block = Block("list", items=(runs,)) if role == "list" else Block("table", rows=((runs,),))
    else:
        block = Block(_KINDS.get(role, "paragraph"), runs=(Run(text),))
    return Story(tag, "", blocks=(block,))


def belongs_to_segment(finding: Finding, role: Role) -> bool:
    """Whether a finding speaks of the text itself and not of what a whole story would need."""
    if role == "headline" and finding.code == "headline-missing":
        return True
    return finding.code not in _OF_WHOLE
