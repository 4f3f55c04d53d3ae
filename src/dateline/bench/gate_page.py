"""The page docs/checks.md, written from what `dateline bench gate --quality` measured."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from dateline.core.languages import WIRE_LANGUAGES

if TYPE_CHECKING:
    from dateline.languages.services import Alarms, Caught, Quality

PROMISES: Final = {
    "markup": 0.95, "loops": 0.95, "wrong language": 0.95, "scale numbers": 0.95, "URLs": 0.95, "codes": 0.95,
    "quote balance": 0.95, "dates": 0.85, "currencies": 0.85, "missing paragraphs": 0.85, "leftovers": 0.85,
    "names": 0.85,
}  # fmt: skip
_HEAD: Final = """# The quality gate

<!-- Written by `dateline bench gate --quality --page docs/checks.md`; edit the generator, not this page. -->

No edition goes out unchecked or with a blocking finding (I9). The same checks run on a file with `dateline check FILE [--lang TAG] [--source FILE --source-lang TAG]`; what needs the original is silent without it.

- **block** stops the approval, and an engine's text is refused; only a named person with a reason overrides it.
- **hold** asks a person to look. Missing blocks are a hold in a translation that a person made, who may shorten, and a block in a machine's.
- **warn** is shown.

A finding says what a rule can see. Most errors that professional raters mark are mistranslations, which no rule sees: an edition without findings is checked, not correct. Another question is added as an entry point, see [extending](extending/README.md).

## Checks

Recall is measured on injected errors, false alarms on clean text beside its original.

| check | worst | codes | what it catches | recall | false alarms |
|---|---|---|---|---|---|
"""
_METHOD: Final = """
## How this was measured

Clean text: our own press release in fifteen languages, the demo's four releases in fifteen and its thirty archived ones in two. Rules were written while looking at it, so rates on it are optimistic. Each injector puts one error at a place drawn by a seed; an error counts as caught by a finding that the clean edition did not have. Intervals are Wilson's at 95 %. The tests repeat a few cases of each error that a promise is about.

