"""An old WordPress site moves in: its export read, sorted, matched with issuers, archived one by one."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput, Conflict, DatelineError
from dateline.core.languages import Language
from dateline.intake.services import wordpress
from dateline.issuers import services as issuers
from dateline.wire.archive import (
    ArchiveEdition,
    ArchiveItem,
    archive_release,
    archived_items,
    check_archive,
)

_MANNER = "1"
"""Part of every fingerprint: raised when the same post is read as another story, so that it comes in anew."""


@dataclass(frozen=True, slots=True)
class Cutover:
    """What to bring in and how. `override`: the reason why blocking findings are let pass."""

    file: Path
    issuer_map: Path | None = None
    issuer: str = ""
    media: Path | None = None
    language: Language | None = None
    types: tuple[str, ...] = wordpress.POST_TYPES
    override: str = ""


@dataclass(slots=True)
class Moved:
    """What came of it. `created`, `updated`, `unchanged` count releases; `posts` the editions in them."""

    source: str = ""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    posts: int = 0
    pictures: int = 0
    references: int = 0
    addresses: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    shortcodes: dict[str, int] = field(default_factory=dict)
    unknown_issuers: dict[str, int] = field(default_factory=dict)
    rejected: list[wordpress.Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def import_wordpress(
    asked: Cutover,
    *,
    by: str,
    dry_run: bool = False,
    reading: Callable[[int], None] = lambda _: None,
    moving: Callable[[int, int], None] = lambda _done, _of: None,
) -> Moved:
    """Archives what the export holds; a dry run only says what would come of it. `reading` is told bytes as
    they are read, `moving` releases done and of how many. Raises BadInput for a file, map or folder that
    cannot be used; nothing is changed then.
    """
    known = {issuer.slug for issuer in issuers.issuers()}
    mapping = wordpress.read_map(asked.issuer_map, known, asked.issuer)
    uploads = wordpress.Uploads(asked.media)
    with wordpress.read_archive(
        asked.file, now=SystemClock().now(), language=asked.language, types=asked.types, tick=reading
    ) as archive:
        work = _Work(asked, archive, mapping, wordpress.Reader(archive.site, uploads), uploads)
        for number, group in enumerate(archive.groups):
            work.take(group, by=by, dry_run=dry_run)
            moving(number + 1, len(archive.groups))
        return work.result()


class _Work:
    def __init__(
        self,
        asked: Cutover,
        archive: wordpress.Archive,
        mapping: wordpress.IssuerMap,
        reader: wordpress.Reader,
        uploads: wordpress.Uploads,
    ) -> None:
        self._asked, self._archive, self._mapping = asked, archive, mapping
        self._reader, self._uploads = reader, uploads
        site = archive.site
        host = (wordpress.address_of(site.base_url or site.link) or ("", ""))[0]
        self._source = f"wordpress {host or 'unnamed'}"[:120]
        self._before = archived_items(self._source)
        self._children: dict[int, list[wordpress.Attachment]] = {}
        for item in site.attachments.values():
            self._children.setdefault(item.parent, []).append(item)
        self.moved = Moved(source=self._source, notes=archive.notes)
        self.moved.skipped = dict(archive.skipped)
        self.moved.rejected = list(archive.rejected)
        self._unknown: Counter[str] = mapping.unknown

    def take(self, group: Sequence[wordpress.Entry], *, by: str, dry_run: bool) -> None:
        """One release. What cannot come in is noted with its id and reason, and the others go on."""
        posts = [self._archive.post(entry) for entry in group]
        try:
            slug = self._issuer(posts)
            mark = self._fingerprint(group, posts, slug)
            if self._before.get(str(group[0].id)) == mark:
                self._count("unchanged", len(posts))
                return
            self._bring(group, posts, slug, mark, by=by, dry_run=dry_run)
        except (BadInput, Conflict) as error:
            self._reject(posts, error)

    def _issuer(self, posts: Sequence[wordpress.Post]) -> str:
        found = next(filter(None, map(self._mapping.issuer_of, posts)), "")
        if not found:
            raise BadInput(
                f"no issuer is known for author {posts[0].creator!r} or its categories; "
                "name one in the map, or give --issuer",
                where="issuer",
            )
        return found

    def _bring(
        self,
        group: Sequence[wordpress.Entry],
        posts: Sequence[wordpress.Post],
        slug: str,
        mark: str,
        *,
        by: str,
        dry_run: bool,
    ) -> None:
        self._reader.taken.clear()
        editions = self._editions(group, posts, slug)
        item = ArchiveItem(self._source, str(group[0].id), mark, slug, editions, self._media())
        if dry_run:
            check_archive(item, override=self._asked.override)
            outcome = "updated" if item.item in self._before else "created"
        else:
            outcome = archive_release(item, by=by, override=self._asked.override)
        self._count(outcome, len(posts))
        self.moved.pictures += len({m.sha256 for e in item.editions for m in e.story.media})
        self.moved.addresses += sum(len(e.addresses) for e in item.editions) + len(item.media)

    def _editions(
        self, group: Sequence[wordpress.Entry], posts: Sequence[wordpress.Post], slug: str
    ) -> tuple[ArchiveEdition, ...]:
        sectors = next(filter(None, map(self._mapping.sectors_of, posts)), ())
        editions: list[ArchiveEdition] = []
        for entry, post in zip(group, posts, strict=True):
            try:
                story = self._reader.story(post, entry.language, issuer=slug, sectors=sectors)
            except BadInput as error:
                if entry is group[0]:
                    raise
                # Its original comes in all the same; the next export brings the language when it is mended.
                self._reject([post], error)
                continue
            addresses = (*wordpress.old_addresses(post, self._archive.site), *self._pages_of(post))
            first = entry is group[0]
            story = replace(
                story,
                original=first,
                slug=editions[0].story.slug if editions else story.slug,
                translation=None if first else wordpress.BY_PEOPLE,
            )
            editions.append(ArchiveEdition(story, entry.at, tuple(dict.fromkeys(addresses))))
        return tuple(editions)

    def _pages_of(self, post: wordpress.Post) -> list[tuple[str, str]]:
        """Addresses of the pages that its attachments had of their own."""
        return [
            address
            for item in self._children.get(post.id, ())
            for address in wordpress.attachment_addresses(item, self._archive.site)
        ]

    def _media(self) -> tuple[tuple[str, str, str], ...]:
        """(host, address, SHA-256) of pictures that are here, under the addresses they had."""
        taken, self._reader.taken = self._reader.taken, []
        found = ((wordpress.address_of(url), sha256) for url, sha256 in taken)
        return tuple(dict.fromkeys((*pair, sha256) for pair, sha256 in found if pair is not None))

    def _fingerprint(
        self, group: Sequence[wordpress.Entry], posts: Sequence[wordpress.Post], slug: str
    ) -> str:
        """Of everything the release is made of; pictures by their sizes."""
        digest = hashlib.sha256(f"{_MANNER} {slug}\n".encode())
        for entry, post in zip(group, posts, strict=True):
            sectors = " ".join(self._mapping.sectors_of(post))
            digest.update(f"{entry.language} {entry.at.isoformat()} {sectors}\n".encode())
            digest.update(replace(post, line=0).dumped())
            for line in self._reader.files_of(post):
                digest.update(line.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _count(self, outcome: str, posts: int) -> None:
        setattr(self.moved, outcome, getattr(self.moved, outcome) + 1)
        if outcome != "unchanged":
            self.moved.posts += posts

    def _reject(self, posts: Sequence[wordpress.Post], error: DatelineError) -> None:
        for post in posts:
            self.moved.rejected.append(
                wordpress.Rejected(post.id, post.line, post.title[:200], str(error)[:500])
            )

    def result(self) -> Moved:
        """The counts, with what only the whole reading knows."""
        self.moved.references = self._reader.references
        self.moved.shortcodes = dict(sorted(self._reader.used.items()))
        self.moved.unknown_issuers = dict(self._unknown.most_common(200))
        self.moved.rejected.sort(key=lambda one: (one.line, one.id))
        return self.moved
