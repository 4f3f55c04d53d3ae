"""The one word that says where a release is: what the hold knows beats what the desk has heard so far."""

from collections.abc import Mapping
from typing import Final

from dateline.core.words import VersionKind
from dateline.desk import services as desk
from dateline.wire import services as wire

_AFTER_LIFT: Final[Mapping[VersionKind, str]] = {
    "release": "released",
    "late-edition": "released",
    "correction": "corrected",
    "kill": "killed",
    "withdrawal": "withdrawn",
}


def state_of(card: desk.ReleaseCard, version: desk.VersionCard, hold: wire.HoldCard | None) -> str:
    """The state of the newest version. The desk follows by event and may be a moment behind the hold."""
    if hold is None:
        return card.state
    return _AFTER_LIFT[version.kind] if hold.state == "lifted" else hold.state
