"""What the test site answers: posts, media, terms and languages as WordPress's REST controllers do."""

import html
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from dateline.testing.wordpress_kses import kses
from dateline.testing.wordpress_shapes import Answer, Call, Options, invalid, refusal

_STATUSES: Final = ("publish", "future", "draft", "pending", "private")
_NOT_UNIQUE: Final = ("draft", "pending", "auto-draft")
_FILENAME: Final = re.compile(r'filename="?([^";]+)"?', re.IGNORECASE)
_NO_ROUTE: Final = "No route was found matching the URL and request method."


class Routes:
    """The site's data and its controllers."""

    def __init__(self, options: Options, url: str) -> None:
        self.options, self.url = options, url
        self.posts: dict[int, dict[str, Any]] = {}
        self.media: dict[int, dict[str, Any]] = {}
        self._last = 0

    def answer(self, call: Call) -> Answer:
        """Raises Refused."""
        if not self.options.has_api:
            raise refusal(404, "rest_no_route", _NO_ROUTE)
        table: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", r"/?", self._index),
            ("GET", r"/wp/v2/posts", self._list_posts),
            ("OPTIONS", r"/wp/v2/posts", self._describe),
            ("POST", r"/wp/v2/posts", self._create),
            ("POST", r"/wp/v2/posts/(\d+)", self._update),
            ("DELETE", r"/wp/v2/posts/(\d+)", self._trash),
            ("GET", r"/wp/v2/media", self._list_media),
            ("POST", r"/wp/v2/media", self._upload),
            ("POST", r"/wp/v2/media/(\d+)", self._describe_media),
            ("GET", r"/wp/v2/(categories|tags)", self._terms),
            ("GET", r"/pll/v1/languages", self._languages),
        ]
        for method, pattern, handler in table:
            found = re.fullmatch(pattern, call.route)
            if found and method == call.method:
                return handler(call, *found.groups())
        raise refusal(404, "rest_no_route", _NO_ROUTE)

    def _index(self, _call: Call) -> Answer:
        spaces = ["oembed/1.0", "wp/v2", *(["pll/v1"] if self.options.languages else [])]
        return Answer(200, {"name": "A site", "url": self.url, "namespaces": spaces})

    def _needs(
        self, call: Call, code: str, message: str, *, editor: bool = False, author: bool = False
    ) -> None:
        role = self.options.role
        allowed = call.user and not (editor and role != "editor") and not (author and role == "contributor")
        if not allowed:
            raise refusal(403 if call.user else 401, code, message)

    # --- posts ----------------------------------------------------------------------------------------------

    def _list_posts(self, call: Call) -> Answer:
        query = call.query
        if query.get("context") == "edit":
            self._needs(
                call, "rest_forbidden_context", "Sorry, you are not allowed to edit posts in this post type."
            )
        statuses = query.get("status", "publish").split(",")
        if statuses != ["publish"] and not call.user:
            raise invalid("status", "Status is forbidden.")
        for status in statuses:
            if status not in {*_STATUSES, "trash", "auto-draft", "any"}:
                raise invalid("status", f"status[0] is not one of {', '.join(_STATUSES)}.")
        wanted = [post for post in self.posts.values() if post["status"] in statuses]
        if "slug" in query:
            wanted = [post for post in wanted if post["slug"] in query["slug"].split(",")]
        if "search" in query:
            words = query["search"].lower()
            wanted = [p for p in wanted if words in (p["title"] + p["excerpt"] + p["content"]).lower()]
        return self._page(call, [self._shown(post, query) for post in sorted(wanted, key=lambda p: p["id"])])

    def _page(self, call: Call, entries: list[dict[str, Any]]) -> Answer:
        try:
            size, page = int(call.query.get("per_page", "10")), int(call.query.get("page", "1"))
        except ValueError:
            raise invalid("per_page", "per_page is not of type integer.") from None
        if not 1 <= size <= 100:
            raise invalid("per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)")
        pages = math.ceil(len(entries) / size)
        if page > max(pages, 1):
            message = "The page number requested is larger than the number of pages available."
            raise refusal(400, "rest_post_invalid_page_number", message)
        shown = entries[(page - 1) * size : page * size]
        return Answer(200, shown, {"X-WP-Total": str(len(entries)), "X-WP-TotalPages": str(pages)})

    def _shown(self, post: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        edit = query.get("context") == "edit"
        public = post["status"] == "publish"
        document: dict[str, Any] = {
            "id": post["id"],
            "date_gmt": post["date_gmt"],
            "slug": post["slug"],
            "status": post["status"],
            "type": "post",
            "link": f"{self.url}/{post['slug']}/" if public else f"{self.url}/?p={post['id']}",
            "featured_media": post["featured_media"],
            "categories": post["categories"],
            "tags": post["tags"],
            "meta": post["meta"],
        }
        for name in ("title", "content", "excerpt"):
            rendered = {"rendered": post[name], "protected": False}
            document[name] = {"raw": post[name], **rendered} if edit else rendered
        if self.options.languages:
            document["lang"] = post["lang"]
        fields = query.get("_fields")
        return {k: v for k, v in document.items() if k in fields.split(",")} if fields else document

    def _create(self, call: Call) -> Answer:
        self._needs(call, "rest_cannot_create", "Sorry, you are not allowed to create posts as this user.")
        given = call.given()
        if "id" in given:
            raise refusal(400, "rest_post_exists", "Cannot create existing post.")
        self._check(call, given)
        self._last += 1
        post: dict[str, Any] = {
            "id": self._last, "slug": "", "status": "draft", "title": "", "content": "", "excerpt": "",
            "featured_media": 0, "categories": [1], "tags": [], "meta": {}, "lang": "", "author": "wire",
            "date_gmt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        }  # fmt: skip
        self._store(post, given)
        if self.options.languages:
            post["lang"] = given.get("lang") or self.options.languages[0][0]
        self.posts[post["id"]] = post
        where = f"{self.url}/wp-json/wp/v2/posts/{post['id']}"
        return Answer(201, self._shown(post, {"context": "edit"}), {"Location": where})

    def _check(self, call: Call, given: Mapping[str, Any]) -> None:
        status = given.get("status", "draft")
        if status not in _STATUSES:
            raise invalid("status", f"status is not one of {', '.join(_STATUSES)}.")
        if status == "publish":
            message = "Sorry, you are not allowed to publish posts in this post type."
            self._needs(call, "rest_cannot_publish", message, author=True)
        if given.get("featured_media", 0) not in {0, *self.media}:
            raise refusal(400, "rest_invalid_featured_media", "Invalid featured media ID.")
        if "lang" in given and given["lang"] not in dict(self.options.languages) and self.options.languages:
            raise invalid("lang", "lang is not one of the languages of this site.")

    def _store(self, post: dict[str, Any], given: Mapping[str, Any]) -> None:
        for name in ("title", "content", "excerpt"):
            if name in given:
                text = given[name]["raw"] if isinstance(given[name], dict) else str(given[name])
                post[name] = text if self.options.role == "editor" else kses(text)
        for name in ("featured_media", "categories", "tags", "status"):
            post[name] = given.get(name, post[name])
        post["meta"] |= {k: v for k, v in given.get("meta", {}).items() if k in self.options.meta}
        slug = str(given.get("slug", post["slug"])).lower()
        # The REST controller asks for a unique slug as if the post were public; without one drafts have none.
        if given.get("slug") or post["status"] not in _NOT_UNIQUE:
            slug = slug or re.sub(r"[^a-z0-9]+", "-", html.unescape(post["title"]).lower()).strip("-")
            taken = {p["slug"] for p in self.posts.values() if p is not post and p["status"] != "trash"}
            slug = next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, 99))) if s not in taken)
        post["slug"] = slug

    def _post(self, call: Call, number: str, code: str, doing: str) -> dict[str, Any]:
        post = self.posts.get(int(number))
        if post is None:
            raise refusal(404, "rest_post_invalid_id", "Invalid post ID.")
        self._needs(call, code, f"Sorry, you are not allowed to {doing} this post.")
        if self.options.role != "editor" and post["author"] != "wire":
            raise refusal(403, code, f"Sorry, you are not allowed to {doing} this post.")
        return post

    def _update(self, call: Call, number: str) -> Answer:
        post = self._post(call, number, "rest_cannot_edit", "edit")
        given = call.given()
        self._check(call, {"status": "draft", **given})
        self._store(post, given)
        return Answer(200, self._shown(post, {"context": "edit"}))

    def _trash(self, call: Call, number: str) -> Answer:
        post = self._post(call, number, "rest_cannot_delete", "delete")
        if call.query.get("force") == "true":
            del self.posts[post["id"]]
            return Answer(200, {"deleted": True, "previous": self._shown(post, {"context": "edit"})})
        if not self.options.trash:
            message = "The post does not support trashing. Set 'force=true' to delete."
            raise refusal(501, "rest_trash_not_supported", message)
        if post["status"] == "trash":
            raise refusal(410, "rest_already_trashed", "The post has already been deleted.")
        post["status"], post["slug"] = "trash", post["slug"] + "__trashed"
        return Answer(200, self._shown(post, {"context": "edit"}))

    def _describe(self, _call: Call) -> Answer:
        properties: dict[str, Any] = {
            "title": {"type": "object"},
            "meta": {"type": "object", "properties": {key: {"type": "string"} for key in self.options.meta}},
        }
        if self.options.languages:
            properties |= {"lang": {"type": "string"}, "translations": {"type": "object"}}
        schema = {"title": "post", "type": "object", "properties": properties}
        document = {"namespace": "wp/v2", "methods": ["GET", "POST"], "endpoints": [], "schema": schema}
        return Answer(200, document, {"Allow": "GET, POST"})

    # --- media, terms, languages ----------------------------------------------------------------------------

    def _list_media(self, call: Call) -> Answer:
        wanted = [m for m in self.media.values() if call.query.get("slug", m["slug"]) == m["slug"]]
        return self._page(call, [self._shown_media(item, call.query) for item in wanted])

    def _shown_media(self, item: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        caption = {"rendered": f"<p>{item['caption']}</p>"}
        if query.get("context") == "edit":
            caption["raw"] = item["caption"]
        names = ("id", "slug", "mime_type", "alt_text", "source_url")
        return {**{name: item[name] for name in names}, "caption": caption, "media_type": "image"}

    def _upload(self, call: Call) -> Answer:
        message = "Sorry, you are not allowed to upload media on this site."
        self._needs(call, "rest_cannot_create", message, author=True)
        if not call.body:
            raise refusal(400, "rest_upload_no_data", "No data supplied.")
        if "content-disposition" not in call.headers:
            raise refusal(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
        name = _FILENAME.search(call.headers["content-disposition"])
        if not name:
            raise refusal(400, "rest_upload_invalid_disposition", "Invalid Content-Disposition supplied.")
        kind = call.headers.get("content-type", "")
        if kind not in self.options.types:
            message = "Sorry, you are not allowed to upload this file type."
            raise refusal(500, "rest_upload_sideload_error", message)
        self._last += 1
        slug = call.query.get("slug") or name[1].rpartition(".")[0].lower()
        self.media[self._last] = {
            "id": self._last, "slug": slug, "mime_type": kind, "alt_text": "", "caption": "",
            "source_url": f"{self.url}/wp-content/uploads/{name[1]}", "data": call.body,
        }  # fmt: skip
        where = f"{self.url}/wp-json/wp/v2/media/{self._last}"
        shown = self._shown_media(self.media[self._last], {"context": "edit"})
        return Answer(201, shown, {"Location": where})

    def _describe_media(self, call: Call, number: str) -> Answer:
        item = self.media.get(int(number))
        if item is None:
            raise refusal(404, "rest_post_invalid_id", "Invalid post ID.")
        self._needs(call, "rest_cannot_edit", "Sorry, you are not allowed to edit this post.", author=True)
        item |= {k: str(v) for k, v in call.given().items() if k in {"alt_text", "caption"}}
        return Answer(200, self._shown_media(item, {"context": "edit"}))

    def _terms(self, call: Call, kind: str) -> Answer:
        known = self.options.categories if kind == "categories" else self.options.tags
        slugs = call.query.get("slug", ",".join(known)).split(",")
        return self._page(call, [{"id": known[slug], "slug": slug} for slug in slugs if slug in known])

    def _languages(self, _call: Call) -> Answer:
        if not self.options.languages:
            raise refusal(404, "rest_no_route", _NO_ROUTE)
        listed = [
            {"slug": slug, "locale": locale, "w3c": locale.replace("_", "-")}
            for slug, locale in self.options.languages
        ]
        return Answer(200, listed)
