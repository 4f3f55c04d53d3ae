"""The `mail` format: a JSON document from which the mail channel makes one message per recipient.

Everything that is the same for all recipients of an edition is here, rendered once; what is personal (why
this came, where the address is from, how to stop) joins at the places that `footer` names.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import Any, Final, Literal

import css_inline

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.languages import direction, is_rtl
from dateline.core.phrases import phrase
from dateline.core.words import Contact, Edition, EventType, Story, edition_sha256
from dateline.formats.facts import PageFacts, edition_url
from dateline.formats.html import article_html, is_our_article, read_page
from dateline.formats.json_ import dump_json, load_json
from dateline.formats.text import article_text
from dateline.formats.wording import plain_line

Slot = Literal["why", "source", "preferences_url", "stop_url"]
SLOTS: Final[tuple[Slot, ...]] = ("why", "source", "preferences_url", "stop_url")
"""Personal fields a footer may hold, in the order they appear."""

Pieces = tuple[tuple[str, Slot | None], ...]
"""A text cut at its slots: (words before it, the slot), the last with None. Values go in escaped."""

_FOOTER = "<!--footer-->"
_SUBJECTS: Final[Mapping[EventType, str]] = {
    "corrected": "mail.subject.correction",
    "killed": "mail.subject.kill",
    "withdrawn": "mail.subject.withdrawn",
}
_ADDRESS: Final = re.compile(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,63}$"
)
_FONT = "-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"
# Mail readers know no style sheets worth the name, so these rules end up in style attributes.
_STYLE = """
h1{font-size:24px;line-height:1.3;margin:8px 0 12px}
h2{font-size:18px;line-height:1.4;margin:24px 0 8px}
h3,h4{font-size:16px;margin:20px 0 6px}
p{margin:0 0 14px}
a{color:#0b4a8f}
img{max-width:100%;height:auto;border:0}
figure{margin:16px 0}
figcaption,.byline,.sections{font-size:14px;color:#555}
blockquote{margin:16px 0;padding:0 16px;border-inline-start:3px solid #c8c8c8}
table{border-collapse:collapse;margin:16px 0;font-size:14px}
td,th{border:1px solid #c8c8c8;padding:4px 8px;text-align:start}
.notice{border:2px solid #a40000;padding:8px 12px;margin:0 0 16px}
.labels{list-style:none;margin:0 0 12px;padding:0;font-size:14px}
.labels li{margin:0 0 4px;padding:2px 8px;background:#eef1f5}
.subhead{font-size:18px;line-height:1.5;color:#333}
.phone{white-space:nowrap}
.disclaimer,.provenance{font-size:13px;color:#555}
.provenance code{word-break:break-all}
"""


@dataclass(frozen=True, slots=True)
class MailDocument:
    """What `read_mail` gives back. `date` is RFC 5322, empty before T0; `reply_to` is (name, address)."""

    subject: str
    from_name: str
    reply_to: tuple[str, str] | None
    date: str
    text: str
    html: str
    footer: Mapping[str, str]
    language: str
    type: str
    release: str
    version: int
    sha256: str


def mail_document(edition: Edition, page: PageFacts) -> dict[str, Any]:
    """The JSON values; `date`, `at`, `languages` are empty before T0. `footer` holds phrases with slots."""
    lang = edition.language
    contact = next((c for c in edition.contacts if _ADDRESS.match(c.email)), Contact())
    return {
        "subject": subject(edition),
        "from_name": plain_line(phrase("mail.from", lang, issuer=edition.issuer.name, wire=page.wire)),
        "reply_to": {"name": plain_line(contact.name), "email": contact.email} if contact.email else None,
        **_from_t0(page.at, page.languages),
        "language": lang,
        "dir": direction(lang),
        "labels": list(edition.labels),
        "type": edition.type,
        "release": edition.release,
        "version": edition.version,
        "url": edition_url(edition, page.base_url),
        "sha256": edition_sha256(edition),
        "text": _text(edition, page),
        "html": _html(edition, page),
        "footer": {
            "why": phrase("mail.why", lang, reason="{why}"),
            "source": phrase("mail.source", lang, source="{source}"),
            **{name: phrase(f"mail.{name}", lang) for name in ("fewer", "pause", "stop")},
        },
    }


def _from_t0(at: Instant | None, languages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "date": format_datetime(at) if at else None,
        "at": iso_z(at) if at else None,
        "languages": list(languages),
    }


def subject(edition: Edition) -> str:
    """The bare headline, or with the word for correction, kill or withdrawal before it; one line."""
    key = _SUBJECTS.get(edition.type)
    words = phrase(key, edition.language, headline=edition.headline) if key else edition.headline
    return plain_line(words)


def _text(edition: Edition, page: PageFacts) -> str:
    lang = edition.language
    facts = [
        f"{phrase('mail.view-online', lang)}: {edition_url(edition, page.base_url)}",
        f"SHA-256: {edition_sha256(edition)}",
    ]
    return article_text(edition, page) + "\n\n" + "\n".join(facts) + "\n"


def _html(edition: Edition, page: PageFacts) -> str:
    lang, align = edition.language, "right" if is_rtl(edition.language) else "left"
    look = f"margin:0 auto;max-width:640px;padding:16px;text-align:{align};color:#1a1a1a"
    url = escape(edition_url(edition, page.base_url))
    online = f'<p style="margin:0 0 16px;font-size:13px"><a href="{url}">'
    # The release's instant is in the Date of the message; a page's gap for it has no use here.
    article = article_html(edition, page).replace("<!--released-->\n", "", 1)
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{escape(lang)}" dir="{direction(lang)}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f"<title>{escape(subject(edition))}</title></head>",
            f'<body style="margin:0;background:#fff;font:16px/1.6 {_FONT}">',
            f'<div role="main" lang="{escape(lang)}" dir="{direction(lang)}" style="{look}">',
            f"{online}{escape(phrase('mail.view-online', lang))}</a></p>",
            _inlined(article).rstrip("\n"),
            f"{_FOOTER}\n</div>\n</body>\n</html>\n",
        ]
    )


def _inlined(article: str) -> str:
    inliner = css_inline.CSSInliner(inline_style_tags=False, load_remote_stylesheets=False)
    return inliner.inline_fragment(article, _STYLE)


def read_mail(data: bytes) -> MailDocument:
    """Raises BadInput when `data` is not what this format writes."""
    document = load_json(data, where="mail")
    try:
        if not all(isinstance(document[name], str) for name in ("subject", "from_name", "text", "html")):
            raise TypeError("a text is missing")  # noqa: TRY301
        reply = document["reply_to"]
        return MailDocument(
            **{
                name: document[name]
                for name in ("subject", "from_name", "text", "html", "footer", "language", "type", "release")
            },
            version=document["version"],
            sha256=document["sha256"],
            date=document["date"] or "",
            reply_to=(reply["name"], reply["email"]) if reply else None,
        )
    except (KeyError, TypeError) as error:
        raise BadInput(f"not a mail document: {type(error).__name__} {error}", where="mail") from None


def text_pieces(document: MailDocument, present: frozenset[Slot]) -> Pieces:
    """The plain text with the footer of somebody who has the fields `present`, cut at the slots."""
    foot = document.footer
    lines = [foot[name] for name in ("why", "source") if name in present]
    links = [f"{foot[name]}: {{{slot}}}" for name, slot in _LINKS if slot in present]
    shown = "\n".join([*lines, *links])
    return _cut(document.text + (f"\n--\n{shown}\n" if shown else ""), len(document.text))


def html_pieces(document: MailDocument, present: frozenset[Slot]) -> Pieces:
    """The HTML, likewise. Values must be HTML-escaped."""
    foot = {name: escape(words) for name, words in document.footer.items()}
    lines = [foot[name].replace(f"{{{name}}}", f"<bdi>{{{name}}}</bdi>") for name in ("why", "source")]
    shown = [line for name, line in zip(("why", "source"), lines, strict=True) if name in present]
    links = [f'<a href="{{{slot}}}">{foot[name]}</a>' for name, slot in _LINKS if slot in present]
    rows = "<br>\n".join([*shown, *([" · ".join(links)] if links else [])])
    look = "margin:24px 0 0;padding:12px 0 0;border-top:1px solid #c8c8c8;font-size:13px;color:#555"
    # The mark stands behind the article, so the last one is ours whatever an attribute may hold.
    head, _, tail = document.html.rpartition(_FOOTER)
    footer = f'<p style="{look}">\n{rows}\n</p>' if rows else ""
    return _cut(head + footer + tail, len(head), len(head) + len(footer))


_LINKS: Final[tuple[tuple[str, Slot], ...]] = (
    ("fewer", "preferences_url"),
    ("pause", "preferences_url"),
    ("stop", "stop_url"),
)
_SLOT: Final = re.compile("{(" + "|".join(SLOTS) + ")}")


def _cut(text: str, start: int, end: int | None = None) -> Pieces:
    """Cuts at slots between `start` and `end` only: a release may well talk about `{why}`."""
    pieces: list[tuple[str, Slot | None]] = []
    at = 0
    for found in _SLOT.finditer(text, start, len(text) if end is None else end):
        name = next(slot for slot in SLOTS if slot == found[1])
        pieces.append((text[at : found.start()], name))
        at = found.end()
    return (*pieces, (text[at:], None))


def filled(pieces: Pieces, personal: Mapping[str, str], *, html: bool = False) -> str:
    """The whole text with one person's values: previews show it, and tests compare messages with it."""
    out = []
    for words, slot in pieces:
        value = plain_line(personal.get(slot, "")) if slot else ""
        out.append(words + (escape(value) if html else value))
    return "".join(out)


class MailCodec:
    """Carries what the article carries, twice: as text and as HTML."""

    name = "mail"
    media_type = "application/json"
    extension = ".mail.json"
    standard = "what the mail channel sends"
    version = "1"

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        return dump_json(mail_document(edition, page))

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        return dump_json({**json.loads(data), **_from_t0(at, languages)})

    def read(self, data: bytes) -> Story:
        document = read_mail(data)
        if not isinstance(document.html, str) or not is_our_article(document.html):
            raise BadInput("its `html` holds no article of ours", where="mail")
        return read_page(document.html)


CODEC = MailCodec()
