"""The `email` format: the mail of an edition as one RFC 5322 message, for keeping, showing and testing."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import urlsplit

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.words import Edition, Story, edition_sha256
from dateline.formats.facts import PageFacts, edition_url
from dateline.formats.html import is_our_article, read_page
from dateline.formats.mail import mail_document
from dateline.formats.rfc822 import read_mail_file

_FOOTER: Final = "<!--footer-->\n"


class EmailCodec:
    """Carries what the article carries, twice: as text and as HTML. Nobody's name and no footer are in it."""

    name = "email"
    media_type = "message/rfc822"
    extension = ".eml"
    standard = "RFC 5322"
    version = ""

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        document = mail_document(edition, page)
        host = urlsplit(page.base_url).hostname or "wire.invalid"
        message = EmailMessage(policy=SMTP)
        message["From"] = _named(document["from_name"], f"news@{host}")
        if reply := document["reply_to"]:
            message["Reply-To"] = _named(reply["name"], reply["email"])
        message["Subject"] = document["subject"]
        if page.at is not None:
            message["Date"] = format_datetime(page.at.replace(microsecond=0))
        thread = f"<{edition.release}.1.{edition.language}@{host}>"
        message["Message-ID"] = thread.replace(".1.", f".{edition.version}.", 1)
        if edition.version > 1:
            message["In-Reply-To"] = thread
            message["References"] = thread
        message["Content-Language"] = edition.language
        message["Auto-Submitted"] = "auto-generated"
        message["Archived-At"] = f"<{edition_url(edition, page.base_url)}>"
        message["X-SHA256"] = edition_sha256(edition)
        message.set_content(document["text"], cte="base64")
        message.add_alternative(document["html"].replace(_FOOTER, "", 1), subtype="html", cte="base64")
        message.set_boundary(f"=_dateline_{edition_sha256(edition)[:32]}")
        return message.as_bytes()

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        head, gap, rest = data.partition(b"\r\nMessage-ID:")
        if b"\r\nDate:" in head:
            return data
        return head + b"\r\nDate: " + format_datetime(at.replace(microsecond=0)).encode() + gap + rest

    def read(self, data: bytes) -> Story:
        found = read_mail_file(data)
        if not found.html or not is_our_article(found.text):
            raise BadInput("it holds no article of ours", where="mail")
        return read_page(found.text)


def _named(name: str, address: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address


CODEC = EmailCodec()
