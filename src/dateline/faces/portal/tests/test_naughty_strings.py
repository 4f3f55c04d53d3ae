"""Naughty strings in every field of every form: a page in answer, no fault, no mark-up of theirs (I14)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from lxml import html

from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.testing.counts import reduced
from dateline.testing.shared_data import shared

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
_PUBLIC = ("/preferences/", "/preferences/join/", "/accounts/", "/terminal/", "/en/", "/en/search/")


def naughty() -> list[str]:
    """Strings of both corpora, or some in an ordinary run; the same ones each time."""
    found = json.loads((shared("corpora/blns") / "blns.json").read_text(encoding="utf-8"))
    own = json.loads((shared("corpora/own") / "unicode_header_csv_ssrf.json").read_text(encoding="utf-8"))
    for value in own.values():
        found += [value] if isinstance(value, str) else value
    return [text for text in found if text.strip()][:: reduced(60, 1)]


def forms(client: Client, path: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, address, fields) of each form of a page; a field is "" where a person would write."""
    answer = client.get(path, follow=True)
    if answer.status_code != 200:
        return
    address = answer.redirect_chain[-1][0] if answer.redirect_chain else path
    page: Any = html.fromstring(answer.content)
    for form in page.forms:
        target = form.get("action") or address
        typed = {
            field.get("name")
            for field in form.xpath(".//textarea|.//input[not(@type) or @type!='hidden']")
            if field.get("type") not in {"checkbox", "radio", "submit", "file", "hidden"}
        }
        values = {name: "" if name in typed else value for name, value in form.form_values()}
        values |= dict.fromkeys((name for name in typed if name), "")
        if values and "/out/" not in target:
            yield form.method, target, values


def given(client: Client, path: str, text: str) -> int:
    """Sends every form of the page with `text` in each field to write in; how many."""
    count = 0
    for method, target, values in forms(client, path):
        filled = {name: value or text for name, value in values.items()}
        send = client.post if method == "POST" else client.get
        answer = send(target, filled)  # a fault of ours is raised here
        assert answer.status_code < 500, (target, text)
        if "<" in text and ">" in text and answer.headers.get("Content-Type", "").startswith("text/html"):
            assert text not in answer.content.decode(), (target, text)
        count += 1
    return count


@pytest.mark.timeout(reduced(300, 3600))
def test_every_form_takes_them_or_says_why_not() -> None:
    kit.house()
    kit.recipients(outlets=2, journalists=2)
    release = kit.draft("en", "ar")
    desks = {
        "carl": (
            "/portal/new/",
            f"/portal/{release}/",
            f"/portal/{release}/circuit/",
            f"/portal/{release}/time/",
        ),
        "eve": ("/console/", "/console/operations/", "/console/providers/"),
    }
    clients = {name: kit.signed_in(name) for name in desks}
    count = 0
    for text in naughty():
        count += sum(given(Client(), path, text) for path in _PUBLIC)
        for name, paths in desks.items():
            count += sum(given(clients[name], path, text) for path in paths)
    assert count > 60
    assert desk.show(release).release == release
