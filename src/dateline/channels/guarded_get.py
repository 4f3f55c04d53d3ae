"""One small GET over https to an address that somebody else named: the guard judges each socket, no
redirect.
"""

from collections.abc import Callable
from typing import Any, Final

import pycurl

from dateline.channels.curl_loop import Judged
from dateline.core.errors import BadInput, Unavailable

MOST_BYTES: Final = 64 * 1024
_CONNECT_MS: Final = 5000
_WHOLE_MS: Final = 10_000


def get(
    url: str,
    judge: Callable[[str], str],
    *,
    ca_file: str = "",
    most_bytes: int = MOST_BYTES,
    resolve: tuple[str, ...] = (),
) -> bytes:
    """The body of a 200 answer. `judge` says why an IP address must not be dialled, "" when it may be.

    Raises BadInput when the address is refused or is no https, Unavailable when there is no good answer.
    """
    if not url.startswith("https://"):
        raise BadInput("is not fetched: only https is", where=url[:200])
    judged = Judged(judge)
    body = bytearray()

    def wrote(data: bytes) -> int:
        body.extend(data)
        return len(data) if len(body) <= most_bytes else -1

    curl = pycurl.Curl()
    try:
        _set_up(curl, url, ca_file, resolve)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, judged.opens)
        curl.setopt(pycurl.WRITEFUNCTION, wrote)
        curl.perform()
        status = curl.getinfo(pycurl.RESPONSE_CODE)
    except (pycurl.error, UnicodeError) as error:
        if judged.refused:
            raise BadInput(f"is not fetched: {judged.refused}", where=url[:200]) from None
        raise Unavailable(f"{url[:200]} does not answer: {error.args[-1]}") from None
    finally:
        curl.close()
    if status != 200:
        raise Unavailable(f"{url[:200]} answers {status}")
    return bytes(body)


def _set_up(curl: pycurl.Curl, url: str, ca_file: str, resolve: tuple[str, ...]) -> None:
    options: list[tuple[int, Any]] = [
        (pycurl.URL, url),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTPS),
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.PROXY, ""),  # an empty name also keeps libcurl from reading https_proxy and its like
        (pycurl.NOPROXY, "*"),
        (pycurl.CONNECTTIMEOUT_MS, _CONNECT_MS),
        (pycurl.TIMEOUT_MS, _WHOLE_MS),
        (pycurl.NOSIGNAL, 1),
    ]
    for option, value in options:
        curl.setopt(option, value)
    if ca_file:
        curl.setopt(pycurl.CAINFO, ca_file)
    if resolve:
        curl.setopt(pycurl.RESOLVE, list(resolve))
