"""What every answer carries: policy, static files, error pages, one interface language."""

import asyncio
import gzip
from typing import Any

import pytest
from django.test import AsyncClient, Client

from dateline.faces.house import errors

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.mark.parametrize("path", ["/en/", "/accounts/", "/healthz", "/nothing/", "/assets/look/site.css"])
def test_every_answer_carries_the_policy(anonymous: Client, path: str) -> None:
    headers = anonymous.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "connect-src 'self' http://127.0.0.1:8081" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("look/site.css", "text/css"),
        ("look/fonts.css", "text/css"),
        ("look/times.js", "text/javascript"),
        ("look/countdown.js", "text/javascript"),
        ("look/icon.svg", "image/svg+xml"),
        ("vendor/htmx.min.js", "text/javascript"),
        ("vendor/fonts/noto-serif-latin-400-normal.woff2", "font/woff2"),
    ],
)
def test_static_files_come_whole_in_both_worlds(anonymous: Client, name: str, kind: str) -> None:
    plain = anonymous.get(f"/assets/{name}")
    assert plain.status_code == 200 and plain.headers["Content-Type"].startswith(kind)

    async def later() -> Any:
        return await AsyncClient().get(f"/assets/{name}", headers={"accept-encoding": "gzip"})

    pressed = asyncio.run(later())
    body = pressed.content
    if pressed.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    assert body == plain.content
    again = anonymous.get(f"/assets/{name}", headers={"if-modified-since": plain.headers["Last-Modified"]})
    assert again.status_code == 304 and not again.content


def test_what_is_no_file_goes_on(anonymous: Client) -> None:
    assert anonymous.get("/assets/look/../../../settings.py").status_code == 404
    assert anonymous.get("/assets/none.css").status_code == 404


def test_every_font_that_is_named_is_there(anonymous: Client) -> None:
    import re

    css = anonymous.get("/assets/look/fonts.css").content.decode()
    names = re.findall(r'url\("\.\./(vendor/[^"]+)"\)', css)
    assert len(names) == 17
    for name in names:
        assert anonymous.get(f"/assets/{name}").status_code == 200, name


def test_the_look_uses_logical_properties_only(anonymous: Client) -> None:
    """Right-to-left needs no sheet of its own."""
    import re

    css = anonymous.get("/assets/look/site.css").content.decode()
    sides = r"(margin|padding|border)-(left|right|top|bottom)"
    physical = rf"(?<![\w-])({sides}|left|right|top|bottom|float|width|height)\s*:"
    assert not re.findall(physical, css)
    assert not re.findall(r"text-align:\s*(left|right)", css)


def test_errors_speak_plainly(anonymous: Client, rf: Any) -> None:
    missing = anonymous.get("/nothing/")
    assert missing.status_code == 404 and b"Nothing is published at this address." in missing.content
    broken = errors.broken(rf.get("/"))
    assert broken.status_code == 500 and b"The fault was recorded" in broken.content
    assert errors.forbidden(rf.get("/")).status_code == 403
    assert errors.bad_request(rf.get("/")).status_code == 400


def test_a_form_of_another_site_is_refused_in_our_own_words(anonymous: Client) -> None:
    response = anonymous.post("/accounts/out/")
    assert response.status_code == 403
    assert b"Form not accepted" in response.content and b"<style" not in response.content
