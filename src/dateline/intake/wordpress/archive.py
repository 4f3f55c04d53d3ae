"""An export sorted: which posts are public, which belong together as languages of one release, when each came
out. Texts wait in a temporary file, so memory holds a few hundred bytes a post.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.intake.wordpress.posts import Attachment, Post, Site, post_from
from dateline.intake.wordpress.wxr import Export

_GMT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)")
_MANNERS: Final = re.compile(r"[_-](?:formal|informal|ao90)$")
"""What WordPress adds to a locale for the manner of address."""
POST_TYPES: Final = ("post",)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A post that did not come in. `id` is WordPress's, `line` where it stands in the file."""

    id: int
    line: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One public post by its place in the temporary file."""

    id: int
    language: Language
    at: Instant
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class _Seen:
    id: int
    line: int
    title: str
    code: str
    source: str
    group: str
    at: Instant
    offset: int
    length: int


@dataclass(slots=True)
class Archive:
    """What an export holds. Close it, or use it as a context: the texts go with it.

    `groups`: languages of one release each, the original first, in the order of the file. `skipped`: why a
    post stays behind (its status, or its type) -> how many.
    """

    site: Site
    groups: list[tuple[Entry, ...]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _texts: "tempfile._TemporaryFileWrapper[bytes] | None" = None

    def post(self, entry: Entry) -> Post:
        """The whole post of an entry."""
        if self._texts is None:
            raise ValueError("the archive is closed")
        self._texts.seek(entry.offset)
        return post_from(self._texts.read(entry.length))

    def close(self) -> None:
        """Deletes the temporary file."""
        if self._texts is not None:
            self._texts.close()
            self._texts = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_archive(
    path: Path,
    *,
    now: Instant,
    language: Language | None = None,
    types: Sequence[str] = POST_TYPES,
    tick: Callable[[int], None] = lambda _: None,
) -> Archive:
    """Sorts the export in `path`; nothing of it is kept yet. `language` is that of posts which name none, by
    default the site's; `tick` is told the bytes read. Raises Unreadable.
    """
    export = Export(path, tick)
    texts = tempfile.NamedTemporaryFile("w+b", prefix="dateline-import-")  # noqa: SIM115  # closed by Archive
    archive = Archive(export.site, _texts=texts)
    try:
        seen = list(_public(export, archive, texts, now, tuple(types)))
        if export.removed:
            archive.notes.append(f"{export.removed} control characters, which no XML may hold, became blanks")
        archive.groups = _grouped(seen, archive, language or _site_language(export.site, archive))
    except BaseException:
        archive.close()
        raise
    return archive


def _public(
    export: Export,
    archive: Archive,
    texts: "tempfile._TemporaryFileWrapper[bytes]",
    now: Instant,
    types: tuple[str, ...],
) -> Iterator[_Seen]:
    offset, ids = 0, set[int]()
    for post in export.posts():
        if why := _stays_behind(post, types):
            archive.skipped[why] += 1
            continue
        at = instant_of(post)
        reason = ""
        if not post.id:
            reason = "it has no wp:post_id, so that a repeat could not be told"
        elif post.id in ids:
            reason = "another post of the file has this id"
        elif at is None:
            reason = "it has no date that can be read"
        if reason or at is None:
            archive.rejected.append(Rejected(post.id, post.line, post.title[:200], reason))
            continue
        if at > now:
            archive.skipped["future"] += 1
            continue
        ids.add(post.id)
        data = post.dumped()
        texts.write(data)
        yield _Seen(post.id, post.line, post.title[:200], *_language_marks(post), at, offset, len(data))
        offset += len(data)


def _stays_behind(post: Post, types: tuple[str, ...]) -> str:
    if post.type not in types:
        return f"type {post.type[:40] or 'unknown'}"
    if post.status != "publish":
        return post.status[:40] or "without status"
    return "with password" if post.password else ""


def instant_of(post: Post) -> Instant | None:
    """When it came out: `wp:post_date_gmt`, else `pubDate`, else `wp:post_date` taken as UTC."""
    if found := _utc(post.date_gmt):
        return found
    if post.published:
        try:
            parsed = parsedate_to_datetime(post.published)
            if parsed.tzinfo is not None and parsed.year > 1:
                return Instant(parsed.astimezone(UTC))
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
    return _utc(post.date)


def _utc(text: str) -> Instant | None:
    found = _GMT.fullmatch(text)
    if not found:
        return None
    try:
        return Instant(datetime(*(int(part) for part in found.groups()), tzinfo=UTC))  # type: ignore[misc,arg-type]
    except ValueError:
        return None


# --- languages -------------------------------------------------------------------------------------------


def _language_marks(post: Post) -> tuple[str, str, str]:
    """(language, language it was translated from, group) as Polylang or WPML mark them; each may be empty."""
    if code := post.term("language"):
        group = post.term("post_translations")
        return code, "", f"polylang {group}" if group else ""
    code = post.meta.get("_wpml_import_language_code", "")
    source = post.meta.get("_wpml_import_source_language_code", "")
    group = post.meta.get("_wpml_import_translation_group", "")
    if group:
        return code, source, f"wpml {group}"
    if original := post.meta.get("_icl_lang_duplicate_of", ""):
        return code or _language_in(post.link), "?", f"copy {original}"
    return code or _language_in(post.link), source, ""


def _language_in(link: str) -> str:
    """`fr` of `https://site/?p=1&lang=fr`, as WPML writes where languages are a parameter."""
    found = re.search(r"[?&]lang=([A-Za-z-]{2,11})(?:&|$)", link)
    return found[1] if found else ""


def _site_language(site: Site, archive: Archive) -> Language:
    try:
        return parse_language(site.language.replace("_", "-") or "en")
    except BadInput:
        base = site.language.partition("-")[0]
        archive.notes.append(f"the site's language {site.language[:20]!r} is unknown; see --language")
        return parse_language(base) if base in {"en", "de", "fr", "es"} else Language("en")


def _known(tag: str, default: Language) -> Language:
    """The stored language of a tag; a country of which the wire makes no difference is left out."""
    found = parse_language(_MANNERS.sub("", tag))
    base = found.partition("-")[0]
    if found == default or found in {"zh-Hans", "zh-Hant", "pt-BR"}:
        return found
    return Language(base) if re.fullmatch(r"[a-z]{2,3}-(?:[A-Z]{2}|\d{3})", found) else found


def _grouped(seen: list[_Seen], archive: Archive, default: Language) -> list[tuple[Entry, ...]]:
    default = _known(default, Language(""))
    copied = {one.group for one in seen if one.group.startswith("copy ")}
    groups: dict[str, list[tuple[_Seen, Language]]] = {}
    for one in seen:
        tag = archive.site.locales.get(one.code) or one.code
        try:
            language = _known(tag, default) if tag else default
        except BadInput as error:
            archive.rejected.append(Rejected(one.id, one.line, one.title, f"language: {error.message}"))
            continue
        own = f"copy {one.id}"
        key = one.group or (own if own in copied else f"alone {one.id}")
        groups.setdefault(key, []).append((one, language))
    return [entries for members in groups.values() for entries in _entries(members, archive, default)]


def _entries(
    members: list[tuple[_Seen, Language]], archive: Archive, default: Language
) -> Iterator[tuple[Entry, ...]]:
    """One release; what has a language that is there already becomes one of its own."""
    ordered = sorted(members, key=lambda m: (bool(m[0].source), m[0].at, m[1] != default, m[0].id))
    release: dict[Language, Entry] = {}
    for one, language in ordered:
        entry = Entry(one.id, language, one.at, one.offset, one.length)
        if language in release:
            archive.notes.append(
                f"post {one.id} says it is the {language} edition of post {next(iter(release.values())).id}, "
                "which has one; it becomes a release of its own"
            )
            yield (entry,)
        else:
            release[language] = entry
    yield tuple(release.values())


# --- addresses -------------------------------------------------------------------------------------------


def old_addresses(post: Post, site: Site) -> tuple[tuple[str, str], ...]:
    """(host, address) under which the post was reached: its permalink, earlier slugs, `?p=ID`."""
    links = [post.link, post.guid]
    if (old := post.meta.get("_wp_old_slug", "")) and post.name and f"/{post.name}" in post.link:
        head, _, tail = post.link.rpartition(f"/{post.name}")
        links.append(f"{head}/{old}{tail}")
    return _addresses(links, site, (f"?p={post.id}",))


def attachment_addresses(item: Attachment, site: Site) -> tuple[tuple[str, str], ...]:
    """(host, address) of an attachment's own page; that of its file is no page."""
    links = [link for link in (item.link, item.guid) if link and link != item.url]
    return _addresses(links, site, (f"?attachment_id={item.id}",))


def _addresses(links: Sequence[str], site: Site, more: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = [pair for link in links if (pair := address_of(link)) is not None]
    host = found[0][0] if found else (address_of(site.base_url or site.link) or ("", ""))[0]
    found += [(host, address) for address in more]
    return tuple(dict.fromkeys(pair for pair in found if pair[1] not in {"", "/"}))


def address_of(link: str) -> tuple[str, str] | None:
    """(host, address) as requests are compared: `/2019/05/hall` without a slash at its end, or `?p=7`.

    None for what is no web address. A path keeps no query but the ids of plain permalinks.
    """
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    if found := plain_id(parts.query):
        return host, found
    return host, normal_path(unquote(parts.path))


def plain_id(query: str) -> str:
    """`?p=7`, `?page_id=7` or `?attachment_id=7` of a query; empty for others."""
    found = re.search(r"(?:^|&)(p|page_id|attachment_id)=(\d{1,15})(?:&|$)", query)
    if not found:
        return ""
    return f"?{'p' if found[1] == 'page_id' else found[1]}={int(found[2])}"


def normal_path(path: str) -> str:
    """A decoded path as it is compared: lower case, single slashes, none at the end."""
    return "/" + "/".join(part for part in path.casefold().split("/") if part)
