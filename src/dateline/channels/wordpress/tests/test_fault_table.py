"""WordPress: each fault at each request of a delivery; whatever happens, there is one post (I5)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dateline.channels.http_requests import Patience
from dateline.channels.tests.builders import settings
from dateline.channels.tests.fault_tables import Ledger
from dateline.channels.wordpress.channel import WordpressChannel
from dateline.channels.wordpress.tests.posting import corrected, killed, release, task
from dateline.core.words import Edition, Task
from dateline.testing.fault_proxy import Fault, FaultProxy
from dateline.testing.wordpress_site import WordpressSite

pytestmark = pytest.mark.wire

CUTS = ("drop", "reset", "half-close", "black-hole", "corrupt")
POST = b"POST /wp-json/wp/v2/posts"
STAGES: dict[str, dict[str, object]] = {
    "looking for the post": {"on": "requests", "after": b"GET /wp-json/wp/v2/posts"},
    "uploading a picture": {"on": "requests", "after": b"\x89PNG"},
    "after the picture": {"seen_in": "requests", "after": b"POST /wp-json/wp/v2/media?"},
    "amid the post": {"on": "requests", "after": POST, "after_bytes": 500},
    "before the answer": {"seen_in": "requests", "after": POST},
    "answer head": {"after": b"HTTP/1.1 201"},
}


def through(proxy: FaultProxy, site: WordpressSite, made: Edition) -> Task:
    told = task(made.version, made, site, path="status=publish&kill=trash")
    return replace(
        told, endpoint=replace(told.endpoint, address=f"http://127.0.0.1:{proxy.port}"), message_id="m"
    )


def channel(wait_s: float) -> Callable[[], WordpressChannel]:
    return lambda: WordpressChannel(
        settings(allow_private_endpoints="127.0.0.0/8"), patience=Patience(wait_s, wait_s)
    )


@pytest.mark.parametrize(
    ("kind", "stage"),
    # A spoilt address asks another question, and gets an honest answer: what only TLS can notice.
    [(k, s) for k in CUTS for s in STAGES if (k, s) != ("corrupt", "looking for the post")],
)
def test_a_cut_anywhere_makes_no_second_post_and_no_second_picture(kind: str, stage: str) -> None:
    spoilt = Fault(kind, **STAGES[stage])  # type: ignore[arg-type]
    wait_s = 0.5 if kind in {"black-hole", "half-close", "corrupt"} else 5.0
    with WordpressSite() as site, FaultProxy(site.port, fault=spoilt) as proxy:
        for number, made in enumerate((release(), corrected(), killed())):
            book = Ledger([through(proxy, site, made)])
            book.run(channel(wait_s), between=lambda: proxy.set(None))
            assert number or proxy.acted, "the fault was met"
            assert book.told[made.version][-1].outcome == "accepted"
            assert len(site.posts) == 1 and len(site.media) == 1
        (post,) = site.posts.values()
        assert post["status"] == "trash" and "Not true." in post["content"]
