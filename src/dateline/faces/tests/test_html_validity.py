"""Every page of every face is HTML without an error, by the Nu checker."""

from collections import Counter, deque
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

from dateline.faces.portal.tests import kit, test_looks
from dateline.testing.html_checker import html_faults

pytestmark = [pytest.mark.face, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]
_OF_EACH_ROUTE = 3
_FROM = (
    "/",
    "/terminal/",
    "/preferences/",
    "/preferences/join/",
    "/api/v1/docs",
    "/portal/",
    "/console/",
    "/reports/",
)
_LANGUAGES = ("en", "ar", "ja", "th", "de")


def walked(client: Client, starts: tuple[str, ...], name: str) -> dict[str, str]:
    """The pages that links lead to, some of each route; address -> text."""
    found: dict[str, str] = {}
    of_route: Counter[str] = Counter()
    ahead, seen = deque(starts), set(starts)
    while ahead:
        path = ahead.popleft()
        try:
            route = str(resolve(urlsplit(path).path).route)
        except Resolver404:
            continue
        if of_route[route] >= _OF_EACH_ROUTE:
            continue
        answer = client.get(path, follow=True)
        if not answer.headers["Content-Type"].startswith("text/html") or getattr(answer, "streaming", False):
            continue
        of_route[route] += 1
        found[f"{name} {path}"] = text = answer.content.decode()
        page: Any = html.fromstring(text)
        for address in page.xpath("//a/@href"):
            target = urljoin(path, str(address)).partition("#")[0]
            if target.startswith("/") and target not in seen and "/accounts/out" not in target:
                seen.add(target)
                ahead.append(target)
    return found


def test_every_page_is_without_an_error(transactional_db: None, tmp_path: Path) -> None:
    kit.house()
    kit.recipients(outlets=4, journalists=6)
    ids = test_looks.world()
    pages: dict[str, str] = {}
    for person in ("carl", "eve", "ops"):
        starts = (*_FROM, *(address for _, who, address in test_looks.pages(ids) if who == person))
        pages |= walked(kit.signed_in(person), starts, person)
    lists = tuple(f"/{language}/" for language in _LANGUAGES)
    pages |= walked(Client(), (*_FROM, *lists, "/en/nothing-here/"), "anybody")
    assert len(pages) > 80
    faults = html_faults(pages, tmp_path)
    assert not faults, "\n".join(faults)
