"""The parts of WordPress's REST API (wp/v2) that the channel uses, one call each."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dateline.channels.address_guard import Networks, refusal
from dateline.channels.http_requests import Request, Requests, Response
from dateline.channels.in_hand import said
from dateline.channels.wordpress.content import Uploaded, known_as
from dateline.channels.wordpress.rules import Trouble, document, trouble
from dateline.channels.wordpress.site import Site
from dateline.core.clock import Clock
from dateline.core.words import Media
from dateline.formats.addresses import clean_href

POSTS: Final = "/wp/v2/posts"
_MEDIA: Final = "/wp/v2/media"
_ANY_STATUS: Final = "publish,future,draft,pending,private,trash"  # `any` leaves the trash out
_LONGEST_STATUS: Final = 40
_FIELDS: Final = "id,status,link,slug,title,content"
_EXTENSIONS: Final = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "image/avif": ".avif", "image/svg+xml": ".svg", "application/pdf": ".pdf",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A post as the site has it. `content` and `title` are the raw text; `link` its public address."""

    id: int
    status: str
    link: str
    title: str = ""
    content: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a site's posts can carry beyond the core: a language, and meta keys it has registered."""

    language: bool = False
    meta: frozenset[str] = frozenset()
    languages: Mapping[str, str] = field(default_factory=dict)
    """Language tag in lower case -> the site's own code (Polylang); empty where it lists none."""


class Api:
    """One site for the time of one delivery. Calls raise Trouble where they did not do what they were for."""

    def __init__(
        self,
        site: Site,
        requests: Requests,
        clock: Clock,
        allowed: Networks,
        on_sent: Callable[[], None] = lambda: None,
    ) -> None:
        self.site, self._requests, self._clock, self._on_sent = site, requests, clock, on_sent
        self._judge = lambda address: refusal(address, allowed, only_allowed=not site.is_usual)
        self.code = 0
        """The last status heard."""

    async def find(self, mark: str, slug: str) -> Found | None:
        """The post with our slug, else one whose text carries the mark: editors change addresses."""
        names = f"{slug},{slug}__trashed"
        by_slug = await self._posts({"slug": names})
        if by_slug:
            return by_slug[0]
        return next(
            (post for post in await self._posts({"search": mark}) if known_as(post.content, mark)), None
        )

    async def _posts(self, query: Mapping[str, str]) -> list[Found]:
        more = {"status": _ANY_STATUS, "context": "edit", "per_page": "20", "orderby": "id", "order": "asc"}
        answer = await self._ask("GET", POSTS, {**query, **more, "_fields": _FIELDS})
        return [_found(entry) for entry in _list(answer)]

    async def create(self, values: Mapping[str, Any], query: Mapping[str, str]) -> Found:
        """A new post."""
        return _found(await self._ask("POST", POSTS, query, values, writes=True))

    async def update(self, post: int, values: Mapping[str, Any]) -> Found:
        """Only the fields named."""
        return _found(await self._ask("POST", f"{POSTS}/{post}", {}, values, writes=True))

    async def trash(self, post: int) -> bool:
        """False where the site keeps no trash (501); it then stays as it is. In the trash already is fine."""
        try:
            await self._ask("DELETE", f"{POSTS}/{post}", {}, writes=True)
        except Trouble as problem:
            if problem.error == "rest_already_trashed":
                return True
            if problem.error == "rest_trash_not_supported":
                return False
            raise
        return True

    async def offer(self) -> Offer:
        """What the site tells about its posts (OPTIONS); nothing where it does not tell."""
        try:
            answer = await self._ask("OPTIONS", POSTS, {})
        except Trouble:
            return Offer()
        properties = _dict(_dict(answer.get("schema")).get("properties")) if isinstance(answer, dict) else {}
        meta = _dict(_dict(properties.get("meta")).get("properties"))
        has_language = "lang" in properties
        return Offer(has_language, frozenset(meta), await self._languages() if has_language else {})

    async def _languages(self) -> dict[str, str]:
        try:
            listed = _list(await self._ask("GET", "/pll/v1/languages", {}))
        except Trouble:
            return {}
        found: dict[str, str] = {}
        for entry in listed:
            slug = str(entry.get("slug", ""))
            for key in ("slug", "w3c", "locale"):
                if tag := str(entry.get(key, "")).replace("_", "-").lower():
                    found.setdefault(tag, slug)
        return found

    async def terms(self, kind: str, slugs: Sequence[str]) -> list[int]:
        """Ids of the `categories` or `tags` that the site has under these slugs; it need not have any."""
        try:
            answer = await self._ask(
                "GET", f"/wp/v2/{kind}", {"slug": ",".join(slugs), "per_page": "100", "_fields": "id,slug"}
            )
        except Trouble:
            return []
        return [int(entry["id"]) for entry in _list(answer) if isinstance(entry.get("id"), int)]

    async def picture(self, media: Media, data: bytes) -> Uploaded:
        """The site's copy, uploaded where it has none: found again by the hash in its slug."""
        slug = f"dateline-{media.sha256}"
        found = _list(await self._ask("GET", _MEDIA, {"slug": slug, "context": "edit", "per_page": "1"}))
        made = found[0] if found else await self._upload(media, data, slug)
        words = {"alt_text": media.alt, "caption": _caption(media)}
        if made.get("alt_text") != words["alt_text"] or _raw(made.get("caption")) != words["caption"]:
            await self._ask("POST", f"{_MEDIA}/{int(made['id'])}", {}, words)
        return Uploaded(int(made["id"]), str(made["source_url"]))

    async def _upload(self, media: Media, data: bytes, slug: str) -> dict[str, Any]:
        name = slug + _EXTENSIONS.get(media.media_type, "")
        headers = {
            "Content-Type": media.media_type,
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        # Fields go in the query: the body is the file. The slug comes with the upload, so that a crash right
        # after it leaves a picture that is found again.
        return _dict(
            await self._ask("POST", _MEDIA, {"slug": slug, "title": media.name}, data, headers=headers)
        )

    async def _ask(
        self,
        method: str,
        route: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        writes: bool = False,
    ) -> Any:
        data, kind = b"", {}
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            kind = {"Content-Type": "application/json; charset=utf-8"}
        request = Request(
            method,
            self.site.url(route, query),
            judge=self._judge,
            headers={
                "Authorization": self.site.login,
                "Accept": "application/json",
                **kind,
                **(headers or {}),
            },
            body=data,
            on_sent=self._on_sent if writes else None,
        )
        answer: Response = await self._requests.send(request)
        self.code = answer.status or self.code
        if problem := trouble(answer, self._clock.now(), writes=writes):
            raise problem
        if writes:
            self._on_sent()  # done, whatever becomes of the steps that follow
        return document(answer)


def _found(entry: Any) -> Found:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), int):
        raise Trouble("deferred", "the answer is no post of WordPress")
    # The site's words stand on our pages: an address must be one, and no word is longer than it may be.
    link = clean_href(str(entry.get("link", "")))
    return Found(
        entry["id"],
        said(str(entry.get("status", "")))[:_LONGEST_STATUS],
        link if link.startswith("http") else "",
        _raw(entry.get("title")),
        _raw(entry.get("content")),
    )


def _raw(value: Any) -> str:
    """The `raw` text of a field in context=edit."""
    return str(_dict(value).get("raw", ""))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _caption(media: Media) -> str:
    return " ".join(part for part in (media.caption, f"({media.credit})" if media.credit else "") if part)
