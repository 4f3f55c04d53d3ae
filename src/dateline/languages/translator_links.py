"""The one-time link of a human translator: to one edition, for some days, in one browser, until it is ended.

Only hashes of tokens are kept. Opening a link changes nothing; `redeem` lets in, once.
"""

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.ids import new_token
from dateline.core.languages import Language
from dateline.core.words import sha256_hex
from dateline.desk import services as desk
from dateline.languages.models import HumanTask, TranslationOrder
from dateline.languages.order_rows import OVER

MOST_DAYS: Final = 60
_MOST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Task:
    """One edition in the hands of a person. `key` is what a browser's cookie holds: it is worth nothing
    once the link is drawn anew or ended.
    """

    release: str
    language: Language
    translator: str
    state: str
    asked_at: Instant
    ends_at: Instant
    drawn_by: str
    used_at: Instant | None
    done_by: str
    key: str

    @property
    def name(self) -> str:
        """How the translator stands in records: never to be taken for a person of the house."""
        return f"translator {self.translator}"

    @property
    def number(self) -> str:
        """Names the task on its pages; without the key it opens nothing."""
        return self.key.partition(".")[0]


def draw(
    release: str, language: Language, translator: str, *, days: int, by: str, clock: Clock | None = None
) -> str:
    """A token for a new link; the one before it ends. The edition is with that person from now on.

    Raises NotFound, Conflict for a release that is over, BadInput for a nameless person, too many days or
    the original's language.
    """
    name = " ".join(translator.split())
    if not name or len(name) > _MOST_NAME:
        raise BadInput(f"write the translator's name, at most {_MOST_NAME} characters", where="translator")
    if hidden := next((c for c in name if _is_hidden(c)), ""):
        raise BadInput(f"the name holds the invisible character U+{ord(hidden):04X}", where="translator")
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"a link lasts 1 to {MOST_DAYS} days", where="days")
    card = desk.show(release)
    if card.state in OVER:
        raise Conflict(f"{release} is {card.state}; nothing more is translated of it")
    if language == card.original_language:
        raise BadInput("is the original's own language", where="language")
    now, token = (clock or SystemClock()).now(), new_token()
    drawn = {
        "token_hash": _hash(token), "translator": name, "drawn_at": now, "drawn_by": by[:80],
        "used_at": None, "ends_at": now + timedelta(days=days),
    }  # fmt: skip
    with transaction.atomic():
        opened = _open(release, language)
        HumanTask.objects.filter(pk__in=opened[1:]).update(
            state="done", done_at=now, done_by=f"drawn anew by {by}"[:80]
        )
        if opened:
            HumanTask.objects.filter(pk=opened[0]).update(**drawn)
        else:
            HumanTask.objects.create(release=release, language=language, state="open", asked_at=now, **drawn)
        TranslationOrder.objects.filter(
            release=release, language=language, state__in=("waiting", "failed", "cancelled")
        ).update(state="person", next_at=None, changed_at=now, said=[f"{by} asked a translator"])
    return token


def revoke(release: str, language: Language, *, by: str, clock: Clock | None = None) -> None:
    """Ends the link and the session that it opened; the task is open for another person. Raises NotFound."""
    now = (clock or SystemClock()).now()
    with transaction.atomic():
        ended = HumanTask.objects.filter(pk__in=_open(release, language)).exclude(translator="")
        if not (found := list(ended.values_list("pk", flat=True))):
            raise NotFound(f"nobody has a link to {release} in {language}")
        for pk in found:  # one, but for two people who drew a link in the same instant
            HumanTask.objects.filter(pk=pk).update(
                token_hash=_hash(new_token()), translator="", used_at=None, ends_at=now,
                done_by=f"ended by {by}"[:80],
            )  # fmt: skip


def _open(release: str, language: Language) -> list[int]:
    """The open tasks of an edition, the newest first, kept from others until the transaction ends."""
    rows = HumanTask.objects.select_for_update().filter(release=release, language=language, state="open")
    return list(rows.order_by("-pk").values_list("pk", flat=True))


def _is_hidden(character: str) -> bool:
    """Controls and marks of direction, with which a name could show as another; joiners belong to names."""
    return (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} and character not in "\u200c\u200d"
    )


def redeem(token: str, *, clock: Clock | None = None) -> Task | None:
    """Lets in the one browser that asks first; None for unknown, used, ended and old tokens alike."""
    now = (clock or SystemClock()).now()
    found = HumanTask.objects.filter(token_hash=_hash(token), state="open", used_at=None, ends_at__gt=now)
    if not token or not found.exclude(translator="").update(used_at=now):
        return None
    row = HumanTask.objects.filter(token_hash=_hash(token)).first()
    return _task(row) if row is not None else None  # drawn anew between the two: ended


def task_of(key: str, *, clock: Clock | None = None) -> Task | None:
    """The task of a session; None when it was ended, done or is over."""
    number, _, secret = key.partition(".")
    row = HumanTask.objects.filter(pk=int(number), state="open").first() if number.isdigit() else None
    if row is None or not row.translator or row.used_at is None:
        return None
    task = _task(row)
    is_same = hmac.compare_digest(secret, task.key.partition(".")[2])
    ended = row.ends_at <= (clock or SystemClock()).now() or desk.show(row.release).state in OVER
    return task if is_same and not ended else None


def hand_in(task: Task, *, clock: Clock | None = None) -> None:
    """The translator is done: the link ends, and the edition is with the desk. Raises Conflict when it was
    ended meanwhile.
    """
    now = (clock or SystemClock()).now()
    open_ = HumanTask.objects.filter(pk=int(task.key.partition(".")[0]), state="open")
    if not open_.update(state="done", done_at=now, done_by=task.name[:80]):
        raise Conflict("this task was ended meanwhile")
    TranslationOrder.objects.filter(release=task.release, language=task.language, state="person").update(
        said=[f"{task.name} has handed it in"], changed_at=now
    )


def tasks(releases: Sequence[str]) -> dict[tuple[str, str], Task]:
    """(release, language) -> the newest task."""
    rows = HumanTask.objects.filter(release__in=list(releases)).order_by("pk")
    return {(row.release, row.language): _task(row) for row in rows}


def _task(row: HumanTask) -> Task:
    return Task(
        row.release,
        Language(row.language),
        row.translator,
        row.state,
        Instant(row.asked_at),
        Instant(row.ends_at),
        row.drawn_by,
        Instant(row.used_at) if row.used_at else None,
        row.done_by,
        f"{row.pk}.{sha256_hex(f'session of {row.token_hash}'.encode())}",
    )


def _hash(token: str) -> str:
    return sha256_hex(token.encode())
