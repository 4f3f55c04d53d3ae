"""Text sent ahead: sealed when its hold opens, offered to edges near T0, its key let out by the log alone.

The key is read from the vault for versions that have rows in the log and for no others, so the commit of the
lift is what releases it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction

from dateline.audience import services as audience
from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import edition_document
from dateline.desk import services as desk
from dateline.plant import prestage
from dateline.plant.db import vault_store
from dateline.plant.db.databases import DEFAULT
from dateline.plant.settings import get_settings
from dateline.wire.models import StagedBody

log = structlog.get_logger("wire.staging")

_KEPT: Final = timedelta(hours=1)
_MOST_KEYS: Final = 16
"""In one page: they travel in its head, which proxies and clients bound."""


def stage(version_id: str, *, due_at: Instant, clock: Clock | None = None) -> bool:
    """Seals every edition of a held version into one body; False when none is to be sent ahead (switched off,
    due already, staged already, too long, restricted, or its lock is gone).

    An edge cannot tell sealed words apart: what may not go to some countries would be opened there as well.
    """
    minutes = get_settings().prestage_minutes
    if not minutes or due_at <= (clock or SystemClock()).now():
        return False
    if StagedBody.objects.using(DEFAULT).filter(version_id=version_id).exists():
        return False
    try:
        card = desk.version(version_id)
        editions = desk.editions(version_id)
        if any(edition.restrict for edition in editions):
            return False
        sealed = prestage.seal(_body([(e.event_id, edition_document(e)) for e in editions]))
    except NotFound:
        return False
    except BadInput:
        log.info("staging.too_long", version_id=version_id)
        return False
    with transaction.atomic(using=DEFAULT):
        vault_store.put_many(
            _owner(version_id), {"key": sealed.key, "frames": json.dumps(sealed.frames).encode()}
        )
        StagedBody.objects.using(DEFAULT).create(
            version_id=version_id,
            release=card.release,
            name=sealed.id,
            parts=len(sealed.frames),
            due_at=due_at,
        )
    return True


def _body(editions: Iterable[tuple[str, dict[str, Any]]]) -> bytes:
    rows = [{"event": event, "edition": document} for event, document in editions]
    return json.dumps({"editions": rows}, ensure_ascii=False, separators=(",", ":")).encode()


def _owner(version_id: str) -> str:
    return f"staged:{version_id}"


# --- to edges -------------------------------------------------------------------------------------------


def staged_bodies(*, clock: Clock | None = None) -> list[tuple[str, int]]:
    """(id, frames) of what may be sent ahead now: due within the agreed minutes, the soonest first, so that
    an edge that comes late sends what is opened first. Nothing says what it is.
    """
    until = (clock or SystemClock()).now() + timedelta(minutes=get_settings().prestage_minutes)
    rows = StagedBody.objects.using(DEFAULT).filter(due_at__lte=until).order_by("due_at", "name")
    return list(rows.values_list("name", "parts"))


def staged_frames(name: str, *, clock: Clock | None = None) -> list[dict[str, Any]]:
    """The sealed frames of a body that may be sent ahead now. Raises NotFound."""
    until = (clock or SystemClock()).now() + timedelta(minutes=get_settings().prestage_minutes)
    found = StagedBody.objects.using(DEFAULT).filter(name=name, due_at__lte=until).first()
    if found is None:
        raise NotFound("no such body is staged now")
    frames: list[dict[str, Any]] = json.loads(vault_store.get(_owner(found.version_id), "frames"))
    return frames


# --- keys -----------------------------------------------------------------------------------------------


def keys_by_version(logged: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Version -> key message, for versions that stand in the log (the caller read them there)."""
    return _keys(_names(logged))


def keys_of_page(logged: Sequence[str]) -> tuple[int, list[dict[str, Any]]]:
    """(how many of these rows a page may hold, their key messages), by the versions of its rows in order: it
    ends before the first whose key would be one too many, so that each key comes with its events.
    """
    names = _names(logged)
    kept: dict[str, str] = {}
    for count, version in enumerate(logged):
        if version not in names or version in kept:
            continue
        if len(kept) == _MOST_KEYS:
            return count, list(_keys(kept).values())
        kept[version] = names[version]
    return len(logged), list(_keys(kept).values())


def _names(versions: Iterable[str]) -> dict[str, str]:
    """Version -> id of its body, of those that have one."""
    rows = StagedBody.objects.using(DEFAULT).filter(version_id__in=set(versions))
    return dict(rows.values_list("version_id", "name"))


def _keys(names: dict[str, str]) -> dict[str, dict[str, Any]]:
    if not names:
        return {}
    keys = vault_store.get_each([_owner(version) for version in names], "key")
    return {
        version: audience.body_key(name, keys[owner])
        for version, name in names.items()
        if (owner := _owner(version)) in keys
    }


# --- the end --------------------------------------------------------------------------------------------


def unstage(version_id: str) -> None:
    """Frames and key are gone; what edges hold is noise for ever. Harmless when nothing was staged."""
    _remove(StagedBody.objects.using(DEFAULT).filter(version_id=version_id))


def unstage_release(release: str) -> None:
    """The same for all versions of a release."""
    _remove(StagedBody.objects.using(DEFAULT).filter(release=release))


def forget_old(now: Instant) -> None:
    """Bodies whose T0 is an hour past: whoever has not opened them by then fetches the page."""
    _remove(StagedBody.objects.using(DEFAULT).filter(due_at__lt=now - _KEPT))


def _remove(rows: Any) -> None:
    for version_id in list(rows.values_list("version_id", flat=True)):
        with transaction.atomic(using=DEFAULT):
            vault_store.destroy(_owner(version_id))
            StagedBody.objects.using(DEFAULT).filter(version_id=version_id).delete()
