"""The words of the wire as frozen values: edition, blocks, circuit, manifest, task, receipt, wire event."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import rfc8785

from dateline.core.clock import Instant, iso_z
from dateline.core.countries import Country
from dateline.core.ids import RecipientId, ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.sectors import Sector

ReleaseClass = Literal["regulated", "priority", "normal"]
Origin = Literal["issuer", "third-party"]
EventType = Literal["released", "edition-added", "corrected", "killed", "withdrawn"]
VersionKind = Literal["release", "late-edition", "correction", "kill", "withdrawal"]
BlockKind = Literal["paragraph", "heading", "list", "quote", "table", "image", "embed"]
Label = Literal["paid", "third-party", "state-affiliated", "ai-assisted"]
Severity = Literal["block", "hold", "warn"]
OutletKind = Literal["site", "paper", "agency", "broadcaster", "portal", "terminal"]

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
    embed: `href`.
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


@dataclass(frozen=True, slots=True)
class Circuit:
    """A named targeting rule. Empty lists do not narrow. OR within a list, AND between lists, sectors and
    keywords being alternatives.
    """

    name: str
    countries: tuple[Country, ...] = ()
    languages: tuple[Language, ...] = ()
    sectors: tuple[Sector, ...] = ()
    kinds: tuple[OutletKind, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionDigest:
    """What targeting may know of an edition: no more is shown to `audience`."""

    language: Language
    sha256: str
    is_original: bool
    text: str = field(default="", repr=False)
    """The locked words, for keyword matching; never stored."""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One push delivery to come. `person` is set for people and empty for outlets."""

    recipient: RecipientId
    person: str
    channel: str
    endpoint: str
    """Id of the endpoint for pacing and breakers: webhook host or drop id; for mail the domain."""
    domain: str
    language: Language
    format: str
    kind: str
    country: Country
    suppressed: str = ""
    """Reason when the address is suppressed: still a row, so that `why` has an answer."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who gets what. `hash` covers rule, rows (sorted), and counts."""

    rule: Mapping[str, Any]
    rows: tuple[ManifestRow, ...]
    counts: Mapping[str, int]
    """{"outlets", "journalists", "desktops"}: desktops are a count, never rows."""
    hash: str


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


# --- documents and hashes ---------------------------------------------------------------------------------


def runs_document(runs: Runs) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for run in runs:
        entry: dict[str, Any] = {"text": run.text}
        if run.href:
            entry["href"] = run.href
        if run.strong:
            entry["strong"] = True
        if run.em:
            entry["em"] = True
        out.append(entry)
    return out


def runs_from(document: list[dict[str, Any]]) -> Runs:
    return tuple(
        Run(d["text"], d.get("href", ""), bool(d.get("strong")), bool(d.get("em"))) for d in document
    )


def block_document(block: Block) -> dict[str, Any]:
    """JSON form of a block: only the fields its kind uses."""
    document: dict[str, Any] = {"kind": block.kind}
    if block.runs:
        document["runs"] = runs_document(block.runs)
    if block.items:
        document["items"] = [runs_document(item) for item in block.items]
    if block.rows:
        document["rows"] = [[runs_document(cell) for cell in row] for row in block.rows]
    for name in ("level", "ordered", "header", "media", "href", "attribution"):
        if value := getattr(block, name):
            document[name] = value
    return document


def block_from(document: Mapping[str, Any]) -> Block:
    return Block(
        kind=document["kind"],
        runs=runs_from(document.get("runs", [])),
        level=document.get("level", 0),
        items=tuple(runs_from(item) for item in document.get("items", [])),
        ordered=document.get("ordered", False),
        rows=tuple(tuple(runs_from(cell) for cell in row) for row in document.get("rows", [])),
        header=document.get("header", False),
        media=document.get("media", ""),
        href=document.get("href", ""),
        attribution=document.get("attribution", ""),
    )


def _plain_document(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def edition_document(edition: Edition) -> dict[str, Any]:
    """The whole edition as JSON values; `edition_sha256` is the hash of its RFC 8785 (JCS) form."""
    document: dict[str, Any] = {}
    for name in Edition.__dataclass_fields__:
        value = getattr(edition, name)
        if name in {"blocks", "boilerplate"}:
            document[name] = [block_document(b) for b in value]
        elif name in {"contacts", "media"}:
            document[name] = [_plain_document(v) for v in value]
        elif name in {"issuer", "dateline", "translation"}:
            document[name] = None if value is None else _plain_document(value)
        elif isinstance(value, tuple):
            document[name] = list(value)
        else:
            document[name] = value
    return document


def edition_from(document: Mapping[str, Any]) -> Edition:
    """Reads what `edition_document` wrote. Raises KeyError or TypeError on anything else."""
    values = dict(document)
    for name in ("blocks", "boilerplate"):
        values[name] = tuple(block_from(b) for b in values[name])
    values["contacts"] = tuple(Contact(**c) for c in values["contacts"])
    values["media"] = tuple(Media(**m) for m in values["media"])
    values["issuer"] = IssuerRef(**values["issuer"])
    values["dateline"] = DatelineLine(**values["dateline"]) if values["dateline"] else None
    values["translation"] = Translation(**values["translation"]) if values["translation"] else None
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
    return Edition(**values)


def canonical_bytes(document: Any) -> bytes:
    """RFC 8785 (JCS) form."""
    return rfc8785.dumps(document)


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def edition_sha256(edition: Edition) -> str:
    """Hex SHA-256 of the edition's JCS form: the name of these exact words."""
    return sha256_hex(canonical_bytes(edition_document(edition)))


def wire_event(edition: Edition, *, at: Instant, languages: tuple[str, ...], base_url: str) -> dict[str, Any]:
    """The public fact, the same on stream, webhook and API (DESIGN.md, wire event).

    `at` is the commit, `languages` all that are public at that commit, `base_url` has no trailing slash.
    """
    return {
        "id": edition.event_id,
        "type": edition.type,
        "release": edition.release,
        "version": edition.version,
        "language": edition.language,
        "languages": list(languages),
        "original_language": edition.original_language,
        "headline": edition.headline,
        "summary": edition.summary,
        "dateline": None if edition.dateline is None else _plain_document(edition.dateline),
        "issuer": _plain_document(edition.issuer),
        "on_behalf_of": edition.on_behalf_of or None,
        "origin": edition.origin,
        "provider": edition.provider or None,
        "labels": list(edition.labels),
        "class": edition.release_class,
        "release_type": edition.release_type or None,
        "sectors": list(edition.sectors),
        "countries": list(edition.countries),
        "tickers": list(edition.tickers),
        "isins": list(edition.isins),
        "lei": edition.lei or None,
        "at": iso_z(at),
        "url": base_url + edition.path,
        "sha256": edition_sha256(edition),
        "translation": None if edition.translation is None else _plain_document(edition.translation),
        "supersedes": edition.supersedes or None,
        "reason": edition.reason or None,
        "restrict": list(edition.restrict),
    }


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
