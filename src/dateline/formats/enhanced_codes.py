"""What an enhanced status code (RFC 3463) says about an address, as far as the house acts on it."""

import re
from typing import Final, Literal

Meaning = Literal["gone", "full", "ours", "other"]
"""gone: no such address, never mail it again. full: no room, for now. ours: our own fault. other: noted
only.
"""

# Not after a digit or dot: 192.0.2.5.1.1 is no code, and neither is the 5.1.1 of 5.1.1.7.
_CODE: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY: Final = re.compile(r"^\s*(?:smtp;\s*)?5\d\d[ -]", re.IGNORECASE)
_GONE: Final = frozenset({(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 10)})
_OURS: Final = frozenset({(1, 7), (1, 8)})  # the sender's address is at fault: every recipient would say so


def meaning(code: str) -> Meaning:
    """What a code says once a delivery has failed for good.

    >>> meaning("5.1.1"), meaning("5.2.2"), meaning("5.7.26"), meaning("5.4.4")
    ('gone', 'full', 'ours', 'other')
    """
    found = _CODE.fullmatch(code)
    if found is None:
        return "other"
    detail = (int(found[2]), int(found[3]))
    if detail == (2, 2):
        return "full"  # of any class: 4.2.2 fails for good when the retries end
    if found[1] != "5":
        return "other"  # 4.1.1 after days of trying is a directory that was away, not an address that is gone
    if detail in _GONE:
        return "gone"
    return "ours" if detail in _OURS or detail[0] == 7 else "other"


def code_in(text: str) -> str:
    """The most telling code in a server's words; empty when there is none. `x.0.0` says nothing, so that any
    other is preferred.
    """
    found = [match[0] for match in _CODE.finditer(text)]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "")


def code_of_reply(text: str) -> str:
    """The code of an SMTP reply (`550 5.1.1 no such user`); empty for what is no refusal, or has none."""
    return code_in(text) if _REPLY.match(text) else ""
