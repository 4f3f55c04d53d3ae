"""The words of the test pack: obviously a test, in every language it speaks. Made up, of nobody."""

import hashlib
import struct
import zlib
from typing import Final, NamedTuple

from dateline.core.words import Block, Media, Run


class Words(NamedTuple):
    """Headline and paragraphs of one edition."""

    headline: str
    paragraphs: tuple[str, ...]


ENGLISH: Final = Words(
    "TEST: Sample Works opens a test bench",
    (
        "This is a test message from your wire. Do not publish it. Nothing in it has happened.",
        "It checks accents and signs: café, naïve, Łódź, İzmir, €, “quotes”, and a long dash –.",
    ),
)
CORRECTED: Final = Words(
    "TEST: Sample Works opens two test benches",
    (
        "This is a test of a correction. Do not publish it. It should replace the test message before it.",
        "Your system should have found the earlier text by the same release id, or by the same file stem.",
    ),
)
KILLED: Final = Words(
    "TEST: Sample Works opens two test benches",
    ("This is a test of a kill. Your system should have removed the earlier test messages.",),
)
ARABIC: Final = Words(
    "اختبار: شركة المثال تفتتح منصة تجريبية",
    (
        "هذه رسالة تجريبية من وكالتكم. لا تنشروها. لم يحدث شيء مما ورد فيها.",
        "الاتجاه من اليمين إلى اليسار، والأرقام: 123 و ٤٥٦.",
    ),
)
JAPANESE: Final = Words(
    "テスト：サンプル社が試験台を公開",
    (
        "これは配信元からのテストです。掲載しないでください。内容は事実ではありません。",
        "漢字、ひらがな、カタカナ、﨑や髙のような字も確かめます。",
    ),
)


def blocks(words: Words, *, picture: bool = False) -> tuple[Block, ...]:
    """Paragraphs, with the picture between the first and the rest where there is one."""
    made = [Block("paragraph", runs=(Run(text),)) for text in words.paragraphs]
    if picture:
        made.insert(1, Block("image", media=PICTURE.name))
    return tuple(made)


def _png(width: int, height: int) -> bytes:
    """Grey stripes, as a PNG (RFC 2083) of some hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes(0x55 if (x // 16) % 2 else 0xBB for x in range(width))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


PICTURE_BYTES: Final = _png(160, 90)
PICTURE: Final = Media(
    name="test-picture.png",
    media_type="image/png",
    sha256=hashlib.sha256(PICTURE_BYTES).hexdigest(),
    size_bytes=len(PICTURE_BYTES),
    alt="Grey stripes",
    caption="A test picture",
    credit="Sample Works",
    width=160,
    height=90,
)
