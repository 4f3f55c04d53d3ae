"""The `embed` format: the article as a fragment for somebody else's page, its looks in style attributes."""

import re
from html import escape
from typing import Final

import css_inline

from dateline.core.clock import Instant
from dateline.core.languages import direction
from dateline.core.words import Edition, Story
from dateline.formats import html
from dateline.formats.facts import PageFacts

# No colours and no fonts: the page around it has its own, and may be dark.
_STYLE: Final = """
.labels{list-style:none;margin:0 0 .75em;padding:0;font-size:.875em}
.labels li{margin:0 0 .25em;padding:.125em .5em;border-inline-start:3px solid}
.notice{border:2px solid;padding:.5em .75em;margin:0 0 1em}
.subhead{font-size:1.125em}
figure{margin:1em 0}
img{max-width:100%;height:auto}
figcaption,.byline,.sections,.released{font-size:.875em}
table{border-collapse:collapse;margin:1em 0}
td,th{border:1px solid;padding:.25em .5em;text-align:start}
.disclaimer,.provenance{font-size:.8125em}
.provenance code{word-break:break-all}
"""
_HEADING: Final = re.compile(r"(</?h)([1-5])(?=[\s>])")


class EmbedCodec:
    """Carries what `html` carries. Its headline is an `h2`, for the page has an `h1` of its own."""

    name = "embed"
    media_type = "text/html; charset=utf-8"
    extension = ".html"
    standard = "HTML fragment with inline style"
    version = ""

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        article = html.article_html(edition, page)
        inliner = css_inline.CSSInliner(inline_style_tags=False, load_remote_stylesheets=False)
        inlined = inliner.inline_fragment(article, _STYLE).rstrip("\n")
        lower = _HEADING.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", inlined)
        lang = escape(edition.language)
        frame = f'{html.EMBEDDED} lang="{lang}" dir="{direction(edition.language)}">'
        data = f"{frame}\n{lower}\n</div>\n".encode()
        if page.at is None:
            return data
        return self.opened(data, at=page.at, languages=page.languages, base_url=page.base_url)

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        return html.CODEC.opened(data, at=at, languages=languages, base_url=base_url)

    def read(self, data: bytes) -> Story:
        return html.CODEC.read(data)


CODEC = EmbedCodec()
