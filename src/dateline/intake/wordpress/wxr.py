"""The export as a stream: hundreds of megabytes in flat memory, no document type, no entities, no network."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from lxml import etree

from dateline.intake.errors import Unreadable
from dateline.intake.wordpress.posts import Attachment, Post, Site

VERSIONS: Final = ("1.0", "1.1", "1.2")
MOST_ITEMS: Final = 1_000_000
_PROLOG: Final = 65_536
_NAMESPACE: Final = re.compile(r"^\{(?:http|https)://wordpress\.org/export/([^/}]*)/(?:excerpt/)?\}")
_CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR: Final = "{http://purl.org/dc/elements/1.1/}creator"
_CONTROLS: Final = bytes(c for c in range(32) if c not in (9, 10, 13))
_BLANKS: Final = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_SERIALISED: Final = re.compile(r's:\d+:"locale";s:\d+:"([A-Za-z_-]{2,20})"')
META: Final = frozenset(
    {
        "_thumbnail_id",
        "_wp_attachment_image_alt",
        "_wp_old_slug",
        "_wpml_import_language_code",
        "_wpml_import_source_language_code",
        "_wpml_import_translation_group",
        "_icl_lang_duplicate_of",
    }
)
"""The keys of `wp:postmeta` that are read; all others stay in the file."""


class _Cleaned:
    """The file with control characters, which no XML may hold and many exports do, as blanks; counted."""

    def __init__(self, file: IO[bytes], tick: Callable[[int], None]) -> None:
        self._file = file
        self._tick = tick
        self.removed = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self._tick(len(data))
        cleaned = data.translate(_BLANKS)
        if cleaned != data:
            self.removed += len(data) - len(data.translate(None, _CONTROLS))
        return cleaned


class Export:
    """One reading of a file. `site` is complete and `removed` (control characters) counted at the end of
    `posts`.
    """

    def __init__(self, path: Path, tick: Callable[[int], None] = lambda _: None) -> None:
        self._path = path
        self._tick = tick
        self.site = Site()
        self.removed = 0

    def posts(self) -> Iterator[Post]:
        """Every item but attachments, which go to `site`. Raises Unreadable naming the line."""
        try:
            with self._path.open("rb") as file:
                _refuse_document_type(file, self._path.name)
                cleaned = _Cleaned(file, self._tick)
                yield from self._items(cleaned)
                self.removed = cleaned.removed
        except OSError as error:
            raise Unreadable(
                f"it cannot be opened: {error.strerror or 'not a file'}; check the path",
                where=str(self._path),
            ) from None
        except etree.XMLSyntaxError as error:
            message = f"line {error.lineno}: it is no whole XML file ({error.msg}); export it again"
            raise Unreadable(message, where=self._path.name) from None

    def _items(self, file: _Cleaned) -> Iterator[Post]:
        stream: Any = file
        context = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        depth = count = 0
        for event, element in context:
            if event == "start":
                depth += 1
                if depth == 1:
                    self._check_root(element)
                continue
            depth -= 1
            if depth == 2:
                if element.tag == "item":
                    count += 1
                    if count > MOST_ITEMS:
                        raise Unreadable(f"more than {MOST_ITEMS:,} items; split it", where=self._path.name)
                    if (post := self._item(element)) is not None:
                        yield post
                else:
                    self._channel(element)
                element.clear()
                while (before := element.getprevious()) is not None:
                    parent = before.getparent()
                    if parent is None:
                        break
                    parent.remove(before)
        if not self.site.version:
            raise Unreadable(
                "it is RSS, but no WordPress export (no wp:wxr_version); "
                "make one under Tools > Export > All content",
                where=self._path.name,
            )

    def _check_root(self, root: Any) -> None:
        if root.getroottree().docinfo.doctype:
            raise Unreadable("it declares a document type, which no export does", where=self._path.name)
        if root.tag != "rss":
            raise Unreadable(
                f"<{etree.QName(root).localname}> is not the root of a WordPress export (rss)",
                where=self._path.name,
            )

    def _channel(self, element: Any) -> None:
        name, text, site = _local(element.tag), _text(element), self.site
        if name == "wxr_version":
            if text not in VERSIONS:
                raise Unreadable(
                    f"WXR {text[:20]!r} is none of {', '.join(VERSIONS)}; export it again",
                    where=f"{self._path.name} line {element.sourceline}",
                )
            site.version = text
        elif name in {"title", "link", "language"}:
            setattr(site, name, text)
        elif name in {"base_blog_url", "base_site_url"}:
            site.base_url = text if name == "base_blog_url" else site.base_url or text
        elif name == "author":
            found = {_local(child.tag): _text(child) for child in element}
            if login := found.get("author_login", text):
                site.authors[login] = found.get("author_display_name", "") or login
        elif name == "term":
            self._term({_local(child.tag): _text(child) for child in element})

    def _term(self, found: dict[str, str]) -> None:
        if found.get("term_taxonomy") != "language":
            return
        locale = _SERIALISED.search(found.get("term_description", ""))
        if locale and found.get("term_slug"):
            self.site.locales[found["term_slug"]] = locale[1]

    def _item(self, element: Any) -> Post | None:
        values: dict[str, Any] = {"id": 0, "type": "", "status": "", "line": element.sourceline or 0}
        terms: list[tuple[str, str, str]] = []
        meta: dict[str, str] = {}
        for child in element:
            name = _local(child.tag)
            if child.tag == _CONTENT:
                values["content"] = _text(child, strip=False)
            elif child.tag == _CREATOR:
                values["creator"] = _text(child)
            elif name == "encoded":
                values["excerpt"] = _text(child)
            elif name == "category":
                terms.append((child.get("domain") or "category", child.get("nicename") or "", _text(child)))
            elif name == "postmeta":
                found = {_local(part.tag): _text(part) for part in child}
                if found.get("meta_key") in META:
                    meta.setdefault(found["meta_key"], found.get("meta_value", ""))
            elif name in _FIELDS:
                values[_FIELDS[name]] = _field(name, _text(child))
        post = Post(**values, terms=tuple(terms), meta=meta)
        if post.type == "attachment":
            self._attachment(post)
            return None
        return post

    def _attachment(self, post: Post) -> None:
        url = post.attachment_url or post.guid
        if post.id and url:
            alt = post.meta.get("_wp_attachment_image_alt", "")
            self.site.attachments[post.id] = Attachment(
                post.id, url[:2_000], post.link[:2_000], post.guid[:2_000], post.parent, alt[:2_000],
                post.excerpt[:4_000],
            )  # fmt: skip


_FIELDS: Final = {
    "post_id": "id", "post_type": "type", "status": "status", "title": "title", "link": "link",
    "guid": "guid", "post_name": "name", "post_date": "date", "post_date_gmt": "date_gmt",
    "pubDate": "published", "post_parent": "parent", "post_password": "password",
    "attachment_url": "attachment_url",
}  # fmt: skip


def _field(name: str, text: str) -> object:
    if name in {"post_id", "post_parent"}:
        return int(text) if text.isdecimal() and len(text) < 16 else 0
    return bool(text) if name == "post_password" else text


def _local(tag: object) -> str:
    return _NAMESPACE.sub("", tag) if isinstance(tag, str) else ""


def _text(element: Any, *, strip: bool = True) -> str:
    """All text of an element. An entity that is none of XML's five is nobody's text."""
    text = "".join(element.itertext(tag=etree.Element)) if len(element) else element.text or ""
    return text.strip() if strip else text


def _refuse_document_type(file: IO[bytes], name: str) -> None:
    """Before any parser sees it: entities are declared nowhere else."""
    start = file.read(_PROLOG)
    file.seek(0)
    if not start.strip():
        raise Unreadable("the file is empty; export it again", where=name)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("it is UTF-16; exports are UTF-8, so export it again", where=name)
    head = start.partition(b"<rss")[0]
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", head, re.IGNORECASE):
        raise Unreadable(
            "it declares a document type or entities, which no export does; it may be hostile", where=name
        )
