"""Readers for the cells of outlets that get files: endpoint, path template, encoding, heartbeat."""

from typing import Final

from dateline.core.drop_names import checked_template
from dateline.core.drops import DROP_CHANNELS, drop_address, folder_below
from dateline.core.encodings import encoding_name
from dateline.core.errors import BadInput
from dateline.plant.settings import get_settings

_LONGEST: Final = 2000
_DAY_MIN: Final = 1440
_ALWAYS_UTF8: Final = frozenset({"json", "ninjs", "ninjs2"})


def endpoint(cell: str, channel: str) -> str:
    """An address of this channel, without a password; for `folder` a path below an allowed root."""
    if len(cell) > _LONGEST:
        raise BadInput(f"has {len(cell)} characters; at most {_LONGEST} fit")
    if channel == "folder":
        folder_below(cell, get_settings().drop_roots)
    else:
        drop_address(cell, channel)
    return cell


def template(cell: str) -> str:
    """A path template, or empty for the house's own."""
    return checked_template(cell)


def encoding(cell: str, form: str) -> str:
    """The registry's name of an encoding, or empty for UTF-8. JSON is never anything else (RFC 8259)."""
    if not cell:
        return ""
    name = encoding_name(cell)
    if form in _ALWAYS_UTF8 and name != "utf-8":
        raise BadInput(f"'{cell}' does not go with {form}, which is UTF-8 always; leave it empty")
    return name


def heartbeat(cell: str, channel: str) -> str:
    """Minutes between heartbeat files, or empty for none."""
    if not cell:
        return ""
    if channel not in DROP_CHANNELS:
        raise BadInput(f"goes with file drops ({', '.join(DROP_CHANNELS)}) only; leave it empty")
    if not cell.isascii() or not cell[:6].isdigit() or cell[6:] or not 1 <= int(cell) <= _DAY_MIN:
        raise BadInput(f"'{cell[:20]}' is no number of minutes; use 1 to {_DAY_MIN}, or leave it empty")
    return str(int(cell))
