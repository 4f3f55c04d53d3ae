"""Writes blocks as the body of an NITF document: its own marks for headings, quotes, pictures and parts."""

from collections.abc import Mapping, Sequence
from html import escape

from dateline.core.words import Block, Contact, Edition, Media, Runs
from dateline.formats import wording
from dateline.formats.block_writing import runs_marked
from dateline.formats.carried import is_gone, note_of
from dateline.formats.facts import PageFacts, edition_url, media_table
from dateline.formats.references import reference_words

Pictures = Mapping[str, tuple[Media, str]]


def body_xml(edition: Edition, page: PageFacts) -> str:
    """`body.content` and `body.end`. What is gone has its notice for a body."""
    if is_gone(edition):
        return f"<body.content><p>{escape(note_of(edition))}</p></body.content>{_end(edition, page)}"
    media = media_table(edition, page.base_url)
    placed = {block.media for block in (*edition.blocks, *edition.boilerplate) if block.kind == "image"}
    parts = [block_xml(block, media) for block in edition.blocks]
    rest = [block_xml(Block("image", media=name), media) for name in media if name not in placed]
    parts.append(_part("media", rest))
    parts.append(_part("boilerplate", [block_xml(block, media) for block in edition.boilerplate]))
    parts.append(_contacts(edition))
    parts.append(_part("disclaimer", [f"<p>{escape(edition.disclaimer)}</p>"] if edition.disclaimer else []))
    inside = "\n".join(part for part in parts if part)
    return f"<body.content>\n{inside}\n</body.content>{_end(edition, page)}"


def _end(edition: Edition, page: PageFacts) -> str:
    """Where the text comes from, and where it can be checked."""
    address = escape(edition_url(edition, page.base_url))
    return (
        f"<body.end><tagline>{escape(edition.issuer.name)} / {escape(page.wire)} "
        f'<a href="{address}">{address}</a></tagline></body.end>'
    )


def notes_xml(lines: Sequence[tuple[str, str]]) -> str:
    """A note to editors for each (name, words): what must stand above the headline."""
    return "".join(
        f'<note noteclass="editorsnote" type="pa" class="{escape(name)}">'
        f"<body.content><p>{escape(words)}</p></body.content></note>"
        for name, words in lines
    )


def _part(name: str, blocks: Sequence[str]) -> str:
    return f'<block class="{name}">' + "\n".join(blocks) + "</block>" if any(blocks) else ""


def _contacts(edition: Edition) -> str:
    if not edition.contacts:
        return ""
    heading = f"<hl2>{escape(wording.contacts_heading(edition.language))}</hl2>"
    return _part("contacts", [heading, *(_contact(contact) for contact in edition.contacts)])


def _contact(contact: Contact) -> str:
    """One person: name, role, mail and telephone, each with its mark so that it reads back."""
    parts = []
    if contact.name:
        parts.append(f'<person class="name">{escape(contact.name)}</person>')
    if contact.role:
        parts.append(f"<function>{escape(contact.role)}</function>")
    if contact.email:
        parts.append(f'<a class="email" href="mailto:{escape(contact.email)}">{escape(contact.email)}</a>')
    if contact.phone:
        parts.append(f'<virtloc class="phone">{escape(contact.phone)}</virtloc>')
    return '<p class="contact">' + ", ".join(parts) + "</p>"


def runs_xml(runs: Runs) -> str:
    """Inline NITF: there is no `strong`, so it is an `em` of that class."""
    return runs_marked(runs, line_break="<br/>", strong=('<em class="strong">', "</em>"))


def block_xml(block: Block, media: Pictures) -> str:  # noqa: PLR0911 - one per kind
    """One block; "" for a picture that the edition does not have."""
    if block.kind == "heading":
        return f'<hl2 class="level-{min(max(block.level, 2), 4)}">{runs_xml(block.runs)}</hl2>'
    if block.kind == "list":
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{runs_xml(item)}</li>" for item in block.items) + f"</{tag}>"
    if block.kind == "quote":
        credit = f"<credit>{escape(block.attribution)}</credit>" if block.attribution else ""
        return f"<bq><block><p>{runs_xml(block.runs)}</p></block>{credit}</bq>"
    if block.kind == "table":
        return _table(block)
    if block.kind == "image":
        return _media(block, media)
    if block.kind == "embed":
        title = runs_xml(block.runs) or escape(block.href)
        words = escape(reference_words(block))
        note = f" {words}" if words else ""
        return f'<p class="embed"><a href="{escape(block.href)}">{title}</a>{note}</p>'
    return f"<p>{runs_xml(block.runs)}</p>"


def _table(block: Block) -> str:
    def row(cells: Sequence[Runs], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{runs_xml(cell)}</{tag}>" for cell in cells) + "</tr>"

    head = f"<thead>{row(block.rows[0], 'th')}</thead>" if block.header and block.rows else ""
    rows = block.rows[1:] if head else block.rows
    body = "".join(row(cells, "td") for cells in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>" if body else f"<table>{head}</table>"


def _media(block: Block, media: Pictures) -> str:
    found = media.get(block.media)
    if found is None:
        return ""
    item, address = found
    kind = item.media_type.partition("/")[0]
    kind = kind if kind in {"image", "audio", "video", "text"} else "application"
    size = "".join(f' {name}="{value}"' for name in ("height", "width") if (value := getattr(item, name)))
    more = "".join(
        f'<media-metadata name="{name}" value="{escape(value)}"/>' for name, value in item.facts.items()
    )
    caption = f"<media-caption><p>{escape(item.caption)}</p></media-caption>" if item.caption else ""
    credit = f"<media-producer>{escape(item.credit)}</media-producer>" if item.credit else ""
    return (
        f'<media media-type="{kind}">'
        f'<media-metadata name="sha256" value="{item.sha256}"/>'
        f'<media-metadata name="size" value="{item.size_bytes}"/>{more}'
        f'<media-reference source="{escape(address)}" name="{escape(item.name)}" '
        f'mime-type="{escape(item.media_type)}" alternate-text="{escape(item.alt)}"{size}/>'
        f"{caption}{credit}</media>"
    )
