"""A mail that came back becomes a fact about the delivery it proves to be about.

Mail as input authorises nothing but this: to suppress the address to which the token (or Message-ID) belongs.
"""

import hashlib
from collections.abc import Sequence

from dateline.channels.mail import verp
from dateline.core.clock import Clock
from dateline.dispatch import services as dispatch
from dateline.formats import dsn
from dateline.formats.enhanced_codes import meaning
from dateline.plant.settings import Settings


def take_message(
    data: bytes, settings: Settings, *, sent_to: Sequence[str] = (), clock: Clock | None = None
) -> dispatch.Taken | None:
    """Reads one message (bounce, delay, automatic reply) and acts on it; `sent_to` are its envelope
    recipients as far as the mail system tells. None when it says nothing about any mail of ours.
    """
    found = dsn.read(data)
    kind = _kind(found)
    if kind is None:
        return None
    delivery = _delivery(found, settings, sent_to, clock)
    if delivery is None:
        return None
    own = found.own_id or hashlib.sha256(data).hexdigest()
    fact = dispatch.Fact(
        kind=kind,
        source="dsn",
        identity=f"{delivery}\n{kind}\n{own}",
        code=found.code,
        text=found.text,
        delivery=delivery,
    )
    taken = dispatch.take([fact], clock=clock)[0]
    return taken if taken.known else None


def _kind(found: dsn.Returned) -> dispatch.FeedbackKind | None:
    if found.kind == "failed":
        return meaning(found.code)
    noted: dict[str, dispatch.FeedbackKind] = {"delayed": "delayed", "automatic": "automatic"}
    return noted.get(found.kind)


def _delivery(
    found: dsn.Returned, settings: Settings, sent_to: Sequence[str], clock: Clock | None
) -> int | None:
    """By the token of the envelope, else by the Message-ID of the mail returned."""
    for text in (*sent_to, *found.sent_to, found.envelope_id):
        delivery = verp.delivery_of(settings, text)
        if delivery is not None:
            return delivery
    return dispatch.delivery_of_message(
        found.message_id, recipients=found.recipients, references=found.references, clock=clock
    )
