"""Smaller forms of public pictures: made when first asked for, kept beside the original in its vault."""

import threading
from typing import Final

import structlog

from dateline.core.errors import BadInput, NotFound
from dateline.desk import services as desk
from dateline.intake.services import renditions
from dateline.plant.db import vault_store
from dateline.plant.db.databases import DEFAULT
from dateline.wire.models import PublicMedia

log = structlog.get_logger("wire.renditions")
_TYPES: Final = {"webp": "image/webp", "jpg": "image/jpeg"}
_MADE: Final = "made"
_one_at_a_time = threading.Lock()
_WAIT_S: Final = 10.0


def rendition(sha256: str, name: str) -> tuple[bytes, str] | None:
    """(bytes, media type) of the form `640.webp` or `640.jpg` of a public picture. None where there is none:
    the picture is not public (any more), is smaller, or others are being made just now.

    The first who asks waits for the child process that makes all forms; one picture is made at a time.
    """
    row = PublicMedia.objects.using(DEFAULT).filter(sha256=sha256).first()
    width, _, ending = name.partition(".")
    if row is None or ending not in _TYPES or width not in map(str, renditions.WIDTHS):
        return None
    if (found := _kept(row, name)) is not None or _is_made(row):
        return None if found is None else (found, _TYPES[ending])
    if not _one_at_a_time.acquire(timeout=_WAIT_S):
        return None
    try:
        if not _is_made(row):
            _make(row)
    finally:
        _one_at_a_time.release()
    found = _kept(row, name)
    return None if found is None else (found, _TYPES[ending])


def _owner_part(row: PublicMedia, name: str) -> str:
    return f"rendition/{row.sha256}/{name}"


def _kept(row: PublicMedia, name: str) -> bytes | None:
    try:
        return vault_store.get(row.version_id, _owner_part(row, name))
    except NotFound:
        return None


def _is_made(row: PublicMedia) -> bool:
    return _MADE in {
        name.rpartition("/")[2] for name in vault_store.names(row.version_id, f"rendition/{row.sha256}/")
    }


def _make(row: PublicMedia) -> None:
    """Keeps all forms; of a picture that nothing can be made of, only that this was tried."""
    parts = {_owner_part(row, _MADE): b""}
    try:
        version = desk.editions(row.version_id)
        data, _ = desk.media(row.version_id)[row.sha256]
        facts, language = next(
            (item, edition.language)
            for edition in version
            for item in edition.media
            if item.sha256 == row.sha256
        )
        made = renditions.make_renditions(facts, data, language=language)
        parts |= {_owner_part(row, one.name): one.data for one in made}
    except BadInput as error:
        log.warning("rendition.failed", sha256=row.sha256, why=error.message)
    except (NotFound, KeyError, StopIteration):
        return
    vault_store.put_many(row.version_id, parts)
