"""How many letters with a link may leave in an hour: to one address, for one source, and of joining in all.

Counted in the database, so for all processes together, and before anybody looks who is known: whoever is
refused learns as little as whoever is not (I15).
"""

from dataclasses import dataclass
from typing import Final

import structlog
from django.db import connections, transaction

from dateline.audience import addresses
from dateline.audience.models import Asked
from dateline.core.clock import Instant
from dateline.core.sources import source_network
from dateline.plant.db.databases import DEFAULT
from dateline.plant.settings import get_settings

log = structlog.get_logger("audience")

MOST_TO_ONE_ADDRESS: Final = 3
"""Letters in an hour, so that nobody can be flooded in our name."""
_HOUR_S: Final = 3600
_OVERALL: Final = "joining"

# Compare-and-set: of two processes that see one place left, a single one gets a row back.
_COUNT = """
    INSERT INTO audience_asked ("key", "hour", "count") VALUES (%s, %s, 1)
    ON CONFLICT ("key", "hour") DO UPDATE SET "count" = audience_asked."count" + 1
    WHERE audience_asked."count" < %s
    RETURNING "count"
"""


@dataclass(frozen=True, slots=True)
class _Limit:
    key: str
    most: int


def may_ask(person: str, source: str, now: Instant, *, joining: bool) -> bool:
    """Whether one more letter may leave, and counts it where it may. `source` is the IP address that asks;
    empty when nobody knows it. Must run inside the transaction that writes the letter.
    """
    settings = get_settings()
    limits = [_Limit(f"p:{person}", MOST_TO_ONE_ADDRESS)]
    if source:
        limits.append(_Limit(f"s:{_source_key(source)}", settings.letters_per_source))
    if joining:
        # Last, for every request of every process waits for this one row until its neighbour's commit.
        limits.append(_Limit(_OVERALL, settings.join_letters_per_hour))
    hour = int(now.timestamp()) // _HOUR_S
    Asked.objects.using(DEFAULT).filter(hour__lt=hour - 1).delete()
    with transaction.atomic(using=DEFAULT):
        for limit in limits:
            if not _counted(limit, now, hour):
                transaction.set_rollback(True, using=DEFAULT)  # what is refused takes nobody's place
                return False
    return True


def _counted(limit: _Limit, now: Instant, hour: int) -> bool:
    """One more within this hour, and within the sixty minutes before now: of the last clock hour that share
    counts which those minutes still cover.
    """
    left = 1 - (now.timestamp() % _HOUR_S) / _HOUR_S
    before = Asked.objects.using(DEFAULT).filter(key=limit.key, hour=hour - 1)
    passed = int((before.values_list("count", flat=True).first() or 0) * left)
    most = limit.most - passed
    if most < 1:
        return False
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(_COUNT, [limit.key, hour, most])
        row = cursor.fetchone()
    if row and limit.key == _OVERALL and row[0] == most:
        log.warning("audience.join_letters_full", letters=limit.most)
    return row is not None


def _source_key(source: str) -> str:
    """Keyed, so that no row says who asked."""
    return addresses.keyed(addresses.house_secret("sources"), source_network(source))
