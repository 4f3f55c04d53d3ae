"""What the desk does when the wire tells of a hold or of the log."""

from typing import Final

from dateline.core.events import Held, HoldWithdrawn, Lifted, Overdue
from dateline.desk import following
from dateline.plant.db.outbox import Handlers

CONSUMER: Final = "desk"
HANDLERS: Final[Handlers] = {
    Held: following.held,
    Overdue: following.overdue,
    HoldWithdrawn: following.withdrawn,
    Lifted: following.lifted,
}
