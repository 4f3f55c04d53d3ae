"""A journalist, their mailed links, and a browser that is signed in as they are."""

import re
from html import unescape

from django.test import Client

from dateline.audience import services as audience
from dateline.audience.services import Letter
from dateline.core.events import LetterAsked
from dateline.core.ids import RecipientId
from dateline.plant.db.outbox import follow

ADDRESS = "mei@paper.example"
SITE = "http://127.0.0.1:8080"


def add_journalist(email: str = ADDRESS, **cells: str) -> RecipientId:
    """Somebody a list brought."""
    row = {
        "email": email,
        "name": "Mei Lim",
        "country": "SG",
        "languages": "en",
        "sectors": "20000256",
        "outlet": "Paper",
        "consent": "web form 2026-01-02",
        **cells,
    }
    assert audience.import_rows([row], "journalist").created == 1
    found = audience.find(email)
    assert found is not None
    return found.recipient


def letters() -> list[Letter]:
    """What was asked for since the last look, as it would be mailed now."""
    asked: list[LetterAsked] = []
    follow("preferences-test", {LetterAsked: asked.append})
    return [audience.letter(event.letter) for event in asked]


def path_in(letter: Letter) -> str:
    """The path of a letter's link."""
    return letter.url.removeprefix(SITE)


def press(client: Client, path: str, **fields: str | list[str]) -> str:
    """Opens a page and sends a form of it, with its token against other sites; answers the page after."""
    shown = client.get(path).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
    data = {**fields, "csrfmiddlewaretoken": token[1] if token else ""}
    response = client.post(path, data, follow=True)
    return unescape(response.content.decode())


def sign_in(client: Client, email: str = ADDRESS) -> None:
    """By the link, as a person does."""
    letters()
    audience.ask_link(email, language="en")  # type: ignore[arg-type]
    [letter] = letters()
    press(client, path_in(letter))
