"""What is announced: the story as it was read, and the edition as it goes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dateline.core.countries import Country
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.sectors import Sector

ReleaseClass = Literal["regulated", "priority", "normal"]
Origin = Literal["issuer", "third-party"]
EventType = Literal["released", "edition-added", "corrected", "killed", "withdrawn"]
VersionKind = Literal["release", "late-edition", "correction", "kill", "withdrawal"]
BlockKind = Literal["paragraph", "heading", "list", "quote", "table", "image", "embed"]
Label = Literal["paid", "third-party", "state-affiliated", "ai-assisted"]
Severity = Literal["block", "hold", "warn"]
EVENT_TYPE: Mapping[VersionKind, EventType] = {
    "release": "released",
    "late-edition": "edition-added",
    "correction": "corrected",
    "kill": "killed",
    "withdrawal": "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look. `href` is an absolute http(s) or mailto address."""

    text: str
    href: str = ""
    strong: bool = False
    em: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The unit of translation, comment and diff.

    paragraph, heading (`level` 2-4), quote: `runs` (+ `attribution`). list: `items`, `ordered`. table: `rows`
    of cells, first row is the head when `header`. image: `media` names an entry of the edition's media.
    embed: `href`; of a film or document elsewhere also its title as `runs`, `media_type` and `size_bytes`.
    """

    kind: BlockKind
    runs: Runs = ()
    level: int = 0
    items: tuple[Runs, ...] = ()
    ordered: bool = False
    rows: tuple[tuple[Runs, ...], ...] = ()
    header: bool = False
    media: str = ""
    href: str = ""
    attribution: str = ""
    media_type: str = ""
    size_bytes: int = 0

    @property
    def text(self) -> str:
        """The block's words without marks; list items and table rows on lines of their own."""
        if self.kind == "list":
            return "\n".join(plain(item) for item in self.items)
        if self.kind == "table":
            return "\n".join("\t".join(plain(cell) for cell in row) for row in self.rows)
        return plain(self.runs)


def plain(runs: Runs) -> str:
    """The text of `runs` without marks."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True)
class DatelineLine:
    """Place, date (ISO 8601, `2026-11-24` or empty) and source that open the first paragraph."""

    place: str
    date: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a newsroom may call."""

    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """One picture or document by content: `sha256` of its bytes, which lie in the vault before T0."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int
    alt: str = ""
    caption: str = ""
    credit: str = ""
    width: int = 0
    height: int = 0
    copyright: str = ""
    source: str = ""
    """IPTC digital source type, `trainedAlgorithmicMedia` for example; empty where nobody says."""
    credentials: bool = False
    """Whether the bytes carry C2PA credentials. Shown, not judged: nobody here has verified them."""

    @property
    def facts(self) -> dict[str, str]:
        """What newer editions may know beside the rest; absent where empty, so that older hashes hold."""
        said = {"copyright": self.copyright, "source": self.source, "credentials": "c2pa" * self.credentials}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class IssuerRef:
    """The issuer as every event names it."""

    slug: str
    name: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Translation:
    """How an edition that is not the original came to be."""

    kind: Literal["machine", "human"]
    engine: str | None = None
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says. `where` names field or block (`headline`, `blocks[3]`)."""

    code: str
    severity: Severity
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Story:
    """What intake read from one file or feed item, before it becomes an edition draft."""

    language: Language
    headline: str
    subhead: str = ""
    byline: str = ""
    dateline: DatelineLine | None = None
    blocks: tuple[Block, ...] = ()
    boilerplate: tuple[Block, ...] = ()
    contacts: tuple[Contact, ...] = ()
    media: tuple[Media, ...] = ()
    sections: tuple[str, ...] = ()
    disclaimer: str = ""
    slug: str = ""
    issuer: str = ""
    circuit: str = ""
    release_class: ReleaseClass = "normal"
    release_type: str = ""
    origin: Origin = "issuer"
    provider: str = ""
    on_behalf_of: str = ""
    paid: bool = False
    state_affiliated: bool = False
    ai_assisted: bool = False
    sectors: tuple[Sector, ...] = ()
    countries: tuple[Country, ...] = ()
    keywords: tuple[str, ...] = ()
    tickers: tuple[str, ...] = ()
    isins: tuple[str, ...] = ()
    restrict: tuple[Country, ...] = ()
    embargo: str = ""
    translation: Translation | None = None
    findings: tuple[Finding, ...] = ()
    original: bool = False
    attachments: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """(media name, bytes) of the pictures; the bytes go to the vault, never into a document."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version in one language, complete but for what only T0 knows (`at`, `languages`) and what follows
    from it (hash, URL).
    """

    release: ReleaseId
    version: int
    event_id: str
    type: EventType
    language: Language
    original_language: Language
    slug: str
    headline: str
    issuer: IssuerRef
    wire: str
    subhead: str = ""
    byline: str = ""
    dateline: DatelineLine | None = None
    blocks: tuple[Block, ...] = ()
    boilerplate: tuple[Block, ...] = ()
    contacts: tuple[Contact, ...] = ()
    media: tuple[Media, ...] = ()
    sections: tuple[str, ...] = ()
    disclaimer: str = ""
    labels: tuple[Label, ...] = ()
    on_behalf_of: str = ""
    origin: Origin = "issuer"
    provider: str = ""
    release_class: ReleaseClass = "normal"
    release_type: str = ""
    sectors: tuple[Sector, ...] = ()
    countries: tuple[Country, ...] = ()
    keywords: tuple[str, ...] = ()
    tickers: tuple[str, ...] = ()
    isins: tuple[str, ...] = ()
    lei: str = ""
    translation: Translation | None = None
    supersedes: str = ""
    """The SHA-256 of the edition in this language that this one replaces."""
    reason: str = ""
    restrict: tuple[Country, ...] = ()

    @property
    def is_original(self) -> bool:
        return self.language == self.original_language

    @property
    def summary(self) -> str:
        """The subhead, else the first paragraph."""
        if self.subhead:
            return self.subhead
        return next((b.text for b in self.blocks if b.kind == "paragraph"), "")

    @property
    def path(self) -> str:
        """The page's canonical path `/{lang}/{slug}-{release}/`."""
        return page_path(self.language, self.slug, self.release)


def page_path(language: str, slug: str, release: str) -> str:
    """`/{lang}/{slug}-{release}/`."""
    return f"/{language}/{slug}-{release}/"


def labels_of(story: Story) -> tuple[Label, ...]:
    """The labels that travel with a story, in the order of DESIGN.md."""
    flags: tuple[tuple[Label, bool], ...] = (
        ("paid", story.paid),
        ("third-party", story.origin == "third-party"),
        ("state-affiliated", story.state_affiliated),
        ("ai-assisted", story.ai_assisted),
    )
    return tuple(name for name, on in flags if on)


def edition_text(edition: Edition) -> str:
    """All words of an edition, for keyword matching."""
    parts = [edition.headline, edition.subhead, *(b.text for b in (*edition.blocks, *edition.boilerplate))]
    return "\n".join(p for p in parts if p)


def retitled(edition: Edition, **changes: Any) -> Edition:
    """A copy with other fields; a thin name over `dataclasses.replace`."""
    return replace(edition, **changes)
