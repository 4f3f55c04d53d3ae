"""The `html` format: one article as a fragment of plain elements that page, mail and webhook share."""

import re

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.languages import direction, is_rtl, parse_language
from dateline.core.words import Block, Contact, Edition, Story, Translation, edition_sha256
from dateline.formats import wording
from dateline.formats.article_reading import read_article
from dateline.formats.block_reading import read_html
from dateline.formats.block_writing import block_html
from dateline.formats.facts import PageFacts, edition_url, media_table, original_url
from dateline.formats.recognise import recognised
from dateline.formats.wording import escaped as escape

_AT_GAP = "<!--released-->"
"""Where `opened` puts the instant of release."""


def article_html(edition: Edition, page: PageFacts, sha256: str = "") -> str:
    """The article: notice, origin and labels, headline to body, boilerplate, contacts, disclaimer,
    provenance with hash.

    One `<article lang dir data-sha256>`, without script or style; all text escaped, all addresses absolute.
    `sha256` is the edition's hash where the caller has it already.
    """
    lang = edition.language
    sha256 = sha256 or edition_sha256(edition)
    parts = [
        f'<article class="release" lang="{escape(lang)}" dir="{direction(lang)}" '
        f'data-release="{escape(edition.release)}" data-version="{edition.version}" '
        f'data-class="{edition.release_class}" data-sha256="{sha256}">',
        notice_html(edition),
        _header(edition),
        _body(edition, page),
        _pictures(edition, page),
        _boilerplate(edition, page),
        _contacts(edition),
        _closing(edition),
        _provenance(edition, page, sha256),
        "</article>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def notice_html(edition: Edition) -> str:
    """The visible notice of a correction, kill or withdrawal with its reason; "" for other versions."""
    prefix = wording.notice(edition.type, edition.language)
    if not prefix:
        return ""
    reason = f' <span class="reason">{escape(edition.reason)}</span>' if edition.reason else ""
    words = f"<p><strong>{escape(prefix)}</strong>{reason}</p>"
    return f'<aside class="notice" data-type="{edition.type}">{words}</aside>'


def labels_html(edition: Edition) -> str:
    """Provider and labels, above the headline: third-party, paid, state-affiliated, AI-assisted,
    translation, restriction.
    """
    lang = edition.language
    items = []
    for label in edition.labels:
        words = escape(wording.label(label, lang, edition.provider))
        provider = f' data-provider="{escape(edition.provider)}"' if label == "third-party" else ""
        items.append(f'<li class="label" data-label="{label}"{provider}>{words}</li>')
    if edition.translation is not None:
        items.append(_translation_item(edition.translation, lang))
    if edition.on_behalf_of:
        words = wording.on_behalf_of(edition.on_behalf_of, lang)
        items.append(
            f'<li class="on-behalf-of" data-name="{escape(edition.on_behalf_of)}">{escape(words)}</li>'
        )
    if edition.restrict:
        codes = " ".join(edition.restrict)
        words = wording.restriction(edition.restrict, lang)
        items.append(f'<li class="restrict" data-countries="{codes}">{escape(words)}</li>')
    return '<ul class="labels">' + "".join(items) + "</ul>" if items else ""


def _translation_item(made: Translation, language: str) -> str:
    engine, reviewer = escape(made.engine or ""), escape(made.reviewed_by or "")
    facts = f'data-kind="{made.kind}" data-engine="{engine}" data-reviewed="{reviewer}"'
    return f'<li class="translation" {facts}>{escape(wording.translation(made, language))}</li>'


def _header(edition: Edition) -> str:
    parts = ["<header>", labels_html(edition)]
    if edition.sections:
        spans = ", ".join(f"<span>{escape(section)}</span>" for section in edition.sections)
        parts.append(f'<p class="sections">{spans}</p>')
    if edition.headline:
        parts.append(f'<h1 class="headline">{escape(edition.headline)}</h1>')
    if edition.subhead:
        parts.append(f'<p class="subhead">{escape(edition.subhead)}</p>')
    if edition.byline:
        parts.append(f'<p class="byline">{escape(edition.byline)}</p>')
    parts.append(_AT_GAP)
    return "\n".join([part for part in parts if part] + ["</header>"])


def dateline_html(edition: Edition) -> str:
    """The dateline that opens the first paragraph, with its facts as attributes."""
    line = edition.dateline
    if line is None:
        return ""
    words, place = escape(wording.dateline(line, edition.language)), escape(line.place)
    if place and is_rtl(edition.language):
        # A place in Latin letters would draw the day's number after it to its own side.
        words = words.replace(place, f"<bdi>{place}</bdi>", 1)
    return (
        f'<span class="dateline" data-place="{escape(line.place)}" data-date="{escape(line.date)}" '
        f'data-source="{escape(line.source)}">{words}</span> '
    )


def _body(edition: Edition, page: PageFacts) -> str:
    media = media_table(edition, page.base_url)
    lead = dateline_html(edition)
    blocks = list(edition.blocks)
    out = ['<div class="body">']
    if lead and not (blocks and blocks[0].kind == "paragraph"):
        out.append(f"<p>{lead.rstrip()}</p>")
        lead = ""
    for number, block in enumerate(blocks):
        out.append(block_html(block, media, lead if number == 0 else ""))
    return "\n".join([*out, "</div>"])


def _pictures(edition: Edition, page: PageFacts) -> str:
    """Pictures that no block of the text places."""
    placed = {block.media for block in (*edition.blocks, *edition.boilerplate) if block.kind == "image"}
    media = media_table(edition, page.base_url)
    rest = [block_html(Block("image", media=name), media) for name in media if name not in placed]
    return "\n".join(['<section class="media">', *rest, "</section>"]) if rest else ""


def _boilerplate(edition: Edition, page: PageFacts) -> str:
    if not edition.boilerplate:
        return ""
    media = media_table(edition, page.base_url)
    return "\n".join(
        ['<section class="boilerplate">', *(block_html(b, media) for b in edition.boilerplate), "</section>"]
    )


def _contacts(edition: Edition) -> str:
    if not edition.contacts:
        return ""
    items = "".join(f"<li>{_contact(contact, edition.language)}</li>" for contact in edition.contacts)
    heading = escape(wording.contacts_heading(edition.language))
    return f'<section class="contacts"><h2>{heading}</h2><ul>{items}</ul></section>'


def _contact(contact: Contact, language: str) -> str:
    said = (("name", contact.name), ("role", contact.role))
    parts = [f'<span class="{name}">{escape(value)}</span>' for name, value in said if value]
    if contact.email:
        parts.append(f'<a class="email" href="mailto:{escape(contact.email)}">{escape(contact.email)}</a>')
    if contact.phone:
        parts.append(f'<bdi class="phone">{escape(contact.phone)}</bdi>')
    return wording.comma(language).join(parts)


def _closing(edition: Edition) -> str:
    return f'<p class="disclaimer">{escape(edition.disclaimer)}</p>' if edition.disclaimer else ""


def _provenance(edition: Edition, page: PageFacts, sha256: str) -> str:
    lang = edition.language
    url = escape(edition_url(edition, page.base_url))
    rows = [
        f'<p class="source">{escape(edition.issuer.name)} · '
        f'<a class="permalink" href="{url}">{escape(page.wire)}</a></p>'
    ]
    if not edition.is_original:
        original = escape(original_url(edition, page.base_url))
        words = escape(wording.original_prevails(lang))
        rows.append(
            f'<p class="original"><a href="{original}" '
            f'hreflang="{escape(edition.original_language)}">{words}</a></p>'
        )
    rows.append(f'<p class="hash">SHA-256 <code>{sha256}</code></p>')
    return "\n".join(['<footer class="provenance">', *rows, "</footer>"])


class HtmlCodec:
    """Carries words, structure and labels; of pictures their name and alternative text."""

    name = "html"
    media_type = "text/html; charset=utf-8"
    extension = ".html"
    standard = "HTML fragment"
    version = ""

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        article = article_html(edition, page).encode()
        return (
            article
            if page.at is None
            else self.opened(article, at=page.at, languages=page.languages, base_url=page.base_url)
        )

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        mark = f'<p class="released"><time datetime="{iso_z(at)}">{at:%Y-%m-%d %H:%M} UTC</time></p>'
        return data.replace(_AT_GAP.encode(), mark.encode(), 1)

    def read(self, data: bytes) -> Story:
        return read_page(_decoded(data))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}; save it as UTF-8", where="HTML") from None


EMBEDDED = '<div class="dateline-embed"'
"""How the `embed` format begins, whose headings stand a step lower."""


def raised(text: str) -> str:
    """HTML with every heading a step higher."""
    return re.sub(r"(</?h)([2-6])(?=[\s>])", lambda found: f"{found[1]}{int(found[2]) - 1}", text)


def is_our_article(text: str) -> bool:
    """Whether the page is one that `article_html` wrote."""
    return '<article class="release"' in text and 'data-sha256="' in text


def read_page(text: str, language: str = "") -> Story:
    """A page of ours exactly, any other by recognition. Raises BadInput when the language is neither given
    nor named.
    """
    if is_our_article(text):
        return read_article(raised(text) if EMBEDDED in text else text)
    read = read_html(text)
    tag = language or read.language
    if not tag:
        raise BadInput('the page names no language; add lang="..." to <html> or give --lang', where="HTML")
    return recognised(read, parse_language(tag), {})


CODEC = HtmlCodec()
