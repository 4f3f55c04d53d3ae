"""What receivers look up before they trust our mail: SPF, DKIM, DMARC of the domain, and the sender's PTR.

Each finding says what the DNS holds and what it should hold. A DNS that does not answer is a finding too.
"""

import ipaddress
import re
import socket
from collections.abc import Iterator
from typing import Final

import dns.exception
import dns.resolver
import dns.reversename

from dateline.channels.mail.services import Relay, dns_record, load_key, relays_of, zone_line
from dateline.cli.doctor import Result
from dateline.core.errors import DatelineError
from dateline.plant.settings import Settings

_PATIENCE_S: Final = 3.0
_MOST_LOOKUPS: Final = 10
"""RFC 7208, 4.6.4: beyond these a receiver takes the SPF record for broken."""
_GOOD_BITS: Final = 2048
_ASKS: Final = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})


class Silent(Exception):
    """No answer from the DNS; the text says how."""


class Lookup:
    """Questions to the DNS. An empty answer is one; no answer raises Silent, and so does every question
    after it, at once.
    """

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._silent = ""
        try:
            self._resolver = resolver or dns.resolver.Resolver()
        except dns.exception.DNSException as error:
            self._silent = str(error) or type(error).__name__
        else:
            self._resolver.lifetime = _PATIENCE_S

    def texts(self, name: str, kind: str = "TXT") -> list[str]:
        """The records of a name; the strings of a TXT record joined."""
        if self._silent:
            raise Silent(self._silent)
        try:
            answer = self._resolver.resolve(name, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            self._silent = " ".join(str(error).split())[:200] or type(error).__name__
            raise Silent(self._silent) from None
        if kind == "TXT":
            return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
        return [record.to_text().rstrip(".") for record in answer]


def examine_mail(settings: Settings, resolver: dns.resolver.Resolver | None = None) -> Iterator[Result]:
    """Nothing for a wire that sends from an example domain to a relay on this machine: it is a try-out."""
    domain = settings.mail_from.rpartition("@")[2].lower()
    if domain == "example" or domain.endswith(".example"):
        yield Result(
            "mail domain",
            "warn",
            f"{domain} is an example domain; receivers will refuse its mail",
            "set DATELINE_MAIL_FROM to an address of a domain of yours",
        )
        return
    lookup = Lookup(resolver)
    try:
        yield _spf(settings.bounce_domain or domain, lookup)
        yield _dkim(settings, domain, lookup)
        yield _dmarc(domain, lookup)
        yield from _ptr(settings, lookup)
    except Silent as error:
        yield Result(
            "mail DNS",
            "warn",
            f"no answer from the DNS: {error}",
            "check this machine's resolver (/etc/resolv.conf), then run this again",
        )


# --- SPF -----------------------------------------------------------------------------------------------


def _spf(domain: str, lookup: Lookup) -> Result:
    found = [text for text in lookup.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        fix = f'publish: {domain}. IN TXT "v=spf1 mx -all", with your relay\'s address or include: in it'
        return Result("SPF", "bad", f"{domain} has no SPF record", fix)
    if len(found) > 1:
        return Result(
            "SPF", "bad", f"{domain} has {len(found)} SPF records", "merge them into one (RFC 7208)"
        )
    record = found[0]
    terms = record.lower().split()[1:]
    lookups = sum(re.split("[:/=]", term.lstrip("+-~?"))[0] in _ASKS for term in terms)
    if {"+all", "all"} & set(terms):
        return Result("SPF", "bad", record, "end it with -all or ~all: +all lets anybody send in your name")
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        return Result("SPF", "warn", record, "end it with -all or ~all")
    if lookups > _MOST_LOOKUPS:
        return Result("SPF", "bad", record, f"it asks {lookups} times, and receivers stop at {_MOST_LOOKUPS}")
    return Result("SPF", "ok", record)


# --- DKIM ----------------------------------------------------------------------------------------------


def _dkim(settings: Settings, domain: str, lookup: Lookup) -> Result:
    if not settings.dkim_selector:
        fix = "see that the relay signs, or make a key here: dateline dkim new"
        return Result("DKIM", "warn", "this wire does not sign; its relay has to", fix)
    selector, domain = settings.dkim_selector, settings.dkim_domain or domain
    try:
        key = load_key(settings).public_key()
    except DatelineError as error:
        return Result("DKIM", "bad", str(error), "do as it says")
    name, wanted = f"{selector}._domainkey.{domain}", dns_record(key)
    fix = f"publish: {zone_line(selector, domain, wanted)}"
    return _dkim_of(name, lookup.texts(name), wanted, fix, key.key_size)


def _dkim_of(name: str, records: list[str], wanted: str, fix: str, bits: int) -> Result:
    if not records:
        return Result("DKIM", "bad", f"{name} has no record", fix)
    tags = [_tags(text) for text in records]
    if not any(one.get("p") == _tags(wanted)["p"] for one in tags):
        empty = any(one.get("p") == "" for one in tags)
        told = "is revoked (p= is empty)" if empty else "holds another key than the one that signs here"
        return Result("DKIM", "bad", f"{name} {told}", fix)
    if any("y" in one.get("t", "").split(":") for one in tags):
        return Result(
            "DKIM", "warn", f"{name} says t=y: a test, which receivers ignore", "take t=y out of it"
        )
    if bits < _GOOD_BITS:
        return Result("DKIM", "warn", f"{name} matches, {bits} bits", "make a longer one: dateline dkim new")
    return Result("DKIM", "ok", f"{name} matches, {bits} bits")


def _tags(record: str) -> dict[str, str]:
    """`tag=value; ...` of DKIM and DMARC, blanks within values dropped."""
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}


# --- DMARC ---------------------------------------------------------------------------------------------


def _dmarc(domain: str, lookup: Lookup) -> Result:
    """The record of the domain, or of the first domain above it that has one (RFC 7489, 6.6.3, without its
    list of public suffixes).
    """
    parts = domain.split(".")
    for at in range(max(1, len(parts) - 1)):
        name = "_dmarc." + ".".join(parts[at:])
        found = [text for text in lookup.texts(name) if text.replace(" ", "").lower().startswith("v=dmarc1")]
        if len(found) > 1:
            return Result(
                "DMARC", "bad", f"{name} has {len(found)} records", "leave one: of two, none counts"
            )
        if found:
            return _dmarc_of(name, found[0], inherited=at > 0)
    fix = f'publish: _dmarc.{domain}. IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"'
    return Result("DMARC", "bad", f"_dmarc.{domain} has no record", fix)


def _dmarc_of(name: str, record: str, *, inherited: bool) -> Result:
    tags = _tags(record)
    policy = tags.get("sp" if inherited and "sp" in tags else "p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        return Result("DMARC", "bad", f"{name}: {record}", "its p= should be none, quarantine or reject")
    if policy == "none":
        return Result("DMARC", "warn", f"{name}: {record}", "p=none only watches; go on to quarantine")
    return Result("DMARC", "ok", f"{name}: {record}")


# --- PTR -----------------------------------------------------------------------------------------------


def _ptr(settings: Settings, lookup: Lookup) -> Iterator[Result]:
    try:
        relays = relays_of(settings.smtp_url.get_secret_value())
    except DatelineError:  # the check of the relay says so
        return
    for relay in relays:
        yield _ptr_of(relay, lookup)


def _ptr_of(relay: Relay, lookup: Lookup) -> Result:
    """The relay's own address is what receivers see, unless it passes mail on to a further one."""
    check = f"PTR of {relay.host}"
    try:
        address = ipaddress.ip_address(_address(relay.host, lookup))
    except ValueError:
        return Result(check, "bad", f"{relay.host} has no address", "see DATELINE_SMTP_URL")
    if not address.is_global:
        return Result(
            check,
            "warn",
            f"{address} is private: receivers see another address, which cannot be told from here",
            "see that the address your relay sends from has a PTR name that leads back to it",
        )
    names = lookup.texts(str(dns.reversename.from_address(str(address))), "PTR")
    fix = "ask whoever gave you the address to set its PTR to the relay's name"
    if not names:
        return Result(check, "bad", f"{address} has no PTR record", fix)
    kind = "A" if address.version == 4 else "AAAA"
    if not any(str(address) in lookup.texts(name, kind) for name in names):
        return Result(check, "bad", f"{address} is called {names[0]}, which does not lead back to it", fix)
    return Result(check, "ok", f"{address} is {names[0]}")


def _address(host: str, lookup: Lookup) -> str:
    """Raises ValueError when there is none."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if host == "localhost":
        return "127.0.0.1"
    for kind in ("A", "AAAA"):
        if found := lookup.texts(host, kind):
            return found[0]
    try:  # a name that only this machine knows
        return str(socket.getaddrinfo(host, None)[0][4][0])
    except OSError:
        raise ValueError(host) from None
