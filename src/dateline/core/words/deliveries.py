"""What a channel is given, and what it says came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dateline.core.clock import Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words.stories import (
    Media,
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a channel sends to. `secret` is opened for the send only and never in `repr`."""

    id: str
    channel: str
    address: str
    """Mail address, URL, or path."""
    name: str = ""
    language: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    secret: bytes = field(default=b"", repr=False)
    previous_secret: bytes = field(default=b"", repr=False)
    """While a new secret is being taken over, the old one signs too."""


@dataclass(frozen=True, slots=True)
class OpenedParcel:
    """One rendered payload after T0, shared by all its tasks."""

    version_id: VersionId
    release: ReleaseId
    version: int
    language: Language
    channel: str
    format: str
    edition_sha256: str
    body: bytes = field(repr=False)
    media_type: str = ""
    at: Instant | None = None
    """The commit of the release; mail's Date."""
    slug: str = ""
    media: tuple[tuple[Media, bytes], ...] = field(default=(), repr=False)
    """Pictures that go beside the text (file drops and WordPress only)."""
    first_at: Instant | None = None
    """The commit of the release's first version: dates in the file names of corrections stay (file drops)."""


@dataclass(frozen=True, slots=True)
class Task:
    """One parcel to one recipient over one channel. `message_id` is stable over every repeat (I5)."""

    delivery: int
    fence: int
    message_id: str
    endpoint: Endpoint
    parcel: OpenedParcel
    personal: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For people: `name`, `stop_url`, `preferences_url`, `why`, `source`."""


Outcome = Literal["accepted", "deferred", "refused", "lost", "released"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a task: accepted, deferred (told or forced to wait), refused, lost (sent, no answer
    came), released (not begun).
    """

    delivery: int
    fence: int
    outcome: Outcome
    code: int = 0
    text: str = ""
    """The server's words, at most 1 KB, without secrets."""
    wait_s: float | None = None
    ms: int = 0
    throttle: bool = False
    disable_endpoint: str = ""
    published_url: str = ""
    ended_with: int = 0
    """Of what is lost because whatever sent it came to its end by itself: with how many under way, this one
    among them. One among many is not to blame, and its endpoint never is.
    """
