"""The frame around every step of one release: headline, state, steps as links, the next act in the bar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Conflict, NotFound
from dateline.core.languages import Language
from dateline.core.words import Edition, Finding, Story
from dateline.desk import services as desk
from dateline.faces.portal import zones
from dateline.faces.portal.access import Viewer
from dateline.faces.portal.drafts import completed, draft_edition, findings_of, worst_first
from dateline.faces.portal.next_act import EDITABLE, PUBLIC, SCHEDULED, WORK, Situation, next_act
from dateline.faces.portal.overrides import overridden
from dateline.issuers import services as issuers
from dateline.wire import services as wire

_MAYBE = SCHEDULED | {"withdrawn", "spiked"}


@dataclass(frozen=True, slots=True)
class Text:
    """One language of a release: what it says now and what was found in it."""

    edition: Edition
    findings: tuple[Finding, ...]
    story: Story | None = None
    lifted: frozenset[str] = frozenset()
    """Codes of blocking findings that somebody overrode."""

    @property
    def language(self) -> Language:
        return self.edition.language

    @property
    def blocking(self) -> int:
        return sum(f.severity == "block" and f.code not in self.lifted for f in self.findings)


@dataclass(frozen=True, slots=True)
class Step:
    """A link of the step line. `tone` is good, bad or plain."""

    name: str
    title: str
    href: str
    note: str = ""
    tone: str = "plain"


def is_public(card: desk.ReleaseCard) -> bool:
    """Whether something of the release is out, or was before a withdrawal or kill."""
    # The log is the truth: desk's state follows it by an event, a moment later.
    return card.state in PUBLIC or (card.state in _MAYBE and bool(wire.public_languages(card.release)))


def texts(card: desk.ReleaseCard) -> dict[Language, Text]:
    """The texts by language, original first: drafts while they can still change, else what went out."""
    if is_public(card):
        public = (wire.public_edition(card.release, tag) for tag in card.languages)
        return {one.edition.language: Text(one.edition, ()) for one in public if one is not None}
    stories = sorted(desk.drafts(card.release), key=lambda story: not story.original)
    original = stories[0] if stories else None
    locked = card.state not in WORK
    recorded: Mapping[Language, tuple[Finding, ...]] = desk.findings(card.release) if locked else {}
    lifted = overridden(lock_of(card)) if locked else {}
    return {
        story.language: Text(
            draft_edition(completed(story, original), card),
            worst_first(recorded[story.language])
            if story.language in recorded
            else findings_of(story, card, original),
            story,
            lifted.get(story.language, frozenset()),
        )
        for story in stories
    }


def lock_of(card: desk.ReleaseCard) -> desk.VersionCard | None:
    """The lock that waits for approval, else the newest one that stands; None for a draft."""
    waiting = desk.pending(card.release)
    if waiting is not None:
        return waiting
    try:
        return desk.latest_version(card.release)
    except (Conflict, NotFound):
        return None


def clocks(at: Instant, card: desk.ReleaseCard) -> list[zones.Reading]:
    """T0 on the issuer's clock and UTC; the viewer's is filled in by the browser."""
    zone = zones.zone_of(issuers.issuer(card.issuer).country)
    return [zones.reading(at, zone, _("Issuer")), zones.reading(at, "UTC", "UTC")]


def frame(
    request: HttpRequest,
    viewer: Viewer,
    card: desk.ReleaseCard,
    step: str,
    found: Mapping[Language, Text] | None = None,
) -> dict[str, Any]:
    """The context that `portal/release.html` needs on every step. `found` saves reading the texts twice."""
    shown = texts(card) if found is None else found
    lock = lock_of(card)
    blocking = sum(text.blocking for text in shown.values())
    now = SystemClock().now()
    at = lock.due_at if lock and card.state not in WORK else card.at
    situation = Situation(
        state=card.state,
        now=now,
        at=at,
        locked=lock is not None and lock.state == "locked",
        blocking=blocking,
        approvals=lock.approvals if lock else (),
        needed=approvals_needed(card),
        viewer=viewer.name,
        viewer_is_desk=viewer.is_desk,
    )
    return {
        "viewer": viewer,
        "card": card,
        "headline": desk.headline(card.release),
        "issuer_name": issuers.issuer(card.issuer).name,
        "step": step,
        "steps": _steps(card, shown, blocking, at),
        "next": next_act(situation),
        "lock": lock,
        "at": at,
        "clocks": clocks(at, card) if at else [],
        "editable": card.state in EDITABLE,
        "scheduled": card.state in SCHEDULED,
        "is_public": is_public(card),
        "is_live": card.state in {"approved", "held", "overdue", "lifted"},
    }


def approvals_needed(card: desk.ReleaseCard) -> int:
    """How many people must approve: two under policy `two`, and always for regulated items."""
    return 2 if issuers.policy() == "two" or card.release_class == "regulated" else 1


def _steps(
    card: desk.ReleaseCard, shown: Mapping[Language, Text], blocking: int, at: Instant | None
) -> list[Step]:
    base = f"/portal/{card.release}/"
    if is_public(card):
        return [
            Step("report", _("Report"), base),
            Step("text", _("Text"), f"{base}text/", str(len(shown))),
            Step("preview", _("Preview"), f"{base}preview/"),
            Step("after", _("Correct, kill, withdraw"), f"{base}after/"),
            Step("history", _("History"), f"{base}history/"),
        ]
    return [
        Step("text", _("Text"), f"{base}text/", str(len(shown)), "bad" if blocking else "good"),
        Step("circuit", _("Circuit"), f"{base}circuit/", card.circuit, "good"),
        Step("time", _("Time"), f"{base}time/", "" if at else _("on approval"), "good"),
        Step("preview", _("Preview"), f"{base}preview/"),
        Step("history", _("History"), f"{base}history/"),
    ]
