"""The door of intake: a file becomes a Story whose every oddity is a finding, or a clear error."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dateline.core.languages import parse_language
from dateline.core.words import Block, Finding, Media, Story, block_document
from dateline.formats import newsml_g2_package
from dateline.intake.errors import Unreadable
from dateline.intake.finishing import MAX_BLOCKS
from dateline.intake.identify import Identified, chinese_script, identify, same_language, words_for
from dateline.intake.pictures import Picture, measured
from dateline.intake.prose import MAX_TEXT
from dateline.intake.wire_files import Asked, ReadFile, read_document
from dateline.plant.settings import get_settings

__all__ = [
    "MAX_BLOCKS", "MAX_TEXT", "Asked", "Identified", "Picture", "ReadFile", "Unreadable", "bytes_of",
    "check_document", "chinese_script", "grouped_items", "identify", "picture", "read_bytes", "read_document",
    "read_file", "same_language", "words_for",
]  # fmt: skip


def read_file(
    path: Path, *, lang: str | None = None, lookup_media: bool = True, encoding: str = "", item: int = 1
) -> Story:
    """The release in `path`, of any format we read, told by its content.

    `lang` says the language of a file that does not, `encoding` the character set of one that is not UTF-8
    and declares none; `item` is the number of the item in a file that holds several. Pictures are looked for
    beside the file unless `lookup_media` is False. Raises Unreadable or BadInput naming file, key or line,
    and the remedy.
    """
    data = bytes_of(path)
    folder = path.parent if lookup_media else None
    return read_bytes(data, path.name, lang=lang, folder=folder, encoding=encoding, item=item)


def grouped_items(path: Path) -> tuple[int, ...]:
    """Numbers of the items in a NewsML-G2 message that its package calls languages of one another, the first
    one first; empty for every other file. Raises Unreadable or BadInput.
    """
    data = bytes_of(path)
    if b"newsMessage" not in data[:4_000] or b"packageItem" not in data:
        return ()
    return newsml_g2_package.grouped_items(data)


def bytes_of(path: Path) -> bytes:
    """What the file holds. Raises Unreadable where it is none, cannot be opened or is too large."""
    limit = get_settings().upload_limit_mb * 1024 * 1024
    try:
        if not path.is_file():
            fault = (
                "it is not a file; name one file"
                if path.exists()
                else "there is no such file; check the path"
            )
            raise Unreadable(fault, where=str(path))
        if path.stat().st_size > limit:
            raise Unreadable(
                f"larger than {limit // 1024 // 1024} MB; "
                "shrink the pictures or raise DATELINE_UPLOAD_LIMIT_MB",
                where=str(path),
            )
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(
            f"it cannot be opened: {error.strerror}; make it readable for this user", where=str(path)
        ) from None


def read_bytes(
    data: bytes,
    name: str,
    *,
    lang: str | None = None,
    folder: Path | None = None,
    sent_along: Mapping[str, bytes] | None = None,
    encoding: str = "",
    item: int = 1,
) -> Story:
    """As `read_file`, for bytes that came with `name`. Without `folder`, pictures that `media:` names are
    taken from `sent_along` (name -> bytes); those that are not there are left out and reported.
    """
    asked = Asked(name, parse_language(lang) if lang else None, folder, sent_along or {}, encoding, item)
    return read_document(data, asked).story


def check_document(story: Story, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """What `dateline check --json` prints (schema `core/schemas/check.json`): what was recognised as what,
    and every finding.

    `dateline` is null when the text has none; blocks carry their plain `text` beside their runs.
    """
    line = story.dateline
    return {
        "language": story.language,
        "headline": story.headline,
        "subhead": story.subhead,
        "byline": story.byline,
        "dateline": None if line is None else {"place": line.place, "date": line.date, "source": line.source},
        "blocks": [_block(block, story.media) for block in story.blocks],
        "boilerplate": [_block(block, story.media) for block in story.boilerplate],
        "contacts": [asdict(contact) for contact in story.contacts],
        "disclaimer": story.disclaimer,
        "sections": list(story.sections),
        "sectors": list(story.sectors),
        "findings": [asdict(finding) for finding in dict.fromkeys((*story.findings, *findings))],
    }


def _block(block: Block, media: Sequence[Media]) -> dict[str, Any]:
    words = block.text or block.href or next((item.alt for item in media if item.name == block.media), "")
    return {**block_document(block), "text": words}


def picture(name: str, data: bytes, *, alt: str = "", caption: str = "", credit: str = "") -> Picture:
    """A picture that comes by itself, with type and size from its own head. Raises Unreadable naming it and
    the remedy.
    """
    return measured(name, data, alt=alt, caption=caption, credit=credit)
