"""An arrival becomes a story of the provider: origin, label, sectors, standing words, rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from dateline.core.clock import Instant, iso_z
from dateline.core.languages import words_in
from dateline.core.sectors import Sector
from dateline.core.words import Finding, Story
from dateline.core.words.story_documents import story_bytes
from dateline.intake.providers import rules
from dateline.intake.providers.arrivals import Arrival

_OVERTAKEN: Final = frozenset({"disclaimer-added", "disclaimer-unclaimed", "several-items", "id-missing"})
"""Findings about a file that say nothing about a provider's item."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a provider, as far as it changes its items."""

    label: str
    issuer: str
    circuit: str
    sectors: tuple[Sector, ...] = ()
    sector_map: Mapping[str, Sequence[str]] | None = None
    disclaimers: Mapping[str, str] | None = None
    rights: str = ""
    paid: bool = False
    state_affiliated: bool = False


def dressed(
    story: Story, arrival: Arrival, terms: Terms, notes: Sequence[str] = ()
) -> tuple[Story, tuple[str, ...]]:
    """(the arrival's `story` as the provider's, the provider's categories that are no sector of ours)."""
    sectors, unmapped = rules.mapped(arrival.categories, terms.sector_map or {})
    # Keywords of a feed are its categories again; those that became sectors are not said twice.
    own = tuple(dict.fromkeys((*sectors, *story.sectors)))
    findings = [f for f in story.findings if f.code not in _OVERTAKEN]
    disclaimer, said = _disclaimer(story, terms)
    findings += [*said, *_findings(arrival, terms, unmapped, notes)]
    return replace(
        story,
        origin="third-party",
        provider=terms.label,
        issuer=terms.issuer,
        circuit=terms.circuit,
        release_class="normal",  # what goes first is for the desk to say, not for who sends
        sectors=own or terms.sectors,
        disclaimer=disclaimer,
        paid=story.paid or terms.paid,
        state_affiliated=story.state_affiliated or terms.state_affiliated,
        findings=tuple(dict.fromkeys(findings)),
        original=True,
    ), unmapped


def _disclaimer(story: Story, terms: Terms) -> tuple[str, list[Finding]]:
    """What stands at the end: the item's own words and the provider's in this language. Where the operator
    gave none in it, the desk adds the house's own; one language's are never translated.
    """
    houses = any(finding.code == "disclaimer-added" for finding in story.findings)
    own = "" if houses else story.disclaimer
    standing = words_in(story.language, terms.disclaimers or {})
    if standing or not terms.disclaimers:
        return rules.joined(own, standing), []
    words = f"the provider's standing disclaimer is not known in {story.language}; the house's stands there"
    return own, [Finding("disclaimer-language", "warn", "disclaimer", words)]


def _findings(arrival: Arrival, terms: Terms, unmapped: Sequence[str], notes: Sequence[str]) -> list[Finding]:
    found = [Finding("provider-note", "warn", "provider", note) for note in notes]
    if unmapped:
        words = f"the provider's categories {', '.join(unmapped)[:200]} are no sectors of ours; map them"
        found.append(Finding("sector-unmapped", "warn", "sectors", words))
    if rights := arrival.rights or terms.rights:
        found.append(Finding("rights", "warn", "rights", rights[:500]))
    if arrival.expires is not None:
        words = f"may be used until {iso_z(arrival.expires)}"
        found.append(Finding("expires", "warn", "expires", words))
    return found


def text_of(story: Story) -> str:
    """The words by which two items are compared."""
    return "\n".join([story.headline, *(block.text for block in story.blocks)])


def content_sha256(story: Story, expires: Instant | None = None) -> str:
    """Of all that the item says; where it was read, and what was odd about it, is no part of that."""
    digest = sha256(story_bytes(replace(story, findings=())))
    digest.update((iso_z(expires) if expires else "").encode())
    return digest.hexdigest()
