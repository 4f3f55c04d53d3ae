"""A second opinion on our signatures: dkimpy, another program, reads samples of an edition before it is sent.

It must accept each and reject it with one letter changed. A mistake of ours would otherwise be found by
receivers, who drop or hide such mail without a word.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

import dkim

from dateline.channels.mail.headers import Mailbox
from dateline.channels.mail.signing import Signer
from dateline.channels.mail.template import Writer
from dateline.core.words import Endpoint, OpenedParcel, Task

_NAMES: Final = (
    "",
    "A",
    "Zoë 'Z' \"Quoted\" Müller-Lüdenscheid, Dr. of  Letters " * 4,
    "김민준",
    "محمد عبد الله",
)
_PEOPLE: Final[tuple[dict[str, str], ...]] = (
    {},
    {"why": "x", "stop_url": "https://wire.example/s"},
    {
        "why": "your beats include energy,  mining = more. " * 6,
        "source": ".من معرض في أوسلو",
        "preferences_url": "https://wire.example/preferences/" + "t=" * 40,
        "stop_url": "https://wire.example/preferences/stop/" + "t=" * 40,
    },
    {"source": "フェア", "preferences_url": "https://wire.example/p"},
)
SAMPLES: Final = len(_NAMES) * len(_PEOPLE)


def fault_of(parcel: OpenedParcel, sender: Mailbox, signer: Signer) -> str:
    """What is wrong with the signatures of this parcel's messages; empty when all samples pass.

    Takes no network: the key's record comes from the key.
    """
    record = signer.record.encode()
    for number, task in enumerate(_samples(parcel)):
        content = signer.signed(Writer(sender).draft(task)).content
        if not verifies(content, record):
            return f"sample {number + 1} of {SAMPLES} does not verify; see mail.signature_broken in the log"
        if verifies(altered(content, number), record):
            return f"sample {number + 1} of {SAMPLES} verifies although a letter was changed"
    return ""


def verifies(content: bytes, record: bytes) -> bool:
    """Whether dkimpy accepts the message, the DNS record being `record`."""
    try:
        return bool(dkim.verify(content, dnsfunc=lambda _name, timeout=5: record))
    except dkim.DKIMException:
        return False


def altered(content: bytes, number: int) -> bytes:
    """The message with one letter changed, in turn in its Subject and at some place of its body."""
    head, _, body = content.partition(b"\r\n\r\n")
    if number % 2:
        found = re.search(rb"^Subject: *([A-Za-z=])", head, re.MULTILINE)
        place = found.start(1) if found else head.rindex(b":") - 1
    else:
        letters = [m.start() for m in re.finditer(rb"[a-z]{3}", body)]
        place = len(head) + 4 + letters[len(letters) * number // SAMPLES]
    other = b"x" if content[place : place + 1] != b"x" else b"y"
    return content[:place] + other + content[place + 1 :]


def _samples(parcel: OpenedParcel) -> Iterator[Task]:
    for number, (name, personal) in enumerate(product(_NAMES, _PEOPLE)):
        address = f"sample{number}@readers.example"
        yield Task(
            number,
            1,
            f"<sample{number}@wire.example>",
            Endpoint(f"sample{number}", "mail", address, name=name),
            parcel,
            {**personal, **({"name": name} if name else {})},
        )
