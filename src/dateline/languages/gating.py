"""The gate as the pipeline uses it: one block, or a whole edition beside its source."""

from collections.abc import Callable
from dataclasses import dataclass

from dateline.core.words import Finding, Story
from dateline.languages.masking import shown
from dateline.languages.translator import Segment

OfSegment = Callable[[Segment, str, str, str], tuple[Finding, ...]]
OfStory = Callable[[Story, Story], tuple[Finding, ...]]


def _segment(segment: Segment, text: str, source: str, target: str) -> tuple[Finding, ...]:
    from dateline.languages import services

    return services.check_segment(
        shown(segment.text, segment.slots),
        shown(text, segment.slots),
        source_language=source,
        language=target,
        role=segment.role,
    )


def _story(story: Story, source: Story) -> tuple[Finding, ...]:
    from dateline.languages import services

    return services.check_story(story, source)


@dataclass(frozen=True, slots=True)
class Gate:
    """Checks of one block (segment, text, source tag, target tag) and of an edition."""

    segment: OfSegment = _segment
    story: OfStory = _story


def blocks(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Codes of the findings that refuse a text, each once."""
    return tuple(dict.fromkeys(f.code for f in findings if f.severity == "block"))


def holds(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Codes of those for which a person must look."""
    return tuple(dict.fromkeys(f.code for f in findings if f.severity == "hold"))
