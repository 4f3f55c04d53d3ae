"""A browser without scripts for tests of a running wire: cookies, forms, no redirects followed."""

import http.client
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

_CHANGING = frozenset({"date", "set-cookie", "etag", "last-modified"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `headers` lack those that change from one to the next."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def without(self, word: str) -> "Answer":
        """The same where `word`, such as the id asked for, stands in neither head nor body."""
        headers = {name: value.replace(word, "") for name, value in self.headers.items()}
        return Answer(self.status, headers, self.body.replace(word.encode(), b""))


@dataclass
class Visitor:
    """One person's browser at `site` (no trailing slash)."""

    site: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        """Sends a form with the token of its cookie."""
        values = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **(fields or {})}
        return self._ask(
            "POST", path, urlencode(values), {"Content-Type": "application/x-www-form-urlencoded", **headers}
        )

    def sign_in(self, link: str) -> "Visitor":
        """Opens a sign-in link and presses its button."""
        path = urlsplit(link).path
        assert self.get(path).status == 200
        assert self.post(path).status == 302, "the link signs in"
        return self

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        own = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=30)
        try:
            connection.request(method, path, body, {**(own if self.cookies else {}), **headers})
            answer = connection.getresponse()
            data = answer.read()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, kept = value.partition(";")[0].partition("=")
                    self.cookies[key] = kept
            kept_headers = {
                name.lower(): value for name, value in answer.getheaders() if name.lower() not in _CHANGING
            }
        finally:
            connection.close()
        return Answer(answer.status, kept_headers, data)
