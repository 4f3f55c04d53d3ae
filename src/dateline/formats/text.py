"""The `text` format: wrapped plain text as wires have always sent it, closed by `-0-`; and the reader of
such text.
"""

import re
from textwrap import indent

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.words import Block, Contact, Edition, Run, Runs, Story, edition_sha256
from dateline.formats import wording
from dateline.formats.block_reading import ReadBlocks
from dateline.formats.facts import PageFacts, edition_url
from dateline.formats.recognise import recognised
from dateline.formats.references import reference_words
from dateline.formats.runs import normal, squeezed
from dateline.formats.text_width import columns, joined, wrapped

WIDTH = 72
END = "-0-"
_AT_GAP = "Released: at the embargo"


def article_text(edition: Edition, page: PageFacts) -> str:
    """The article as mail and file drops show it, without the closing facts."""
    lang = edition.language
    parts = [*_labels(edition), wrapped(edition.headline), wrapped(edition.subhead)]
    if edition.byline:
        parts.append(wrapped(edition.byline))
    parts.append(_body(edition))
    parts += [block_text(block) for block in edition.boilerplate]
    if edition.contacts:
        lines = [_contact(contact) for contact in edition.contacts]
        parts.append("\n".join([wording.contacts_heading(lang), *lines]))
    if edition.disclaimer:
        parts.append(wrapped(edition.disclaimer))
    return "\n\n".join(part for part in parts if part)


def _labels(edition: Edition) -> list[str]:
    lang = edition.language
    lines = []
    if notice := wording.notice(edition.type, lang):
        lines.append(f"{notice}: {edition.reason}" if edition.reason else notice)
    lines += [wording.label(label, lang, edition.provider) for label in edition.labels]
    if edition.translation is not None:
        lines.append(wording.translation(edition.translation, lang))
    if edition.on_behalf_of:
        lines.append(wording.on_behalf_of(edition.on_behalf_of, lang))
    if edition.restrict:
        lines.append(wording.restriction(edition.restrict, lang))
    shown = [wrapped("\n".join(f"[{line}]" for line in lines))] if lines else []
    return [*shown, wording.section_line_of(edition.sections, lang) if edition.sections else ""]


def _body(edition: Edition) -> str:
    lead = wording.dateline(edition.dateline, edition.language) + " " if edition.dateline else ""
    blocks = list(edition.blocks)
    out = []
    if lead and not (blocks and blocks[0].kind == "paragraph"):
        out.append(wrapped(lead.strip()))
        lead = ""
    names = {
        item.name: " ".join(part for part in (item.alt, item.caption, item.credit) if part)
        for item in edition.media
    }
    for number, block in enumerate(blocks):
        if block.kind == "image":
            out.append(wrapped(f"[{names.get(block.media) or block.media}]"))
        else:
            out.append(block_text(block, lead if number == 0 else ""))
    return "\n\n".join(part for part in out if part)


def block_text(block: Block, lead: str = "") -> str:
    """One block as wrapped lines: `* ` and numbers for lists, `> ` for quotes, bars between cells, links
    after their words.
    """
    if block.kind == "list":
        signs = (f"{number}. " if block.ordered else "* " for number in range(1, len(block.items) + 1))
        return "\n".join(_hanging(sign, _runs(item)) for sign, item in zip(signs, block.items, strict=True))
    if block.kind == "quote":
        words = _runs(block.runs) + (f"\n— {block.attribution}" if block.attribution else "")
        return indent(wrapped(words, WIDTH - 2), "> ")
    if block.kind == "table":
        return "\n".join(" | ".join(_runs(cell).replace("\n", " ") for cell in row) for row in block.rows)
    if block.kind == "embed":
        title = " ".join(part for part in (_runs(block.runs), reference_words(block)) if part)
        return (wrapped(title) + "\n" if title else "") + block.href
    return wrapped(lead + _runs(block.runs))


def _hanging(sign: str, text: str) -> str:
    first, *more = wrapped(text, WIDTH - len(sign)).split("\n")
    return "\n".join([sign + first, *(" " * len(sign) + line for line in more)])


def _runs(runs: Runs) -> str:
    """Words, each link followed by its address in brackets unless the words are the address."""
    out = []
    for run in runs:
        bare = run.href.removeprefix("mailto:").rstrip("/")
        shown = run.href and bare not in {run.text.rstrip("/"), "https://" + run.text, "http://" + run.text}
        out.append(f"{run.text} ({bare})" if shown else run.text)
    return "".join(out)


def _contact(contact: Contact) -> str:
    return ", ".join(part for part in (contact.name, contact.role, contact.email, contact.phone) if part)


def text_document(edition: Edition, page: PageFacts) -> str:
    """The article, then source, address, instant and hash, then the end mark."""
    facts = [
        f"{edition.issuer.name} / {page.wire}",
        edition_url(edition, page.base_url),
        f"Released: {iso_z(page.at)}" if page.at else _AT_GAP,
        f"{edition.release} v{edition.version} {edition.language}",
        f"SHA-256: {edition_sha256(edition)}",
    ]
    return article_text(edition, page) + "\n\n--\n" + "\n".join(facts) + f"\n{END}\n"


# --- reading ---------------------------------------------------------------------------------------------

