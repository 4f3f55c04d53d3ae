"""A draft as the edition it would become, as Markdown for its writer, and back."""

import re
from dataclasses import replace

from dateline.core.ids import ReleaseId
from dateline.core.words import Edition, Finding, Story, Translation, labels_of
from dateline.desk import services as desk
from dateline.formats.facts import PageFacts
from dateline.formats.registry import codec
from dateline.intake import services as intake
from dateline.issuers import services as issuers
from dateline.languages import services as languages
from dateline.plant.settings import get_settings

_HASH_LINE = re.compile(r"\n*<!-- edition sha256: [0-9a-f]{64} -->\s*\Z")


def page_facts() -> PageFacts:
    """Facts of a page before T0."""
    settings = get_settings()
    return PageFacts(settings.site_url, settings.wire_name)


def completed(story: Story, original: Story | None) -> Story:
    """A translation with what a lock takes from its original: how it was made, labels, sectors, contacts."""
    if original is None or story.language == original.language:
        return story
    return replace(
        story,
        translation=story.translation or Translation("human"),
        origin=original.origin,
        provider=original.provider,
        release_class=original.release_class,
        paid=story.paid or original.paid,
        state_affiliated=story.state_affiliated or original.state_affiliated,
        ai_assisted=story.ai_assisted or original.ai_assisted,
        on_behalf_of=story.on_behalf_of or original.on_behalf_of,
        sectors=story.sectors or original.sectors,
        countries=story.countries or original.countries,
        tickers=story.tickers or original.tickers,
        isins=story.isins or original.isins,
        contacts=story.contacts or original.contacts,
        restrict=tuple(dict.fromkeys((*original.restrict, *story.restrict))),
    )


def draft_edition(story: Story, card: desk.ReleaseCard) -> Edition:
    """The edition that a lock would make of this draft, but for its ids: for checks and previews only."""
    return Edition(
        release=ReleaseId(card.release),
        version=max(card.version, 1),
        event_id="-",
        type="released",
        language=story.language,
        original_language=card.original_language,
        slug=card.slug,
        headline=story.headline,
        issuer=issuers.issuer_ref(card.issuer),
        wire=get_settings().wire_name,
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
        release_class=story.release_class,
        release_type=story.release_type,
        sectors=story.sectors,
        countries=story.countries,
        keywords=story.keywords,
        tickers=story.tickers,
        isins=story.isins,
        translation=None if story.language == card.original_language else story.translation,
        restrict=story.restrict,
    )


def markdown_of(edition: Edition) -> str:
    """The edition as its writer edits it: front matter and text, without our closing hash."""
    text = codec("markdown").render(edition, page_facts()).decode()
    return _HASH_LINE.sub("\n", text)


def story_from(text: str, old: Story) -> Story:
    """The edited draft. What Markdown does not carry (pictures' bytes, how a translation was made, the file's
    circuit and embargo) stays that of `old`. Raises BadInput naming line or key.
    """
    read = intake.read_bytes(
        text.encode(), f"{old.language}.md", lang=old.language, sent_along=dict(old.attachments)
    )
    return replace(
        read,
        original=old.original,
        translation=old.translation,
        circuit=old.circuit,
        embargo=old.embargo,
        slug=read.slug or old.slug,
    )


def replaced_by(data: bytes, name: str, old: Story, along: dict[str, bytes]) -> Story:
    """The draft that an uploaded file gives in place of `old`, in the same language. Raises BadInput."""
    read = intake.read_bytes(data, name, lang=old.language, sent_along=dict(old.attachments) | along)
    return replace(read, original=old.original, translation=old.translation, slug=read.slug or old.slug)


def findings_of(story: Story, card: desk.ReleaseCard, original: Story | None) -> tuple[Finding, ...]:
    """What intake said and what the gate would say of this draft, worst first."""
    source = draft_edition(original, card) if original is not None and not story.original else None
    said = languages.check_edition(draft_edition(completed(story, original), card), source)
    return worst_first(tuple(dict.fromkeys((*story.findings, *said))))


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Blocking ones, then those that hold, then warnings."""
    order = {"block": 0, "hold": 1, "warn": 2}
    return tuple(sorted(findings, key=lambda finding: order[finding.severity]))
