"""How the wire signs in at its relay (RFC 4954): PLAIN where offered, else LOGIN."""

import base64
from collections.abc import Awaitable, Callable
from typing import Final

from dateline.channels.mail.relay import Relay

Command = Callable[[bytes], Awaitable[tuple[int, bytes]]]
_GO_ON: Final = 334
_DONE: Final = 235


class Refused(Exception):
    """The relay does not let us in; the text is its reply, never what we said."""


async def sign_in(relay: Relay, methods: str, command: Command) -> None:
    """`methods` is what EHLO said behind AUTH. Raises Refused."""
    offered = methods.upper().split()
    user, password = relay.user.encode(), relay.password.encode()
    if "PLAIN" in offered or not offered:
        words = base64.b64encode(b"\0" + user + b"\0" + password)
        await _expect(command, b"AUTH PLAIN " + words, _DONE)
    elif "LOGIN" in offered:
        await _expect(command, b"AUTH LOGIN", _GO_ON)
        await _expect(command, base64.b64encode(user), _GO_ON)
        await _expect(command, base64.b64encode(password), _DONE)
    else:
        raise Refused(f"it offers only {', '.join(offered)} to sign in, and we know PLAIN and LOGIN")


async def _expect(command: Command, line: bytes, wanted: int) -> None:
    code, words = await command(line)
    if code != wanted:
        raise Refused(f"{code} {words.decode('utf-8', 'replace')}")
