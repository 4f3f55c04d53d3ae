"""A journalist, a release they were mailed, and the delivery that a relay took."""

from typing import Any

from dateline.audience import services as audience
from dateline.core.clock import SystemClock, to_micros
from dateline.core.ids import RecipientId
from dateline.core.words import ManifestRow
from dateline.dispatch import statements
from dateline.dispatch.models import Version
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import Outcome
from dateline.dispatch.tests.builders import new, people

ANA = "ana@daily.example"
RELEASE = "k7m2x9qd4w"


def add_journalist(email: str = ANA) -> RecipientId:
    """The recipient id of a consenting journalist."""
    row = {
        "email": email,
        "name": "Ana Kim",
        "country": "KR",
        "languages": "en",
        "sectors": "business",
        "outlet": "The Daily",
        "consent": "form 2026",
    }
    audience.import_rows([row], "journalist")
    found = audience.find(email)
    assert found is not None
    return found.recipient


def accepted_mail(recipient: RecipientId, *, lock_id: str = "v1", release: str = RELEASE) -> int:
    """The delivery of a mail to them that was accepted half a minute ago."""
    at = to_micros(SystemClock().now()) - 30 * SECOND
    known: dict[str, Any] = {
        "version_id": lock_id,
        "release": release,
        "kind": "release",
        "state": "prepared",
    }
    Version(lock_id=lock_id, number=1, lifted_at=at - SECOND, **known).save()
    made = people(1)[0]
    fields = {name: getattr(made, name) for name in ManifestRow.__dataclass_fields__}
    fields |= {"recipient": recipient, "person": recipient.removeprefix("j_")}
    statements.fan_out(lock_id, lock_id, [new(ManifestRow(**fields))], now=at)
    (row,) = statements.claim_first("mail", lock_id, limit=9, owner="test", lease_until=at + 90 * SECOND)
    taken = Outcome(row.id, 1, "accepted", "", None, 1, 0, 250, at, "result", at, "250 ok", 1)
    statements.record([taken], owner="test")
    return row.id
