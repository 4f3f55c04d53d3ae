"""The door: import recipients, name circuits, count reach, resolve and explain, address, stop."""

from dateline.audience.addresses import checked_address
from dateline.audience.addressing import Addressed, addressed
from dateline.audience.cells import web_address as checked_web_address
from dateline.audience.choosing import Choices, choices, choose, less, own_beats
from dateline.audience.circuits import add_circuit, circuit, circuits
from dateline.audience.csv_reading import Rejected
from dateline.audience.endpoints import (
    OutletCard,
    Secret,
    add_outlet,
    change_endpoint,
    endpoint_secret,
    new_invite,
    outlet,
    outlet_card,
    outlet_cards,
    redeem_invite,
    rotate_secret,
)
from dateline.audience.explaining import Explanation, explain
from dateline.audience.finding import Found, export_counts, find, names
from dateline.audience.heartbeats import heartbeats
from dateline.audience.importing import ImportResult, import_file, import_rows
from dateline.audience.joining import (
    JOIN_HOURS,
    Letter,
    OpenedLink,
    ask_join,
    ask_link,
    letter,
    opened_link,
    person_choices,
    use_link,
)
from dateline.audience.leaving import erase, held_about
from dateline.audience.reaching import Reach, reach
from dateline.audience.resolving import manifest_hash, resolve
from dateline.audience.rules import Targeting
from dateline.audience.stopping import is_suppressed, pause, person_of_token, stop, stop_token, suppress
from dateline.audience.suppressing import (
    import_suppressions,
    is_address,
    suppress_addresses,
    suppress_recipients,
    suppression_count,
    suppression_of,
    suppressions,
    unsuppress,
)
from dateline.core.words import EditionDigest

__all__ = [
    "JOIN_HOURS",
    "Addressed",
    "Choices",
    "EditionDigest",
    "Explanation",
    "Found",
    "ImportResult",
    "Letter",
    "OpenedLink",
    "OutletCard",
    "Reach",
    "Rejected",
    "Secret",
    "Targeting",
    "add_circuit",
    "add_outlet",
    "addressed",
    "ask_join",
    "ask_link",
    "change_endpoint",
    "checked_address",
    "checked_web_address",
    "choices",
    "choose",
    "circuit",
    "circuits",
    "endpoint_secret",
    "erase",
    "explain",
    "export_counts",
    "find",
    "heartbeats",
    "held_about",
    "import_file",
    "import_rows",
    "import_suppressions",
    "is_address",
    "is_suppressed",
    "less",
    "letter",
    "manifest_hash",
    "names",
    "new_invite",
    "opened_link",
    "outlet",
    "outlet_card",
    "outlet_cards",
    "own_beats",
    "pause",
    "person_choices",
    "person_of_token",
    "reach",
    "redeem_invite",
    "resolve",
    "rotate_secret",
    "stop",
    "stop_token",
    "suppress",
    "suppress_addresses",
    "suppress_recipients",
    "suppression_count",
    "suppression_of",
    "suppressions",
    "unsuppress",
    "use_link",
]
