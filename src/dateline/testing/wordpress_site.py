"""A site that speaks WordPress's REST contract (wp/v2), for tests of the channel and for trying it by hand.

>>> with WordpressSite() as site:
...     site.url                    # an outlet's `endpoint`
...     site.login                  # what its secret_ref file holds: USER:APPLICATION PASSWORD
...     ...
...     site.posts                  # id -> what the site has
...     site.diary                  # (method, route, status) of each request, oldest first

Shapes, codes and statuses follow WordPress 6: errors `{"code", "message", "data": {"status", "params"}}`,
`X-WP-Total` and `X-WP-TotalPages`, `_fields`, `context=edit`, application passwords over Basic
authentication, 201 with `Location`, uploads by `Content-Disposition`, the trash with `__trashed` slugs,
slugs that are unique (a draft without one has none), and text that loses what wp_kses_post does not keep for
everybody but editors. Compared with WordPress 6.1.9 by hand.
"""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from dateline.testing.background import InThread
from dateline.testing.wordpress_routes import Routes
from dateline.testing.wordpress_shapes import Answer, Call, Refused, refusal

Role = Literal["editor", "author", "contributor"]
USER: Final = "wire"
PASSWORD: Final = "abcd EFGH ijkl MNOP qrst UVWX"


@dataclass(frozen=True, slots=True)
class SiteRule:
    """How to spoil some requests; of several rules the first that fits holds.

    kind: a status (`429`, `503` ..., with a page of HTML, as proxies in front of a site do); `hang` (done,
    and never answered); `reset` (done, and cut before the answer); `html` (200 with a page). before: the
    request is not done at all. times: only the first so many that fit. route: shell pattern.
    """

    kind: str
    method: str = "*"
    route: str = "*"
    times: int = 0
    retry_after: str = ""
    before: bool = False


@dataclass
class SiteOptions:
    """What this site is like."""

    role: Role = "editor"
    trash: bool = True
    languages: Sequence[tuple[str, str]] = ()
    """(slug, locale) of Polylang's languages; with any, posts have a `lang` field."""
    meta: Sequence[str] = ()
    """Keys registered for REST; others are dropped without a word, as WordPress does."""
    categories: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    has_api: bool = True
    types: Sequence[str] = ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf")


class WordpressSite:
    """A running site on loopback, in a thread."""

    def __init__(
        self, options: SiteOptions | None = None, *, rules: Sequence[SiteRule] = (), port: int = 0
    ) -> None:
        self.options = options or SiteOptions()
        self.rules = list(rules)
        self.diary: list[tuple[str, str, int]] = []
        self.hanging = 0
        """Requests done and never answered."""
        self._fits: dict[int, int] = {}
        self._writers: set[asyncio.StreamWriter] = set()
        self._server = InThread(lambda: asyncio.start_server(self._talk, "127.0.0.1", port), self._end)
        self.port = self._server.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.login = f"{USER}:{PASSWORD}"
        self._routes = Routes(self.options, self.url)

    @property
    def posts(self) -> dict[int, dict[str, Any]]:
        """The posts as they are kept: raw `title`, `content`, `excerpt`, and `slug`, `status`, `lang` ..."""
        return self._routes.posts

    @property
    def media(self) -> dict[int, dict[str, Any]]:
        """The uploads: `slug`, `mime_type`, `alt_text`, `caption`, `data`."""
        return self._routes.media

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._server.stop()

    def __enter__(self) -> "WordpressSite":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- one connection -------------------------------------------------------------------------------------

    def _end(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        call = _call(method, target, headers, body)
        rule = self._rule(call)
        answer = None if rule and rule.before else self._answer(call, headers)
        status = int(rule.kind) if rule and rule.kind.isdigit() else answer.status if answer else 0
        self.diary.append((method, call.route, status))
        if rule is None:
            assert answer is not None
            writer.write(_bytes(answer))
            await writer.drain()
            return True
        return await self._spoil(rule, reader, writer)

    async def _spoil(
        self, rule: SiteRule, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if rule.kind == "hang":
            self.hanging += 1
            await reader.read()
        elif rule.kind == "reset":
            writer.transport.abort()
        else:
            status = int(rule.kind) if rule.kind.isdigit() else 200
            more = {"Retry-After": rule.retry_after} if rule.retry_after else {}
            more |= {"Location": "https://www.outlet.example/"} if 300 <= status < 400 else {}
            page = "<!doctype html><title>Not now</title>"
            writer.write(_bytes(Answer(status, page, {"Content-Type": "text/html", **more})))
            await writer.drain()
        return False

    def _rule(self, call: Call) -> SiteRule | None:
        for number, rule in enumerate(self.rules):
            if fnmatchcase(call.method, rule.method) and fnmatchcase(call.route, rule.route):
                self._fits[number] = self._fits.get(number, 0) + 1
                if not rule.times or self._fits[number] <= rule.times:
                    return rule
        return None

    def _answer(self, call: Call, headers: Mapping[str, str]) -> Answer:
        if not call.route:
            return Answer(404, "<!doctype html><title>Page not found</title>", {"Content-Type": "text/html"})
        try:
            call.user = self._user(headers.get("authorization", ""))
            return self._routes.answer(call)
        except Refused as error:
            return error.answer

    def _user(self, given: str) -> bool:
        """Whether this is our user; nobody without a login."""
        if not given.startswith("Basic "):
            return False
        user, _, password = base64.b64decode(given[6:]).decode().partition(":")
        if user != USER:
            raise refusal(401, "invalid_username", "Unknown username. Check again or try your email address.")
        if password.replace(" ", "") != PASSWORD.replace(" ", ""):
            message = "The provided password is an invalid application password."
            raise refusal(401, "incorrect_password", message)
        return True


def _call(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
    """`/wp-json/ROUTE?QUERY` or `/?rest_route=ROUTE&QUERY`; any other address has no route."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    route = query.pop("rest_route", "")
    if not route and (parts.path == "/wp-json" or parts.path.startswith("/wp-json/")):
        route = unquote(parts.path.removeprefix("/wp-json")) or "/"
    return Call(method, route, query, dict(headers), body)


def _bytes(answer: Answer) -> bytes:
    if isinstance(answer.body, str):
        data = answer.body.encode()
    else:
        data = json.dumps(answer.body).replace("/", "\\/").encode()  # as PHP writes it
    head = {
        "Content-Type": "application/json; charset=UTF-8",
        "X-Robots-Tag": "noindex",
        **answer.headers,
        "Content-Length": str(len(data)),
    }
    lines = [f"HTTP/1.1 {answer.status} Told", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + data
