"""Films and documents elsewhere: said in the front matter, told in every format, never taken in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.words import Block, Run, block_document, block_from
from dateline.formats.facts import PageFacts
from dateline.formats.references import reference_words
from dateline.formats.registry import codec
from dateline.intake.services import read_bytes
from dateline.wire.tests.builders import edition

pytestmark = pytest.mark.unit
AT = Instant(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
PAGE = PageFacts("https://wire.example", "Wire", AT, ("en",), first_at=AT)
FILM = Block(
    "embed", href="https://films.example/hall.mp4?a=1&b=2", runs=(Run("The hall <opens> & more"),),
    media_type="video/mp4", size_bytes=12_345_678,
)  # fmt: skip
MARKDOWN = """---
headline: Harbour museum opens its new hall
language: en
media:
  - {{{entry}}}
---

The harbour museum opens its new hall next week and expects many visitors from the whole region.
"""


def read(entry: str, **files: bytes) -> tuple[Block, ...]:
    sent = {name.replace("_", "."): data for name, data in files.items()}
    return read_bytes(MARKDOWN.format(entry=entry).encode(), "release.md", sent_along=sent).blocks


@pytest.mark.parametrize("name", ["html", "json", "ninjs", "ninjs2", "newsml-g2", "newsml1", "rss", "atom"])
def test_formats_carry_a_reference_whole(name: str) -> None:
    """I8"""
    one = edition(blocks=(*edition().blocks, FILM))
    story = codec(name).read(codec(name).render(one, PAGE))
    assert story.blocks[-1] == FILM


@pytest.mark.parametrize("name", ["text", "markdown", "nitf", "embed"])
def test_other_formats_show_title_size_and_address(name: str) -> None:
    one = edition(blocks=(*edition().blocks, FILM))
    text = " ".join(codec(name).render(one, PAGE).decode().split())
    assert "12.3 MB" in text and "films.example/hall.mp4" in text and "The hall" in text


def test_older_blocks_keep_their_document() -> None:
    plain = Block("embed", href="https://films.example/1")
    assert block_document(plain) == {"kind": "embed", "href": "https://films.example/1"}
    assert block_from(block_document(FILM)) == FILM


def test_the_front_matter_names_a_film_with_its_poster(tmp_path: Path) -> None:
    from io import BytesIO

    from PIL import Image

    data = BytesIO()
    Image.new("RGB", (9, 9)).save(data, "PNG")
    blocks = read(
        "href: https://films.example/a.mp4, title: The hall, type: video/mp4, size: 5000, poster: hall.png",
        hall_png=data.getvalue(),
    )
    assert [b.kind for b in blocks] == ["paragraph", "image", "embed"]
    assert blocks[1].media == "hall.png"
    assert blocks[2].text == "The hall" and blocks[2].size_bytes == 5000


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("href: 'javascript:alert(1)', type: video/mp4", "no web address"),
        ("href: /etc/passwd, type: video/mp4", "no web address"),
        ("href: https://a.example/x, type: <script>", "no media type"),
        ("href: https://a.example/x, size: -5", "no size"),
        ("href: https://a.example/x, size: '99999999999999999999'", "no size"),
        ("href: https://a.example/x, title: Only", "type or its size"),
        ("href: https://a.example/x, file: x.png", "expected file"),
        ("href: https://a.example/x, colour: red", "expected file"),
    ],
)
def test_a_wrong_reference_names_the_key(entry: str, words: str) -> None:
    """I14"""
    with pytest.raises(BadInput, match=words) as caught:
        read(entry)
    assert "media" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "size", "words"),
    [
        ("video/mp4", 999, "(MP4, 999 B)"),
        ("application/pdf", 1_000_000, "(PDF, 1 MB)"),
        ("image/svg+xml", 0, "(XML)"),
        ("", 2_500_000_000, "(2.5 GB)"),
        ("", 0, ""),
    ],
)
def test_kind_and_size_in_words(kind: str, size: int, words: str) -> None:
    assert reference_words(Block("embed", href="x", media_type=kind, size_bytes=size)) == words
