"""The port of translation: what an engine is asked, what it answers, and what it must never do.

Frozen values and one protocol, without I/O and without Django; entry-point group `dateline.engines`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from dateline.core.clock import Instant
from dateline.core.errors import DatelineError

GROUP = "dateline.engines"

SlotKind = Literal[
    "open", "self", "url", "email", "phone", "ticker", "isin", "handle", "keep",
]  # fmt: skip
Role = Literal["headline", "subhead", "body", "quote", "list", "cell", "caption", "boilerplate", "contact"]
SlotStyle = Literal["xml", "html", "token", "none"]
Finish = Literal["ok", "truncated", "refused", "failed"]
Exposure = Literal["local", "remote"]
FaultKind = Literal["busy", "down", "late", "refused", "answer", "pair", "setting", "budget", "consent"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Something the engine must not damage: cut out of the text, put back afterwards.

    `open` is a pair `<g id="N">...</g>` around text that stays; every other kind is one `<x id="N"/>`.
    """

    id: int
    kind: SlotKind
    original: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One block of an edition. `id` is its place (`headline`, `blocks[3]`, `blocks[4].items[1]`); `text`
    holds `<x id="1"/>` and `<g id="2">...</g>` and no other mark.
    """

    id: str
    text: str
    slots: tuple[Slot, ...] = ()
    max_chars: int | None = None
    role: Role = "body"


@dataclass(frozen=True, slots=True)
class Term:
    """One form of the source language and how it is said in the target language. `keep`: never translated."""

    source: str
    target: str
    forbidden: tuple[str, ...] = ()
    keep: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """What an engine is asked. `terms` are only those that occur in these segments; `exposure` says whether
    the text may leave the installation; `consent` names the issuer's recorded consent where one was needed.
    """

    source: str
    target: str
    segments: tuple[Segment, ...]
    context: str = ""
    terms: tuple[Term, ...] = ()
    formality: Literal["default", "more", "less"] = "default"
    style: str | None = None
    exposure: Exposure = "local"
    consent: str | None = None
    deadline: Instant | None = None
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class TranslationResult:
    """What came of one segment. Only `ok` carries a text that may be used, and the gate looks at it first."""

    segment_id: str
    text: str
    engine: str
    model: str = ""
    revision: str = ""
    finish: Finish = "ok"
    error: str | None = None
    score: float | None = None
    characters: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do. `pairs` None: it says so only when asked for a pair. Lengths in characters."""

    pairs: frozenset[tuple[str, str]] | None = None
    max_batch: int = 32
    max_chars: int = 10_000
    slot_style: SlotStyle = "none"
    terms: bool = False
    formality: bool = False
    context: bool = False
    remote: bool = True

    def speaks(self, source: str, target: str) -> bool:
        """False only where it is known that it does not."""
        return self.pairs is None or (source, target) in self.pairs


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request would use: characters, and money where the engine has a price (per million)."""

    characters: int
    money: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether an engine answers, in a sentence for an operator; never a key, an address with a password or
    text. `pairs` where it could be asked.
    """

    ok: bool
    said: str = ""
    model: str = ""
    pairs: tuple[tuple[str, str], ...] = ()


class EngineFault(DatelineError):
    """The engine as a whole did not do what it was asked; nothing of the request is lost by it.

    kind: busy (told to wait `wait_s`), down, late (deadline), refused (key, quota), answer (no sense in what
    it said), pair (it does not speak these languages), setting, budget, consent. The message holds neither
    text nor key.
    """

    def __init__(self, kind: FaultKind, said: str, *, wait_s: float | None = None) -> None:
        super().__init__(said)
        self.kind = kind
        self.said = said
        self.wait_s = wait_s


class Translator(Protocol):
    """An engine. `translate` answers in any order, exactly once for each segment; it may raise EngineFault,
    also after some answers.
    """

    name: str

    def capabilities(self) -> Capabilities:
        """What is known without asking it."""
        ...

    async def estimate(self, request: TranslationRequest) -> Cost:
        """What the request would use."""
        ...

    def translate(self, request: TranslationRequest) -> AsyncIterator[TranslationResult]:
        """Any order, exactly one per segment."""
        ...

    async def health(self) -> Health:
        """Whether it answers; never raises EngineFault."""
        ...

    async def aclose(self) -> None:
        """Closes connections."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What an adapter hands back for one text it sent: `missing` means it got none for it."""

    text: str
    finish: Literal["ok", "truncated", "refused", "failed", "missing"] = "ok"
    error: str | None = None
    score: float | None = None
    model: str = field(default="")
