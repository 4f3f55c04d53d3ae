"""Writes blocks as plain HTML elements: everything escaped, no inline script or style."""

from collections.abc import Mapping

from dateline.core.words import Block, Media, Run, Runs
from dateline.formats.references import reference_words
from dateline.formats.wording import escaped as escape


def runs_html(runs: Runs) -> str:
    """Inline HTML of `runs`; a line break becomes <br>."""
    return runs_marked(runs, line_break="<br>", strong=("<strong>", "</strong>"))


def runs_marked(runs: Runs, *, line_break: str, strong: tuple[str, str]) -> str:
    """`runs` in a markup that has `em` and `a`, and these marks of its own."""
    if len(runs) == 1:  # most cells and items
        return _run_marked(runs[0], line_break, strong)
    return "".join([_run_marked(run, line_break, strong) for run in runs])


def _run_marked(run: Run, line_break: str, strong: tuple[str, str]) -> str:
    text = escape(run.text)
    if "\n" in text:
        text = text.replace("\n", line_break)
    if run.em:
        text = f"<em>{text}</em>"
    if run.strong:
        text = f"{strong[0]}{text}{strong[1]}"
    if run.href:
        text = f'<a href="{escape(run.href)}">{text}</a>'
    return text


def block_html(block: Block, media: Mapping[str, tuple[Media, str]], lead: str = "") -> str:  # noqa: PLR0911
    """One block. `media` maps names to (facts, address); `lead` is HTML put before the first words."""
    if block.kind == "heading":
        level = min(max(block.level, 2), 4)
        return f"<h{level}>{lead}{runs_html(block.runs)}</h{level}>"
    if block.kind == "list":
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{runs_html(item)}</li>" for item in block.items) + f"</{tag}>"
    if block.kind == "quote":
        by = f"<footer>{escape(block.attribution)}</footer>" if block.attribution else ""
        return f"<blockquote><p>{lead}{runs_html(block.runs)}</p>{by}</blockquote>"
    if block.kind == "table":
        return table_html(block)
    if block.kind == "image":
        return _image_html(block, media)
    if block.kind == "embed":
        return embed_html(block)
    return f"<p>{lead}{runs_html(block.runs)}</p>"


def table_html(block: Block) -> str:
    """A table with its head row marked; wide ones scroll inside their wrapper."""
    rows = []
    for number, row in enumerate(block.rows):
        head = block.header and number == 0
        open_, close = ('<th scope="col">', "</th>") if head else ("<td>", "</td>")
        cells = "".join(f"{open_}{runs_html(cell)}{close}" for cell in row)
        rows.append(f"<thead><tr>{cells}</tr></thead><tbody>" if head else f"<tr>{cells}</tr>")
    body = "".join(rows)
    if block.header:
        return f"<table>{body}</tbody></table>"
    return f"<table><tbody>{body}</tbody></table>"


def embed_html(block: Block) -> str:
    """What lies elsewhere, as a link; of a film or document with title, kind and size."""
    address = escape(block.href)
    title = runs_html(block.runs) or address
    facts = f' data-type="{escape(block.media_type)}"' if block.media_type else ""
    facts += f' data-size="{block.size_bytes}"' if block.size_bytes else ""
    words = reference_words(block)
    note = f' <span class="facts">{escape(words)}</span>' if words else ""
    return f'<p class="embed"{facts}><a href="{address}">{title}</a>{note}</p>'


def caption_words(facts: Media) -> str:
    """What stands below a picture: caption, credit, copyright; a credit that the copyright repeats once."""
    credit = f"({facts.credit})" if facts.credit and facts.credit not in facts.copyright else ""
    return " ".join(part for part in (facts.caption, credit, facts.copyright) if part)


def _image_html(block: Block, media: Mapping[str, tuple[Media, str]]) -> str:
    found = media.get(block.media)
    if found is None:
        return ""
    facts, address = found
    size = f' width="{facts.width}" height="{facts.height}"' if facts.width and facts.height else ""
    words = caption_words(facts)
    caption = f"<figcaption>{escape(words)}</figcaption>" if words else ""
    image = f'<img src="{escape(address)}" alt="{escape(facts.alt)}"{size} loading="lazy">'
    return f'<figure class="image" data-media="{escape(facts.name)}">{image}{caption}</figure>'
