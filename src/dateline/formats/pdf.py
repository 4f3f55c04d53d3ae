"""The `pdf` format: the article on paper, in every script of the wire, tagged for those who cannot see it.

It is finished before T0 and names no instant: nothing in it has to be filled in afterwards.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from dateline.core.clock import Instant
from dateline.core.errors import BadInput, Unavailable
from dateline.core.languages import direction
from dateline.core.words import Edition, Story, edition_sha256
from dateline.formats.facts import PageFacts, edition_url, media_url
from dateline.formats.html import article_html

_PHONE: Final = re.compile(r'(<bdi class="phone">)([^<]*)(</bdi>)')
Pictures = Mapping[str, tuple[bytes, str]]
"""SHA-256 -> (bytes, media type)."""

_FONTS: Final = {
    "ja": "'Noto Sans CJK JP'",
    "ko": "'Noto Sans CJK KR'",
    "zh-Hans": "'Noto Sans CJK SC'",
    "zh-Hant": "'Noto Sans CJK TC'",
    "ar": "'Noto Naskh Arabic','Noto Sans Arabic'",
    "th": "'Noto Sans Thai'",
}
_STYLE: Final = """
@page{size:A4;margin:20mm 20mm 22mm;
 @bottom-center{content:counter(page) " / " counter(pages);font:9pt sans-serif;color:#555}}
html{font:10.5pt/1.5 %(fonts)s,'Noto Sans','DejaVu Sans',sans-serif;color:#111}
h1{font-size:20pt;line-height:1.25;margin:4pt 0 8pt}
h2{font-size:13pt;margin:14pt 0 4pt}
h3,h4{font-size:11pt;margin:10pt 0 3pt}
h1,h2,h3,h4{break-after:avoid}
p{margin:0 0 8pt;orphans:2;widows:2}
a{color:#0b4a8f;text-decoration:none}
.labels{list-style:none;margin:0 0 8pt;padding:0;font-size:9pt}
.labels li{margin:0 0 2pt;padding:1pt 6pt;background:#eef1f5}
.notice{border:1.5pt solid #a40000;padding:4pt 8pt;margin:0 0 10pt}
.subhead{font-size:13pt;color:#333}
.byline,.sections,figcaption{font-size:9pt;color:#555}
blockquote{margin:8pt 0;padding-inline-start:10pt;border-inline-start:2pt solid #c8c8c8}
figure{margin:8pt 0;break-inside:avoid}
img{max-width:100%%;max-height:110mm}
table{border-collapse:collapse;margin:8pt 0;font-size:9pt}
td,th{border:.5pt solid #999;padding:2pt 5pt;text-align:start}
tr{break-inside:avoid}
.disclaimer,.provenance{font-size:8.5pt;color:#555}
.provenance{border-top:.5pt solid #999;margin-top:12pt;padding-top:6pt}
.provenance code{overflow-wrap:anywhere}
"""


def pdf_document(edition: Edition, page: PageFacts, pictures: Pictures | None = None) -> bytes:
    """The PDF (PDF/UA-1). `pictures` are those at hand; of others only their words stand in it.

    The same edition gives the same bytes. Raises Unavailable where the libraries of Pango are not installed.
    """
    sha256 = edition_sha256(edition)
    html = _library("HTML")(
        string=_page(edition, page, sha256),
        base_url=page.base_url + "/",
        url_fetcher=_fetcher(edition, page, pictures or {}),
    )
    data: bytes = html.write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=sha256.encode(), custom_metadata=True, optimize_images=False
    )
    return data


def _library(name: str) -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        words = f"PDF needs WeasyPrint and Pango ({str(error).splitlines()[0][:120]})"
        raise Unavailable(
            f"{words}; install Debian's libpango-1.0-0, libpangoft2-1.0-0, fonts-noto"
        ) from None
    return getattr(weasyprint, name)


def _fetcher(edition: Edition, page: PageFacts, pictures: Pictures) -> Any:
    """Answers for the edition's own pictures from memory, and for nothing else: no file, no network."""
    known = {media_url(item, page.base_url): item.sha256 for item in edition.media}
    urls = _library("urls")
    base: Any = urls.URLFetcher

    class Own(base):  # type: ignore[misc]  # the library is imported only when a PDF is asked for
        def fetch(self, url: str, headers: Any = None) -> Any:
            found = pictures.get(known.get(url, ""))
            if found is None:
                raise ValueError("only the release's own pictures are shown")
            return urls.URLFetcherResponse(url, found[0], {"Content-Type": found[1]})

    return Own()


def _page(edition: Edition, page: PageFacts, sha256: str) -> str:
    lang = edition.language
    about = {
        "author": edition.issuer.name,
        "description": edition.summary[:500],
        "keywords": ", ".join((*edition.keywords, *edition.tickers, *edition.isins)),
        "generator": "Dateline",
        "dateline-sha256": sha256,
        "dateline-release": edition.release,
        "dateline-version": str(edition.version),
        "dateline-url": edition_url(edition, page.base_url),
    }
    metas = "".join(
        f'<meta name="{name}" content="{escape(value)}">' for name, value in about.items() if value
    )
    fonts = _FONTS.get(lang, "'Noto Sans'")
    article = article_html(edition, page, sha256).replace("<!--released-->\n", "", 1)
    article = _PHONE.sub("\\1\u2066\\2\u2069\\3", article)  # WeasyPrint isolates by characters, not by <bdi>
    return (
        f'<!doctype html><html lang="{escape(lang)}" dir="{direction(lang)}"><head><meta charset="utf-8">'
        f"<title>{escape(edition.headline)}</title>{metas}<style>{_STYLE % {'fonts': fonts}}</style></head>"
        f"<body>{article}</body></html>"
    )


class PdfCodec:
    """Carries what the article shows; it is not read back."""

    name = "pdf"
    media_type = "application/pdf"
    extension = ".pdf"
    standard = "PDF/UA-1"
    version = "1.7"

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        return pdf_document(edition, page)

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        return data

    def read(self, data: bytes) -> Story:
        raise BadInput("a PDF has no structure to read; take another format", where="pdf")


CODEC = PdfCodec()
