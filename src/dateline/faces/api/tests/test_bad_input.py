"""Whatever is sent to a door that takes a document: an answer, told as a problem, never a fault (I14)."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from dateline.desk import services as desk
from dateline.faces.api import keys
from dateline.faces.api.tests.program import BASE, TEXT, Program, edition, release
from dateline.faces.portal.tests import kit
from dateline.intake.services import providers
from dateline.intake.tests.provider_feeds import added
from dateline.testing.counts import reduced
from dateline.testing.shared_data import shared

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def bodies() -> list[bytes]:
    """Broken, odd and hostile JSON; the same ones each time."""
    folder = shared("corpora/jsontestsuite")
    found = [path.read_bytes() for path in sorted(folder.rglob("*.json"))][:: reduced(12, 1)]
    return [*found, b"", b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 50_000, b"1e999", b'"\\ud800"', b"NaN"]


def naughty() -> list[str]:
    found: list[str] = json.loads((shared("corpora/blns") / "blns.json").read_text(encoding="utf-8"))
    own = json.loads((shared("corpora/own") / "unicode_header_csv_ssrf.json").read_text(encoding="utf-8"))
    for value in own.values():
        found += [value] if isinstance(value, str) else [str(one) for one in value]
    return [*found, "\ud800", "a\x00b", "=" * 100_000][:: reduced(50, 1)]


def doors() -> Iterator[tuple[str, str]]:
    """(method, path) of every operation that takes a body, with numbers of things that are none."""
    document = json.loads(Client().get(f"{BASE}/openapi.json").content)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                yield method.upper(), path.removeprefix(BASE)


@pytest.fixture(autouse=True)
def _no_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep asks more often than any program may."""
    monkeypatch.setattr(keys.ASKED, "take", lambda *_: 0.0)


def checked(answer: Any, what: object) -> None:
    assert answer.status < 500, (what, answer.response.content[:300])
    if answer.status >= 400:
        assert answer.document["detail"] or answer.document["title"], what


def test_no_body_makes_a_fault(acme: Program) -> None:
    made = kit.draft("en")
    tried = 0
    for method, path in doors():
        where = path.replace("{release}", str(made))
        for body in bodies():
            checked(
                acme.ask(method, where, data=body, content_type="application/json"), (method, path, body[:60])
            )
            tried += 1
    assert tried > 100
    assert desk.show(made).release == made


def test_no_word_makes_a_fault(acme: Program) -> None:
    taken = 0
    for text in naughty():
        for words in ({"headline": text}, {"body": f"{TEXT}\n\n{text}"}, {"language": text}):
            answer = acme.ask("POST", "/releases", release(editions=[edition(**words)]))
            checked(answer, text)
            taken += answer.status == 201
        query = urlencode(
            dict.fromkeys(("q", "cursor", "language", "issuer", "state"), text), errors="replace"
        )
        for path in ("/releases", "/circuits", "/reach", "/endpoints"):
            checked(acme.ask("GET", f"{path}?{query}"), (path, text))
    assert taken > 10


def test_no_document_of_a_provider_makes_a_fault(db: None) -> None:
    added("pushy", label="Pushy", feed="")
    key = providers.new_key("pushy")
    given = [*bodies(), *(text.encode("utf-8", "replace") for text in naughty())]
    given += [
        f"<rss><channel><item><title>{t}</title></item></channel></rss>".encode("utf-8", "replace")
        for t in naughty()
    ]
    for body in given:
        answer = Client().post(
            f"{BASE}/providers/pushy/items",
            data=body,
            content_type="application/octet-stream",
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.status_code in {202, 413, 422, 429}, (answer.status_code, body[:80])
        if answer.status_code == 422:
            assert json.loads(answer.content)["detail"], body[:80]
