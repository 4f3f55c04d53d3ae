"""Smaller forms of a picture for pages: made by a child process with little memory, little time and no
network; with the picture's words written into them, and without where and with what it was taken.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from html import escape
from typing import Final

from dateline.core.words import Media
from dateline.intake.errors import Unreadable
from dateline.intake.picture_words import SOURCE_SCHEME
from dateline.intake.pictures import MAX_PIXELS

WIDTHS: Final = (320, 640, 1280, 1920)
MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 30
WALL_SECONDS: Final = 60
_MOST_BYTES: Final = 60 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rendition:
    """One smaller form."""

    width: int
    height: int
    media_type: str
    data: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """`640.webp` or `640.jpg`."""
        return f"{self.width}.{'webp' if self.media_type == 'image/webp' else 'jpg'}"


def make_renditions(media: Media, data: bytes, *, language: str = "") -> tuple[Rendition, ...]:
    """WebP and JPEG in each of WIDTHS that is not wider than the picture, the widest first; none for a small
    one. `language`: of the alternative text. Raises Unreadable when the child gives up.
    """
    widths = [width for width in WIDTHS if width <= media.width]
    if not widths or not media.media_type.startswith("image/"):
        return ()
    asked = json.dumps({"widths": widths, "xmp": xmp_packet(media, language)})
    where = f"media {media.name}"
    command = [sys.executable, "-I", "-m", "dateline.intake.rendition_child"]
    limits = [str(MEMORY_BYTES), str(CPU_SECONDS), str(MAX_PIXELS)]
    try:
        done = subprocess.run(
            [*command, *limits],
            input=asked.encode() + b"\n" + data,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            env={"PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"no smaller form could be made within {WALL_SECONDS} s", where=where) from None
    if done.returncode != 0 or len(done.stdout) > _MOST_BYTES:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:120]
        message = f"no smaller form could be made ({last or f'status {done.returncode}'})"
        raise Unreadable(message, where=where)
    return _parted(done.stdout)


def _parted(output: bytes) -> tuple[Rendition, ...]:
    found, at = [], 0
    while at < len(output):
        end = output.index(b"\n", at)
        head = json.loads(output[at:end])
        at = end + 1 + head["bytes"]
        found.append(Rendition(head["width"], head["height"], head["type"], output[end + 1 : at]))
    return tuple(found)


def xmp_packet(media: Media, language: str = "") -> str:
    """The picture's words as an XMP packet by the IPTC Photo Metadata Standard."""

    def alternatives(name: str, text: str) -> str:
        if not text:
            return ""
        words = escape(text, quote=False)
        own = f'<rdf:li xml:lang="{escape(language)}">{words}</rdf:li>' if language else ""
        default = f'<rdf:li xml:lang="x-default">{words}</rdf:li>'
        return f"<{name}><rdf:Alt>{default}{own}</rdf:Alt></{name}>"

    def plain(name: str, text: str) -> str:
        return f"<{name}>{escape(text, quote=False)}</{name}>" if text else ""

    source = SOURCE_SCHEME + media.source if media.source else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        + alternatives("dc:description", media.caption)
        + alternatives("dc:rights", media.copyright)
        + alternatives("Iptc4xmpCore:AltTextAccessibility", media.alt)
        + plain("photoshop:Credit", media.credit)
        + plain("Iptc4xmpExt:DigitalSourceType", source)
        + '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
