"""Translations of a corrected original take the place of the editions that are public: all that nothing
speaks against in one correction, those that a person must look at in another.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from dateline.core.clock import Instant
from dateline.core.errors import Conflict
from dateline.core.words import Edition
from dateline.desk import services as desk
from dateline.languages.joining import approve_unless
from dateline.languages.models import TranslationOrder
from dateline.languages.order_rows import move
from dateline.languages.outdated import Published, reads_the_same
from dateline.languages.wishes import Outcome

log = structlog.get_logger("languages.joining")
_LATER: Final = timedelta(seconds=2)
"""A release takes one correction at a time: the next is tried again after this long, as often as needed."""
Made = tuple[TranslationOrder, Outcome]


def correct(made: Sequence[Made], source: Edition, now: Instant, out: Published) -> None:
    """Locks whole editions in languages that are public as corrections, with the original's reason. Another
    correction that awaits a person's approval is never pushed aside.
    """
    changed: list[Made] = []
    for row, outcome in made:
        if outcome.story is not None and reads_the_same(outcome.story, out.edition(outcome.language)):
            move(row, "joined", now, said=["nothing in it changes by the correction"])
        else:
            changed.append((row, outcome))
    for held in (False, True):
        if group := [one for one in changed if (one[1].state == "held") == held]:
            _together(group, source, now)


def _together(group: Sequence[Made], source: Edition, now: Instant) -> None:
    release, by = group[0][0].release, group[0][0].asked_by
    stories = [outcome.story for _, outcome in group if outcome.story is not None]
    try:
        _refuse_to_push_aside(release)
        version = desk.lock_correction(release, stories, reason=source.reason, by=by)
    except Conflict as busy:
        for row, outcome in group:
            said = [*outcome.said, f"it follows after this: {busy}"]
            move(row, "waiting", now, next_at=now + _LATER, said=said)
        return
    why = approve_unless(release, version.version_id, source, by=by)
    for row, outcome in group:
        said = [*outcome.said, why] if why else list(outcome.said)
        changes = {"engine": outcome.engine, "version_id": version.version_id, "said": said}
        move(row, "locked" if why else "joined", now, **changes)
        if why:
            log.info("translation.held", release=release, language=row.language, engine=outcome.engine)
        else:
            log.info("translation.joined", release=release, language=row.language, engine=outcome.engine)


def _refuse_to_push_aside(release: str) -> None:
    waiting = desk.pending(release)
    if waiting is not None and waiting.kind != "late-edition":
        raise Conflict(f"a {waiting.kind} of {release} awaits a person's approval")
