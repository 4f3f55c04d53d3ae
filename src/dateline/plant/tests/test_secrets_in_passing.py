"""What passes through a process leaves no secret behind: tokens of addresses in logs, words in sessions."""

import io
import logging
import secrets
from collections.abc import Iterator

import pytest
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from dateline.plant.logs import configure_logs
from dateline.plant.settings import get_settings

pytestmark = pytest.mark.unit
TOKEN = "abcdefgh2345abcdefgh2345abcdefgh"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process says on standard error through Python's own loggers."""
    root, out = logging.getLogger(), io.StringIO()
    before = root.handlers[:]
    root.handlers[:] = []
    monkeypatch.setattr("sys.stderr", out)
    configure_logs(get_settings())
    yield out
    root.handlers[:] = before


@pytest.mark.parametrize(
    "path",
    [
        f"/accounts/in/{TOKEN}/",
        f"/accounts/in/{TOKEN}",
        f"/translator/in/{TOKEN}/",
        f"/outlets/in/{TOKEN}/",
        f"/preferences/{TOKEN}/",
        f"/preferences/stop/{TOKEN}",
        f"/preferences/j_{TOKEN}-{TOKEN}/?language=en",
    ],
)
def test_no_log_line_holds_the_token_of_an_address(said: io.StringIO, path: str) -> None:
    """Django logs the address of every refused request; these addresses are the permission itself."""
    request = RequestFactory().post(path)
    log_response(
        "%s: %s", "Forbidden", request.get_full_path(), response=HttpResponse(status=403), request=request
    )
    logging.getLogger("django.security.csrf").warning("Forbidden (%s): %s", "no cookie", path)
    assert TOKEN not in said.getvalue()
    assert said.getvalue().count("Forbidden") == 2 and said.getvalue().count("[token]") >= 2


def test_other_addresses_stay_readable(said: io.StringIO) -> None:
    logging.getLogger("django.request").warning("Not Found: %s", "/en/nothing-2222222222/")
    assert "/en/nothing-2222222222/" in said.getvalue()


def test_messages_to_people_never_go_into_the_sessions_table() -> None:
    """They may quote a text before T0, and a session is a readable row of the database (T6)."""
    request = RequestFactory().get("/portal/")
    request.session = SessionStore()

    def page(asked: HttpRequest) -> HttpResponse:
        for number in range(40):
            messages.error(asked, f"{number} of a text that is not public yet: {secrets.token_hex(40)}")
        return HttpResponse()

    MessageMiddleware(page)(request)
    assert dict(request.session.items()) == {}
