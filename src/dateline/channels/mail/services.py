"""The door of the mail channel, without a database: relays as the settings name them, the DKIM key, and what
the bench measures.
"""

from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.dkim_key import dns_record, key_path, load_key, make_key, zone_line
from dateline.channels.mail.headers import mailbox
from dateline.channels.mail.relay import Relay, relays_of
from dateline.channels.mail.template import Writer

__all__ = [
    "MailChannel",
    "Relay",
    "Writer",
    "dns_record",
    "key_path",
    "load_key",
    "mailbox",
    "make_key",
    "relays_of",
    "zone_line",
]
