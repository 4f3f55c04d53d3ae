"""What people do to a worksheet: save blocks, take a proposal, accept a finding, give it as an edition."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import structlog
from django.db import transaction

from dateline.core.clock import SystemClock, iso_z
from dateline.core.combining import MOST_MARKS, too_many_marks
from dateline.core.errors import BadInput, Conflict, DatelineError
from dateline.core.languages import Language
from dateline.core.words import Finding, Story, edition_sha256, sha256_hex
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.languages.joining import original_edition
from dateline.languages.keys import source_hash
from dateline.languages.matches import matches
from dateline.languages.models import HumanTask, TranslationOrder
from dateline.languages.order_rows import OUT, OVER
from dateline.languages.worksheet_rows import change, kept_of, open_sheet
from dateline.languages.worksheets import (
    Accepted,
    Kept,
    Made,
    Row,
    Worksheet,
    finding_key,
    findings_of,
    is_accepted,
    standing,
    story_of_sheet,
    why_not,
)
from dateline.plant.settings import get_settings

log = structlog.get_logger("languages.worksheets")
LONGEST: Final = 20_000
"""Characters of one block's translation; paragraphs of people have a tenth of it."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
Done = Literal["drafts", "joined", "waiting"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One block as somebody left it. `seen`: the `Row.seen` that they saw, "" to put it there whatever is
    (never over another person's text). `checked` None: as it was.
    """

    place: str
    text: str
    seen: str
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a save. `refused`: place -> why its text was not taken; `theirs`: place -> the row that
    somebody else changed meanwhile. What is not there was saved or had not changed.
    """

    sheet: Worksheet
    changed: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, Row] = field(default_factory=dict)


def save(release: str, language: Language, edits: Sequence[Edit], *, by: str) -> Saved:
    """Keeps what is sound of `edits`; what is not, and what somebody else was first at, is named and left.

    Raises NotFound, Conflict when the release is over, BadInput for a block that is not there.
    """
    must_live(release)
    refused: dict[str, str] = {}
    theirs: dict[str, Row] = {}
    changed: dict[str, Kept] = {}

    def act(sheet: Worksheet) -> Worksheet:
        for edit in edits:
            row = sheet.row(edit.place)
            after = _edited(row, edit, by)
            if after == row.kept:
                continue
            if edit.seen != row.seen:
                theirs[edit.place] = row
            elif why := unsound(row, after.text):
                refused[edit.place] = why
            else:
                changed[edit.place] = after
        return sheet.with_rows(changed)

    sheet = change(release, language, by, act)
    return Saved(sheet, tuple(changed), refused, theirs)


def must_live(release: str) -> None:
    """Raises NotFound, and Conflict for a release that is over."""
    state = desk.show(release).state
    if state in OVER:
        raise Conflict(f"{release} is {state}; nothing more is translated of it")


def clean(text: str) -> str:
    """A block as it is kept: no line ends at its edges, those of browsers made one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").strip()


def _edited(row: Row, edit: Edit, by: str) -> Kept:
    """The row after the edit. Ticking an outdated block says that its text fits the new original too."""
    old, text = row.kept, clean(edit.text)
    if "\n" in text and "\n" not in row.segment.text:
        text = " ".join(line for line in map(str.strip, text.split("\n")) if line)
    if not text:
        return old if not old.text else Kept()
    reader = by if edit.checked else ""
    if text != old.text:
        made: Made = old.made if old.text and old.made in {"machine", "memory"} else "person"
        return kept_of(row.segment, text, made, old.engine, by=by, checked_by=reader)
    if edit.checked is None or edit.checked == (row.state == "checked"):
        return old
    now = replace(old, checked_by=reader)
    return replace(now, source_hash=source_hash(row.segment), source=row.segment.text) if reader else now


def unsound(row: Row, text: str) -> str:
    """Why the text cannot stand for the block, in a sentence; "" when it can."""
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters"
    if too_many_marks(text):
        return f"has more than {MOST_MARKS} combining marks in a row; type it again without them"
    if found := _CONTROL.search(text):
        return f"holds a control character (U+{ord(found[0]):04X}); type it again without it"
    return why_not(row.segment, text) if text else ""


def take_proposal(release: str, language: Language, place: str, key: str, seen: str, *, by: str) -> Saved:
    """Puts what memory or an engine proposed for the block there, on a person's word. `key`: `text_key` of
    the proposal. Raises as `save`, and Conflict when there is no such proposal any more.
    """
    must_live(release)
    theirs: dict[str, Row] = {}
    refused: dict[str, str] = {}

    def act(sheet: Worksheet) -> Worksheet:
        row = sheet.row(place)
        if row.seen != seen:
            theirs[place] = row
            return sheet
        after = _proposed(sheet, row, key, by)
        if why := unsound(row, after.text):
            refused[place] = why
            return sheet
        return sheet.with_rows({place: after})

    sheet = change(release, language, by, act)
    return Saved(sheet, () if theirs or refused else (place,), refused, theirs)


def text_key(text: str) -> str:
    """Names a proposed text in a form, so that the form need not carry it."""
    return sha256_hex(text.encode())[:20]


def _proposed(sheet: Worksheet, row: Row, key: str, by: str) -> Kept:
    old = row.kept
    if old.proposal and text_key(old.proposal) == key:
        if old.proposal_made == "machine":
            return kept_of(row.segment, old.proposal, "machine", old.proposal_by)
        return kept_of(row.segment, old.proposal, "person", by=old.proposal_by)
    issuer = desk.show(sheet.release).issuer
    found = matches([row.segment], str(sheet.source.language), str(sheet.language), issuer)
    for match in found.get(row.place, ()):
        if text_key(match.text) == key:
            # It was approved for other words: whoever takes it answers for it here.
            return kept_of(row.segment, match.text, "memory", by=by)
    raise Conflict("there is no such proposal any more; load the page again")


def accept(release: str, language: Language, key: str, *, reason: str, by: str) -> None:
    """A named person takes a finding upon them, with a reason. Raises BadInput without one, Conflict when
    the text has no such finding any more.
    """
    said = " ".join(reason.split())
    if not said or len(said) > 500:
        raise BadInput("say why this may go out as it is, in at most 500 characters", where="reason")
    must_live(release)

    def act(sheet: Worksheet) -> Worksheet:
        finding = next((f for f in findings_of(sheet) if finding_key(f) == key), None)
        if finding is None:
            raise Conflict("the text has changed since; look at its findings again")
        if is_accepted(finding, sheet) is not None:
            return sheet
        at = iso_z(SystemClock().now())
        one = Accepted(finding.code, finding.where, finding.message, by, said, at)
        return replace(sheet, accepted=(*sheet.accepted, one))

    change(release, language, by, act)


# --- as an edition ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finished:
    """`drafts`: it goes out with its release; `joined`: it is approved and goes out now; `waiting`: locked,
    `why` says for whom.
    """

    state: Done
    why: str = ""
    version_id: str = ""


def finish(release: str, language: Language, *, by: str, reason: str = "") -> Finished:
    """Gives the translation as an edition: into the drafts before the lock, as a late edition of what is
    out, as a correction (`reason`) of an edition that is public already.

    Raises BadInput for blocks without a text and for findings that nobody accepted; NotFound, Conflict.
    """
    must_live(release)
    sheet = open_sheet(release, language)
    story = story_of_sheet(sheet)
    if left := standing(sheet, findings_of(sheet)):
        codes = ", ".join(dict.fromkeys(f.code for f in left))
        raise BadInput(f"mend these findings, or accept each with a reason: {codes}", where=str(language))
    card = desk.show(release)
    if card.state in OUT:
        done = _after_release(card, sheet, story, by, reason)
    else:
        desk.save_draft(release, story, by=by)
        done = Finished("drafts")
    _note(release, language, done, by)
    log.info("translation.finished", release=release, language=language, state=done.state)
    return done


def _after_release(card: desk.ReleaseCard, sheet: Worksheet, story: Story, by: str, reason: str) -> Finished:
    if story.language in card.languages:
        version = desk.lock_correction(card.release, (story,), reason=reason, by=by)
    else:
        version = desk.lock_late_edition(card.release, (story,), by=by)
    from dateline.languages import services

    edition = desk.edition(version.version_id, story.language)
    said = services.gate(edition, original_edition(card.release), release=card.release)
    if why := _lifted(card.release, edition_sha256(edition), said, sheet):
        return Finished("waiting", why, version.version_id)
    why = _approved(card, version.version_id, by)
    return Finished("waiting" if why else "joined", why, version.version_id)


def _lifted(release: str, sha256: str, said: tuple[Finding, ...], sheet: Worksheet) -> str:
    """Writes into the desk's record who accepted what; why the edition still waits, "" when it does not. What
    blocks is lifted by the desk alone.
    """
    taken = {one.code: one for one in sheet.accepted}
    of_issuers = {person.name for person in issuers.people() if person.role == "issuer"}
    lifting = {one.code: one for one in sheet.accepted if one.by not in of_issuers}  # as in the console (I9)
    left = [f.code for f in said if f.code not in {"block": lifting, "hold": taken}.get(f.severity, {f.code})]
    for code in dict.fromkeys(f.code for f in said if f.severity == "block" and f.code in lifting):
        desk.override(release, sha256, code, reason=lifting[code].reason, by=lifting[code].by)
    if left:
        return f"held, the gate found {', '.join(dict.fromkeys(left))}; a person must look in the console"
    return ""


def _approved(card: desk.ReleaseCard, version_id: str, by: str) -> str:
    """Approves in the name of who finished it; why that is not enough, "" when it is."""
    if card.origin == "third-party" and card.provider not in get_settings().auto_approve_providers:
        return "held, third-party text waits for the desk's approval"
    try:
        if desk.approve(card.release, by=by, version_id=version_id).complete:
            return ""
    except DatelineError as error:
        return f"held: {error}"
    return "held, another person must approve it"


def _note(release: str, language: Language, done: Finished, by: str) -> None:
    """The order follows, and nobody is asked for it any more."""
    now = SystemClock().now()
    states = {"drafts": "ready", "joined": "joined", "waiting": "locked"}
    changes = {
        "state": states[done.state],
        "version_id": done.version_id,
        "said": [done.why] if done.why else [f"finished by {by}"],
        "changed_at": now,
        "next_at": None,
    }
    with transaction.atomic():
        TranslationOrder.objects.update_or_create(
            release=release,
            language=language,
            defaults=changes,
            create_defaults={**changes, "asked_by": by[:80], "asked_at": now},
        )
        HumanTask.objects.filter(release=release, language=language, state="open").update(
            state="done", done_at=now, done_by=by[:80]
        )
