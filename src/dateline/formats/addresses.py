"""Turns what somebody wrote as a link into an absolute http, https or mailto address, or into nothing."""

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

_DROPPED = re.compile("[\u0000-\u0020\u007f]")
_MAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$")
_HOST = re.compile(
    r"^(?:[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?$"
)
_IPV6 = re.compile(r"^\[[0-9A-Fa-f:.]+\]$")
_SAFE = "!$%&'*+,/:;=?@~-._"
"""What stays as it is in path, query and fragment; brackets and quotes are escaped because formats use them
as marks.
"""
MAX_LENGTH = 2048


def clean_href(text: str) -> str:
    """An absolute address in ASCII, or "" when `text` is none of http, https, mailto.

    Characters up to U+0020 and U+007F are dropped first, because browsers skip them inside a scheme.

    >>> clean_href("java\\tscript:alert(1)"), clean_href("//host/x"), clean_href("https://acme.example/a b")
    ('', '', 'https://acme.example/ab')
    """
    dropped = _DROPPED.sub("", text)
    if not dropped or len(dropped) > MAX_LENGTH:
        return ""
    scheme, colon, rest = dropped.partition(":")
    if not colon:
        return ""
    if scheme.lower() == "mailto":
        return _mail(rest)
    return _web(dropped) if scheme.lower() in {"http", "https"} else ""


def _mail(rest: str) -> str:
    address, _, query = rest.partition("?")
    if not _MAIL.match(address):
        return ""
    return "mailto:" + address + ("?" + quote(query, safe=_SAFE) if query else "")


def _web(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        path, query, fragment = (
            quote(part, safe=_SAFE) for part in (parts.path, parts.query, parts.fragment)
        )
    except ValueError:  # bad port, bad IPv6, a lone surrogate, or a host that IDNA refuses
        return ""
    if ":" in host:
        host = f"[{host}]"
    if parts.username is not None or parts.password is not None:
        return ""  # user names in a link are there to deceive
    if not (_HOST.match(host) or _IPV6.match(host)):
        return ""
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, path, query, fragment))


def name_of_address(address: str) -> str:
    """The file name at the end of an address, safe as a name of a picture; "" where there is none."""
    try:
        last = unquote(urlsplit(address).path).rpartition("/")[2]
    except ValueError:
        return ""
    name = re.sub(r"[^\w.\- ]+", "-", last).strip("-. ")[:120]
    return name if any(character.isalnum() for character in name) else ""
