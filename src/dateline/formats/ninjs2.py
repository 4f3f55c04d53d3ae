"""The `ninjs2` format: the item of `ninjs` in the names of the 2.x line, for receivers who ask for it."""

import json
import re
from typing import Any, Final

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.words import Edition, Story
from dateline.formats import ninjs
from dateline.formats.facts import PageFacts
from dateline.formats.json_ import dump_json, load_json

SCHEMA: Final = "http://www.iptc.org/std/ninjs/ninjs-schema_2.2.json"
_CAMEL: Final[tuple[str, ...]] = (
    "representationType", "firstCreated", "versionCreated", "contentCreated", "pubStatus", "copyrightHolder",
    "copyrightNotice", "usageTerms", "edNote", "contentType", "charCount", "wordCount", "infoSources",
    "contactInfo", "sizeInBytes", "altIds", "trustIndicators", "symbolType", "rightsInfo",
    "digitalSourceType",
)  # fmt: skip
"""The names that 2.x writes in small letters."""
_LOWER: Final = {name: name.lower() for name in _CAMEL}
_UPPER: Final = {name.lower(): name for name in _CAMEL}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return value


def lowered(document: dict[str, Any]) -> dict[str, Any]:
    """A 3.1 document in the names of 2.2."""
    out: dict[str, Any] = _renamed(document, _LOWER)
    out["standard"] = {"name": "ninjs", "version": "2.2", "schema": SCHEMA}
    return out


def raised(document: dict[str, Any]) -> dict[str, Any]:
    """A 2.x document in the names of 3.1."""
    out: dict[str, Any] = _renamed(document, _UPPER)
    return out


class Ninjs2Codec:
    """Carries what `ninjs` carries."""

    name = "ninjs2"
    media_type = "application/json"
    extension = ".json"
    standard = "IPTC ninjs"
    version = "2.2"

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        return dump_json(lowered(json.loads(ninjs.CODEC.render(edition, page))))

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        upper = dump_json(raised(json.loads(data)))
        opened = ninjs.CODEC.opened(upper, at=at, languages=languages, base_url=base_url)
        return dump_json(lowered(json.loads(opened)))

    def read(self, data: bytes) -> Story:
        document = load_json(data, "ninjs")
        if not isinstance(document, dict):
            raise BadInput("expected an object with `uri`", where="ninjs")
        named = (
            re.sub(r"[^0-9.]", "", str((document.get("standard") or {}).get("version", "")))
            if isinstance(document.get("standard"), dict)
            else ""
        )
        return ninjs.CODEC.read(dump_json(raised(document) if not named.startswith("3") else document))


CODEC = Ninjs2Codec()
