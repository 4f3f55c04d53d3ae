"""What a picture says of itself: IPTC Photo Metadata in XMP, else in IIM. Read from the head; no pixel is
decoded, and what cannot be read is nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree
from PIL import Image, IptcImagePlugin

from dateline.core.languages import serves

_MOST_XMP: Final = 1_000_000
_MOST_WORDS: Final = 4_000
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_CORE: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_EXT: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
SOURCES: Final = frozenset(
    {
        "digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print", "humanEdits",
        "compositeWithTrainedAlgorithmicMedia", "algorithmicallyEnhanced", "digitalCreation",
        "dataDrivenMedia", "trainedAlgorithmicMedia", "algorithmicMedia", "screenCapture",
        "virtualRecording", "composite", "compositeCapture", "compositeSynthetic", "minorHumanEdits",
        "softwareImage", "digitalArt",
    }
)  # fmt: skip
"""IPTC NewsCodes, scheme digitalsourcetype."""
SOURCE_SCHEME: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_POSITION: Final = 0x8825
_CAPTION, _CREDIT, _COPYRIGHT = (2, 120), (2, 110), (2, 116)


@dataclass(frozen=True, slots=True)
class PictureWords:
    """Empty where the picture says nothing. `position`: it tells where it was taken (Exif GPS)."""

    caption: str = ""
    alt: str = ""
    credit: str = ""
    copyright: str = ""
    source: str = ""
    position: bool = False


def words_in(image: Image.Image, language: str = "") -> PictureWords:
    """The words of an opened picture, in the language where it has them in several. XMP beats IIM."""
    xmp = _xmp(image.info.get("xmp"))
    iim = _iim(image)

    def said(space: str, name: str, record: tuple[int, int] | None = None) -> str:
        found = _value(xmp, f"{{{space}}}{name}", language) if xmp is not None else ""
        return found or (iim.get(record, "") if record else "")

    source = said(_EXT, "DigitalSourceType").rpartition("/")[2]
    return PictureWords(
        caption=said(_DC, "description", _CAPTION),
        alt=said(_CORE, "AltTextAccessibility"),
        credit=said(_PHOTOSHOP, "Credit", _CREDIT),
        copyright=said(_DC, "rights", _COPYRIGHT),
        source=source if source in SOURCES else "",
        position=_has_position(image),
    )


def _xmp(packet: object) -> Any:
    """The root of an XMP packet; None for none, a huge or a hostile one."""
    data = packet.encode() if isinstance(packet, str) else packet
    if (
        not isinstance(data, bytes)
        or len(data) > _MOST_XMP
        or re.search(rb"<!(?:DOCTYPE|ENTITY)", data, re.I)
    ):
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(data.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _value(root: Any, tag: str, language: str) -> str:
    """A property as attribute or element; of alternatives the one in the language, else `x-default`."""
    for node in root.iter(f"{{{_RDF}}}Description"):
        if value := node.get(tag):
            return _clean(value)
        found = node.find(tag)
        if found is None:
            continue
        items = list(found.iter(f"{{{_RDF}}}li"))
        if not items:
            return _clean("".join(found.itertext()) or found.get(f"{{{_RDF}}}resource") or "")
        spoken = [(str(item.get(_LANG) or "x-default"), "".join(item.itertext())) for item in items]
        return _clean(_in_language(spoken, language))
    return ""


def _in_language(spoken: list[tuple[str, str]], language: str) -> str:
    lower = language.lower()
    for tag, text in spoken:
        if language and (tag.lower() == lower or serves(tag.partition("-")[0], language)):  # type: ignore[arg-type]
            return text
    default = next((text for tag, text in spoken if tag == "x-default"), "")
    return default or (spoken[0][1] if len(spoken) == 1 else "")


def _iim(image: Image.Image) -> Mapping[tuple[int, int], str]:
    try:
        records = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]  # wants what `open` gives
    except Exception:  # Pillow's readers raise whatever their parser meets
        return {}
    utf8 = records.get((1, 90)) == b"\x1b%G"
    out: dict[tuple[int, int], str] = {}
    for key in (_CAPTION, _CREDIT, _COPYRIGHT):
        value = records.get(key)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, bytes):
            out[key] = _clean(_decoded(value, utf8=utf8))
    return out


def _decoded(value: bytes, *, utf8: bool) -> str:
    """IIM says UTF-8 by an escape, and much software writes it without; nothing else can be told for sure."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return "" if utf8 else value.decode("latin-1")


def _has_position(image: Image.Image) -> bool:
    """By the Exif block of the head; `getexif` of a PNG would decode its pixels to look behind them."""
    block = image.info.get("exif")
    if not isinstance(block, bytes):
        return False
    try:
        exif = Image.Exif()
        exif.load(block)
        return bool(exif.get_ifd(_POSITION))
    except Exception:  # as above
        return False


def _clean(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text[:_MOST_WORDS]).strip()
