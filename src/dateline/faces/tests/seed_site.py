"""Acts on the home that the environment names: `fill` makes every kind of page, `out SLUG LANGUAGE...` one
release.

Run as a process of its own, so that a test's site is changed from outside as in life. Prints one JSON
document.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dateline.core.languages import WIRE_LANGUAGES
from dateline.plant.db.setup import migrate


def fill() -> dict[str, Any]:
    """Releases of every kind, a journalist and a person of the house; paths by name."""
    from dateline.audience import services as audience
    from dateline.demo.releases import main_releases
    from dateline.faces.tests import press
    from dateline.issuers import services as issuers
    from dateline.wire import services as wire

    press.add_house()
    killed = press.out(press.story(slug="killed"), press.story("ar"))
    press.follow_up(wire.submit_kill(killed, reason="Sent in error.", by="ana"))
    withdrawn = press.out(press.story(slug="withdrawn"))
    press.follow_up(wire.submit_withdrawal(withdrawn, reason="The issuer asked.", by="ana"))
    corrected = press.out(press.story(slug="corrected"))
    changed = press.story(slug="corrected", headline="Harbour museum opens its second hall")
    press.follow_up(wire.submit_correction(corrected, [changed], reason="The second hall.", by="ana"))
    plain = press.out(press.story(slug="plain"), press.story("ar"), press.story("ja"), press.story("th"))
    rich = press.out(*(press.rich(tag) for tag in ("en", "ar", "ja", "th")))
    boats = next(sample for sample in main_releases() if sample.original == "en")
    every = press.out(*(replace(story, issuer=press.ISSUER) for story in boats.stories()))
    row = {
        "email": "mei@paper.example",
        "name": "Mei Lim",
        "country": "SG",
        "languages": "en",
        "sectors": "20000256",
        "outlet": "Paper",
        "consent": "web form 2026-01-02",
    }
    audience.import_rows([row], "journalist")
    found = audience.find("mei@paper.example")
    assert found is not None
    return {
        "killed": press.path(killed),
        "withdrawn": press.path(withdrawn),
        "corrected": press.path(corrected),
        "plain": {tag: press.path(plain, tag) for tag in ("en", "ar", "ja", "th")},
        "rich": {tag: press.path(rich, tag) for tag in ("en", "ar", "ja", "th")},
        "every": {tag: press.path(every, tag) for tag in WIRE_LANGUAGES},
        "missing": press.path(plain).replace("/en/", "/ko/"),
        "stop": f"/preferences/stop/{audience.stop_token(found.recipient)}",
        "preferences": f"/preferences/{audience.stop_token(found.recipient)}/",
        "sign_in": f"/accounts/in/{issuers.new_sign_in('ana')}/",
    }


def out(slug: str, *languages: str) -> dict[str, str]:
    """One more release; its id."""
    from dateline.faces.tests import press
    from dateline.issuers import services as issuers

    if issuers.first_operator() is None:
        press.add_house()
    stories = [press.story(language, slug=slug) for language in languages or ("en",)]
    return {"release": press.out(*stories)}


def link() -> dict[str, str]:
    """A new sign-in link."""
    from dateline.issuers import services as issuers

    return {"sign_in": f"/accounts/in/{issuers.new_sign_in('ana')}/"}


def letter(address: str, act: str = "") -> dict[str, str]:
    """The path in the last letter to an address; with `ask` one is asked for first."""
    from dateline.audience import services as audience
    from dateline.core.events import LetterAsked
    from dateline.core.languages import Language
    from dateline.plant.db.outbox import follow

    if act == "ask":
        audience.ask_link(address, language=Language("en"))
    asked: list[str] = []
    follow("letters-of-tests", {LetterAsked: lambda event: asked.append(event.letter)})
    found = [audience.letter(name) for name in asked]
    return {
        "path": next(
            "/preferences/" + one.url.partition("/preferences/")[2] for one in found if one.address == address
        )
    }


def new_epoch() -> dict[str, str]:
    """What a restore does to the log."""
    from dateline.wire import services as wire

    wire.begin_epoch()
    return {}


ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "fill": fill,
    "out": out,
    "link": link,
    "letter": letter,
    "new-epoch": new_epoch,
}

if __name__ == "__main__":
    migrate()
    print(json.dumps(ACTS[sys.argv[1]](*sys.argv[2:])))
