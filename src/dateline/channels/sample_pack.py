"""A marked pack of messages sent to one outlet over its own channel, for real, so that its people see that
all kinds arrive: a release, one with a picture, a correction, Arabic, Japanese, a kill.

It is made here and nowhere stored: nothing of it enters the wire log, the ledger or a report.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Literal

from dateline.channels import sample_words as words
from dateline.core.channel import Channel
from dateline.core.clock import Instant, SystemClock
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.wordpress import WORDPRESS
from dateline.core.words import (
    EVENT_TYPE,
    DatelineLine,
    Edition,
    Endpoint,
    IssuerRef,
    OpenedParcel,
    Receipt,
    Task,
    VersionKind,
    edition_sha256,
    wire_event,
)
from dateline.dispatch.services import webhook_body
from dateline.formats.facts import PageFacts
from dateline.formats.registry import codec
from dateline.plant.settings import get_settings

Step = Literal["release", "picture", "correction", "arabic", "japanese", "kill"]
_TOLD: Final = frozenset({"accepted", "refused"})
"""Not the silence of an address, which the rest of the pack need not wait for: drops know no codes."""
TEST_RELEASE: Final = ReleaseId("testpack22")
PATIENCE_S: Final = 45.0
"""For the whole pack; what has no answer by then was not answered."""

_STEPS: Final[tuple[tuple[Step, str, VersionKind, int, words.Words], ...]] = (
    ("release", "en", "release", 1, words.ENGLISH),
    ("picture", "en", "late-edition", 1, words.ENGLISH),
    ("correction", "en", "correction", 2, words.CORRECTED),
    ("arabic", "ar", "late-edition", 2, words.ARABIC),
    ("japanese", "ja", "late-edition", 2, words.JAPANESE),
    ("kill", "en", "kill", 3, words.KILLED),
)


@dataclass(frozen=True, slots=True)
class TestAnswer:
    """What came of one message of the pack. `outcome` as in a receipt, or `skipped` with the reason."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    step: Step
    language: str
    outcome: str
    code: int
    text: str
    ms: int
    published_url: str = ""

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.outcome == "accepted"


async def send_test_pack(
    channel: Channel, endpoint: Endpoint, *, format_: str, personal: Mapping[str, str] | None = None
) -> list[TestAnswer]:
    """Sends the pack in order; after the first message without any answer the rest is skipped."""
    run = secrets.token_hex(6)
    answers: list[TestAnswer] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            for number, (step, edition) in enumerate(editions()):
                task = _task(f"test{run}{number}", endpoint, edition, format_, personal or {})
                answers.append(_answer(step, edition, await _one(channel, task)))
                if not answers[-1].code and answers[-1].outcome not in _TOLD:
                    break
    except TimeoutError:
        pass
    for step, edition in list(editions())[len(answers) :]:
        answers.append(TestAnswer(step, edition.language, "skipped", 0, "not sent: no answer before", 0))
    return answers


async def _one(channel: Channel, task: Task) -> Receipt:
    found: list[Receipt] = []

    async def tasks() -> AsyncIterator[Task]:
        yield task

    async def report(receipt: Receipt) -> None:
        found.append(receipt)

    await channel.send(tasks(), report)
    return found[0]


def _answer(step: Step, edition: Edition, receipt: Receipt) -> TestAnswer:
    return TestAnswer(
        step,
        edition.language,
        receipt.outcome,
        receipt.code,
        receipt.text,
        receipt.ms,
        receipt.published_url,
    )


def editions() -> Iterator[tuple[Step, Edition]]:
    """The six editions, in the order in which they are sent."""
    before = ""
    for step, language, kind, version, text in _STEPS:
        picture = step == "picture"
        made = Edition(
            release=TEST_RELEASE,
            version=version,
            event_id=f"evt_test{step}",
            type=EVENT_TYPE[kind],
            language=Language(language),
            original_language=Language("en"),
            slug="test-do-not-publish",
            headline=text.headline,
            issuer=IssuerRef("sample-works", "Sample Works"),
            wire=get_settings().wire_name,
            dateline=DatelineLine("TEST", SystemClock().now().date().isoformat(), get_settings().wire_name),
            blocks=() if kind == "kill" else words.blocks(text, picture=picture),
            media=(words.PICTURE,) if picture else (),
            release_type="test",
            supersedes=before if kind in {"correction", "kill"} else "",
            reason=text.paragraphs[0] if kind in {"correction", "kill"} else "",
        )
        if language == "en":
            before = edition_sha256(made)
        yield step, made


def _task(name: str, endpoint: Endpoint, edition: Edition, format_: str, personal: Mapping[str, str]) -> Task:
    settings = get_settings()
    is_mail = endpoint.channel == "mail"
    message_id = f"<{name}@{settings.mail_from.partition('@')[2]}>" if is_mail else f"msg_{name}"
    parcel = opened(edition, endpoint.channel, "mail" if is_mail else format_)
    # Delivery 0: none of the ledger's, whose ids are above zero.
    return Task(0, 1, message_id, replace(endpoint, language=edition.language), parcel, personal)


def opened(edition: Edition, channel: str, format_: str) -> OpenedParcel:
    """The edition as this channel carries it, marked as a test. Raises BadInput for a format that is
    unknown.
    """
    settings = get_settings()
    at = Instant(SystemClock().now() - timedelta(microseconds=1))
    languages: tuple[str, ...] = (edition.language,)
    tool = codec(format_)
    body = tool.render(edition, PageFacts(settings.site_url, settings.wire_name))
    body = tool.opened(body, at=at, languages=languages, base_url=settings.site_url)
    media_type = tool.media_type
    if channel in {"webhook", WORDPRESS}:
        event: dict[str, Any] = wire_event(edition, at=at, languages=languages, base_url=settings.site_url)
        document = json.loads(webhook_body(event, body, format_, media_type))
        body = json.dumps({**document, "test": True}, ensure_ascii=False, separators=(",", ":")).encode()
        media_type = "application/json"
    return OpenedParcel(
        version_id=VersionId(f"vtest{edition.version}"),
        release=edition.release,
        version=edition.version,
        language=edition.language,
        channel=channel,
        format=format_,
        edition_sha256=edition_sha256(edition),
        body=body,
        media_type=media_type,
        at=at,
        slug=edition.slug,
        media=tuple((item, words.PICTURE_BYTES) for item in edition.media),
    )
