"""What can go wrong with a file.

BadInput
└── Unreadable      the bytes are no release we can read: empty, too large, wrongly encoded, damaged, unsafe
"""

from dateline.core.errors import BadInput


class Unreadable(BadInput):
    """The file cannot be read at all; the message names it, the cause and the remedy (exit 2)."""
