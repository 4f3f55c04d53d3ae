"""A process that drops deliveries until it is killed: `python -m ... HOME URL KEY COUNT`."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from dateline.channels.sftp.channel import SftpChannel
from dateline.channels.tests.builders import settings
from dateline.channels.tests.drop_builders import drop_parcel, drop_task, sent
from dateline.core.words import Task

_PARCEL = drop_parcel()


def task(number: int, url: str, key: bytes) -> Task:
    """Delivery `number`, the same in every process."""
    parcel = replace(_PARCEL, slug=f"drop-{number}")
    return drop_task(number, url, secret=key, endpoint=f"o_{number % 4}", parcel=parcel)


async def main(home: str, url: str, key: str, count: str) -> None:
    channel = SftpChannel(settings(home=Path(home), allow_private_endpoints="127.0.0.0/8"))
    secret = Path(key).read_bytes()
    await sent(channel, *(task(number, url, secret) for number in range(int(count))))
    await channel.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
