"""Shapes of what the API gives; the OpenAPI document is made of them."""

from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field


class FindingOut(Schema):
    """What a check says."""

    code: str
    severity: Literal["block", "hold", "warn"]
    where: str
    message: str


class LockedEditionOut(Schema):
    """One edition of a lock by its hash."""

    language: str
    sha256: str
    original: bool


class LockOut(Schema):
    """Editions, recipients and T0 frozen under one hash."""

    version: int
    kind: Literal["release", "late-edition", "correction", "kill", "withdrawal"]
    state: Literal["locked", "approved", "dropped"]
    hash: str
    due_at: str | None
    locked_at: str
    locked_by: str
    editions: list[LockedEditionOut]
    counts: dict[str, int] = Field(description="Who gets it; journalists rounded for issuers.")
    approvals: list[str] = Field(description="Who approved it.")
    approvals_needed: int


class ReleaseRow(Schema):
    """One release of a list."""

    release: str
    slug: str
    issuer: str
    state: str
    headline: str
    languages: list[str]
    original_language: str
    at: str | None = Field(description="The commit once lifted, else T0; null: on approval. UTC.")
    circuit: str
    release_class: str = Field(alias="class")
    origin: str
    provider: str | None
    version: int
    created_at: str
    created_by: str


class ReleaseOut(ReleaseRow):
    """One release. Its ETag is what `If-Match` of a change takes."""

    revision: int
    lock: LockOut | None = Field(description="The lock that waits for approval, else the newest.")


class ReleasePage(Schema):
    """Newest first."""

    releases: list[ReleaseRow]
    next: str | None = Field(description="Ask with after=NEXT for what follows; null at the end.")


class Submission(Schema):
    """What came of a lock."""

    release: ReleaseOut
    findings: list[FindingOut]
    blocked: bool = Field(description="A finding stops it: mend the text, or override it at the desk.")
    approved: bool = Field(description="Every approval is there; it goes out at its T0.")


class Approvals(Schema):
    """How many different persons approved, of how many."""

    have: int
    needed: int
    complete: bool


class Withdrawn(Schema):
    """What came of a withdrawal."""

    release: ReleaseOut
    before_t0: bool = Field(description="True: nothing of it will be public. False: its page is marked.")
    findings: list[FindingOut]
    blocked: bool
    approved: bool


class EditionRow(Schema):
    """One language of a release."""

    language: str
    original: bool
    public: bool
    url: str | None = Field(description="Its page, once it is public.")


class EditionList(Schema):
    """The original first."""

    editions: list[EditionRow]


class FindingList(Schema):
    """By language."""

    findings: dict[str, list[FindingOut]]


class HistoryRow(Schema):
    """One act on the release."""

    at: str
    by: str
    act: str
    detail: str
    reason: str


class HistoryList(Schema):
    """The oldest first."""

    history: list[HistoryRow]


class MediaRow(Schema):
    """One picture of one edition."""

    model_config = ConfigDict(extra="allow")

    language: str
    name: str
    media_type: str
    sha256: str
    size_bytes: int
    alt: str
    caption: str
    credit: str
    width: int
    height: int
    url: str


class MediaList(Schema):
    """Pictures of all editions."""

    media: list[MediaRow]


class CircuitOut(Schema):
    """A named targeting rule; an empty list narrows nothing."""

    name: str
    countries: list[str]
    languages: list[str]
    sectors: list[str]
    kinds: list[str]
    keywords: list[str]


class CircuitList(Schema):
    """Standing circuits first, then by name."""

    circuits: list[CircuitOut]
    next: str | None


class ReachOut(Schema):
    """How many could be reached; people are rounded for issuers."""

    circuit: str | None
    outlets: int
    journalists: int
    desktops: int
    by_country: dict[str, int]
    by_language: dict[str, int]
    rounded: bool


class EndpointOut(Schema):
    """An outlet and how its endpoint does."""

    recipient: str
    name: str
    country: str
    languages: list[str]
    sectors: list[str]
    kind: str
    channel: str
    endpoint: str
    format: str
    contact: str
    state: Literal["ok", "failing", "resting", "disabled", "paused"]
    because: str
    fails: int
    failing_since: str | None
    resting_until: str | None


class EndpointPage(Schema):
    """By name."""

    endpoints: list[EndpointOut]
    next: str | None


class TestAnswerOut(Schema):
    """What came of one message of the test pack."""

    step: str
    language: str
    outcome: str
    code: int
    text: str
    ms: int
    published_url: str | None


class TestOut(Schema):
    """What came of the test pack."""

    recipient: str
    arrived: int
    answers: list[TestAnswerOut]


class ReportOut(Schema):
    """The document of `dateline report --json`; for issuers people are rounded."""

    model_config = ConfigDict(extra="allow")

    release: str
    version: int
    state: str
    url: str
    manifest: dict[str, Any]
    lift: dict[str, Any]
    deliveries: dict[str, int]
