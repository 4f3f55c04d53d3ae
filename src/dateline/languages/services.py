"""The door of languages: the gate that every edition passes before approval, and the same checks for a
file.
"""

from dataclasses import replace

from dateline.core.ids import ReleaseId
from dateline.core.words import Edition, Finding, IssuerRef, Story, edition_sha256, labels_of
from dateline.languages.check import checks, is_notice

__all__ = ["check_edition", "check_story", "gate"]


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


def check_story(story: Story) -> tuple[Finding, ...]:
    """The same checks for a file that is not in the house yet. Touches no database and records nothing."""
    return check_edition(_edition_of(story))


def _edition_of(story: Story) -> Edition:
    return Edition(
        release=ReleaseId("-"),
        version=1,
        event_id="-",
        type="released",
        language=story.language,
        original_language=story.language,
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
