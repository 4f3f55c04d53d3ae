"""Stories become editions: release-wide facts completed from the original, notices for kill and withdrawal.
Pure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dateline.core.countries import Country
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language, words_in
from dateline.core.phrases import phrase
from dateline.core.words import (
    EVENT_TYPE,
    Edition,
    IssuerRef,
    Origin,
    ReleaseClass,
    Story,
    Translation,
    VersionKind,
    edition_sha256,
    labels_of,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all editions of one lock share. `supersedes`: language -> hash of the edition replaced.

    Class, origin and provider are the release's: no version may lower them (a regulated item stays one).
    """

    release: ReleaseId
    number: int
    kind: VersionKind
    original_language: Language
    slug: str
    issuer: IssuerRef
    lei: str
    wire: str
    release_class: ReleaseClass
    origin: Origin
    provider: str
    standing_disclaimer: str = ""
    disclaimers: Mapping[str, str] | None = None
    """The provider's own standing words by language; never translated."""
    reason: str = ""
    supersedes: Mapping[str, str] | None = None


def completed(story: Story, original: Story, restrict: Sequence[Country]) -> Story:
    """`story` with the facts of the release that only the original's file need carry.

    Labels of the original stick to every edition (T32), so does each restriction; an edition that is not
    the original and does not say how it was made was made by people.
    """
    return replace(
        story,
        origin=original.origin,
        release_type=original.release_type or story.release_type,
        on_behalf_of=story.on_behalf_of or original.on_behalf_of,
        paid=story.paid or original.paid,
        state_affiliated=story.state_affiliated or original.state_affiliated,
        ai_assisted=story.ai_assisted or original.ai_assisted,
        sectors=story.sectors or original.sectors,
        countries=story.countries or original.countries,
        keywords=story.keywords or original.keywords,
        tickers=story.tickers or original.tickers,
        isins=story.isins or original.isins,
        contacts=story.contacts or original.contacts,
        restrict=tuple(restrict),
        translation=_translation(story, original),
    )


def _translation(story: Story, original: Story) -> Translation | None:
    if story.language == original.language:
        return None
    return story.translation or Translation("human")


def restrictions(stories: Iterable[Story]) -> tuple[Country, ...]:
    """Every country that any edition excludes, in order of appearance."""
    return tuple(dict.fromkeys(country for story in stories for country in story.restrict))


def edition_of(story: Story, frame: Frame, event_id: str) -> Edition:
    """The edition that will be public, complete but for the commit. `story` is `completed`."""
    return Edition(
        release=frame.release,
        version=frame.number,
        event_id=event_id,
        type=EVENT_TYPE[frame.kind],
        language=story.language,
        original_language=frame.original_language,
        slug=frame.slug,
        headline=story.headline,
        issuer=frame.issuer,
        wire=frame.wire,
        subhead=story.subhead,
        byline=story.byline,
        dateline=story.dateline,
        blocks=story.blocks,
        boilerplate=story.boilerplate,
        contacts=story.contacts,
        media=story.media,
        sections=story.sections,
        disclaimer=_disclaimer(story, frame),
        labels=labels_of(replace(story, origin=frame.origin)),
        on_behalf_of=story.on_behalf_of,
        origin=frame.origin,
        provider=frame.provider,
        release_class=frame.release_class,
        release_type=story.release_type,
        sectors=story.sectors,
        countries=story.countries,
        keywords=story.keywords,
        tickers=story.tickers,
        isins=story.isins,
        lei=frame.lei,
        translation=story.translation,
        supersedes=(frame.supersedes or {}).get(story.language, ""),
        reason=frame.reason,
        restrict=story.restrict,
    )


def _disclaimer(story: Story, frame: Frame) -> str:
    """The story's own; third-party content without one gets its provider's in the edition's language, else
    the standing one, else ours in that language.
    """
    if story.disclaimer or frame.origin != "third-party":
        return story.disclaimer
    of_provider = words_in(story.language, frame.disclaimers or {})
    return of_provider or frame.standing_disclaimer or phrase("disclaimer.third-party", story.language)


def notice_of(last: Edition, frame: Frame, event_id: str) -> Edition:
    """The notice that takes the place of `last`: no word of the text, but all by which readers and filters
    know it.

    A kill does not repeat the headline; a withdrawal does, for its page stays.
    """
    kill = frame.kind == "kill"
    return replace(
        last,
        version=frame.number,
        event_id=event_id,
        type=EVENT_TYPE[frame.kind],
        headline=phrase("notice.kill", last.language) if kill else last.headline,
        subhead="",
        byline="",
        dateline=None,
        blocks=(),
        boilerplate=(),
        media=(),
        sections=(),
        keywords=(),
        supersedes=edition_sha256(last),
        reason=frame.reason,
    )


def in_order(editions: Iterable[Edition]) -> tuple[Edition, ...]:
    """The original first, the others as they came."""
    return tuple(sorted(editions, key=lambda e: not e.is_original))


def editions_of(
    stories: Sequence[Story], original: Story, frame: Frame, new_id: Callable[[], str]
) -> tuple[Edition, ...]:
    """Editions of all `stories`, the original first. `original` completes them and need not be among them."""
    restrict = restrictions((original, *stories))
    return in_order(edition_of(completed(s, original, restrict), frame, new_id()) for s in stories)
