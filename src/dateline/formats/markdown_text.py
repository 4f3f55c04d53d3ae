"""Writes blocks as CommonMark so that a CommonMark reader gives back the same blocks."""

import re
from collections.abc import Mapping, Sequence

from dateline.core.words import Block, Media, Run, Runs
from dateline.formats.block_writing import table_html
from dateline.formats.references import reference_words

_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|!])")
_LINE_START = re.compile(r"^(#|\+|-|=|:|\d{1,9}[.)])", re.MULTILINE)


def escaped(text: str) -> str:
    """`text` with every mark of Markdown made harmless; line breaks become hard ones."""
    text = _SPECIAL.sub(r"\\\1", text)
    text = _LINE_START.sub(lambda m: m[1][:-1] + "\\" + m[1][-1], text)
    return text.replace("\n", "\\\n")


def runs_markdown(runs: Runs) -> str:
    """Inline Markdown; where asterisks could be misread (CJK marks, neighbours), HTML tags stand in."""
    out = []
    for number, run in enumerate(runs):
        beside = [runs[n] for n in (number - 1, number + 1) if 0 <= n < len(runs)]
        bare = not run.href and not any(n.strong or n.em for n in beside)
        out.append(
            _run(run, plain_marks=bare, opens_line=number == 0 or runs[number - 1].text.endswith("\n"))
        )
    return "".join(out)


def _run(run: Run, plain_marks: bool, opens_line: bool) -> str:
    text = escaped(run.text) if opens_line else _escaped_inside(run.text)
    edges = run.text[:1].isalnum() and run.text[-1:].isalnum() and "\n" not in run.text
    if run.em:
        text = f"*{text}*" if plain_marks and edges and not run.strong else f"<em>{text}</em>"
    if run.strong:
        text = f"**{text}**" if plain_marks and edges and not run.em else f"<strong>{text}</strong>"
    if run.href:
        text = f"[{text}](<{run.href}>)"
    return text


def _escaped_inside(text: str) -> str:
    """As `escaped`, for words that do not open a line."""
    first, broken, rest = text.partition("\n")
    return _SPECIAL.sub(r"\\\1", first) + (("\\\n" + escaped(rest)) if broken else "")


def blocks_markdown(blocks: Sequence[Block], media: Mapping[str, Media], lead: str = "") -> str:
    """The blocks, parted by blank lines. `lead` is put, escaped, before the first words."""
    out: list[str] = []
    marker = 0
    for number, block in enumerate(blocks):
        after_list = number > 0 and blocks[number - 1].kind == block.kind == "list"
        marker = 1 - marker if after_list else 0
        out.append(_block(block, media, marker, "" if number else escaped(lead)))
    return "\n\n".join(text for text in out if text)


def _block(block: Block, media: Mapping[str, Media], marker: int, lead: str) -> str:  # noqa: PLR0911 - one per kind
    if block.kind == "heading":
        return "#" * min(max(block.level, 1), 6) + " " + _closing_safe(runs_markdown(block.runs))
    if block.kind == "list":
        return _list(block, marker)
    if block.kind == "quote":
        text = _prefixed(lead + runs_markdown(block.runs), "> ")
        return text + (f"\n>\n> — {escaped(block.attribution)}" if block.attribution else "")
    if block.kind == "table":
        return _table(block)
    if block.kind == "image":
        item = media.get(block.media)
        return f"![{escaped(item.alt) if item else ''}](<{block.media}>)"
    if block.kind == "embed":
        words = escaped(reference_words(block))
        shown = f"[{runs_markdown(block.runs)}](<{block.href}>)" if block.runs else f"<{block.href}>"
        return f"{shown} {words}" if words else shown
    return lead + runs_markdown(block.runs)


def _closing_safe(text: str) -> str:
    """A heading is one line, and trailing # would count as its closing mark."""
    text = text.replace("\\\n", "<br>")
    return re.sub(r"#(?=#*$)", r"\\#", text)


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


def _list(block: Block, marker: int) -> str:
    lines = []
    for number, item in enumerate(block.items, start=1):
        sign = f"{number}{'.)'[marker]} " if block.ordered else f"{'-*'[marker]} "
        lines.append(sign + runs_markdown(item).replace("\n", "\n" + " " * len(sign)))
    return "\n".join(lines)


def _table(block: Block) -> str:
    cells = [runs_markdown(cell) for row in block.rows for cell in row]
    regular = block.header and len({len(row) for row in block.rows}) == 1 and len(block.rows[0]) > 1
    if (
        not regular
        or len(block.rows) < 2
        or any("\n" in cell for cell in cells)
        or not any(map(bool, block.rows[0]))
    ):
        return table_html(block)
    lines = ["| " + " | ".join(runs_markdown(cell) for cell in row) + " |" for row in block.rows]
    lines.insert(1, "|" + " --- |" * len(block.rows[0]))
    return "\n".join(lines)
