"""One webhook of a mail provider: proved, read, matched with our mails, taken."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from dateline.audience import services as audience
from dateline.channels import address_guard, guarded_get
from dateline.channels.mail import verp
from dateline.channels.mail.providers import by_password, mailgun, sendgrid, ses
from dateline.channels.mail.providers.report import Report, Request
from dateline.core.errors import BadInput, NotFound
from dateline.dispatch import services as dispatch
from dateline.plant.settings import Settings

PROVIDERS: Final = ("ses", "sendgrid", "mailgun", "postmark", "mailjet", "brevo")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many reports a webhook held, how many were new, and how many addresses they suppressed."""

    reports: int = 0
    new: int = 0
    suppressed: int = 0


def take_webhook(
    provider: str, request: Request, settings: Settings, *, fetch: ses.Fetch | None = None
) -> Counted:
    """Acts on a provider's request.

    Raises NotFound for a provider that is unknown or has no key in the settings, Unproved when the request
    does not prove itself, BadInput for a body that cannot be read, Unavailable when a certificate cannot be
    fetched.
    """
    found = list(_reports(provider, request, settings, fetch or _fetching(settings)))
    taken = dispatch.take(_facts(provider, found, settings))
    return Counted(len(found), sum(t.new for t in taken), sum(t.new and t.suppressed for t in taken))


def _reports(provider: str, request: Request, settings: Settings, fetch: ses.Fetch) -> Iterable[Report]:
    secret = _secret(provider, settings)
    if provider == "sendgrid":
        sendgrid.check(request, secret)  # over the bytes: before anything is made of them
    elif provider in _BY_PASSWORD:
        by_password.check(request, secret)
    document = _parsed(request.body)
    if provider == "sendgrid":
        return sendgrid.reports(document)
    if provider == "mailgun":
        mailgun.check(document, secret)
        return mailgun.reports(document)
    if provider == "ses":
        return _from_ses(document, secret, fetch)
    return _BY_PASSWORD[provider](document)


_BY_PASSWORD: Final = {
    "postmark": by_password.postmark,
    "mailjet": by_password.mailjet,
    "brevo": by_password.brevo,
}


def _secret(provider: str, settings: Settings) -> str:
    keys = {
        "ses": settings.ses_topic_arn,
        "sendgrid": settings.sendgrid_key,
        "mailgun": settings.mailgun_key.get_secret_value(),
        "postmark": settings.postmark_token.get_secret_value(),
        "mailjet": settings.mailjet_token.get_secret_value(),
        "brevo": settings.brevo_token.get_secret_value(),
    }
    secret = keys.get(provider, "")
    if not secret:
        # One answer for both, so that nobody learns from outside whom this wire sends with.
        raise NotFound("no webhooks are taken here")
    return secret


def _parsed(body: bytes) -> Any:
    try:
        found = json.loads(body)
        # Half characters (a lone surrogate) are JSON, but no text: no signature can be over them.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadInput("is not JSON", where="body") from None
    return found


def _from_ses(document: Any, topic: str, fetch: ses.Fetch) -> Iterable[Report]:
    message = ses.check(document, topic, fetch)
    if message["Type"] == "SubscriptionConfirmation":
        ses.confirm(message, fetch)
        return ()
    return ses.reports(message)


def _facts(provider: str, found: Iterable[Report], settings: Settings) -> Iterator[dispatch.Fact]:
    """The provider has proved itself, so the address it names counts where no mail of ours can be told."""
    for report in found:
        delivery = verp.delivery_of(settings, report.sender) if report.sender else None
        if delivery is None and report.message_id:
            delivery = dispatch.delivery_of_message(report.message_id, recipients=[report.address])
        yield dispatch.Fact(
            kind=report.kind,
            source=provider,
            identity=report.identity or f"{report.kind} {report.address} {report.text}",
            code=report.code,
            text=report.text,
            delivery=delivery,
            address=report.address if audience.is_address(report.address) else "",
        )


def _fetching(settings: Settings) -> ses.Fetch:
    def fetch(url: str) -> bytes:
        is_certificate = url.endswith(".pem")
        return _certificate(url, settings) if is_certificate else _get(url, settings)

    return fetch


@lru_cache(maxsize=8)
def _certificate(url: str, settings: Settings) -> bytes:
    """Kept: Amazon changes them rarely, and under another name."""
    return _get(url, settings)


def _get(url: str, settings: Settings) -> bytes:
    allowed = settings.allow_private_endpoints
    return guarded_get.get(
        url, lambda address: address_guard.refusal(address, allowed), ca_file=settings.ca_file
    )
