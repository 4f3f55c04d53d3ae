"""Opens a TCP connection ourselves, so that the guard judges the very address that is dialled."""

import asyncio
import socket
from typing import Final

from dateline.channels.address_guard import Networks, refusal
from dateline.channels.filedrop.outcome import DropFault

CONNECT_S: Final = 10.0


async def dialled(host: str, port: int, allowed: Networks) -> socket.socket:
    """A connected, non-blocking socket to the first address of `host` that answers.

    Raises DropFault: refused when the guard forbids every address, else with the last error.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise DropFault(f"{host} does not resolve: the name server did not answer in time") from None
    except OSError as error:
        raise DropFault(f"{host} does not resolve: {error.strerror}") from None
    forbidden, failed = "", ""
    for family, kind, protocol, _, address in found:
        if words := refusal(str(address[0]), allowed):
            forbidden = words
            continue
        made = socket.socket(family, kind, protocol)
        try:
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(CONNECT_S):
                await loop.sock_connect(made, address)
        except TimeoutError:
            failed = f"{host} port {port}: timed out while connecting"
        except OSError as error:
            failed = f"{host} port {port}: {error.strerror or 'cannot be reached'}"
        except BaseException:
            made.close()
            raise
        else:
            return made
        made.close()
    raise DropFault(failed or forbidden or f"{host} has no address", refused=bool(forbidden and not failed))
