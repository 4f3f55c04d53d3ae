"""What a site answers becomes an outcome with words that say what to mend (I14)."""

from collections.abc import Iterator

import pytest

from dateline.channels.http_requests import Patience
from dateline.channels.wordpress.api import _found
from dateline.channels.wordpress.site import Site, site_of
from dateline.channels.wordpress.tests.posting import one, release, sent, task
from dateline.core.errors import BadInput
from dateline.core.wordpress import Manner, manner
from dateline.core.words import Endpoint
from dateline.testing.ports import DeadPort
from dateline.testing.wordpress_site import SiteOptions, SiteRule, WordpressSite


@pytest.fixture
def site() -> Iterator[WordpressSite]:
    with WordpressSite() as made:
        yield made


@pytest.mark.wire
@pytest.mark.parametrize(
    ("rule", "outcome", "code", "says"),
    [
        (SiteRule("429", retry_after="120", before=True), "deferred", 429, "429"),
        (SiteRule("503", "POST", before=True), "deferred", 503, "503"),
        (SiteRule("500", before=True), "deferred", 500, "500"),
        (SiteRule("403", before=True), "deferred", 403, "firewall"),
        (SiteRule("404", before=True), "deferred", 404, "rest_route"),
        (SiteRule("301", before=True), "deferred", 301, "https://www.outlet.example/"),
        (SiteRule("html", before=True), "deferred", 200, "without JSON"),
        (SiteRule("reset", before=True), "deferred", 0, ""),
        (SiteRule("hang", before=True), "deferred", 0, "timed out"),
        (SiteRule("reset", "POST", "/wp/v2/posts", before=True), "lost", 0, "sent"),
    ],
)
def test_answers(rule: SiteRule, outcome: str, code: int, says: str) -> None:
    with WordpressSite(rules=[rule]) as site:
        receipt = one(release(media=()), site, patience=Patience(2.0, 0.5))
        assert (receipt.outcome, receipt.code) == (outcome, code)
        assert says in receipt.text and receipt.text and len(receipt.text.encode()) <= 1000
        assert receipt.throttle == (code in {429, 503})
        assert receipt.wait_s == (120.0 if code == 429 else None)
        assert not site.posts


@pytest.mark.wire
@pytest.mark.parametrize(
    ("secret", "says"),
    [
        (b"wire:wrong", "incorrect_password"),
        (b"nobody:abcd", "invalid_username"),
    ],
)
def test_a_wrong_login_is_told_without_the_password(site: WordpressSite, secret: bytes, says: str) -> None:
    receipt = one(release(), site, secret=secret)
    assert (receipt.outcome, receipt.code) == ("deferred", 401), "dispatch refuses at the third try"
    assert says in receipt.text and "secret_ref" in receipt.text
    assert secret.partition(b":")[2].decode() not in receipt.text


@pytest.mark.wire
def test_what_the_role_may_not_is_told(site: WordpressSite) -> None:
    site.options.role = "contributor"
    receipt = one(release(media=()), site, path="publish")
    assert (receipt.outcome, receipt.code) == ("deferred", 403)
    assert "rest_cannot_publish" in receipt.text and "Author or Editor" in receipt.text


@pytest.mark.wire
def test_a_site_without_the_api_is_refused_at_once_with_the_remedy() -> None:
    with WordpressSite(SiteOptions(has_api=False)) as site:
        receipt = one(release(), site)
        assert (receipt.outcome, receipt.code) == ("refused", 404)
        assert "rest_no_route" in receipt.text and "permalinks" in receipt.text


@pytest.mark.wire
def test_the_api_may_be_named_by_its_own_address(site: WordpressSite) -> None:
    for address in (f"{site.url}/wp-json/", f"{site.url}/wp-json/wp/v2/posts", f"{site.url}/?rest_route=/"):
        assert one(release(), site, address=address).outcome == "accepted"
    assert len(site.posts) == 1


