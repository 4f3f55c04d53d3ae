"""Outlets whose systems want to see a file every few minutes, to know that the way is open."""

from dateline.audience.addressing import addressed
from dateline.audience.models import Outlet
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.words import Endpoint


def heartbeats(channel: str) -> list[tuple[Endpoint, int]]:
    """Endpoints of a channel that asked for heartbeats, with the minutes between two of them."""
    rows = Outlet.objects.filter(channel=channel).exclude(heartbeat="").values_list("recipient", "heartbeat")
    minutes = {RecipientId(recipient): int(text) for recipient, text in rows}
    found = addressed([(recipient, Language("en")) for recipient in minutes], sectors=())
    return [(to.endpoint, minutes[recipient]) for (recipient, _), to in found.items() if not to.suppressed]
