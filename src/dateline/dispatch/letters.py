"""Letters of the house: a link that somebody asked for, sent as a delivery of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from dateline.core.clock import to_micros
from dateline.core.errors import NotFound
from dateline.core.events import LetterAsked
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Endpoint, OpenedParcel, Task
from dateline.dispatch.statements import Claimed, digests
from dateline.dispatch.statements.digests import Carrier
from dateline.formats.json_ import dump_json
from dateline.formats.letter import letter_document
from dateline.plant.settings import get_settings

if TYPE_CHECKING:
    from dateline.dispatch.addressing import Sorted
    from dateline.dispatch.parcels import Opener

FORMAT: Final = "letter"
_RANK: Final = 1  # somebody waits for it in front of a page


def asked(event: LetterAsked) -> None:
    """A row for the letter; the same event again changes nothing."""
    at = to_micros(event.at)
    digests.add_carriers(
        [
            Carrier(
                version_id=f"{FORMAT}:{event.letter}",
                lock_id=FORMAT,
                language=event.language,
                recipient_id=event.recipient,
                channel="mail",
                person_id=None,
                endpoint_id=f"mail:{event.domain}",
                domain=event.domain,
                country="",
                kind=FORMAT,
                format=FORMAT,
                due_at=at,
                expires_at=to_micros(event.ends_at),
            )
        ]
    )


def address(rows: Sequence[Claimed], opener: "Opener", out: "Sorted") -> None:
    """Makes each letter now, link and all: nothing of it lies in any table."""
    from dateline.dispatch.addressing import Entry, message_id

    settings = get_settings()
    for row in rows:
        try:
            letter = opener.upstream.letter(row.version_id.partition(":")[2])
        except NotFound as error:
            out.suppressed.append((row, str(error)))
            continue
        key = row.version_id.replace(":", "-")
        document = letter_document(
            letter.purpose,
            key=key,
            language=letter.language,
            wire=settings.wire_name,
            url=letter.url,
            at=letter.asked_at,
            until=f"{letter.expires_at:%Y-%m-%d %H:%M} UTC",
        )
        parcel = OpenedParcel(
            version_id=VersionId(row.version_id),
            release=ReleaseId(key),
            version=1,
            language=Language(row.language),
            channel=row.channel,
            format=FORMAT,
            edition_sha256=str(document["sha256"]),
            body=dump_json(document),
            media_type="application/json",
            at=letter.asked_at,
        )
        endpoint = Endpoint(row.endpoint_id, "mail", letter.address, letter.name, row.language)
        task = Task(
            row.id, row.fence, message_id(row.channel, row.id), endpoint, parcel, {"name": letter.name}
        )
        out.ready.append(Entry(row, task, _RANK))
