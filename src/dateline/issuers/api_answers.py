"""Answers that are given again: what a request with an Idempotency-Key came to, kept for a day.

Two ways. `answer_once` makes act and record one transaction: a twin that comes meanwhile waits for its end
and gets the same answer, and a crash leaves neither. For acts that no transaction may last (a lock asks the
whole audience) there are `begin_answer`, `finish_answer`, `drop_answer`: a twin of a running one is refused,
and of one that never ended nobody can say what came of it, so it is refused until the record is forgotten.

Requests are kept as hashes under a key of the house: a plain hash of a text lets people try guesses.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import Conflict, NotFound
from dateline.issuers.models import ApiAnswer
from dateline.plant.db import vault_store
from dateline.plant.settings import get_settings

KEPT: Final = timedelta(hours=24)
_ANSWER: Final = "answer"
_FORGOTTEN_AT_ONCE: Final = 200


class InUse(Conflict):
    """The key was used for another request."""


class Running(Conflict):
    """The first request with the key has not ended; or never will, after a crash."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """Status, headers and body of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


def answer_once(
    key: str, token: str, request: bytes, act: Callable[[], KeptAnswer], *, clock: Clock | None = None
) -> tuple[KeptAnswer, bool]:
    """(what `act` answers, or what it answered before to the same request; whether it is that of before).

    `act` runs in the same transaction as the record of it, so it must be short. What it raises leaves no
    record. Raises InUse when the key came with another request.
    """
    now = (clock or SystemClock()).now()
    _forget(now)
    if (before := answer_before(key, token, request, clock=clock)) is not None:
        return before, True
    try:
        with transaction.atomic():
            row = _claim(key, token, request, now)
            answer = act()
            _keep(row, answer)
            return answer, False
    except _Taken:
        pass
    found = answer_before(key, token, request, clock=clock)
    if found is None:  # the twin came to nothing: nobody holds the key any more
        raise Running("the same request came at the same time and failed; send it again")
    return found, True


def begin_answer(key: str, token: str, request: bytes, *, clock: Clock | None = None) -> KeptAnswer | None:
    """None when the act may begin now; the answer of before when it has ended. Raises InUse, Running."""
    now = (clock or SystemClock()).now()
    _forget(now)
    if (before := answer_before(key, token, request, clock=clock)) is not None:
        return before
    try:
        with transaction.atomic():
            _claim(key, token, request, now)
    except _Taken:
        found = answer_before(key, token, request, clock=clock)
        if found is None:  # the twin came to nothing, and this one holds no record: it must not begin
            raise Running("the same request came at the same time and failed; send it again") from None
        return found
    return None


def finish_answer(key: str, token: str, answer: KeptAnswer) -> None:
    """Keeps what came of an act that `begin_answer` let begin."""
    with transaction.atomic():
        _keep(ApiAnswer.objects.get(key=key, token=_hashed(token.encode())), answer)


def drop_answer(key: str, token: str) -> None:
    """The act came to nothing: the key may be used again."""
    ApiAnswer.objects.filter(key=key, token=_hashed(token.encode()), status=0).delete()


def answer_before(key: str, token: str, request: bytes, *, clock: Clock | None = None) -> KeptAnswer | None:
    """What was answered, or None when nothing was. Raises InUse for another request, Running."""
    since = (clock or SystemClock()).now() - KEPT
    row = ApiAnswer.objects.filter(key=key, token=_hashed(token.encode()), at__gt=since).first()
    if row is None:
        return None
    if not hmac.compare_digest(row.request, _hashed(request)):
        raise InUse("this Idempotency-Key came with another request; use a new key for each")
    if row.status == 0:
        raise Running(
            "the request with this Idempotency-Key has not ended; ask again in a moment. If it stays so, the "
            "wire was stopped amid it: read what it was about, and send what lacks under a new key"
        )
    try:
        kept = json.loads(vault_store.get(_owner(row), _ANSWER))
    except NotFound:
        return None
    return KeptAnswer(row.status, tuple((n, v) for n, v in kept["headers"]), kept["body"].encode())


class _Taken(Exception):
    """Somebody else holds the key."""


def _claim(key: str, token: str, request: bytes, now: Instant) -> ApiAnswer:
    hashed = _hashed(token.encode())
    ApiAnswer.objects.filter(key=key, token=hashed, at__lte=now - KEPT).delete()
    try:
        with transaction.atomic():
            return ApiAnswer.objects.create(key=key, token=hashed, request=_hashed(request), at=now)
    except IntegrityError:
        raise _Taken from None


def _keep(row: ApiAnswer, answer: KeptAnswer) -> None:
    kept = {"headers": [list(pair) for pair in answer.headers], "body": answer.body.decode()}
    vault_store.put(_owner(row), _ANSWER, json.dumps(kept, ensure_ascii=False).encode())
    ApiAnswer.objects.filter(pk=row.pk).update(status=answer.status)


def _owner(row: ApiAnswer) -> str:
    return f"api-answer/{row.key}/{row.token[:40]}"


def _forget(now: Instant) -> None:
    """A look costs nothing, a deletion is a write: so once the oldest is an hour over its time."""
    old = ApiAnswer.objects.filter(at__lte=now - KEPT)
    if not old.filter(at__lte=now - KEPT - timedelta(hours=1)).exists():
        return
    for row in old.order_by("at")[:_FORGOTTEN_AT_ONCE]:
        vault_store.destroy(_owner(row))
        ApiAnswer.objects.filter(pk=row.pk).delete()


def _hashed(data: bytes) -> str:
    return hmac.new(get_settings().secret("api"), data, hashlib.sha256).hexdigest()
