"""WordPress's own marks in a post, made plain HTML: block comments, shortcodes, paragraphs by blank lines."""

import re
from collections import Counter
from collections.abc import Callable
from html import escape, unescape
from typing import Final

_NAME: Final = r"[A-Za-z][A-Za-z0-9_-]{0,40}"
_SHORTCODE: Final = re.compile(rf"\[(\[)?(/)?({_NAME})((?:\s[^\[\]<>]{{0,2000}})?)(/?)\](\])?")
_CAPTION: Final = re.compile(r"\[(?:wp_)?caption((?:\s[^\[\]]{0,2000})?)\]", re.IGNORECASE)
_CAPTION_END: Final = re.compile(r"\[/(?:wp_)?caption\]", re.IGNORECASE)
_CLOSER: Final = re.compile(rf"\[/({_NAME})\]")
_EMBED: Final = re.compile(
    r"\[(embed|youtube|vimeo)(?:\s[^\[\]]{0,500})?\]\s*(https?://[^\s\[\]<>\"]{1,1000})\s*\[/\1\]"
)
_ATTRIBUTE: Final = re.compile(r"""([A-Za-z_-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))""")
_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>\[\]]{1,1000}")
_IMAGE: Final = re.compile(r"<img\b[^<>]{0,4000}>", re.IGNORECASE)
_KNOWN: Final = frozenset(
    {
        "gallery", "audio", "video", "playlist", "embed", "youtube", "vimeo", "caption", "wp_caption",
        "vc_row", "vc_column", "button", "contact-form-7", "soundcloud", "twitter", "instagram", "facebook",
    }
)  # fmt: skip
_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "iframe", "li", "main", "nav", "ol", "p", "pre", "section", "script", "style", "table", "tbody", "td",
        "tfoot",
        "th", "thead", "tr", "ul",
    }
)  # fmt: skip
_HOLDERS: Final = _BLOCKS - {
    "article", "aside", "details", "div", "fieldset", "footer", "form", "header", "hr", "iframe", "main",
    "nav", "section", "script", "style",
}  # fmt: skip
"""Elements that hold words of their own: text within them is no paragraph."""
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?:\s[^<>]*+)?+>")
_IFRAME: Final = re.compile(
    r"<(?:iframe|video|audio|source|embed)\b[^<>]{0,2000}?\ssrc\s*=\s*[\"']?"
    r"(https?://[^\s\"'<>]{1,1000})[^<>]{0,2000}>",
    re.IGNORECASE,
)


def plain_html(content: str, picture: Callable[[int], str], used: Counter[str]) -> str:
    """`content` as ordinary HTML. `picture` gives the HTML of an attachment by its id; `used` counts the
    shortcodes that were taken out because nobody here can run them.
    """
    content, blocks = _without_comments(content.replace("\r\n", "\n").replace("\r", "\n"))
    content = _EMBED.sub(lambda found: _link(found[2]), _figures(content))
    content = _IFRAME.sub(lambda found: _link(found[1]), content)
    closers = {name.lower() for name in _CLOSER.findall(content)}
    content = _SHORTCODE.sub(lambda found: _shortcode(found, closers, picture, used), content)
    return content if blocks else paragraphs(content)


def _without_comments(text: str) -> tuple[str, bool]:
    """(the text without comments, whether some marked blocks of the block editor); in one pass."""
    out, at, blocks = [], 0, False
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        words = text[start + 4 : end if end >= 0 else None].lstrip()
        blocks = blocks or words.startswith(("wp:", "/wp:"))
        out += [text[at:start], "\n\n" if words.startswith(("more", "nextpage")) else ""]
        at = len(text) if end < 0 else end + 3
    return "".join([*out, text[at:]]), blocks


def _figures(text: str) -> str:
    """`[caption]picture words[/caption]` as figures; in one pass, whatever is left open."""
    parts = _CAPTION_END.split(text)
    out = []
    for part in parts[:-1]:
        opened = list(_CAPTION.finditer(part))
        out.append(
            part[: opened[-1].start()] + _figure(opened[-1], part[opened[-1].end() :]) if opened else part
        )
    return "".join([*out, parts[-1]])


def _figure(opened: re.Match[str], inside: str) -> str:
    given = attributes(opened[1])
    image = _IMAGE.search(inside)
    words = inside.replace(image[0], "", 1) if image else inside
    caption = given.get("caption") or re.sub(r"<[^<>]{0,2000}>", "", words).strip()
    shown = image[0] if image else ""
    return f"\n\n<figure>{shown}<figcaption>{escape(unescape(caption))}</figcaption></figure>\n\n"


def _link(address: str) -> str:
    plain = escape(unescape(address))
    return f'\n\n<p class="embed"><a href="{plain}">{plain}</a></p>\n\n'


def _shortcode(
    found: re.Match[str], closers: set[str], picture: Callable[[int], str], used: Counter[str]
) -> str:
    escaped, closing, name, given, _, escaped_end = found.groups()
    if escaped and escaped_end:
        return found[0][1:-1]
    lower = name.lower()
    if not _is_shortcode(found, closers):
        return found[0]
    keep = ("[" if escaped else "") + ("]" if escaped_end else "")
    if closing:
        return keep
    values = attributes(given)
    if lower == "gallery":
        ids = [
            int(part) for part in re.findall(r"\d{1,15}", values.get("ids", "") or values.get("include", ""))
        ]
        return keep + "".join(picture(number) for number in ids[:100])
    if address := _ADDRESS.search(unescape(given)):
        return keep + _link(address[0])
    if lower not in {"caption", "wp_caption"}:
        used[lower] += 1
    return keep


def _is_shortcode(found: re.Match[str], closers: set[str]) -> bool:
    """Brackets are also punctuation: `[sic]`, `[Reuters]`, `[1]` stay."""
    name, given = found[3], found[4]
    if name.lower() in _KNOWN or found[2] or found[5] or "_" in name or "-" in name:
        return True
    return bool(_ATTRIBUTE.search(given)) or name.lower() in closers


def attributes(text: str) -> dict[str, str]:
    """Name -> value, as shortcodes and tags write them."""
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(text)
    }


def paragraphs(text: str) -> str:
    """Blank lines part paragraphs and line ends break lines, as the classic editor means them."""
    if "<pre" not in text.lower():
        text = _TAG.sub(_apart, text)
    out = []
    inside = 0
    for part in re.split(r"\n\s*\n", text):
        words = part.strip()
        if not words:
            continue
        first = _TAG.match(words)
        if first and first[2].lower() in _BLOCKS:
            tags = (tag for tag in _TAG.finditer(words) if tag[2].lower() in _HOLDERS)
            inside += sum(-1 if tag[1] else 1 for tag in tags)
            out.append(words)
        elif inside > 0:
            out.append(words.replace("\n", "<br>\n"))
        else:
            out.append("<p>" + words.replace("\n", "<br>\n") + "</p>")
    return "\n".join(out)


def _apart(tag: re.Match[str]) -> str:
    return f"\n\n{tag[0]}\n\n" if tag[2].lower() in _BLOCKS else tag[0]
