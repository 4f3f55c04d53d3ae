"""Issuers' recorded consents: to which remote engines their unreleased text may go."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.issuers import services as issuers
from dateline.languages.engine_settings import read_engines
from dateline.languages.models import EngineConsent
from dateline.plant.settings import get_settings


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed when, and who took it back."""

    id: str
    issuer: str
    engine: str
    by: str
    at: Instant
    ended_at: Instant | None
    ended_by: str


def consent(issuer: str, engine: str, *, by: str, clock: Clock | None = None) -> Consent:
    """Records that `issuer` agrees to `engine`. Raises NotFound for an unknown issuer, BadInput for an
    engine that is not set up or is local, Conflict when it is recorded already.
    """
    issuers.issuer(issuer)
    known = read_engines(get_settings()).engines
    if engine not in known:
        raise BadInput(f"there is no engine '{engine}'; there are {', '.join(sorted(known))}", where="ENGINE")
    if not known[engine].remote:
        raise BadInput(f"{engine} is local: no text leaves the installation by it", where="ENGINE")
    try:
        with transaction.atomic():
            row = EngineConsent.objects.create(
                issuer=issuer, engine=engine, by=by[:80], at=(clock or SystemClock()).now()
            )
    except IntegrityError:
        raise Conflict(f"{issuer} has consented to {engine} already") from None
    return _card(row)


def end_consent(issuer: str, engine: str, *, by: str, clock: Clock | None = None) -> None:
    """Takes it back; what was sent before stays recorded. Raises NotFound when there is none."""
    ended = EngineConsent.objects.filter(issuer=issuer, engine=engine, ended_at=None).update(
        ended_at=(clock or SystemClock()).now(), ended_by=by[:80]
    )
    if not ended:
        raise NotFound(f"{issuer} has not consented to '{engine}'")


def consents(issuer: str = "") -> list[Consent]:
    """All consents, also ended ones, oldest first."""
    rows = EngineConsent.objects.order_by("id")
    return [_card(row) for row in (rows.filter(issuer=issuer) if issuer else rows)]


def consents_of(issuer: str) -> dict[str, str]:
    """Engine -> id of the consent that holds."""
    rows = EngineConsent.objects.filter(issuer=issuer, ended_at=None).values_list("engine", "id")
    return {engine: str(number) for engine, number in rows}


def _card(row: EngineConsent) -> Consent:
    ended = Instant(row.ended_at) if row.ended_at else None
    return Consent(str(row.pk), row.issuer, row.engine, row.by, Instant(row.at), ended, row.ended_by)
