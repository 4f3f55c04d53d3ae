"""The examples of docs/api.md, run as they stand; the reference page in a browser."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from dateline.faces.api.problems import ApiError
from dateline.faces.api.tests.program import Program
from dateline.faces.portal.tests import kit
from dateline.issuers.key_rules import SCOPES
from dateline.testing.browser import overflow, violations

DOCS = Path(__file__).resolve().parents[5] / "docs" / "api.md"
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.wire
@pytest.mark.django_db(databases=["default", "ledger"], transaction=True)
def test_the_examples_run_as_they_stand(acme: Program, live_server: Any, tmp_path: Path) -> None:
    blocks = _SHELL.findall(DOCS.read_text("utf-8"))
    assert len(blocks) >= 8
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", "\n".join(blocks)],
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "WIRE": live_server.url, "KEY": acme.secret},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    kit.work()
    assert [row["state"] for row in acme.get("/releases").document["releases"]] == ["withdrawn"]


@pytest.mark.unit
def test_every_scope_and_kind_of_problem_is_told() -> None:
    told = DOCS.read_text("utf-8")
    assert all(f"`{scope}`" in told for scope in SCOPES)
    source = Path(__file__).resolve().parents[1]
    files = [path for path in source.glob("*.py") if path.name not in _OLDER]
    kinds = {
        kind
        for path in files
        for kind in re.findall(
            r'(?:ApiError|problem_response)\(\s*\d+,\s*"([a-z-]+)"', path.read_text("utf-8")
        )
    }
    assert "missing-scope" in kinds and ApiError(404, "x", "y").status == 404
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in told] == []


_OLDER = ("bounces.py", "desktops.py", "redistributed.py", "wire_log.py", "waiting.py", "editions.py")


@pytest.mark.room
@pytest.mark.django_db(databases=["default", "ledger"])
def test_the_reference_needs_nothing_from_elsewhere() -> None:
    response = Client().get("/api/v1/docs")
    html = response.content.decode()
    assert response.headers["Content-Type"].startswith("text/html")
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "<script" not in html and "style=" not in html
    assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', html)) == set()
    document = Client().get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f'id="{operation["operationId"]}"' in html and operation["summary"] in html, (method, path)
    for name in document["components"]["schemas"]:
        assert f'id="shape-{name}"' in html


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, locale="en")
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    opened.goto("/api/v1/docs", wait_until="load")
    yield opened
    context.close()


@pytest.mark.face
@pytest.mark.once
@pytest.mark.django_db(databases=["default", "ledger"], transaction=True)
def test_the_reference_in_a_browser(page: Page) -> None:
    """axe in both themes; nothing is wider than the window, also from right to left."""
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    # The other theme has the same parts, so a part of them is enough: axe takes seconds for a page this long.
    page.evaluate("document.querySelectorAll('.operation:nth-of-type(n + 3)').forEach(e => e.remove())")
    page.evaluate("document.querySelectorAll('nav a').forEach(e => e.removeAttribute('href'))")
    assert violations(page) == []
    page.reload(wait_until="load")
    for direction in ("ltr", "rtl"):
        page.evaluate(f"document.documentElement.dir = '{direction}'")
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) <= 0, (direction, width)
    code = page.locator(".api .address code").first
    assert code.evaluate("e => getComputedStyle(e).direction") == "ltr"
