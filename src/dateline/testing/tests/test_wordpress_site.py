"""The test site speaks as WordPress does; asked with a client of its own, not with our channel."""

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from dateline.testing.wordpress_site import PASSWORD, USER, SiteOptions, WordpressSite

pytestmark = pytest.mark.wire
LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def site() -> Iterator[WordpressSite]:
    with WordpressSite(SiteOptions(meta=["known"])) as made:
        yield made


def ask(
    site: WordpressSite,
    method: str,
    route: str,
    body: Any = None,
    *,
    login: str = LOGIN,
    **headers: str,
) -> tuple[int, dict[str, str], Any]:
    """(status, headers, document)."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if login:
        told["Authorization"] = login
    data = body
    if body is not None and not isinstance(body, bytes):
        data = json.dumps(body)
        told["Content-Type"] = "application/json"
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    client.request(method, f"/wp-json{route}", data, told)
    answer = client.getresponse()
    found = answer.status, dict(answer.getheaders()), json.loads(answer.read())
    client.close()
    return found


def test_a_post_is_created_with_201_and_its_location(site: WordpressSite) -> None:
    given = {"title": "A & B", "content": "<p>x</p>", "status": "publish", "meta": {"known": "1", "not": "2"}}
    status, headers, made = ask(site, "POST", "/wp/v2/posts", given)
    assert status == 201 and headers["Location"].endswith(f"/wp/v2/posts/{made['id']}")
    assert made["title"]["raw"] == "A & B" and made["slug"] == "a-b" and made["meta"] == {"known": "1"}
    again = ask(site, "POST", "/wp/v2/posts", given)[2]
    assert again["slug"] == "a-b-2", "published addresses are unique"


def test_collections_count_page_and_choose_fields(site: WordpressSite) -> None:
    for number in range(3):
        ask(site, "POST", "/wp/v2/posts", {"title": f"P{number}", "slug": f"p{number}", "status": "draft"})
    status, headers, found = ask(site, "GET", "/wp/v2/posts?status=draft&per_page=2&_fields=id,slug")
    assert (status, headers["X-WP-Total"], headers["X-WP-TotalPages"]) == (200, "3", "2")
    assert [set(entry) for entry in found] == [{"id", "slug"}] * 2
    status, _, error = ask(site, "GET", "/wp/v2/posts?status=draft&per_page=2&page=9")
    assert (status, error["code"]) == (400, "rest_post_invalid_page_number")
    assert ask(site, "GET", "/wp/v2/posts")[2] == [], "without a status only what is published"
    assert ask(site, "GET", "/wp/v2/posts?per_page=101")[2]["code"] == "rest_invalid_param"
    assert "raw" not in ask(site, "GET", "/wp/v2/posts?status=draft")[2][0]["title"]


@pytest.mark.parametrize(
    ("method", "route", "body", "login", "status", "code"),
    [
        ("GET", "/wp/v2/nothing", None, LOGIN, 404, "rest_no_route"),
        ("POST", "/wp/v2/posts", {}, "", 401, "rest_cannot_create"),
        ("GET", "/wp/v2/posts?context=edit", None, "", 401, "rest_forbidden_context"),
        ("GET", "/wp/v2/posts?status=draft", None, "", 400, "rest_invalid_param"),
        ("POST", "/wp/v2/posts", {"status": "trash"}, LOGIN, 400, "rest_invalid_param"),
        ("POST", "/wp/v2/posts", {"featured_media": 99}, LOGIN, 400, "rest_invalid_featured_media"),
        ("POST", "/wp/v2/posts/99", {}, LOGIN, 404, "rest_post_invalid_id"),
        ("POST", "/wp/v2/media", b"x", LOGIN, 400, "rest_upload_no_content_disposition"),
        ("GET", "/pll/v1/languages", None, LOGIN, 404, "rest_no_route"),
    ],
)
def test_errors_have_code_message_and_status(
    site: WordpressSite, method: str, route: str, body: Any, login: str, status: int, code: str
) -> None:
    found, _, error = ask(site, method, route, body, login=login)
    assert (found, error["code"], error["data"]["status"]) == (status, code, status)
    assert error["message"]


def test_the_trash_renames_and_refuses_twice(site: WordpressSite) -> None:
    made = ask(site, "POST", "/wp/v2/posts", {"title": "x", "status": "publish"})[2]
    route = f"/wp/v2/posts/{made['id']}"
    assert ask(site, "DELETE", route)[2]["slug"] == "x__trashed"
    assert (ask(site, "DELETE", route)[0], ask(site, "DELETE", route)[2]["code"]) == (
        410,
        "rest_already_trashed",
    )
    site.options.trash = False
    assert ask(site, "DELETE", route)[0] == 501


def test_an_upload_takes_its_name_from_the_disposition(site: WordpressSite) -> None:
    status, headers, made = ask(
        site, "POST", "/wp/v2/media", b"data",
        Content_Type="image/png", Content_Disposition='attachment; filename="a.png"',
    )  # fmt: skip
    assert status == 201 and headers["Location"].endswith(f"/media/{made['id']}")
    assert made["source_url"].endswith("/wp-content/uploads/a.png") and made["slug"] == "a"
    refused = ask(
        site, "POST", "/wp/v2/media", b"<svg/>",
        Content_Type="image/svg+xml", Content_Disposition="attachment; filename=a.svg",
    )  # fmt: skip
    assert (refused[0], refused[2]["code"]) == (500, "rest_upload_sideload_error")
