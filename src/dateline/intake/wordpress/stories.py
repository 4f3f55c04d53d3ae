"""A post becomes a Story by the same steps as any file: cleaned by the allow-list, recognised, measured."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape, unescape
from typing import Any, Final
from urllib.parse import urljoin

from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.sectors import Sector
from dateline.core.words import Finding, Story
from dateline.formats.block_reading import read_html
from dateline.formats.recognise import recognised
from dateline.intake import pictures
from dateline.intake.characters import Cleaner
from dateline.intake.errors import Unreadable
from dateline.intake.finishing import finished, with_media
from dateline.intake.prose import MAX_TEXT
from dateline.intake.wordpress.posts import Attachment, Post, Site
from dateline.intake.wordpress.shortcodes import attributes, plain_html
from dateline.intake.wordpress.uploads import Uploads, is_picture, relative_of, words_for

_IMG: Final = re.compile(r"<img\b([^<>]{0,4000})>", re.IGNORECASE)
_ID_CLASS: Final = re.compile(r"\bwp-image-(\d{1,15})\b")
_IDS: Final = re.compile(r"""\b(?:ids|include)\s*=\s*["']?([\d,\s]{1,2000})""")
_MOST_KEYWORDS: Final = 30
_RELATIVE: Final = re.compile(r"""(\shref\s*=\s*)(["'])(/[^"'\s/][^"'\s]{0,2000}|/)\2""", re.IGNORECASE)


