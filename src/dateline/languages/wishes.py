"""What the pipeline is given for one edition, and what it gives back. Frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from dateline.core.clock import Instant
from dateline.core.languages import Language
from dateline.core.words import Finding, Story
from dateline.languages.routing import Exposure
from dateline.languages.translator import Term, TranslationResult

Origin = Literal["memory", "engine", "kept"]
OutcomeState = Literal["ready", "held", "incomplete"]


@dataclass(frozen=True, slots=True)
class Wish:
    """One edition that is wanted.

    `memory`: place of a segment -> approved text; `cached`: key -> result of an earlier run; `known`: other
    editions of the release, for conversions; `left`: engine -> characters of today's budget that are left;
    `kept`: place -> text of an older edition for segments that have not changed since, `kept_by` who made it.
    """

    source: Story
    target: Language
    exposure: Exposure = field(default_factory=Exposure)
    only: str = ""
    terms: tuple[Term, ...] = ()
    memory: Mapping[str, str] = field(default_factory=dict)
    cached: Mapping[str, TranslationResult] = field(default_factory=dict)
    known: Mapping[Language, Story] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    deadline: Instant | None = None
    style: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    kept_by: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one segment: its text, who made it, and what was wrong with those who did not."""

    segment: str
    text: str
    origin: Origin
    engine: str = ""
    model: str = ""
    revision: str = ""
    characters: int = 0
    cost: Decimal | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What was asked of one engine: characters sent and their price."""

    engine: str
    characters: int
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a wish. `ready`: `story` is whole and nothing blocks it; `held`: whole, but a person must
    look; `incomplete`: some segments have no text, `missing` names them.

    `said` tells what happened in sentences that hold no text; `results` are new answers to keep by key;
    `retry` tells that a later try may do better.
    """

    language: Language
    state: OutcomeState
    story: Story | None
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    said: tuple[str, ...] = ()
    engine: str = ""
    results: Mapping[str, TranslationResult] = field(default_factory=dict)
    uses: Sequence[Use] = ()
    retry: bool = False
    human: bool = False
    """Whether the route ends with a person."""

    @property
    def texts(self) -> dict[str, str]:
        """Place -> text of the segments that have one."""
        return {part.segment: part.text for part in self.parts}