What rules do not see: one word added or exchanged for its opposite, a clause dropped in the middle of a block whose length stays likely, most single-word names of places, Japanese and Chinese names in Chinese characters, a single source word left between languages that share the Latin alphabet. The rows of the public data say how much of that is caught.
"""
_CODES_OF: Final = {  # check file -> groups of injectors that measure it
    "markup": ("markup",), "encoding": ("encoding",), "chatter": ("chatter",), "placeholders": ("placeholders",),
    "loops": ("loops",), "hidden_characters": ("hidden characters",), "mixed_scripts": ("mixed scripts",),
    "quotes": ("quote balance",), "numbers": ("scale numbers",), "currencies": ("currencies",), "percentages": ("percentages",),
    "dates": ("dates",), "times": ("times",), "units": ("units",), "addresses": ("URLs",), "codes": ("codes",),
    "completeness": ("missing paragraphs", "cut text", "added text"), "leftovers": ("leftovers",), "language": ("wrong language",),
    "names": ("names",), "attribution": ("attribution",), "negation": ("negation",), "terms": ("terms",),
    "headline": ("headline form",), "dateline": ("dateline",), "typography": ("typography",), "register": ("register",), "style": ("style",),
}  # fmt: skip


def page(found: "Quality") -> str:
    """The page as Markdown."""
    lines = [*_checks(found), *_groups(found.recall), *_clean(found), *_public(found)]
    return _HEAD + "\n".join(lines) + "\n" + _METHOD


def _share(caught: int, tried: int) -> str:
    return f"{caught / tried:.3f}" if tried else "-"


def _sums(found: Iterable["Caught"]) -> dict[str, tuple[int, int]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        sums[one.group][0] += one.caught
        sums[one.group][1] += one.tried
    return {group: (caught, tried) for group, (caught, tried) in sums.items()}


def _checks(found: "Quality") -> Iterator[str]:
    sums = _sums(found.recall)
    alarms: Counter[str] = Counter()
    for one in found.beside:
        for (name, _), count in one.by_check.items():
            alarms[name] += count
    blocks = sum(one.blocks for one in found.beside)
    for check in found.checks:
        groups = [sums[group] for group in _CODES_OF.get(check.file, ()) if group in sums]
        recall = _share(sum(caught for caught, _ in groups), sum(tried for _, tried in groups))
        codes = ", ".join(f"`{code}`" for code in check.codes)
        catches = check.catches.replace("|", "\\|")
        shown = f"{alarms[check.file]} of {blocks}"
        yield f"| `{check.file}` | {check.severity} | {codes} | {catches} | {recall} | {shown} |"


def _groups(found: Sequence["Caught"]) -> Iterator[str]:
    tags = [tag for tag in WIRE_LANGUAGES if any(one.language == tag for one in found)]
    yield from (
        "",
        "## Recall by error and language",
        "",
        f"| error | promise | cases | recall (95 %) | {' | '.join(tags)} |",
    )
    yield "|---|---|---|---|" + "---|" * len(tags)
    by_operator: dict[tuple[str, str], dict[str, Caught]] = defaultdict(dict)
    for one in found:
        by_operator[one.group, one.operator][one.language] = one
    for (group, operator), by_tag in by_operator.items():
        caught, tried = sum(one.caught for one in by_tag.values()), sum(one.tried for one in by_tag.values())
        cells = [_share(by_tag[tag].caught, by_tag[tag].tried).lstrip("0") for tag in tags]
        promise = f">= {PROMISES[group]}" if group in PROMISES else ""
        yield f"| {group}: {operator} | {promise} | {tried} | {_with_interval(caught, tried)} | {' | '.join(cells)} |"


def _with_interval(caught: int, tried: int) -> str:
    from dateline.languages.services import interval

    low, high = interval(caught, tried)
    return f"{_share(caught, tried)} ({low:.3f}-{high:.3f})"


def _clean(found: "Quality") -> Iterator[str]:
    yield from (
        "",
        "## False alarms on clean text",
        "",
        "Findings by block; promised: blocking <= 0.5 %, all <= 3 %.",
        "",
    )
    yield "| language | blocks | blocking | hold | all | alone: blocks | alone: blocking | alone: all |"
    yield "|---|---|---|---|---|---|---|---|"
    alone = {one.language: one for one in found.alone}
    for one in found.beside:
        yield f"| {one.language} | {_alarm_cells(one)} | {_alone_cells(alone[one.language])} |"
    blocks, by_itself = sum(one.blocks for one in found.beside), sum(one.blocks for one in found.alone)
    totals = [sum(one.of(kind) for one in found.beside) for kind in ("block", "hold", "")]
    singles = [sum(one.of(kind) for one in found.alone) for kind in ("block", "")]
    cells = [*(f"{count} ({count / blocks:.2%})" for count in totals), str(by_itself)]
    cells += [f"{count} ({count / by_itself:.2%})" for count in singles]
    yield f"| all | {blocks} | {' | '.join(cells)} |"


def _alarm_cells(one: "Alarms") -> str:
    return f"{one.blocks} | {one.of('block')} | {one.of('hold')} | {one.of()}"


def _alone_cells(one: "Alarms") -> str:
    return f"{one.blocks} | {one.of('block')} | {one.of()}"


def _public(found: "Quality") -> Iterator[str]:
    yield from ("", "## Public test data", "")
    if not found.public:
        yield "Not measured: the folder with DEMETR was not there."
        return
    yield "DEMETR (Karpinska et al., EMNLP 2022): machine translations of news into English with one damage each. Single sentences without a document."
    yield ""
    yield "| damage | caught | clean segments flagged | by source language |"
    yield "|---|---|---|---|"
    damages = dict.fromkeys(row.damage for row in found.public)
    for damage in damages:
        rows = [row for row in found.public if row.damage == damage]
        caught, tried = sum(row.caught for row in rows), sum(row.tried for row in rows)
        clean, of = sum(row.clean for row in rows), sum(row.of for row in rows)
        told = ", ".join(
            f"{row.language} {row.caught}/{row.tried}"
            if row.tried
            else f"{row.language} {row.clean}/{row.of}"
            for row in rows
        )
        shown = f"{caught} of {tried} ({_share(caught, tried)})" if tried else "-"
        yield f"| {damage} | {shown} | {clean} of {of} | {told} |"
    yield ""
    yield (
        "The MQM spans (WMT 2023, English to German) come without sentences, so that no check can be run on them. They "
        "show how little of what raters mark a rule could reach: of 9,977 spans 381 hold a digit, 202 are fragments of the source "
        "language, 206 omissions."
    )