class Reader:
    """Makes stories of one site's posts. `used` counts shortcodes that were taken out."""

    def __init__(self, site: Site, uploads: Uploads) -> None:
        self._site = site
        self._uploads = uploads
        self._by_file = {relative_of(a.url): a for a in site.attachments.values() if relative_of(a.url)}
        self._language = Language("en")
        self.used: Counter[str] = Counter()
        self.references = 0
        """Pictures whose bytes are not here: a link stands in their place."""
        self.taken: list[tuple[str, str]] = []
        """(address on the old site, SHA-256) of the pictures of the story that was read last; cleared by who
        reads it."""

    def story(
        self, post: Post, language: Language, *, issuer: str, sectors: tuple[Sector, ...] = ()
    ) -> Story:
        """The story of a post. Raises BadInput with the reason why it is none."""
        if len(post.content) > MAX_TEXT:
            raise BadInput(f"{len(post.content)} characters are more than {MAX_TEXT}; split it", where="text")
        self._language = language
        cleaner, used = Cleaner(), Counter[str]()
        found: dict[str, pictures.Picture] = {}
        findings: list[Finding] = []
        content = plain_html(cleaner.text(post.content, "text"), self._attached, used)
        content = _RELATIVE.sub(self._absolute, content)
        content = _IMG.sub(self._placer(found, findings), content)
        featured = self._featured(post, found, findings)
        read = read_html(content)
        fields = self._fields(post, cleaner)
        story = recognised(read, language, fields)
        self.used.update(used)
        captions = {name: caption for name, _, caption in read.images if caption}
        placed = [_captioned(found[name], captions) for name in dict.fromkeys((*featured, *found))]
        story = finished(with_media(replace(story, issuer=issuer, sectors=sectors), placed), cleaner)
        return replace(story, findings=(*story.findings, *findings, *_taken_out(used)))

    def files_of(self, post: Post) -> Iterator[str]:
        """A line for each picture that the post shows: its words in the library and the size of its file."""
        numbers = [int(n) for found in _IDS.findall(post.content) for n in re.findall(r"\d{1,15}", found)]
        if (featured := post.meta.get("_thumbnail_id", "")).isdecimal():
            numbers.append(int(featured[:15]))
        shown: list[tuple[Attachment | None, str]] = [
            (item, item.url) for n in numbers if (item := self._site.attachments.get(n)) is not None
        ]
        shown += [self._of_tag(tag[1])[:2] for tag in _IMG.finditer(post.content)]
        for item, source in shown:
            path = (self._uploads.find(item.url) if item else None) or self._uploads.find(source)
            size = path.stat().st_size if path else -1
            words = f"{item.id} {item.alt} {item.caption}" if item else ""
            yield f"{words} {size}\n"

    def _of_tag(self, text: str) -> tuple[Attachment | None, str, str]:
        """(attachment, address, alternative text) of an `<img>`."""
        given = attributes(text)
        number = _ID_CLASS.search(given.get("class", ""))
        source = given.get("src", "").strip()
        item = self._site.attachments.get(int(number[1])) if number else None
        return item or self._by_file.get(relative_of(source)), source, given.get("alt", "")

    def _fields(self, post: Post, cleaner: Cleaner) -> dict[str, Any]:
        headline = _words(cleaner.text(post.title, "headline"))
        if not headline:
            raise BadInput("it has no title", where="headline")
        fields: dict[str, Any] = {"headline": headline, "keywords": _keywords(post)}
        if excerpt := _words(cleaner.text(post.excerpt, "subhead")):
            fields["subhead"] = excerpt[:300]
        if re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", post.name):
            fields["slug"] = post.name
        return fields

    def _absolute(self, found: re.Match[str]) -> str:
        """A link within the old site as the address it had: its redirect leads on from there."""
        address = urljoin(self._site.base_url or self._site.link, unescape(found[3]))
        return f"{found[1]}{found[2]}{escape(address)}{found[2]}" if address.startswith("http") else found[0]

    def _attached(self, number: int) -> str:
        item = self._site.attachments.get(number)
        if item is None or not is_picture(item.url):
            return ""
        caption = f"<figcaption>{escape(item.caption)}</figcaption>" if item.caption else ""
        image = f'<img src="{escape(item.url)}" alt="{escape(item.alt)}" class="wp-image-{item.id}">'
        return f"<figure>{image}{caption}</figure>"

    def _placer(
        self, found: dict[str, pictures.Picture], findings: list[Finding]
    ) -> Callable[[re.Match[str]], str]:
        def place(tag: re.Match[str]) -> str:
            item, source, alt = self._of_tag(tag[1])
            name = self._keep(item, source, alt, found, findings)
            if name:
                return f'<img src="{escape(name)}" alt="{escape(alt)}">'
            if not source.startswith(("http://", "https://")):
                return ""
            plain = escape(source)
            return f'<p class="embed"><a href="{plain}">{plain}</a></p>'

        return place

    def _keep(
        self,
        item: Attachment | None,
        source: str,
        alt: str,
        found: dict[str, pictures.Picture],
        findings: list[Finding],
    ) -> str:
        """The name of the picture among `found`; empty when its bytes are not here or are none."""
        path = (self._uploads.find(item.url) if item else None) or self._uploads.find(source)
        if path is None:
            self.references += 1
            return ""
        name = self._uploads.name_of(path)
        if name in found:
            self.taken.append((source, found[name].media.sha256))
            return name
        if len(found) >= pictures.MAX_PICTURES:
            message = f"more than {pictures.MAX_PICTURES} pictures"
            findings.append(Finding("picture-left-out", "warn", f"media {name}", message))
            return ""
        try:
            found[name] = self._uploads.picture(path, words_for(item, _words(alt), ""), self._language)
            addresses = dict.fromkeys(url for url in (source, item.url if item else "") if url)
            self.taken += [(url, found[name].media.sha256) for url in addresses]
        except (Unreadable, OSError) as error:
            message = error.message if isinstance(error, BadInput) else "it cannot be read"
            findings.append(Finding("picture-left-out", "warn", f"media {name}", message))
            self.references += 1
            return ""
        return name

    def _featured(
        self, post: Post, found: dict[str, pictures.Picture], findings: list[Finding]
    ) -> tuple[str, ...]:
        number = post.meta.get("_thumbnail_id", "")
        item = self._site.attachments.get(int(number)) if number.isdecimal() and len(number) < 16 else None
        name = self._keep(item, item.url, "", found, findings) if item and is_picture(item.url) else ""
        return (name,) if name else ()


def _captioned(picture: pictures.Picture, captions: dict[str, str]) -> pictures.Picture:
    """With the caption that stands below it in the text, where there is one."""
    caption = captions.get(picture.media.name) or picture.media.caption
    return replace(picture, media=replace(picture.media, caption=caption))


def _words(text: str) -> str:
    """Plain words of a title or excerpt."""
    return " ".join(unescape(re.sub(r"<[^<>]{0,2000}>", " ", text)).split())


def _keywords(post: Post) -> tuple[str, ...]:
    names = (_words(name)[:80] for taxonomy, _, name in post.terms if taxonomy in {"post_tag", "tag"})
    return tuple(dict.fromkeys(name for name in names if name))[:_MOST_KEYWORDS]


def _taken_out(used: Counter[str]) -> tuple[Finding, ...]:
    return tuple(
        Finding("shortcode-removed", "warn", "text", f"[{name}] was taken out, {count} times")
        for name, count in sorted(used.items())
    )
