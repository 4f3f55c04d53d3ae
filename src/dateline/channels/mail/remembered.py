"""Where the pace of relays is remembered; see plant.remembered_paces."""

from typing import Final

from dateline.plant.remembered_paces import Remembered

FILE: Final = "mail-pace.json"

__all__ = ["FILE", "Remembered"]
