"""What the desk does when the wire tells of a hold or of the log, and intake of a provider's item."""

from typing import Final

from dateline.core.events import Held, HoldWithdrawn, ItemArrived, Lifted, Overdue
from dateline.desk import following, items
from dateline.plant.db.outbox import Handlers

CONSUMER: Final = "desk"
HANDLERS: Final[Handlers] = {
    Held: following.held,
    Overdue: following.overdue,
    HoldWithdrawn: following.withdrawn,
    Lifted: following.lifted,
    ItemArrived: items.arrived,
}
