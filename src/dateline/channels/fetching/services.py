"""The door of fetching: one function for every kind of feed, as `intake`'s port asks for it."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from dateline.channels.address_guard import refusal
from dateline.channels.curl_loop import Trust
from dateline.channels.fetching.folder import fetch_folder
from dateline.channels.fetching.http import fetch_http
from dateline.channels.fetching.sftp import fetch_sftp
from dateline.core.errors import BadInput
from dateline.intake.services.providers import Fetch, Fetched, Wanted
from dateline.plant.settings import Settings

__all__ = ["check_feed", "fetcher"]


def check_feed(address: str, settings: Settings) -> None:
    """Raises BadInput for an address that would never be asked, as far as that is known without the network:
    names are judged by what they resolve to, at each poll.
    """
    host = urlsplit(address).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return
    if words := refusal(host, settings.allow_private_endpoints):
        raise BadInput(
            f"cannot be asked: {words}; open its network with DATELINE_ALLOW_PRIVATE_ENDPOINTS", where="feed"
        )


def fetcher(settings: Settings) -> Fetch:
    """Fetches any feed under these settings: networks that are allowed although private, authorities."""

    trust = Trust(settings.ca_file) if settings.ca_file else None

    def fetch(wanted: Wanted, stop: Callable[[], bool]) -> Fetched:
        if wanted.kind == "http":
            ca_file = trust.path if trust else ""
            return fetch_http(wanted, stop, allowed=settings.allow_private_endpoints, ca_file=ca_file)
        if wanted.kind == "sftp":
            return fetch_sftp(wanted, stop, home=settings.home, allowed=settings.allow_private_endpoints)
        return fetch_folder(wanted, stop)

    return fetch
