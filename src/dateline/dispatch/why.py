"""Why somebody got a release, did not, or not yet: one sentence, with the history of every try behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dateline.audience import services as audience
from dateline.core.clock import Instant, from_micros, iso_z
from dateline.core.errors import Conflict, NotFound
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.dispatch import pauses
from dateline.dispatch.models import Version
from dateline.dispatch.pseudonyms import person_pseudonym, pseudonym
from dateline.dispatch.reading import of_release
from dateline.dispatch.rules import EXPANDED_KINDS
from dateline.dispatch.sql import markers, query


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one claim: `result`, `lost`, `released`, later `dsn`, `complaint`, `replay`. `ms` is how
    long it took.
    """

    at: Instant
    kind: str
    fence: int
    code: int
    text: str
    ms: int


@dataclass(frozen=True, slots=True)
class Why:
    """`state` is the ledger's, or `none` where there is no row; `rule` the verdict that decided."""

    state: str
    sentence: str
    rule: str
    attempts: tuple[Attempt, ...] = ()


class _Row(NamedTuple):
    id: int
    state: str
    reason: str
    held: str
    due_at: int | None
    done_at: int | None
    losses: int
    fence: int
    last_code: int
    channel: str
    language: str
    recipient_id: str
    number: int
    lifted_at: int | None
    version_due: int | None
    rank: int
    circuit: str
    provider: str


_ROWS: Final = """SELECT d.id, d.state, d.reason, d.held, d.due_at, d.done_at, d.losses, d.fence, d.last_code,
        d.channel, d.language, d.recipient_id, v.number, v.lifted_at, v.due_at, v.rank, v.circuit, v.provider
    FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
    WHERE v.release = %s AND {who}
    ORDER BY CASE WHEN v.lifted_at IS NULL THEN 1 ELSE 0 END, v.number DESC, d.id"""


def why(release: str, recipient: str) -> Why:
    """`recipient`: e-mail address, outlet name or recipient id. Raises NotFound for an unknown release or
    recipient.
    """
    desk.show(release)
    found = audience.find(recipient)
    if found is None:
        raise NotFound(
            f"nobody called '{recipient}' is in the audience; give an address, an outlet's name or an id"
        )
    name = found.name or found.recipient
    told = _from_rows(release, found, name)
    return _no_row(release, found, name) if told is None else told


@of_release
def _from_rows(release: str, found: audience.Found, name: str) -> Why | None:
    """What the rows say, archived ones too; there a person may have a pseudonym by now."""
    ids = [found.recipient, pseudonym(found.recipient)]
    own = _newest(query(_ROWS.format(who="d.recipient_id IN (%s, %s)"), [release, *ids]))
    if own:
        return _of_rows(name, own)
    if found.person:
        people = [found.person, person_pseudonym(found.person)]
        same = _newest(query(_ROWS.format(who="d.person_id IN (%s, %s)"), [release, *people]))
        if same:
            return _same_person(name, same)
    return None


_RETURNED: Final = {"dsn": "something came back at", "complaint": "its reader answered at"}
"""Facts from after the acceptance: kind of attempt -> how its line begins."""


def _newest(rows: Sequence[tuple[object, ...]]) -> list[_Row]:
    """Rows of the newest version among them."""
    named = [_Row(*row) for row in rows]  # type: ignore[arg-type]  # in the order of the statement
    return [row for row in named if row.number == named[0].number]


def _of_rows(name: str, rows: Sequence[_Row]) -> Why:
    """The first row that did not arrive gives the state; each row has its clause."""
    telling = next((row for row in rows if row.state != "accepted"), rows[0])
    attempts = _attempts([row.id for row in rows])
    clauses = "; ".join(_clause(row, attempts.get(row.id, ())) for row in rows)
    history = tuple(sorted((a for of_row in attempts.values() for a in of_row), key=lambda a: a.at))
    rule = (
        telling.state
        if telling.state in {"suppressed", "cancelled"}
        else "held"
        if _is_held(telling)
        else "matched"
    )
    return Why(telling.state, f"{name}: {clauses}.", rule, history)


def _same_person(name: str, rows: Sequence[_Row]) -> Why:
    other = rows[0].recipient_id
    known = audience.names([other]).get(other, other)
    told = _of_rows(known, rows)
    return Why(told.state, f"{name} is the same person as {told.sentence}", "same-person", told.attempts)


def _is_held(row: _Row) -> bool:
    return row.state == "waiting" and bool(row.held)


def _clause(row: _Row, attempts: Sequence[Attempt]) -> str:
    where = f"version {row.number} in {row.language} by {row.channel}"
    words = next((a.text for a in reversed(attempts) if a.text and a.kind not in _RETURNED), "")
    later = "".join(
        f", and {_RETURNED[a.kind]} {iso_z(a.at)}: {a.text}" for a in attempts if a.kind in _RETURNED
    )
    return f"{where} {_kept_back(row) or _SAYS[row.state](row, words)}{later}"


