"""Fragments, embeds and mail are HTML without an error by the Nu checker, in every language and state."""

from dataclasses import replace
from pathlib import Path

import pytest

from dateline.core.languages import Language
from dateline.core.words import Block, Edition, Run
from dateline.formats import registry
from dateline.formats.mail import SLOTS, filled, html_pieces, read_mail
from dateline.formats.tests.agency import kinds
from dateline.formats.tests.strategies import PICTURE
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER
from dateline.testing.counts import reduced
from dateline.testing.html_checker import html_faults

pytestmark = pytest.mark.unit
_PAGE = (
    '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>A page</title></head>'
    "<body>{}</body></html>"
)
_ADDRESS = "https://wire.example/preferences/t1/?a=1&b=2"


_MIXED = (
    Run("Acme "),
    Run("مقرّه", href="https://acme.example/?a=1&b=2"),
    Run(" <b>", strong=True),
    Run("\nبحر"),
)
_BLOCKS = (
    Block("paragraph", runs=_MIXED),
    *(Block("heading", runs=_MIXED, level=level) for level in (2, 3, 4)),
    *(Block("list", items=(_MIXED, _MIXED), ordered=ordered) for ordered in (True, False)),
    Block("quote", runs=_MIXED, attribution="Ana & Co"),
    *(Block("table", rows=((_MIXED, _MIXED), (_MIXED, ())), header=header) for header in (True, False)),
    Block("image", media=PICTURE.name),
    Block("embed", href="https://video.example/1?a=1&b=2"),
)


def page(name: str, edition: Edition) -> str:
    """The document that a reader's browser or mail program is given."""
    data = registry.codec(name).render(edition, AFTER)
    if name != "mail":
        return _PAGE.format(edition.language, data.decode())
    pieces = html_pieces(read_mail(data), frozenset(SLOTS))
    return filled(pieces, dict.fromkeys(SLOTS, _ADDRESS), html=True)


def shown() -> tuple[Edition, ...]:
    """One release in each language; all samples in the full counts. Two hold every kind of block."""
    one_each = {edition.language: edition for edition in samples()}
    chosen = samples()[: reduced(0, len(samples()))] or tuple(one_each.values())
    return (
        *chosen,
        *(replace(one_each[Language(tag)], blocks=_BLOCKS, media=(PICTURE,)) for tag in ("en", "ar")),
    )


def test_what_others_show_is_without_an_error(tmp_path: Path) -> None:
    documents = {
        f"{name} {number} {kind.language} {kind.type}": page(name, kind)
        for name in ("html", "embed", "mail")
        for number, edition in enumerate(shown())
        for kind in kinds(edition)
    }
    assert len(documents) >= 3 * 15 * 4
    faults = html_faults(documents, tmp_path)
    assert not faults, "\n".join(faults[:40])
