"""The door of languages: the gate that every edition passes before approval, and the same checks for a
file.
"""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.words import Edition, Finding, IssuerRef, Story, edition_sha256, labels_of
from dateline.languages.check import checks, is_notice
from dateline.languages.reading.parts import Role
from dateline.languages.segment_story import belongs_to_segment, segment_story

if TYPE_CHECKING:  # what `quality` gives, for those who name its types
    from dateline.languages import desk_door as translation_desk  # what the pages of the desk call
    from dateline.languages import pipeline as pipeline  # noqa: PLC0414 - what benches call
    from dateline.languages.injecting.measuring import Alarms as Alarms  # noqa: PLC0414
    from dateline.languages.injecting.measuring import Caught as Caught  # noqa: PLC0414
    from dateline.languages.injecting.report import Quality as Quality  # noqa: PLC0414

__all__ = [
    "check_edition",
    "check_segment",
    "check_story",
    "edition_of",
    "gate",
    "interval",
    "pipeline",
    "quality",
    "translation_desk",
]


def __getattr__(name: str) -> object:
    """`translation_desk` and `pipeline` when first asked for: they need what checks of a file do not."""
    if name == "translation_desk":
        return import_module("dateline.languages.desk_door")
    if name == "pipeline":
        return import_module("dateline.languages.pipeline")
    raise AttributeError(name)


def check_edition(edition: Edition, source: Edition | None = None) -> tuple[Finding, ...]:
    """What all checks say of `edition`, in their order, each finding once.

    Of the notice of a kill or withdrawal they only warn: what it repeats (contacts, headline) was out
    already, and nothing may hold it up (I7).
    """
    found = dict.fromkeys(finding for check in checks() for finding in check.find(edition, source))
    if is_notice(edition):
        found = dict.fromkeys(replace(finding, severity="warn") for finding in found)
    return tuple(found)


def gate(edition: Edition, source: Edition | None = None, *, release: ReleaseId) -> tuple[Finding, ...]:
    """Runs every check and records the result under the edition's hash, also when nothing was found (I9).

    `source` is the original that `edition` translates. Only `block` findings stop the approval.
    """
    from dateline.desk import services as desk

    findings = check_edition(edition, source)
    desk.record_findings(edition_sha256(edition), findings, release=release)
    return findings


def check_story(story: Story, source: Story | None = None) -> tuple[Finding, ...]:
    """The same checks for a file that is not in the house yet, alone or beside the original it translates.
    Touches no database and records nothing.
    """
    if source is None:
        return check_edition(edition_of(story))
    return check_edition(edition_of(story, source.language), edition_of(source))


def check_segment(
    source_text: str, text: str, *, source_language: str, language: str, role: Role = "body"
) -> tuple[Finding, ...]:
    """What the checks of text say of one block, alone (`source_text` empty) or beside its source.

    `where` is `headline` for that role, else `blocks[0]`. Questions to a whole edition are not asked.
    """
    story = segment_story(text, language, role)
    source = segment_story(source_text, source_language, role) if source_text else None
    found = check_story(story, source)
    return tuple(finding for finding in found if belongs_to_segment(finding, role))


def quality(
    samples: Sequence[tuple[Story | None, Story]], *, cases: int, mtdata: Path | None = None
) -> "Quality":
    """What the gate catches of injected errors and how often it cries over clean text: `samples` are stories
    of people, each beside its original. `mtdata` is the folder of public test data, where it is there.
    """
    from dateline.languages.injecting.report import measured

    pairs = [(edition_of(source) if source else None, _beside(story, source)) for source, story in samples]
    return measured(pairs, cases=cases, mtdata=mtdata)


def interval(caught: int, tried: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    from dateline.languages.injecting.measuring import wilson

    return wilson(caught, tried)


def _beside(story: Story, source: Story | None) -> Edition:
    return edition_of(story, source.language if source else None)


def edition_of(story: Story, original: Language | None = None) -> Edition:
    """A story as the edition that it would become, for checks that want one; `original` is the language that
    it was made from.
    """
    return Edition(
        release=ReleaseId("-"),
        version=1,
        event_id="-",
        type="released",
        language=story.language,
        original_language=original or story.language,
        slug=story.slug or "-",
        headline=story.headline,
        issuer=IssuerRef(story.issuer, story.issuer),
        wire="",
        subhead=story.subhead,
        byline=story.byline,
        dateline=story.dateline,
        blocks=story.blocks,
        boilerplate=story.boilerplate,
        contacts=story.contacts,
        media=story.media,
        sections=story.sections,
        disclaimer=story.disclaimer,
        labels=labels_of(story),
        on_behalf_of=story.on_behalf_of,
        origin=story.origin,
        provider=story.provider,
        sectors=story.sectors,
        countries=story.countries,
        keywords=story.keywords,
        tickers=story.tickers,
        isins=story.isins,
        translation=story.translation,
        restrict=story.restrict,
    )
