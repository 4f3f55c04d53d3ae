"""What others do with the same mail: `python -m dateline.bench.mail_peers NAME PORT MESSAGES` prints one
JSON line.

Each runs alone in its process, to the same smtp-sink, with the text that our release has. `channel` is our
own channel by itself: spliced and sent, without ledger.
"""

import asyncio
import json
import os
import resource
import smtplib
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from dateline.bench.mail_text import BLOCKS, HEADLINE
from dateline.core.clock import Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Edition, Endpoint, IssuerRef, OpenedParcel, Receipt, Task

SENDER: Final = "news@wire.example"
CONNECTIONS: Final = 8
_AT: Final = Instant(datetime(2026, 11, 24, tzinfo=UTC))
_SITE: Final = "https://wire.example"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds and CPU seconds (user and system) for so many messages."""

    messages: int
    seconds: float
    cpu_s: float


def task(number: int, parcel: OpenedParcel) -> Task:
    """The bench's release to one made-up person."""
    personal = {
        "name": f"Journalist {number}",
        "why": "your beats include business",
        "source": "bench",
        "preferences_url": f"{_SITE}/preferences/{number:040x}/",
        "stop_url": f"{_SITE}/preferences/stop/{number:040x}",
    }
    address = f"j{number}@desk{number % 997}.example"
    endpoint = Endpoint(f"p{number}", "mail", address, name=personal["name"])
    return Task(number, 1, f"<{number:032x}@wire.example>", endpoint, parcel, personal)


def parcel() -> OpenedParcel:
    """The opened mail parcel of the bench's release."""
    from dateline.core.words import edition_sha256
    from dateline.formats.facts import PageFacts
    from dateline.formats.registry import codec

    language = Language("en")
    edition = Edition(
        release=ReleaseId("bench00000"),
        version=1,
        event_id="evt_bench",
        type="released",
        language=language,
        original_language=language,
        slug="harbour-museum",
        headline=HEADLINE,
        issuer=IssuerRef("bench", "Bench"),
        wire="Dateline",
        blocks=BLOCKS,
    )
    form = codec("mail")
    body = form.render(edition, PageFacts(_SITE, "Dateline"))
    body = form.opened(body, at=_AT, languages=(language,), base_url=_SITE)
    return OpenedParcel(
        VersionId("v"), edition.release, 1, language, "mail", "mail", edition_sha256(edition), body,
        "application/json", _AT, edition.slug,
    )  # fmt: skip


def sample() -> bytes:
    """One message as it goes out."""
    from dateline.channels.mail.services import Writer, mailbox

    return Writer(mailbox(SENDER)).message(task(1, parcel())).content


def channel(port: int, messages: int) -> None:
    import uvloop

    from dateline.channels.mail.services import MailChannel
    from dateline.plant.settings import get_settings

    settings = get_settings().model_copy(update={"mail_connections": CONNECTIONS})

    async def run() -> None:
        opened, taken = parcel(), 0

        async def tasks() -> AsyncIterator[Task]:
            for number in range(messages):
                yield task(number, opened)

        async def report(receipt: Receipt) -> None:
            nonlocal taken
            taken += receipt.outcome == "accepted"

        made = MailChannel(settings)
        await made.send(tasks(), report)
        await made.aclose()
        if taken != messages:
            raise SystemExit(f"only {taken} of {messages} were accepted")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def stdlib(port: int, messages: int) -> None:
    content = sample()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(messages):
            client.sendmail(SENDER, f"j{number}@desk.example", content)


def aiosmtplib(port: int, messages: int) -> None:
    import aiosmtplib as library

    content, numbers = sample(), iter(range(messages))

    async def work() -> None:
        async with library.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
            for number in numbers:
                await client.sendmail(SENDER, f"j{number}@desk.example", content)

    async def run() -> None:
        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))

    asyncio.run(run())


def django(port: int, messages: int) -> None:
    """send_mass_mail takes plain text alone; it gets as many characters."""
    from django.conf import settings

    if not settings.configured:
        backend = "django.core.mail.backends.smtp.EmailBackend"
        settings.configure(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, USE_TZ=True)
    from django.core.mail import send_mass_mail

    text = sample().decode().partition("\r\n\r\n")[2].replace("\r\n", "\n")
    mails = ((HEADLINE, text, SENDER, [f"j{number}@desk.example"]) for number in range(messages))
    send_mass_mail(tuple(mails))


PEERS: Final[dict[str, Callable[[int, int], None]]] = {
    "channel": channel,
    "smtplib": stdlib,
    "aiosmtplib": aiosmtplib,
    "send_mass_mail": django,
}


def named(peer: str) -> str:
    """The peer with its version."""
    if peer == "aiosmtplib":
        return f"aiosmtplib {version('aiosmtplib')}, {CONNECTIONS} connections"
    if peer == "send_mass_mail":
        return f"Django {version('django')} send_mass_mail"
    return f"smtplib of Python {sys.version.split()[0]}"


def measure(name: str, port: int, messages: int) -> Took:
    """Runs a peer here and now."""
    PEERS[name](port, 1)  # warm: imports, templates
    used, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    PEERS[name](port, messages)
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Took(messages, time.monotonic() - began, cpu_s)


if __name__ == "__main__":
    os.environ.setdefault("DATELINE_SMTP_URL", f"smtp://127.0.0.1:{sys.argv[2]}")
    print(json.dumps(asdict(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
