"""A letter with one link: to a person's preferences, or to confirm that they want to join."""

from html import escape
from typing import Any, Literal

from dateline.core.clock import Instant
from dateline.core.phrases import phrase
from dateline.formats.house_mail import house_document
from dateline.formats.text_width import wrapped


def letter_document(
    purpose: Literal["open", "join"], *, key: str, language: str, wire: str, url: str, at: Instant, until: str
) -> dict[str, Any]:
    """JSON values of the `mail` document. `until` is written for people: `22:30 UTC`."""
    words = {
        name: phrase(f"letter.{purpose}-{name}", language, wire=wire, until=until)
        for name in ("subject", "text", "button")
    }
    ignore = phrase("letter.ignore", language)
    once = phrase("letter.once", language, until=until)
    link = f'<a style="color:#0b4a8f;font-weight:bold" href="{escape(url)}">{escape(words["button"])}</a>'
    return house_document(
        kind="letter",
        key=key,
        language=language,
        subject=words["subject"],
        from_name=wire,
        at=at,
        text="\n\n".join([wrapped(words["text"]), url, wrapped(once), wrapped(ignore)]) + "\n",
        html="\n".join(
            [
                f"<p>{escape(words['text'])}</p>",
                f"<p>{link}</p>",
                f"<p>{escape(once)}</p>",
                f'<p style="color:#555">{escape(ignore)}</p>',
            ]
        ),
        footer=dict.fromkeys(("why", "source", "fewer", "pause", "stop"), ""),
    )
