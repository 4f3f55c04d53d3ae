"""What was sent to which engine on which day, and what of today's budget is left."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F

from dateline.core.clock import Clock, SystemClock
from dateline.languages.engine_settings import Engines
from dateline.languages.models import EngineUse
from dateline.languages.wishes import Use


def left(engines: Engines, *, clock: Clock | None = None) -> dict[str, int]:
    """Engine -> characters that today's budget still has, for engines with a budget."""
    limits = {name: e.characters_per_day for name, e in engines.engines.items() if e.characters_per_day}
    if not limits:
        return {}
    today = (clock or SystemClock()).now().date()
    used = dict(EngineUse.objects.filter(day=today, engine__in=limits).values_list("engine", "characters"))
    return {name: max(0, most - used.get(name, 0)) for name, most in limits.items()}


def record(uses: Iterable[Use], *, clock: Clock | None = None) -> None:
    """Adds what was used to today's rows."""
    today = (clock or SystemClock()).now().date()
    sums: dict[str, tuple[int, int, Decimal]] = {}
    for use in uses:
        characters, texts, cost = sums.get(use.engine, (0, 0, Decimal(0)))
        sums[use.engine] = (characters + use.characters, texts + 1, cost + (use.cost or 0))
    for engine, (characters, texts, cost) in sorted(sums.items()):
        EngineUse.objects.bulk_create([EngineUse(engine=engine, day=today)], ignore_conflicts=True)
        EngineUse.objects.filter(engine=engine, day=today).update(
            characters=F("characters") + characters, texts=F("texts") + texts, cost=F("cost") + cost
        )


def today(*, clock: Clock | None = None) -> dict[str, tuple[int, Decimal]]:
    """Engine -> (characters, cost) of today."""
    rows = EngineUse.objects.filter(day=(clock or SystemClock()).now().date())
    return {row.engine: (row.characters, row.cost) for row in rows}