def _kept_back(row: _Row) -> str:
    """Why an open row of public news is not even tried; empty when nothing is paused that concerns it."""
    if row.state not in {"waiting", "deferred"} or row.lifted_at is None:
        return ""
    of_row = pauses.concerning(
        row.recipient_id, channel=row.channel, rank=row.rank, circuit=row.circuit, provider=row.provider
    )
    if of_row is None:
        return ""
    what = "the whole wire" if of_row.kind == "wire" else of_row.kind.replace("-", " ")
    return f"waits, because {what} was paused by {of_row.by} at {iso_z(of_row.at)}: {of_row.reason}"


def _waiting(row: _Row, words: str) -> str:
    if row.lifted_at is None:
        due = f" at {_at(row.version_due)}" if row.version_due else ""
        return f"is ready and waits for its release{due}"
    if row.held:
        return f"is held until {_at(row.due_at)}: {row.held}"
    if row.losses:
        said = f" ({row.reason})" if row.reason else ""
        return f"was sent and not answered; it is sent again, under the same id, from {_at(row.due_at)}{said}"
    if row.due_at is not None and row.fence:
        return f"is waiting to be tried again from {_at(row.due_at)}"
    return "is waiting its turn"


_SAYS: Final[Mapping[str, Callable[[_Row, str], str]]] = {
    "waiting": _waiting,
    "leased": lambda row, words: "is being sent now",
    "deferred": lambda row, words: (
        f"is deferred until {_at(row.due_at)}: {row.reason or 'told to try later'}"
    ),
    "accepted": lambda row, words: f"was accepted at {_at(row.done_at)}{_quoted(words)}",
    "refused": lambda row, words: f"was refused at {_at(row.done_at)}: {row.reason}",
    "expired": lambda row, words: f"expired at {_at(row.done_at)}: {row.reason}",
    "suppressed": lambda row, words: f"was not sent, because the address is suppressed: {row.reason}",
    "cancelled": lambda row, words: f"was cancelled at {_at(row.done_at)}: {row.reason}",
    "uncertain": lambda row, words: f"is uncertain since {_at(row.done_at)}: {row.reason}",
}


def _quoted(words: str) -> str:
    return f" ({words[:200]})" if words else ""


def _at(micros: int | None) -> str:
    return "an unknown time" if micros is None else iso_z(from_micros(micros))


def _attempts(ids: Sequence[int]) -> dict[int, tuple[Attempt, ...]]:
    rows = query(
        f"""SELECT delivery_id, at, kind, fence, code, text, ms FROM dispatch_attempt
        WHERE delivery_id IN ({markers(ids)}) ORDER BY delivery_id, at, fence""",  # noqa: S608
        ids,
    )
    found: dict[int, tuple[Attempt, ...]] = {}
    for delivery, at, kind, fence, code, text, ms in rows:
        attempt = Attempt(from_micros(at), kind, fence, code, text, ms)
        found[delivery] = (*found.get(delivery, ()), attempt)
    return found


def _no_row(release: str, found: audience.Found, name: str) -> Why:
    """Not in the manifest: by which rule, asked with the targeting of the lock."""
    try:
        version = desk.latest_version(release)
    except Conflict:
        return Why(
            "none", f"{name} has not got {release}: it is not locked yet, so nobody is chosen.", "not-locked"
        )
    lock_id = _first_lock(release) if version.kind in EXPANDED_KINDS else version.version_id
    told = audience.explain(found.recipient, desk.targeting(lock_id))
    if not told.matched or found.kind == "desktop" or _pulls(found, told.language):
        return Why("none", told.sentence, told.rule)
    known = Version.objects.filter(lock_id=lock_id).first()
    if known is None or known.state == "held":
        sentence = f"{told.sentence.removesuffix('.')}, once its rows are prepared."
        return Why("none", sentence, "not-prepared")
    return Why(
        "none",
        f"{name} would be reached today, but was not when it was locked at {iso_z(version.locked_at)}.",
        "joined-later",
    )


def _pulls(found: audience.Found, languages: str) -> bool:
    """Whether the outlet fetches the news itself, so that there never are rows."""
    row = (found.recipient, Language(languages.partition(",")[0]))
    to = audience.addressed([row], sectors=()).get(row)
    return to is not None and to.endpoint.channel == "feed"


def _first_lock(release: str) -> str:
    first = Version.objects.filter(release=release, kind="release", lifted_at__isnull=False).order_by(
        "number"
    )
    found = first.values_list("lock_id", flat=True).first()
    return found or desk.latest_version(release).version_id
