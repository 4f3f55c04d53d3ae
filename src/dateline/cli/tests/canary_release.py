"""A release with a fresh canary in every field, in English and Korean, with a picture."""

import secrets
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

_LETTERS = "bcdfghjklmnprstvz"
_SYLLABLES = "갸녀됴뤄먀벼쇼야져쵸캬텨표햐꺄뗘뾰쌰"

_ENGLISH = """---
language: en
issuer: hanbit
circuit: all
slug: {slug}
subhead: A {subhead} for schools
byline: By Ana {byline}
sectors: [20000302]
countries: [KR]
keywords: [{keyword}]
on_behalf_of: {behalf} Foundation
{finding}: a key that nobody knows
contacts:
  - {{name: Yoon {contact}, email: {mail}@hanbit.example, phone: "+82 2 5555 0100"}}
media:
  - {{file: {file}.png, alt: The {alt} workshop, caption: The {caption}, credit: Photo {credit}}}
---

# Hanbit Robotics opens {headline} workshop for school robots

SEOUL, November 24, 2026 /Dateline/ -- Hanbit Robotics today opened a {body} workshop where schools can
repair their robots, as [the city](https://hanbit.example/{link}) had asked.

> We lend tools to every {quote} teacher.
>
> — Lee {attribution}, head of the workshop

- A {item} is on show.

| Day | Hours |
| --- | --- |
| Monday | {cell} |

## About Hanbit Robotics

Hanbit Robotics makes {boilerplate} robots for warehouses and schools.
"""

_KOREAN = """---
language: ko
sectors: [20000302]
---

# 한빛로보틱스, {ko_headline} 학교용 로봇 수리 공방 열어

(서울=Dateline) 2026년 11월 24일 -- 한빛로보틱스가 오늘 {ko_body} 학교가 로봇을 고칠 공방을 열었다.

공방은 평일 오전 9시부터 오후 5시까지 운영하며 교사에게 공구를 무료로 빌려준다.
"""

PUBLIC = (
    "headline", "slug", "subhead", "byline", "keyword", "behalf", "contact", "mail", "file", "alt", "caption",
    "credit", "body", "link", "quote", "attribution", "item", "cell", "boilerplate", "picture", "ko_headline",
    "ko_body",
)  # fmt: skip
"""Fields that readers see after T0; `finding` nobody but the desk ever sees."""


def canary() -> str:
    """A word that no other text holds: fresh, in small ASCII letters."""
    return "".join(secrets.choice(_LETTERS) + secrets.choice("aeiou") for _ in range(8))


def korean_canary() -> str:
    """The same in Hangul, which JSON and addresses write otherwise."""
    return "".join(secrets.choice(_SYLLABLES) for _ in range(7))


def _fresh() -> dict[str, str]:
    words = {name: canary() for name in (*PUBLIC, "finding")}
    return words | {name: korean_canary() for name in ("ko_headline", "ko_body")}


@dataclass(frozen=True, slots=True)
class CanaryRelease:
    """Its words by field, and its files."""

    folder: Path
    words: dict[str, str] = field(default_factory=_fresh)

    def write(self) -> tuple[str, str]:
        """Writes English and Korean file and the picture beside them; returns the paths of the texts."""
        self.folder.mkdir()
        english, korean = self.folder / "release.md", self.folder / "release.ko.md"
        english.write_text(_ENGLISH.format(**self.words), encoding="utf-8")
        korean.write_text(_KOREAN.format(**self.words), encoding="utf-8")
        (self.folder / f"{self.words['file']}.png").write_bytes(picture(self.words["picture"]))
        return str(english), str(korean)

    @property
    def public(self) -> dict[str, str]:
        """Those that readers see after T0."""
        return {name: self.words[name] for name in PUBLIC}


def picture(word: str) -> bytes:
    """A small PNG with the word in a text chunk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress((b"\0" + b"\x20" * 6) * 2)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
        + chunk(b"tEXt", b"Comment\0" + word.encode())
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )
