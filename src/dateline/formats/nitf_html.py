"""The body of an NITF document as HTML, so that the one reader of HTML sorts it into blocks."""

from html import escape
from typing import Final

from dateline.formats.xml_in import Element, below, child, children, local

_NAMES = """
p ul ol li table thead tbody tfoot tr th td pre q dl dt dd
"""
_SAME: Final = frozenset(_NAMES.split())
"""Elements that HTML has by the same name."""
_UNSEEN: Final = frozenset({"media-object", "media-metadata", "datasource", "iim", "meta"})


def nitf_body_html(root: Element) -> str:
    """HTML of the first `body.content` below `root`."""
    content = next(below(root, "body.content"), None)
    return html_inside(content) if content is not None else ""


def html_inside(element: Element) -> str:
    """HTML of all that stands inside `element`."""
    parts = [escape(element.text or "")]
    for found in element:
        if isinstance(found.tag, str):
            parts.append(html_of(found))
        parts.append(escape(found.tail or ""))
    return "".join(parts)


def html_of(element: Element) -> str:  # noqa: PLR0911 - one per element
    """HTML of one element and what it holds."""
    name, kind = local(element), str(element.get("class") or "")
    if name in _UNSEEN:
        return ""
    if name == "em":
        tag = "strong" if kind == "strong" else "em"
        return f"<{tag}>{html_inside(element)}</{tag}>"
    if name == "a":
        return f'<a href="{escape(str(element.get("href") or ""))}">{html_inside(element)}</a>'
    if name == "br":
        return "<br>"
    if name in {"hl1", "hl2"}:
        level = kind.removeprefix("level-") if kind in {"level-3", "level-4"} else "2"
        return f"<h{level}>{html_inside(element)}</h{level}>"
    if name == "bq":
        credit = child(element, "credit")
        by = f"<footer>{html_inside(credit)}</footer>" if credit is not None else ""
        inside = "".join(html_of(part) for part in children(element) if local(part) != "credit")
        return f"<blockquote>{inside}{by}</blockquote>"
    if name == "media":
        return _media(element)
    if name == "block":
        return f"<div>{html_inside(element)}</div>"
    if name == "p":
        return f'<p class="{escape(kind)}">{html_inside(element)}</p>'
    return f"<{name}>{html_inside(element)}</{name}>" if name in _SAME else html_inside(element)


def _media(element: Element) -> str:
    """A picture by its name: ours, or the file that another wire names."""
    reference = child(element, "media-reference")
    if reference is None or str(element.get("media-type")) not in {"image", "photo", "picture"}:
        return ""
    name = reference.get("name") or reference.get("source") or ""
    return f'<figure data-media="{escape(str(name))}" class="image"></figure>' if name else ""
