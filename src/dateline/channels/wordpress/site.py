"""An outlet's site as its row describes it: where its API is, who we are there, how it wants its posts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from dateline.core.errors import BadInput
from dateline.core.wordpress import Manner, manner
from dateline.core.words import Endpoint
from dateline.formats.addresses import clean_href

PORTS: Final = frozenset({443, 8443})


@dataclass(frozen=True, slots=True)
class Site:
    """Where requests go. `login` is the Authorization header's value and never shown."""

    root: str
    """The API's address up to and with `/wp-json`, or `...?rest_route=`."""
    login: str = field(repr=False)
    manner: Manner = field(default_factory=Manner)
    is_usual: bool = True
    """https on 443 or 8443: what may be at any public address. The rest stays inside named networks."""

    def url(self, route: str, query: Mapping[str, str] | None = None) -> str:
        """The address of `/wp/v2/posts` and its like."""
        more = urlencode(query or {}, quote_via=quote)
        if self.root.endswith("rest_route="):
            return f"{self.root}{route}" + (f"&{more}" if more else "")
        return f"{self.root}{route}" + (f"?{more}" if more else "")


def site_of(endpoint: Endpoint) -> Site:
    """Raises BadInput with what to mend: address, login or wishes."""
    address = clean_href(endpoint.address)
    if not address.startswith("http"):
        raise BadInput("its endpoint is no http(s) address; write the site's, as https://outlet.example")
    parts = urlsplit(address)
    return Site(
        root=_root(address),
        login=_login(endpoint.secret),
        manner=manner(endpoint.options.get("path", "")),
        is_usual=parts.scheme == "https" and (parts.port or 443) in PORTS,
    )


def _root(address: str) -> str:
    parts = urlsplit(address)
    base = f"{parts.scheme}://{parts.netloc}"
    if "rest_route" in parse_qs(parts.query, keep_blank_values=True):
        return f"{base}{parts.path}?rest_route="
    path = parts.path.rstrip("/")
    before, found, _ = path.partition("/wp-json")
    return f"{base}{before if found else path}/wp-json"


def _login(secret: bytes) -> str:
    """Basic authentication with an application password (WordPress 5.6); its blanks are for reading only."""
    try:
        user, colon, password = secret.decode("utf-8").strip().partition(":")
    except UnicodeDecodeError:
        user = colon = password = ""
    user, password = user.strip(), "".join(password.split())
    if not user or not colon or not password or not (user + password).isprintable():
        raise BadInput(
            "it has no login; let its secret_ref name a file in HOME/secrets that holds "
            "USER:APPLICATION PASSWORD (WordPress: Users, Profile, Application Passwords)"
        )
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
