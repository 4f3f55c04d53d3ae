"""The story inside an edition: what a codec could carry, for comparing what was written with what is read
back (I8).
"""

from dateline.core.words import Edition, Story


def story_of(edition: Edition) -> Story:
    """Every field of `edition` that a Story has; picture bytes, embargo and circuit are not part of an
    edition.
    """
    return Story(
        language=edition.language,
        headline=edition.headline,
        subhead=edition.subhead,
        byline=edition.byline,
        dateline=edition.dateline,
        blocks=edition.blocks,
        boilerplate=edition.boilerplate,
        contacts=edition.contacts,
        media=edition.media,
        sections=edition.sections,
        disclaimer=edition.disclaimer,
        slug=edition.slug,
        issuer=edition.issuer.slug,
        release_class=edition.release_class,
        release_type=edition.release_type,
        origin=edition.origin,
        provider=edition.provider,
        on_behalf_of=edition.on_behalf_of,
        paid="paid" in edition.labels,
        state_affiliated="state-affiliated" in edition.labels,
        ai_assisted="ai-assisted" in edition.labels,
        sectors=edition.sectors,
        countries=edition.countries,
        keywords=edition.keywords,
        tickers=edition.tickers,
        isins=edition.isins,
        restrict=edition.restrict,
        translation=edition.translation,
        original=edition.is_original,
    )
