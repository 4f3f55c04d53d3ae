"""Reads back an article that this wire wrote, from its classes and data attributes."""

from typing import Literal

from lxml import html

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput
from dateline.core.languages import parse_language
from dateline.core.words import Contact, DatelineLine, Media, ReleaseClass, Story, Translation
from dateline.formats.block_reading import ReadBlocks, cleaned_html, parse_cleaned, read_tree
from dateline.formats.html_depth import refuse_depth
from dateline.formats.runs import squeezed


def read_article(text: str) -> Story:
    """The story in the first `<article class="release">`. Raises BadInput when a part is damaged."""
    refuse_depth(text)
    root = parse_cleaned(cleaned_html(text, data_attributes=True))
    found = root.xpath('//article[@class="release"]')
    if not found:
        raise BadInput("it holds no article of this wire", where="HTML")
    article = found[0]
    line, body = _body(article)
    boilerplate = _part(article, "section", "boilerplate")
    labels = [str(item.get("data-label")) for item in article.xpath('.//li[@class="label"]')]
    return Story(
        language=parse_language(str(article.get("lang") or "")),
        headline=_text(article, "headline"),
        subhead=_text(article, "subhead"),
        byline=_text(article, "byline"),
        dateline=line,
        blocks=body.blocks,
        boilerplate=boilerplate.blocks,
        contacts=tuple(_contact(item) for item in article.xpath('.//section[@class="contacts"]//li')),
        media=_media(article),
        sections=tuple(_words(span) for span in article.xpath('.//p[@class="sections"]/span')),
        disclaimer=_text(article, "disclaimer"),
        release_class=_class(str(article.get("data-class"))),
        origin="third-party" if "third-party" in labels else "issuer",
        provider=next((str(p) for p in article.xpath(".//li/@data-provider")), ""),
        on_behalf_of=_attribute(article, "on-behalf-of", "data-name"),
        paid="paid" in labels,
        state_affiliated="state-affiliated" in labels,
        ai_assisted="ai-assisted" in labels,
        restrict=tuple(
            parse_country(code) for code in _attribute(article, "restrict", "data-countries").split()
        ),
        translation=_translation(article),
    )


def _class(text: str) -> ReleaseClass:
    if text == "regulated":
        return "regulated"
    return "priority" if text == "priority" else "normal"


def _words(element: html.HtmlElement) -> str:
    return squeezed(str(element.text_content())).strip(" ")


def _text(article: html.HtmlElement, name: str) -> str:
    found = article.xpath(f'.//*[@class="{name}"]')
    return _words(found[0]) if found else ""


def _attribute(article: html.HtmlElement, name: str, attribute: str) -> str:
    found = article.xpath(f'.//*[@class="{name}"]')
    return str(found[0].get(attribute) or "") if found else ""


def _part(article: html.HtmlElement, tag: str, name: str) -> ReadBlocks:
    found = article.xpath(f'./{tag}[@class="{name}"]')
    return read_tree(found[0]) if found else ReadBlocks(())


def _body(article: html.HtmlElement) -> tuple[DatelineLine | None, ReadBlocks]:
    marks = article.xpath('./div[@class="body"]//span[@class="dateline"]')
    line = None
    if marks:
        mark = marks[0]
        line = DatelineLine(*(str(mark.get(f"data-{name}") or "") for name in ("place", "date", "source")))
        mark.drop_tree()
    return line, _part(article, "div", "body")


def _contact(item: html.HtmlElement) -> Contact:
    return Contact(*(_text(item, name) for name in ("name", "role", "email", "phone")))


def _media(article: html.HtmlElement) -> tuple[Media, ...]:
    out = []
    for figure in article.xpath('.//figure[@class="image"]'):
        image = figure.find(".//img")
        if image is None:
            continue
        name = str(figure.get("data-media") or "")
        sha256 = str(image.get("src")).rpartition("/")[2]
        width, height = (_number(str(image.get(side) or "")) for side in ("width", "height"))
        out.append(Media(name, "", sha256, 0, alt=str(image.get("alt") or ""), width=width, height=height))
    return tuple(out)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _translation(article: html.HtmlElement) -> Translation | None:
    found = article.xpath('.//li[@class="translation"]')
    if not found:
        return None
    kind: Literal["machine", "human"] = "human" if found[0].get("data-kind") == "human" else "machine"
    return Translation(kind, found[0].get("data-engine") or None, found[0].get("data-reviewed") or None)
