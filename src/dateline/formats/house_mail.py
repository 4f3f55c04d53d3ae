"""Mails of the house itself, in the form that the mail channel reads: digests, and letters with a link."""

from collections.abc import Mapping
from email.utils import format_datetime
from html import escape
from typing import Any

from dateline.core.clock import Instant, iso_z
from dateline.core.languages import direction, is_rtl
from dateline.core.words import canonical_bytes, sha256_hex
from dateline.formats.wording import plain_line

_FONT = "-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"
_FOOTER = "<!--footer-->"  # where `formats.mail` puts what is personal


def house_document(
    *,
    kind: str,
    key: str,
    language: str,
    subject: str,
    from_name: str,
    at: Instant,
    text: str,
    html: str,
    footer: Mapping[str, str],
) -> dict[str, Any]:
    """JSON values of a `mail` document. `key` names the thread; `html` is the inside of the page."""
    look = f"margin:0 auto;max-width:640px;padding:16px;text-align:{'right' if is_rtl(language) else 'left'}"
    way = direction(language)
    page = "\n".join(
        [
            f'<!doctype html>\n<html lang="{escape(language)}" dir="{way}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
            f"<title>{escape(plain_line(subject))}</title></head>",
            f'<body style="margin:0;background:#fff;color:#1a1a1a;font:16px/1.6 {_FONT}">',
            f'<div role="main" lang="{escape(language)}" dir="{way}" style="{look}">',
            html,
            f"{_FOOTER}\n</div>\n</body>\n</html>\n",
        ]
    )
    document = {
        "subject": plain_line(subject),
        "from_name": plain_line(from_name),
        "reply_to": None,
        "date": format_datetime(at),
        "at": iso_z(at),
        "languages": [language],
        "language": language,
        "dir": way,
        "labels": [],
        "type": kind,
        "release": key,
        "version": 1,
        "url": "",
        "text": text,
        "html": page,
        "footer": dict(footer),
    }
    return {**document, "sha256": sha256_hex(canonical_bytes(document))}
