"""A story as bytes for the vault and back; pictures are parts of their own."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from dateline.core.errors import BadInput
from dateline.core.words.documents import block_document, block_from, sha256_hex
from dateline.core.words.stories import Contact, DatelineLine, Finding, Media, Story, Translation

_BLOCKS = ("blocks", "boilerplate")
_NESTED: Mapping[str, type[Any]] = {"contacts": Contact, "media": Media, "findings": Finding}
_SINGLE: Mapping[str, type[Any]] = {"dateline": DatelineLine, "translation": Translation}


def story_bytes(story: Story) -> bytes:
    """UTF-8 JSON of everything but the attachments."""
    document: dict[str, Any] = {}
    for name in Story.__dataclass_fields__:
        value = getattr(story, name)
        if name == "attachments":
            continue
        if name in _BLOCKS:
            document[name] = [block_document(block) for block in value]
        elif name in _NESTED:
            document[name] = [asdict(item) for item in value]
        elif name in _SINGLE:
            document[name] = None if value is None else asdict(value)
        else:
            document[name] = list(value) if isinstance(value, tuple) else value
    return json.dumps(document, ensure_ascii=False).encode()


def story_from(data: bytes, pictures: Mapping[str, bytes]) -> Story:
    """Reads what `story_bytes` wrote. `pictures`: SHA-256 -> bytes; those the story names become its
    attachments.
    """
    values: dict[str, Any] = json.loads(data)
    for name, value in values.items():
        if name in _BLOCKS:
            values[name] = tuple(block_from(document) for document in value)
        elif name in _NESTED:
            values[name] = tuple(_NESTED[name](**item) for item in value)
        elif name in _SINGLE:
            values[name] = None if value is None else _SINGLE[name](**value)
        elif isinstance(value, list):
            values[name] = tuple(value)
    story = Story(**values)
    attachments = tuple((m.name, pictures[m.sha256]) for m in story.media if m.sha256 in pictures)
    return replace(story, attachments=attachments)


def pictures_of(story: Story, known: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """SHA-256 -> bytes of every picture of the story; `known` are pictures that are here already.

    Raises BadInput naming the picture whose bytes are missing or are others than its hash says.
    """
    by_name = dict(story.attachments)
    found: dict[str, bytes] = {}
    for item in story.media:
        data = by_name.get(item.name)
        if data is None:
            data = (known or {}).get(item.sha256)
        if data is None:
            raise BadInput("it came without its bytes; attach the file", where=f"media {item.name}")
        if sha256_hex(data) != item.sha256:
            raise BadInput(
                "its bytes are not those its hash names; attach it again", where=f"media {item.name}"
            )
        found[item.sha256] = data
    return found
