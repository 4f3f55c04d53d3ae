"""What WordPress leaves of a text by an author or contributor: only editors may write what they like."""

from typing import Final

import nh3

_ELEMENTS: Final = frozenset({
    "a", "abbr", "article", "aside", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div",
    "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "i", "img", "ins", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "video",
})  # fmt: skip
"""Those of wp_kses_post in WordPress 6.1 that an article may have: there is no `bdi` and no `time`."""

_ATTRIBUTES: Final = {
    "*": {"class", "dir", "id", "lang", "style", "title", "role"},
    "a": {"href", "name", "target", "download"},
    "img": {"alt", "height", "loading", "src", "width"},
    "td": {"colspan", "rowspan", "scope", "headers"},
    "th": {"colspan", "rowspan", "scope", "headers"},
    "ol": {"start", "type", "reversed"},
    "ins": {"datetime"},
    "del": {"datetime"},
}


def kses(text: str) -> str:
    """The text without what is not allowed; the words between the tags stay, but not those of scripts."""
    return nh3.clean(
        text,
        tags=set(_ELEMENTS),
        attributes={name: set(values) for name, values in _ATTRIBUTES.items()},
        generic_attribute_prefixes={"data-", "aria-"},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
        strip_comments=False,
    )
