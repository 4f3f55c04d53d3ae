"""What the operator says of recipients' domains (`DATELINE_MAIL_DOMAINS`), as pure functions."""

from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from dateline.core.errors import BadInput

WHERE: Final = "DATELINE_MAIL_DOMAINS"
ANY: Final = "*"
_OPTIONS: Final[dict[str, tuple[type, float, float]]] = {
    "rate": (float, 0.01, 100_000),
    "connections": (int, 1, 1000),
    "start": (float, 0.01, 100_000),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What one destination is asked to take: one domain, or several that share their servers."""

    name: str
    """The first domain of the entry; of `*` each domain by itself."""
    rate: float = 0.0
    """Messages a second at most; 0 = as they are taken."""
    connections: int = 0
    """Messages under way at once at most; 0 = as many as the relay takes."""
    start: float = 0.0
    """Messages a second at first, growing by a tenth each quiet minute; 0 = no ramp."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The setting taken apart. `rest` is for domains that no entry names."""

    named: dict[str, Limit]
    rest: Limit

    def of(self, domain: str) -> Limit:
        """What holds for this domain."""
        return self.named.get(domain) or replace(self.rest, name=domain)


def limits_of(text: str) -> Limits | None:
    """Reads entries `DOMAIN[,DOMAIN..][?rate=N&connections=N&start=N]`, parted by blanks; None when there are
    none, so that domains are not paced. Raises BadInput.
    """
    named: dict[str, Limit] = {}
    for entry in text.split():
        names, _mark, query = entry.partition("?")
        domains = [_domain(name) for name in names.split(",")]
        limit = Limit(domains[0], **_options(entry, query))
        if ANY in domains and len(domains) > 1:
            raise BadInput(f"'{entry}': * stands alone, for all domains that nothing names", where=WHERE)
        for domain in domains:
            if domain in named:
                raise BadInput(f"names {domain} twice", where=WHERE)
            named[domain] = limit
    if not named:
        return None
    return Limits(named, named.pop(ANY, Limit(ANY)))


def _domain(name: str) -> str:
    """As the audience keeps domains: lower-case ASCII."""
    if name == ANY:
        return name
    try:
        domain = name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        domain = ""
    if "." not in domain or any(char in domain for char in "@/:*&="):
        raise BadInput(f"'{name}' is no domain; write gmail.com?rate=20&connections=2", where=WHERE)
    return domain


def _options(entry: str, query: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS or name in found:
            raise BadInput(f"'{entry}': knows {', '.join(_OPTIONS)}, each once", where=WHERE)
        kind, least, most = _OPTIONS[name]
        try:
            number = kind(value)
        except ValueError:
            number = kind(0)
        if not least <= number <= most:
            raise BadInput(f"'{entry}' should have {name} from {least} to {most}", where=WHERE)
        found[name] = number
    if found.get("rate") and found.get("start", 0.0) > found["rate"]:
        raise BadInput(f"'{entry}' should have a start that is below its rate", where=WHERE)
    return found
