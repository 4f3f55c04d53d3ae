"""The door of the mail channel: relays as the settings name them, the DKIM key, the providers' webhooks, and
what the bench measures.
"""

from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.dkim_key import dns_record, key_path, load_key, make_key, zone_line
from dateline.channels.mail.headers import mailbox
from dateline.channels.mail.providers.report import Request, Unproved
from dateline.channels.mail.relay import Relay, relays_of
from dateline.channels.mail.template import Writer
from dateline.channels.mail.webhooks import PROVIDERS, take_webhook

__all__ = [
    "PROVIDERS",
    "MailChannel",
    "Relay",
    "Request",
    "Unproved",
    "Writer",
    "dns_record",
    "key_path",
    "load_key",
    "mailbox",
    "make_key",
    "relays_of",
    "take_webhook",
    "zone_line",
]
