"""The door: import recipients, name circuits, count reach, resolve and explain, address, stop."""

from dateline.audience.addresses import checked_address
from dateline.audience.addressing import Addressed, addressed
from dateline.audience.cells import web_address as checked_web_address
from dateline.audience.choosing import Choices, choices, choose, less, own_beats
from dateline.audience.circuits import add_circuit, circuit, circuits
from dateline.audience.csv_reading import Rejected
from dateline.audience.desktop_keys import (
    DesktopAccount,
    DesktopKeyCard,
    desktop_account,
    desktop_keys,
    new_desktop_key,
    revoke_desktop_key,
)
from dateline.audience.desktop_passes import (
    DesktopPass,
    IssuedTicket,
    holder_of_secret,
    pass_for_account,
    pass_for_secret,
    published_keys,
    redeem_ticket,
    revocation_list,
    rotate_signing_key,
    ticket_for_account,
    ticket_for_secret,
)
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
from dateline.audience.signing_in import SIGN_IN_HOURS, sign_in, sign_out, signed_in
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
    "SIGN_IN_HOURS",
    "Addressed",
    "Choices",
    "DesktopAccount",
    "DesktopKeyCard",
    "DesktopPass",
    "EditionDigest",
    "Explanation",
    "Found",
    "ImportResult",
    "IssuedTicket",
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
    "desktop_account",
    "desktop_keys",
    "endpoint_secret",
    "erase",
    "explain",
    "export_counts",
    "find",
    "heartbeats",
    "held_about",
    "holder_of_secret",
    "import_file",
    "import_rows",
    "import_suppressions",
    "is_address",
    "is_suppressed",
    "less",
    "letter",
    "manifest_hash",
    "names",
    "new_desktop_key",
    "new_invite",
    "opened_link",
    "outlet",
    "outlet_card",
    "outlet_cards",
    "own_beats",
    "pass_for_account",
    "pass_for_secret",
    "pause",
    "person_choices",
    "person_of_token",
    "published_keys",
    "reach",
    "redeem_invite",
    "redeem_ticket",
    "resolve",
    "revocation_list",
    "revoke_desktop_key",
    "rotate_secret",
    "rotate_signing_key",
    "sign_in",
    "sign_out",
    "signed_in",
    "stop",
    "stop_token",
    "suppress",
    "suppress_addresses",
    "suppress_recipients",
    "suppression_count",
    "suppression_of",
    "suppressions",
    "ticket_for_account",
    "ticket_for_secret",
    "unsuppress",
    "use_link",
]
