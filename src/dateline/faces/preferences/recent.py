"""The last releases a person got, as their page lists them."""

from dataclasses import dataclass
from typing import Final

from dateline.core.ids import RecipientId
from dateline.core.languages import direction
from dateline.core.phrases import phrase
from dateline.core.words import Edition
from dateline.dispatch import services as dispatch
from dateline.faces.newsroom.dates import long_time
from dateline.wire import services as wire

_SHOWN: Final = 10
_PERSON: Final = "j_"


@dataclass(frozen=True, slots=True)
class Recent:
    """One line: the release as it is public now, and what became of its mail."""

    release: str
    language: str
    dir: str
    headline: str
    issuer: str
    path: str
    what: str


def recent(recipient: RecipientId, language: str) -> list[Recent]:
    """The last ten, newest first; one that was killed shows its notice instead of its words."""
    lines = []
    for sent in dispatch.sent_to(recipient.removeprefix(_PERSON), limit=_SHOWN):
        found = wire.public_edition(sent.release, sent.language)
        if found is not None:
            lines.append(_line(sent, found, language))
    return lines


def _line(sent: dispatch.PersonDelivery, found: wire.PublicEdition, language: str) -> Recent:
    edition: Edition = found.edition
    killed = found.state == "killed"
    headline = phrase("notice.kill", language) if killed else edition.headline
    tongue = language if killed else edition.language
    what = ""
    if sent.state == "accepted" and sent.at:
        what = phrase("preferences.sent", language, when=long_time(sent.at, language))
    elif sent.due_at:
        what = phrase("preferences.waits", language, when=long_time(sent.due_at, language))
    return Recent(
        release=sent.release,
        language=tongue,
        dir=direction(tongue),
        headline=headline,
        issuer=edition.issuer.name,
        path=edition.path,
        what=what,
    )
