"""All that is measured of the gate's quality in one document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dateline.core.words import Edition
from dateline.languages.check import built_in, checks
from dateline.languages.injecting.measuring import Alarms, Caught, measured_alarms, measured_recall, module_of
from dateline.languages.injecting.mtdata import PublicRow, public_rows
from dateline.languages.injecting.samples import press_pairs


@dataclass(frozen=True, slots=True)
class Asked:
    """A check as the page lists it."""

    file: str
    code: str
    severity: str
    about: str
    codes: tuple[str, ...]
    catches: str


@dataclass(frozen=True, slots=True)
class Quality:
    """`beside` and `alone`: clean text with and without its source."""

    checks: tuple[Asked, ...]
    recall: tuple[Caught, ...]
    beside: tuple[Alarms, ...]
    alone: tuple[Alarms, ...]
    public: tuple[PublicRow, ...]


def measured(pairs: Sequence[tuple[Edition | None, Edition]], *, cases: int, mtdata: Path | None) -> Quality:
    """Injected errors in the wire's own sample release and in `pairs`, alarms on both, public data beside."""
    own = press_pairs()
    sourced = [(source, edition) for source, edition in pairs if source is not None]
    whole = [*own, *sourced]
    return Quality(
        asked(),
        tuple(measured_recall(whole, cases)),
        tuple(measured_alarms(whole)),
        tuple(measured_alarms([(None, edition) for _, edition in [*own, *pairs]])),
        tuple(public_rows(mtdata)) if mtdata is not None else (),
    )


def asked() -> tuple[Asked, ...]:
    """The built-in checks with what their files say of them."""
    own = set(built_in())
    return tuple(
        Asked(
            name,
            check.code,
            check.severity,
            check.about,
            codes_of(type(check)),
            _catches(type(check).__module__),
        )
        for check in checks()
        if (name := module_of(check)) in own
    )


def codes_of(check: type) -> tuple[str, ...]:
    """The codes that a check's docstring names."""
    return tuple(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", check.__doc__ or ""))


def _catches(module: str) -> str:
    """The paragraph of the file's docstring that says what it catches, else its first line."""
    import sys

    text = sys.modules[module].__doc__ or ""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    return next((part for part in paragraphs if part.startswith("Catches")), paragraphs[0])