_ITEM = re.compile(r"^(?:[*•‣▪·–-]|\d{1,3}[.)])\s+(?=\S)")
_OWN_LABELS = re.compile(r"\A\[[^\n]*\n?(?:[^\n]+\n)*\n")
# At most as many lines as we write: a text full of dashes must not be read to its end from each of them.
_OWN_TAIL = re.compile(r"\n--\n(?:[^\n]*\n){0,8}SHA-256: [0-9a-f]{64}\n-0-\s*\Z")


def read_text(text: str, language: Language, *, wrapped_lines: bool | None = None) -> Story:
    """Plain text: paragraphs parted by blank lines, lists by their marks, quotes by `>`; then recognition.

    Lines within a paragraph are joined when the text looks wrapped (`wrapped_lines` None = look).
    """
    return recognised(ReadBlocks(tuple(text_blocks(text, wrapped_lines))), language, {})


def text_blocks(text: str, wrapped_lines: bool | None = None) -> list[Block]:
    """The blocks of plain text; no line of it is lost except our own closing facts."""
    text = _OWN_TAIL.sub("\n", text)
    join = _looks_wrapped(text) if wrapped_lines is None else wrapped_lines
    out: list[Block] = []
    for part in re.split(r"\n[ \t]*\n", text):
        lines = [line.rstrip("\t\r\f") for line in part.split("\n") if line.strip()]
        out += [_text_block(group, join) for group in _groups(lines)]
    return [block for block in out if block.text]


def _groups(lines: list[str]) -> list[list[str]]:
    """Lines that stand alone by nature (section line, end mark, "PRESS RELEASE") apart from the others."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if wording.section_line(line) or wording.is_end_mark(line) or wording.is_furniture(line):
            groups += [[line], []]
        else:
            groups[-1].append(line)
    return [group for group in groups if group]


def _looks_wrapped(text: str) -> bool:
    """Whether paragraphs are broken near one width: most lines that are not a paragraph's last are 55 to 90
    long.
    """
    inner = [
        columns(line.rstrip())
        for a in re.split(r"\n[ \t]*\n", text)
        for line in a.strip("\n").split("\n")[:-1]
    ]
    near = sum(50 <= length <= 90 for length in inner)
    return len(inner) >= 3 and near * 10 >= len(inner) * 6


def _text_block(lines: list[str], join: bool) -> Block:
    if all(line.startswith(">") for line in lines):
        return _quote([line[1:].removeprefix(" ") for line in lines])
    if _ITEM.match(lines[0].lstrip()) and (
        len(lines) == 1 or any(_ITEM.match(line.lstrip()) for line in lines[1:]) or join
    ):
        return _list(lines)
    long = all(columns(line) > 40 for line in lines[:-1])
    goes_on = all(line.strip()[:1].islower() for line in lines[1:])
    text = joined(lines) if long and (join or goes_on) else "\n".join(line.strip() for line in lines)
    return Block("paragraph", runs=_plain_runs(text))


def _quote(lines: list[str]) -> Block:
    attribution = ""
    if len(lines) > 1 and lines[-1].startswith("— "):
        attribution = lines.pop()[2:].strip()
    return Block("quote", runs=_plain_runs(joined([line for line in lines if line])), attribution=attribution)


def _list(lines: list[str]) -> Block:
    items: list[str] = []
    ordered = bool(re.match(r"\d", lines[0].lstrip()))
    for line in lines:
        if _ITEM.match(line.lstrip()) or not items:
            items.append(_ITEM.sub("", line.lstrip()))
        else:
            items[-1] = joined([items[-1], line])
    return Block("list", items=tuple(_plain_runs(item) for item in items if item.strip()), ordered=ordered)


def _plain_runs(text: str) -> Runs:
    return normal([Run("\n".join(squeezed(line) for line in text.split("\n")))])


def words_of(story: Story) -> str:
    """Every word of a story in reading order, one space between: what this format carries."""
    parts = [story.headline, story.subhead, story.byline]
    parts += [block.text for block in (*story.blocks, *story.boilerplate)]
    return " ".join(" ".join(parts).split())


def read_own_text(text: str, tag: str) -> Story:
    """Text that this wire wrote, in the language it names: without its labels, its lines joined."""
    return read_text(_OWN_LABELS.sub("", text), parse_language(tag), wrapped_lines=True)


def own_language(text: str) -> str:
    """The language that our own closing facts name; "" for what we did not write."""
    found = re.search(r"^[0-9a-z]+ v\d+ ([A-Za-z-]+)\nSHA-256: [0-9a-f]{64}\n-0-", text, re.MULTILINE)
    return found[1] if found else ""


class TextCodec:
    """Carries the words in order and the dateline; not links, shapes or facts about pictures."""

    name = "text"
    media_type = "text/plain; charset=utf-8"
    extension = ".txt"
    standard = "plain text"
    version = ""

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        return text_document(edition, page).encode()

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        head, gap, tail = data.rpartition(_AT_GAP.encode())
        return head + f"Released: {iso_z(at)}".encode() + tail if gap else data

    def read(self, data: bytes) -> Story:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput(f"not UTF-8 at byte {error.start}; save it as UTF-8", where="text") from None
        tag = own_language(text)
        return read_own_text(text, tag) if tag else read_text(text, parse_language("en"))


CODEC = TextCodec()
