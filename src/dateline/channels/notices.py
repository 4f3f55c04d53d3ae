"""Mails the contact of an outlet when its endpoint gets nothing more.

Follows the ledger's outbox. A relay that is away makes the handler raise, and the event comes again; the
Message-ID is made of the event, so that a repeat is known as one.
"""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import structlog

from dateline.audience import services as audience
from dateline.channels.mail.relay import Relay, relays_of
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput
from dateline.core.events import EndpointDisabled, Event
from dateline.core.phrases.outlets import outlet_phrase
from dateline.plant.db.outbox import Handler
from dateline.plant.settings import Settings, get_settings

log = structlog.get_logger("channels")

CONSUMER: Final = "notices"
_PATIENCE_S: Final = 20


def _disabled(event: EndpointDisabled) -> None:
    card = audience.outlet_card(event.endpoint)
    if card is None:
        return
    to = contact_address(card.contact)
    if not to:
        log.warning("notice.no_contact", endpoint=event.endpoint)
        return
    if audience.is_suppressed(to):
        log.warning("notice.suppressed", endpoint=event.endpoint)
        return
    message = _message(event, card, to)
    try:
        _send(message, get_settings())
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
        if _is_temporary(error):
            raise
        log.warning("notice.refused", endpoint=event.endpoint)
        return
    log.info("notice.sent", endpoint=event.endpoint)


NOTICES: Final[Mapping[str, Mapping[type[Event], Handler]]] = {CONSUMER: {EndpointDisabled: _disabled}}
"""Consumers of the ledger's outbox."""


def contact_address(contact: str) -> str:
    """The mail address in a contact's free text; "" where there is none."""
    for word in contact.replace("<", " ").replace(">", " ").replace(",", " ").replace(";", " ").split():
        if "@" in word:
            try:
                return audience.checked_address(word.strip("().:"))
            except BadInput:
                continue
    return ""


def _message(event: EndpointDisabled, card: audience.OutletCard, to: str) -> EmailMessage:
    settings = get_settings()
    language = card.first_language
    message = EmailMessage()
    message["Subject"] = outlet_phrase("notice-subject", language, outlet=card.name, wire=settings.wire_name)
    message["From"] = f"{settings.wire_name.replace(chr(34), '')} <{settings.mail_from}>"
    message["To"] = to
    message["Date"] = format_datetime(event.at)
    digest = hashlib.sha256(f"{event.endpoint} {event.at.isoformat()}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<notice-{digest}@{settings.mail_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer
    text = outlet_phrase(
        "notice-text",
        language,
        outlet=card.name,
        wire=settings.wire_name,
        address=_without_query(card.endpoint),
        reason=event.reason,
        at=iso_z(event.at),
    )
    message.set_content(text + "\n", cte="quoted-printable")
    message["Content-Language"] = language  # after the content, which takes such headers away
    return message


def _without_query(address: str) -> str:
    """Receivers put tokens into queries: none of them goes into a mail."""
    return address.partition("?")[0]


def _send(message: EmailMessage, settings: Settings) -> None:
    """Over the first relay that answers. Raises what smtplib raises."""
    with _first_that_answers(settings) as (relay, connection):
        if relay.user:
            connection.login(relay.user, relay.password)
        connection.send_message(message, settings.mail_from, [str(message["To"])])


@contextmanager
def _first_that_answers(settings: Settings) -> Iterator[tuple[Relay, smtplib.SMTP]]:
    away: OSError | None = None
    for relay in relays_of(settings.smtp_url.get_secret_value()):
        try:
            connection = _connected(relay, settings)
        except OSError as error:  # smtplib's own errors are OSErrors too
            away = error
            continue
        with connection:
            yield relay, connection
        return
    raise away or OSError("no relay")


def _connected(relay: Relay, settings: Settings) -> smtplib.SMTP:
    if relay.security == "none":
        return smtplib.SMTP(relay.host, relay.port, timeout=_PATIENCE_S)
    context = ssl.create_default_context()
    if settings.ca_file:
        context.load_verify_locations(cafile=settings.ca_file)
    if relay.security == "tls":
        return smtplib.SMTP_SSL(relay.host, relay.port, timeout=_PATIENCE_S, context=context)
    connection = smtplib.SMTP(relay.host, relay.port, timeout=_PATIENCE_S)
    try:
        connection.starttls(context=context)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_temporary(error: smtplib.SMTPException) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(400 <= code < 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500
