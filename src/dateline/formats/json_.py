"""The `json` format: the whole edition as JSON with its hash, its instant and its address."""

import json
import math
from collections.abc import Sequence
from typing import Any

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.words import Edition, Story, edition_document, edition_from, edition_sha256
from dateline.formats.facts import PageFacts, edition_url
from dateline.formats.stories import story_of

MAX_DEPTH = 64
MAX_INTEGER = 2**53


def load_json(data: bytes, where: str = "JSON") -> Any:
    """Strict JSON. Raises BadInput on NaN, infinity, duplicate keys, lone surrogates, huge integers, depth
    over 64.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}; save it as UTF-8", where=where) from None
    _refuse_depth(text, where)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_small_int,
            parse_float=_finite,
        )
        _refuse_surrogates(value)
    except json.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error.msg} at line {error.lineno}", where=where) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(str(error)[:300], where=where) from None
    return value


def _refuse_depth(text: str, where: str) -> None:
    depth = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadInput(f"nested deeper than {MAX_DEPTH}", where=where)
        elif character in "]}":
            depth -= 1


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("an object names one key twice")
    return out


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a JSON number")


def _small_int(text: str) -> int:
    value = int(text) if len(text) <= 20 else MAX_INTEGER + 1
    if abs(value) > MAX_INTEGER:
        raise ValueError("an integer beyond 2^53 cannot travel safely; write it as text")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _refuse_surrogates(value: Any) -> None:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("a text holds half of a surrogate pair")
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(item)


def dump_json(value: Any) -> bytes:
    """Readable UTF-8 JSON with a newline at the end."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def json_document(edition: Edition, page: PageFacts) -> dict[str, Any]:
    """`{"sha256", "at", "url", "wire", "languages", "edition": {...}}`; `at` is null before T0."""
    return {
        "sha256": edition_sha256(edition),
        "at": iso_z(page.at) if page.at else None,
        "url": edition_url(edition, page.base_url),
        "wire": page.wire,
        "languages": list(page.languages),
        "edition": edition_document(edition),
    }


def read_edition(data: bytes) -> Edition:
    """The edition, whole. Raises BadInput when it is none, or its words lack the hash it names."""
    document = load_json(data)
    if not isinstance(document, dict) or not isinstance(document.get("edition"), dict):
        raise BadInput("expected an object with `edition`", where="JSON")
    try:
        edition = edition_from(document["edition"])
        found = edition_sha256(edition)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadInput(f"not an edition: {type(error).__name__} {str(error)[:120]}", where="JSON") from None
    if document.get("sha256") != found:
        raise BadInput(
            f"the edition's words have the hash {found[:12]}..., not the one it names", where="JSON `sha256`"
        )
    return edition


class JsonCodec:
    """Carries the edition whole: `read_edition` gives back an equal one."""

    name = "json"
    media_type = "application/json"
    extension = ".json"
    standard = "Dateline's edition"
    version = "1"

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        return dump_json(json_document(edition, page))

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        return dump_json({**json.loads(data), "at": iso_z(at), "languages": list(languages)})

    def read(self, data: bytes) -> Story:
        return story_of(read_edition(data))


CODEC = JsonCodec()
