"""The desk follows the wire: the hold's fate, then the log's. The log is the truth whatever the desk
believed.
"""

from dataclasses import replace
from typing import cast

from dateline.core.clock import Instant
from dateline.core.events import Held, HoldWithdrawn, Lifted, Overdue
from dateline.core.words import Story, VersionKind
from dateline.desk import reading, rows, rules
from dateline.desk.drafts import adopt
from dateline.desk.models import Release, Version
from dateline.formats.stories import story_of

_WIRE = "wire"


def begin_lift(version_id: str) -> bool:
    """Called inside the transaction that lifts: True once, for an approved lock; from then on nobody can
    drop it.

    False when it was dropped (text, circuit or T0 changed, returned, spiked, killed) or is lifted already:
    do not lift. Drop and lift set one row by compare-and-set, so they can never both happen (I2, T10).
    """
    release = Version.objects.filter(version_id=version_id).values_list("release", flat=True).first()
    if release is None:
        return False
    # The release's row first, as every act of the desk does: two orders would be a deadlock.
    with rows.changing(release) as row:
        approved = Version.objects.filter(version_id=version_id, state="approved", lifting=False)
        if not approved.update(lifting=True):
            return False
        kind = Version.objects.values_list("kind", flat=True).get(version_id=version_id)
        if kind == "release" and rules.allows("lift", row.state, public=False):
            rows.move(row, "lift")
        return True


def held(event: Held) -> None:
    """The hold is open: an approved release is held."""
    _follow_hold(event.release, event.version_id, "hold", event.due_at)


def overdue(event: Overdue) -> None:
    """T0 was missed by more than the limit."""
    _follow_hold(event.release, event.version_id, "miss", event.due_at)


def _follow_hold(release: str, version_id: str, act: rules.Act, due_at: Instant) -> None:
    with rows.changing(release) as row:
        version = Version.objects.filter(version_id=version_id, kind="release", state="approved").first()
        if version is None or version.lifting or not rules.allows(act, row.state, public=False):
            return
        rows.move(row, act)
        rows.write(row, row.state, by=_WIRE, detail=due_at.isoformat(), at=rows.now_of(None))


def withdrawn(event: HoldWithdrawn) -> None:
    """Withdrawn before T0: the lock goes, and a first version takes the release with it.

    The hold of a lock that was dropped before (T0 moved, say) is withdrawn too; that tells the desk nothing
    new.
    """
    with rows.changing(event.release) as row:
        version = Version.objects.filter(version_id=event.version_id).first()
        if version is not None and (version.state == "dropped" or version.lifting):
            return
        if version is not None and version.kind != "release":
            rows.drop([version])
        elif rules.allows("withdraw", row.state, public=rows.is_public(row)):
            rows.move(row, "withdraw")
            if not rows.has_line(row, "withdrawn"):  # else a person's line says who and why
                rows.write(row, "withdrawn", by=_WIRE, detail="before T0", at=rows.now_of(None))
            rows.drop(rows.open_locks(row.release))


def lifted(event: Lifted) -> None:
    """A version is out. Told again, it changes nothing."""
    with rows.changing(event.release) as row:
        news = Version.objects.filter(version_id=event.version_id, lifted_at=None)
        if not news.update(lifted_at=event.at, lifting=True):
            return
        version = Version.objects.get(version_id=event.version_id)
        act = rules.LIFTS.get(cast(VersionKind, version.kind))
        facts = _facts(row, event)
        if act is not None and rules.allows(act, row.state, public=True):
            rows.move(row, act, **facts)
        else:
            Release.objects.filter(pk=row.pk).update(revision=row.revision + 1, **facts)
        detail = f"{version.kind} {version.number} at {event.at.isoformat()}"
        rows.write(row, "lifted", by=_WIRE, detail=detail, at=event.at)
        if version.kind in {"late-edition", "correction"} and version.state == "approved":
            adopt(
                row,
                [
                    _story(version.version_id, edition.language)
                    for edition in reading.editions(version.version_id)
                ],
            )


def _facts(row: Release, event: Lifted) -> dict[str, object]:
    """What the first lift fixes for ever (instant, working name), and the newest number."""
    facts: dict[str, object] = {"version": max(row.version, event.version)}
    if row.lifted_at is None:
        facts |= {"lifted_at": event.at, "slug": reading.slug_of(row)}
    return facts


def _story(version_id: str, language: str) -> Story:
    edition = reading.edition(version_id, language)
    pictures = reading.media(version_id)
    attachments = tuple((m.name, pictures[m.sha256][0]) for m in edition.media if m.sha256 in pictures)
    return replace(story_of(edition), attachments=attachments)
