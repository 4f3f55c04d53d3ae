"""What one version does on a site: made once, then kept up to date; each step may run again after a crash."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dateline.channels.wordpress.api import Api, Found, Offer
from dateline.channels.wordpress.content import (
    Post,
    Uploaded,
    block,
    known_as,
    marked_withdrawn,
    pictures_in,
    sector_slugs,
    with_pictures,
)
from dateline.channels.wordpress.rules import Trouble
from dateline.core.sectors import slug
from dateline.core.words import Media

Pictures = Mapping[str, tuple[Media, bytes]]
_PICTURE_STOPS: Final = frozenset({0, 429, 503})
"""No answer, and answers that ask us to wait: all of the delivery waits. Any other refuses this picture."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it, in words, and the public address of the post where it has one."""

    text: str
    published_url: str = ""


async def put(api: Api, post: Post, pictures: Pictures, offer: Callable[[], Any]) -> Done:
    """Brings the site to this version. Raises Trouble. Done already or overtaken: nothing is written."""
    found = await api.find(post.mark, post.slug)
    known = known_as(found.content, post.mark) if found else None
    if found and known and not post.is_test:
        version, sha256 = known
        if version > post.version:
            return _done(found, f"has version {version} already")
        if sha256 == post.sha256 and not _unfinished(api, found, post):
            return _done(found, "had it already")
    if post.kind in {"killed", "withdrawn"}:
        return await _take_back(api, post, found)
    if found and found.status == "trash":
        return Done(f"post {found.id}: the outlet has put it into the trash; left there")
    notes: list[str] = []
    post, first = await _with_pictures(api, post, pictures, notes)
    if found:
        values = {"title": post.title, "content": block(post.article), "excerpt": post.excerpt}
        return _done(await api.update(found.id, values), "updated", *notes)
    return _done(await _create(api, post, first, await offer(), notes), "made", *notes)


def _unfinished(api: Api, found: Found, post: Post) -> bool:
    """A killed post whose move came to nothing, for example because we were stopped in between."""
    if post.kind != "killed":
        return False
    return found.status not in {"trash", api.site.manner.kill}


async def _create(api: Api, post: Post, first: int, offer: Offer, notes: list[str]) -> Found:
    values: dict[str, Any] = {
        "title": post.title,
        "content": block(post.article),
        "excerpt": post.excerpt,
        "slug": post.slug,
        "status": "draft" if post.is_test else api.site.manner.status,
    }
    if first:
        values["featured_media"] = first
    if meta := _meta(post, offer):
        values["meta"] = meta
    if slugs := sector_slugs(post.sectors, {sector: slug(sector) for sector in post.sectors}):
        for kind in ("categories", "tags"):
            if ids := await api.terms(kind, slugs):
                values[kind] = ids
    return await api.create(values, _language(api, post, offer, notes))


def _meta(post: Post, offer: Offer) -> dict[str, str]:
    """Keys that the site has registered for REST; others WordPress would drop without a word."""
    ours = {
        "dateline_url": post.url,
        "dateline_sha256": post.sha256,
        "_yoast_wpseo_canonical": post.url,
        "rank_math_canonical_url": post.url,
    }
    return {key: value for key, value in ours.items() if key in offer.meta}


def _language(api: Api, post: Post, offer: Offer, notes: list[str]) -> dict[str, str]:
    name = api.site.manner.lang
    if name == "none" or not (name or offer.language):
        return {}
    tag = post.language.lower()
    primary = tag.partition("-")[0]
    if not offer.languages:
        return {name or "lang": primary}
    code = offer.languages.get(tag) or offer.languages.get(primary)
    code = code or next((own for key, own in offer.languages.items() if key.partition("-")[0] == primary), "")
    if not code:
        notes.append(f"the site has no language {post.language}")
    return {name or "lang": code} if code else {}


async def _with_pictures(api: Api, post: Post, pictures: Pictures, notes: list[str]) -> tuple[Post, int]:
    """The post showing the site's own copies, and the id of the first one. A picture that the site will not
    have stays at the wire's address: the text does not wait for it.
    """
    uploaded: dict[str, Uploaded] = {}
    for sha256 in pictures_in(post.article):
        if sha256 not in pictures:
            continue
        media, data = pictures[sha256]
        try:
            uploaded[sha256] = await api.picture(media, data)
        except Trouble as problem:
            if problem.code in _PICTURE_STOPS:
                raise
            notes.append(f"picture {media.name} not taken: {problem.text[:200]}")
    first = next((copy.id for copy in uploaded.values()), 0)
    return replace(post, article=with_pictures(post.article, uploaded)), first


async def _take_back(api: Api, post: Post, found: Found | None) -> Done:
    if found is None:
        return Done("the site has no post of it, so there is nothing to take back")
    if post.kind == "withdrawn":
        marked = {"title": post.title, "content": marked_withdrawn(found.content, post)}
        return _done(await api.update(found.id, marked), "marked as withdrawn")
    emptied: dict[str, Any] = {"content": block(post.article), "excerpt": "", "featured_media": 0}
    values = {"title": post.title, **emptied}
    if found.status != "trash":
        values["status"] = "draft"
    await api.update(found.id, values)
    if found.status == "trash":
        return Done(f"post {found.id}: emptied; it was in the trash already")
    if api.site.manner.kill != "trash":
        return Done(f"post {found.id}: emptied and set to draft")
    if await api.trash(found.id):
        return Done(f"post {found.id}: emptied and put into the trash")
    return Done(f"post {found.id}: emptied and set to draft; the site keeps no trash")


def _done(found: Found, what: str, *notes: str) -> Done:
    text = "; ".join((f"post {found.id} ({found.status}): {what}", *notes))
    return Done(text, found.link if found.status == "publish" else "")
