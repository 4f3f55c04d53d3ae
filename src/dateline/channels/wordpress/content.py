"""From a parcel to a post: title, text and marks by which the post is known again, as pure functions."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final, cast

import nh3
from lxml import html

from dateline.core.errors import BadInput
from dateline.core.phrases import phrase
from dateline.core.words import EventType, OpenedParcel

_TITLES: Final[Mapping[str, str]] = {"withdrawn": "mail.subject.withdrawn"}
"""A corrected post keeps its bare headline, the note above the text says what changed; a killed one has the
notice for a headline.
"""
_NOT_IN_NOTICES: Final = ("body", "media", "boilerplate", "contacts")
_TAGS: Final = frozenset({
    "a", "article", "aside", "blockquote", "br", "caption", "code", "em", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "header", "i", "img", "li", "ol", "p", "section", "span",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "div",
})  # fmt: skip
_ATTRIBUTES: Final = {
    "*": {"class", "id", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
_PICTURE: Final = re.compile(r"/media/([0-9a-f]{64})$")
_SLUG: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG: Final = 190
"""Bytes; WordPress keeps 200, and adds `__trashed` to those in its trash."""


@dataclass(frozen=True, slots=True)
class Post:
    """One edition as its post. `mark` stands as an id in the text, `slug` in its address: by either the post
    is found again, also after a crash between making it and writing that down.
    """

    mark: str
    slug: str
    kind: EventType
    version: int
    sha256: str
    language: str
    url: str
    title: str
    article: str = field(repr=False)
    excerpt: str = field(repr=False)
    sectors: tuple[str, ...] = ()
    is_test: bool = False
    """Of the marked pack: a draft whatever the outlet wishes, and written anew each time."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A picture on the site."""

    id: int
    url: str


def post_of(parcel: OpenedParcel) -> Post:
    """Reads the parcel: the wire event with `body` in HTML. Raises BadInput when it is none."""
    try:
        event = json.loads(parcel.body)
        body = str(event["body"])
        if event["body_type"] != "html":
            raise BadInput(f"the format is {event['body_type']}, and a WordPress outlet takes html")
        language, release = str(event["language"]), str(event["release"])
        return Post(
            mark=f"dateline-{release}-{language.lower()}",
            slug=slug_of(parcel.slug, release, language),
            kind=cast(EventType, event["type"]),
            version=int(event["version"]),
            sha256=str(event["sha256"]),
            language=language,
            url=str(event["url"]),
            title=_title(event),
            article=_article(body, f"dateline-{release}-{language.lower()}", str(event["type"])),
            excerpt=escape(str(event["summary"]), quote=False),
            sectors=tuple(event["sectors"]),
            is_test=event.get("test") is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"the parcel is no wire event with an article: {type(error).__name__}") from None


def slug_of(slug: str, release: str, language: str) -> str:
    """`acme-opens-k7m2x9qd4w-en`: the same for every version of a release in one language."""
    end = f"-{release}-{language}".lower()
    words = _SLUG.sub("-", slug.lower()).strip("-")
    return (words[: _LONGEST_SLUG - len(end)].rstrip("-") + end).lstrip("-")


def _title(event: Mapping[str, Any]) -> str:
    headline = str(event["headline"])
    key = _TITLES.get(str(event["type"]))
    if key:
        headline = phrase(key, str(event["language"]), headline=headline)
    return escape(headline, quote=False)


def _article(body: str, mark: str, kind: str) -> str:
    """The article without its headline (the post's title says it), clean, with the mark as its id.

    Of a kill or withdrawal only the notice. A kill's headline is its notice, and stays: a theme may show the
    text without the title.
    """
    root = html.fragment_fromstring(body)
    for heading in root.xpath('.//h1[@class="headline"]'):
        if kind == "killed":
            heading.tag = "p"
        else:
            heading.drop_tree()
    if kind in {"killed", "withdrawn"}:
        for part in root.xpath("./*"):
            if part.get("class") in _NOT_IN_NOTICES:
                part.drop_tree()
    for isolated in root.iter("bdi"):  # an author's post would lose the element, and with it the isolation
        isolated.tag = "span"
        isolated.set("dir", isolated.get("dir", "auto"))
    root.set("id", mark)
    return clean(html.tostring(root, encoding="unicode"))


def clean(text: str) -> str:
    """Only what WordPress keeps for every role (wp_kses_post, looked at in 6.1): no script, style, form,
    comment, handler, `time` or `bdi`.
    """
    return nh3.clean(
        text,
        tags=set(_TAGS),
        attributes={name: set(values) for name, values in _ATTRIBUTES.items()},
        generic_attribute_prefixes={"data-"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        strip_comments=True,
    )


def pictures_in(article: str) -> tuple[str, ...]:
    """SHA-256 of the wire's pictures that the article shows, in order, each once."""
    addresses = (str(image.get("src") or "") for image in html.fragment_fromstring(article).iter("img"))
    found = (_PICTURE.search(address) for address in addresses)
    return tuple(dict.fromkeys(match[1] for match in found if match))


def with_pictures(article: str, uploaded: Mapping[str, Uploaded]) -> str:
    """The article showing the site's own copies; a picture that was not taken stays at the wire's address."""
    root = html.fragment_fromstring(article)
    for image in root.iter("img"):
        match = _PICTURE.search(str(image.get("src") or ""))
        copy = uploaded.get(match[1]) if match else None
        if copy is not None:
            image.set("src", copy.url)
            image.set("class", f"wp-image-{copy.id}")
    return clean(html.tostring(root, encoding="unicode"))


def block(*articles: str) -> str:
    """As one block of the editor: outside of blocks WordPress would put paragraphs between our lines."""
    return "<!-- wp:html -->\n" + "\n".join(articles) + "\n<!-- /wp:html -->"


def known_as(content: str, mark: str) -> tuple[int, str] | None:
    """(version, SHA-256) of the article that carries the mark in a post's raw text; None when none does."""
    for tag in re.findall(r"<article\b[^>]*>", content):
        attributes = dict(re.findall(r'([a-z0-9-]+)="([^"]*)"', tag))
        if attributes.get("id") == mark:
            version = attributes.get("data-version", "")
            return (int(version) if version.isdigit() else 0), attributes.get("data-sha256", "")
    return None


def marked_withdrawn(content: str, post: Post) -> str:
    """The old text below the withdrawal's notice, which now carries the mark; the old text is kept."""
    old = content.replace(f'id="{post.mark}"', f'data-withdrawn="{post.mark}"')
    return f"{block(post.article)}\n\n{old}"


def sector_slugs(sectors: Iterable[str], slug: Mapping[str, str]) -> tuple[str, ...]:
    """Slugs under which a site may have a category or tag: our word and the Media Topic's number."""
    return tuple(dict.fromkeys(name for sector in sectors for name in (slug.get(sector, sector), sector)))
