"""Stop links in the wild: opened by scanners, forwarded, replayed, altered (I13).

Only the public contract: what a GET and a POST to the address in the mail's List-Unsubscribe header do.
"""

import pytest
from django.test import Client

from dateline.audience import services as audience

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
ADDRESS, OTHER = "mei@paper.example", "tan@paper.example"
SCANNERS = (
    {"User-Agent": "Mozilla/5.0 (compatible; MailScanner/5.4; +https://scanner.example)"},
    {"User-Agent": "Mozilla/5.0", "Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Mode": "navigate"},
    {"X-Moz": "prefetch"},
    {"Accept": "*/*", "Range": "bytes=0-1023"},
    {"Referer": "https://mail.example/inbox"},
)


def tokens() -> dict[str, str]:
    return {
        who: audience.stop_token(found.recipient) for who in (ADDRESS, OTHER) if (found := audience.find(who))
    }


def listed() -> int:
    """Two journalists, imported or imported again."""
    rows = [
        {
            "email": who, "name": "A Reader", "country": "SG", "languages": "en",
            "sectors": "20000256", "outlet": "Paper", "consent": "web form 2026-01-02",
        }
        for who in (ADDRESS, OTHER)
    ]  # fmt: skip
    return audience.import_rows(rows, "journalist").created


@pytest.fixture
def link() -> str:
    """The stop address of one of two journalists."""
    assert listed() == 2
    return f"/preferences/stop/{tokens()[ADDRESS]}"


def stopped() -> set[str]:
    return {who for who in (ADDRESS, OTHER) if audience.is_suppressed(who)}


@pytest.mark.parametrize("headers", SCANNERS)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_scanner_that_opens_the_link_stops_nobody(
    link: str, anonymous: Client, method: str, headers: dict[str, str]
) -> None:
    for address in (link, f"{link}/", f"{link}?List-Unsubscribe=One-Click", f"{link}/?stop=1&confirm=yes"):
        for _ in range(3):
            response = getattr(anonymous, method)(address, headers=headers)
            assert response.status_code in {200, 405} and not response.cookies
    assert stopped() == set()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_stops_anybody(link: str, anonymous: Client, method: str) -> None:
    getattr(anonymous, method)(link)
    assert stopped() == set()


def test_a_forwarded_link_stops_its_own_reader_and_nobody_else(link: str, anonymous: Client) -> None:
    """Whoever holds the link may stop that address; it says nothing about the holder's own."""
    colleague = Client(headers={"accept-language": "de"})
    page = colleague.get(link)
    assert page.status_code == 200 and OTHER not in page.content.decode()
    assert stopped() == set(), "opening a forwarded mail is no wish to stop"
    assert colleague.post(link, "List-Unsubscribe=One-Click", content_type="text/plain").status_code == 200
    assert stopped() == {ADDRESS}


def test_a_replay_answers_the_same_and_changes_nothing(link: str, anonymous: Client) -> None:
    first = anonymous.post(link)
    for again in (anonymous, Client()):
        assert again.post(link).status_code == first.status_code == 200
        assert again.get(link).status_code == 200
    assert stopped() == {ADDRESS}


def test_no_replay_and_no_import_revives_who_stopped(link: str, anonymous: Client) -> None:
    anonymous.post(link)
    assert listed() == 0
    anonymous.get(link)
    assert stopped() == {ADDRESS}


def test_an_altered_link_finds_nothing_and_stops_nobody(link: str, anonymous: Client) -> None:
    """One character changed, cut off or added; the other journalist's name with this one's proof."""
    mine, other = tokens()[ADDRESS], tokens()[OTHER]
    half = len(mine) // 2
    changed = [
        mine[:-1] + ("0" if mine[-1] != "0" else "1"),
        mine[:-1],
        mine + "0",
        other[:half] + mine[half:],
    ]
    for token in changed:
        if token in {mine, other}:
            continue
        for method in (anonymous.get, anonymous.post):
            assert method(f"/preferences/stop/{token}").status_code == 404
    assert stopped() == set()
