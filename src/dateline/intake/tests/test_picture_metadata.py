"""What a picture says of itself is read, and written into its smaller forms; credentials are found; bombs and
hostile packets do no harm.
"""

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from dateline.core.words import Edition, edition_document, edition_from, edition_sha256
from dateline.core.words.documents import media_document
from dateline.formats.tests.strategies import PICTURE, PICTURE_WITH_FACTS
from dateline.intake import pictures
from dateline.intake.credentials import has_credentials
from dateline.intake.errors import Unreadable
from dateline.intake.services import renditions
from dateline.wire.tests.builders import edition

pytestmark = pytest.mark.unit

XMP = """<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:c="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 photoshop:Credit="Port Photo"
 e:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia">
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">The hall</rdf:li></rdf:Alt></dc:description>
 <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Port</rdf:li></rdf:Alt></dc:rights>
 <c:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">A hall by the sea</rdf:li>
 <rdf:li xml:lang="de-DE">Eine Halle am Meer</rdf:li><rdf:li xml:lang="ar">قاعة على البحر</rdf:li>
 </rdf:Alt></c:AltTextAccessibility></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    data = BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else (0, 128, 128, 90)).save(data, kind, **more)
    return data.getvalue()


def jpeg_with(marker: int, body: bytes) -> bytes:
    data = picture()
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + data[2:]


def iim(*records: tuple[int, int, bytes]) -> bytes:
    """APP13 with these IIM data sets."""
    sets = b"".join(b"\x1c" + bytes([r, d]) + struct.pack(">H", len(v)) + v for r, d, v in records)
    sets += b"\0" * (len(sets) % 2)
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(sets)) + sets


def store(prefix: bytes = b"") -> bytes:
    """The beginning of a C2PA manifest store: a JUMBF superbox with its description box."""
    description = b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0"
    inner = struct.pack(">I", len(description) + 8) + b"jumd" + description
    return prefix + struct.pack(">I", len(inner) + 8) + b"jumb" + inner


def png_with(kind: bytes, body: bytes) -> bytes:
    data = picture("PNG")
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


# --- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_xmp_words_are_read_in_the_language_of_the_text(kind: str) -> None:
    data = (
        picture(kind, xmp=XMP.encode())
        if kind != "PNG"
        else png_with(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.encode())
    )
    found = pictures.measured("hall.jpg", data, language="de").media
    assert (found.alt, found.caption, found.credit) == ("Eine Halle am Meer", "The hall", "Port Photo")
    assert (found.copyright, found.source, found.credentials) == ("© Port", "trainedAlgorithmicMedia", False)
    assert pictures.measured("h", data, language="ar").media.alt == "قاعة على البحر"
    assert pictures.measured("h", data, language="ko").media.alt == "A hall by the sea"


def test_what_the_release_says_beats_what_the_picture_says() -> None:
    data = picture(xmp=XMP.encode())
    found = pictures.measured("h", data, alt="Mine", caption="Own", credit="Us", language="en").media
    assert (found.alt, found.caption, found.credit) == ("Mine", "Own", "Us")


@pytest.mark.parametrize(
    ("caption", "said"),
    [("Café".encode(), "Café"), ("Café".encode("latin-1"), "Café"), (b"one\0\x07two", "one two")],
)
def test_iim_is_read_where_there_is_no_xmp(caption: bytes, said: str) -> None:
    data = jpeg_with(0xED, iim((2, 120, caption), (2, 110, b"Port Photo"), (2, 116, b"(c) Port")))
    found = pictures.measured("hall.jpg", data).media
    assert (found.caption, found.credit, found.copyright) == (said, "Port Photo", "(c) Port")


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x:xmpmeta xmlns:x="x">&b;</x:xmpmeta>'


@pytest.mark.parametrize(
    "packet", [b"", b"<", b"no xml", BOMB, b"<a>" * 5000, b"\xff\xfe\0", b"<x/>" + b" " * 60_000]
)
def test_a_damaged_or_hostile_packet_says_nothing(packet: bytes) -> None:
    """I14"""
    found = pictures.measured("hall.jpg", picture(xmp=packet)).media
    assert (found.alt, found.caption, found.copyright, found.source) == ("", "", "", "")


def test_damaged_iim_says_nothing() -> None:
    for body in (
        b"Photoshop 3.0\0",
        iim((2, 120, b"x"))[:-3],
        b"Photoshop 3.0\x008BIM\x04\x04\0\0\xff\xff\xff\xff",
    ):
        assert pictures.measured("h", jpeg_with(0xED, body)).media.caption == ""


def test_an_unknown_source_type_is_none() -> None:
    packet = XMP.replace("trainedAlgorithmicMedia", "<script>").replace("<script>", "madeUp")
    assert pictures.measured("h", picture(xmp=packet.encode())).media.source == ""


def test_a_picture_that_tells_its_position_is_a_warning() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    told = pictures.measured("h", picture(exif=exif.tobytes()))
    assert told.position and not pictures.measured("h", picture()).position
    assert [f.code for f in pictures.position_findings([told])] == ["picture-position"]


# --- credentials -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "there"),
    [
        (jpeg_with(0xEB, store(b"JP\0\x01\0\0\0\x01")), True),
        (jpeg_with(0xEB, store(b"JP\0\x01\0\0\0\x02")), False),
        (jpeg_with(0xEB, store(b"XX\0\x01\0\0\0\x01")), False),
        (png_with(b"caBX", store()), True),
        (png_with(b"caBX", b"\0\0\0\x10jumbother"), False),
        (picture(), False),
        (picture("PNG"), False),
        (picture("WEBP"), False),
        (picture("WEBP")[: -0 or None] + b"C2PA\x04\0\0\0abcd", True),
        (b"\xff\xd8" + b"\xff\xe1\0\0" * 10, False),
        (b"\xff\xd8" + b"\xff" * 100_000, False),
        (b"\x89PNG\r\n\x1a\n" + b"\xff\xff\xff\xffIDAT", False),
        (b"", False),
        (b"RIFF", False),
    ],
)
def test_credentials_are_found_where_the_standard_puts_them(data: bytes, there: bool) -> None:
    assert has_credentials(data) is there


def test_a_file_cut_before_its_credentials_has_none_and_any_longer_cut_has_them() -> None:
    for data in (jpeg_with(0xEB, store(b"JP\0\x01\0\0\0\x01")), png_with(b"caBX", store())):
        answers = [has_credentials(data[:end]) for end in range(len(data) + 1)]
        assert not any(answers[:20])
        assert answers[-1] and answers == sorted(answers)


def test_a_credentialed_picture_comes_in_byte_for_byte() -> None:
    data = jpeg_with(0xEB, store(b"JP\0\x01\0\0\0\x01"))
    found = pictures.measured("hall.jpg", data)
    assert found.media.credentials and found.data == data


# --- the word --------------------------------------------------------------------------------------------


def test_editions_of_before_keep_their_hash_and_new_facts_are_part_of_it() -> None:
    """I8"""
    plain: Edition = edition(media=(PICTURE,))
    assert set(media_document(PICTURE)) == {
        "name", "media_type", "sha256", "size_bytes", "alt", "caption", "credit", "width", "height",
    }  # fmt: skip
    more = replace(plain, media=(PICTURE_WITH_FACTS,))
    assert edition_sha256(plain) != edition_sha256(more)
    assert edition_from(edition_document(more)) == more and edition_from(edition_document(plain)) == plain


# --- renditions ------------------------------------------------------------------------------------------


def made(data: bytes, **words: Any) -> tuple[renditions.Rendition, ...]:
    found = pictures.measured("hall.jpg", data, **words)
    return renditions.make_renditions(found.media, found.data, language="de")


def test_smaller_forms_carry_the_words_and_not_the_position() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (1.0, 2.0, 3.0)}
    exif[0x010F] = "Camera maker"
    exif[0x0112] = 6  # turned by a quarter
    data = picture(size=(700, 1400), exif=exif.tobytes())
    found = made(data, alt="Eine Halle", caption='Halle <&> "A"', credit="Port")
    assert [r.name for r in found] == ["640.webp", "640.jpg", "320.webp", "320.jpg"]
    for one in found:
        with Image.open(BytesIO(one.data)) as image:
            assert image.size == (one.width, one.height) and one.height == one.width // 2
            assert not dict(image.getexif()) and not image.info.get("exif")
        again = pictures.measured(one.name, one.data, language="de")
        assert (again.media.alt, again.media.caption, again.media.credit) == (
            "Eine Halle", 'Halle <&> "A"', "Port",
        )  # fmt: skip
        assert not again.position and len(one.data) < 60_000


def test_a_small_picture_needs_none_and_a_transparent_one_gets_white_in_jpeg() -> None:
    assert made(picture(size=(200, 200))) == ()
    webp, jpeg = made(picture("PNG", (320, 40), "RGBA"))
    with Image.open(BytesIO(jpeg.data)) as image:
        pixel = image.convert("RGB").getpixel((5, 5))
        assert isinstance(pixel, tuple) and pixel[0] > 150
    with Image.open(BytesIO(webp.data)) as image:
        assert image.mode == "RGBA"


def test_the_child_refuses_bombs_and_damage_with_the_pictures_name() -> None:
    """I14, S11: the head says another size than was measured, or the pixels are broken."""
    bomb = bytearray(picture("PNG", (400, 400)))
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    facts = replace(PICTURE, width=400, height=400)
    for data in (bytes(bomb), picture("PNG", (400, 400))[:200], b"GIF89a"):
        with pytest.raises(Unreadable, match=r"media chart 1\.png"):
            renditions.make_renditions(facts, data)