@pytest.mark.wire
def test_a_private_address_is_not_dialled(site: WordpressSite) -> None:
    receipt = one(release(), site, allowed="")
    assert receipt.outcome == "refused" and "allow_private_endpoints" in receipt.text
    assert site.diary == []
    named = one(release(), site, address=f"https://localhost:{site.port}", allowed="10.0.0.0/8")
    assert named.outcome == "refused" and not site.diary


@pytest.mark.wire
def test_a_dead_site_waits_and_the_others_do_not(site: WordpressSite) -> None:
    """I6."""
    with DeadPort() as dead, WordpressSite(rules=[SiteRule("hang")]) as stuck:
        tasks = [
            task(1, release(), stuck),
            task(2, release(), site, address=f"http://127.0.0.1:{dead.port}"),
            task(3, release(), site),
        ]
        receipts = sent(*tasks, patience=Patience(2.0, 1.5))
        assert [receipts.of(n).outcome for n in (1, 2, 3)] == ["deferred", "deferred", "accepted"]
        assert receipts.all[-1].delivery == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("https://a.example", "https://a.example/wp-json"),
        ("https://a.example/news/", "https://a.example/news/wp-json"),
        ("https://a.example/news/wp-json/wp/v2", "https://a.example/news/wp-json"),
        ("https://a.example/index.php?rest_route=/", "https://a.example/index.php?rest_route="),
    ],
)
def test_the_root_of_an_api(address: str, root: str) -> None:
    found = site_of(Endpoint("o", "wordpress", address, secret=b"u:p p"))
    assert found.root == root
    assert "Basic" not in repr(found), "no login in logs"
    joined = "&" if "?" in root else "?"
    assert found.url("/wp/v2/posts", {"slug": "a b"}) == f"{root}/wp/v2/posts{joined}slug=a%20b"


@pytest.mark.unit
@pytest.mark.parametrize("secret", [b"", b"nocolon", b":x", b"u:", b"\xff:\xfe", b"u:p\x00q"])
def test_without_a_login_the_remedy_is_named(secret: bytes) -> None:
    with pytest.raises(BadInput, match="APPLICATION PASSWORD"):
        site_of(Endpoint("o", "wordpress", "https://a.example", secret=secret))


@pytest.mark.unit
def test_blanks_in_an_application_password_are_for_reading() -> None:
    def login(secret: bytes) -> str:
        return site_of(Endpoint("o", "wordpress", "https://a.example", secret=secret)).login

    assert login(b"u:ab cd ef\n") == login(b"u:abcdef")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", Manner()),
        ("publish", Manner("publish")),
        ("status=publish&kill=trash", Manner("publish", "trash")),
        ("lang=wpml_language", Manner(lang="wpml_language")),
        ("lang=none", Manner(lang="none")),
    ],
)
def test_the_outlets_wishes(path: str, wanted: Manner) -> None:
    assert manner(path) == wanted


@pytest.mark.unit
@pytest.mark.parametrize(
    "path", ["loud", "status=loud", "kill=publish", "colour=red", "lang=a b", "{slug}.html"]
)
def test_wishes_that_make_no_sense_name_what_to_write(path: str) -> None:
    with pytest.raises(BadInput):
        manner(path)


@pytest.mark.unit
def test_a_site_says_nothing_of_its_login() -> None:
    assert "secret" not in repr(Site("https://a.example/wp-json", "Basic secret"))


@pytest.mark.unit
@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "mailto:a@b.example", "//x/", "https://a@b.example/", 7]
)
def test_what_a_site_calls_its_address_is_one_or_nothing(link: object) -> None:
    """It becomes a link on the pages of issuers and desk."""
    found = _found({"id": 1, "status": "publish\x1b[2J" + "x" * 10_000, "link": link})

    assert found.link == ""
    assert "\x1b" not in found.status and len(found.status) <= 40
    assert _found({"id": 1, "link": "https://outlet.example/a/"}).link == "https://outlet.example/a/"
