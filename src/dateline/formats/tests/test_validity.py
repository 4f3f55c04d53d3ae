"""Every agency format is valid with pictures and without, in every language and state; labels travel."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Block, Edition
from dateline.formats import registry
from dateline.formats.tests.agency import GONE, NAMES, faults, kinds
from dateline.formats.tests.strategies import PICTURE
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER

pytestmark = pytest.mark.unit
WHOLE = {"json", "html", "embed", "text", "mail", "email", "markdown"}
"""Formats that show an edition as it is; that of a kill holds no text (decision 0006)."""


def _editions(language: str) -> Iterator[Edition]:
    """The first sample in the language with every label, with and without a picture."""
    found = next(edition for edition in samples() if edition.language == language)
    told = replace(
        found,
        labels=("paid", "third-party", "state-affiliated", "ai-assisted"),
        origin="third-party",
        provider="Provider & Co",
        disclaimer="The provider alone is responsible.",
        on_behalf_of="Somebody",
        restrict=("US",),  # type: ignore[arg-type]
        tickers=("Nasdaq:ACME",),
        isins=("US0378331005",),
    )
    for media in ((), (PICTURE,)):
        image = (Block("image", media=PICTURE.name),) if media else ()
        yield replace(told, media=media, blocks=(*(b for b in told.blocks if b.kind != "image"), *image))


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
@pytest.mark.parametrize("name", [*NAMES, "ninjs"])
def test_every_state_is_valid_with_and_without_pictures(name: str, language: str) -> None:
    for edition in _editions(language):
        for kind in kinds(edition):
            assert faults(name, registry.codec(name).render(kind, AFTER)) == [], (kind.type, bool(kind.media))


@pytest.mark.parametrize("name", [*registry.names(), "email"])
def test_labels_and_disclaimer_travel_in_every_format(name: str) -> None:
    """Third-party rules: provider and label, and the disclaimer, whatever the format."""
    edition = next(_editions("en"))
    codec = registry.codec(name)
    story = codec.read(codec.render(edition, AFTER))
    if name == "text":
        assert edition.disclaimer in codec.render(edition, AFTER).decode()
        return
    assert story.disclaimer == edition.disclaimer and story.provider == edition.provider
    assert (story.paid, story.state_affiliated, story.ai_assisted) == (True, True, True)
    assert story.origin == "third-party" and story.restrict == ("US",)


@pytest.mark.parametrize("name", [*registry.names(), "email"])
def test_a_kill_and_a_correction_say_why_in_every_format(name: str) -> None:
    """The reason is in each, and of a killed text no word."""
    edition = next(_editions("en"))
    words = next(block.text for block in edition.blocks if block.kind == "paragraph")[:40]
    for kind in kinds(edition):
        data = registry.codec(name).render(kind, AFTER)
        if name == "email":
            message = message_from_bytes(data, policy=policy.default)
            body = message.get_body(("plain",))
            data = body.get_content().encode() if body is not None else b""
        shown = " ".join(data.decode().split())
        assert (GONE in shown) == (kind.type != "released"), kind.type
        if kind.type in {"killed", "withdrawn"} and name not in WHOLE:
            assert words not in shown, kind.type
