"""The last steps of intake, whatever kind of file it was: pictures, cleaning, disclaimer, embargo, size."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dateline.core.clock import parse_instant
from dateline.core.errors import BadInput
from dateline.core.phrases import phrase
from dateline.core.words import Finding, Story
from dateline.intake import pictures
from dateline.intake.characters import Cleaner, clean_story
from dateline.plant.settings import get_settings

MAX_BLOCKS = 5_000
_MAIL_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"?&%#]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")


def with_pictures(
    story: Story,
    entries: Sequence[Mapping[str, str]],
    folder: Path | None,
    sent_along: Mapping[str, bytes],
) -> Story:
    """The pictures that the front matter lists and those that stand in the text."""
    listed = {entry["file"]: dict(entry) for entry in entries}
    for item in story.media:
        entry = listed.setdefault(item.name, {"file": item.name})
        entry["alt"] = entry.get("alt") or item.alt
        entry["caption"] = entry.get("caption") or item.caption
    if not listed:
        return story
    if folder is None:
        here = [entry for name, entry in listed.items() if name in sent_along]
        story = with_media(story, pictures.from_bytes(here, sent_along, story.language))
        if not (missing := sorted(set(listed) - set(sent_along))):
            return story
        message = "the pictures were left out, because the release came without its folder"
        finding = Finding("media-skipped", "warn", "media", f"{message}: {', '.join(missing)[:200]}")
        return replace(story, findings=(*story.findings, finding))
    return with_media(story, pictures.from_folder(listed.values(), folder, story.language))


def with_media(story: Story, found: Sequence[pictures.Picture]) -> Story:
    """`story` with these pictures, and without image blocks that show none of them."""
    media = tuple(dict.fromkeys(picture.media for picture in found))
    names = {item.name for item in media}
    return replace(
        story,
        media=media,
        blocks=tuple(b for b in story.blocks if b.kind != "image" or b.media in names),
        boilerplate=tuple(b for b in story.boilerplate if b.kind != "image" or b.media in names),
        attachments=tuple((picture.media.name, picture.data) for picture in found),
        findings=(*story.findings, *pictures.alt_findings(media), *pictures.position_findings(found)),
    )


# --- the last steps --------------------------------------------------------------------------------------


def finished(story: Story, cleaner: Cleaner) -> Story:
    """Cleans what came in through entities, adds the standing disclaimer, checks the embargo and the size."""
    story = _with_contacts(clean_story(story, cleaner))
    if len(story.blocks) > MAX_BLOCKS:
        raise BadInput(
            f"{len(story.blocks)} blocks are more than {MAX_BLOCKS}; split the release", where="text"
        )
    if story.embargo:
        try:
            parse_instant(story.embargo)
        except BadInput as error:
            raise BadInput(error.message, where="front matter `embargo`") from None
    if story.origin == "third-party" and not story.disclaimer:
        words = get_settings().standing_disclaimer or phrase("disclaimer.third-party", story.language)
        finding = Finding(
            "disclaimer-added",
            "warn",
            "disclaimer",
            "the file brings no third-party disclaimer; the standing one was added",
        )
        story = replace(story, disclaimer=words, findings=(*story.findings, finding))
    elif story.disclaimer and story.origin == "issuer":
        finding = Finding(
            "disclaimer-unclaimed",
            "warn",
            "disclaimer",
            "a third-party disclaimer closes the text; add `origin: third-party` and `provider:`",
        )
        story = replace(story, findings=(*story.findings, finding))
    return story


def _with_contacts(story: Story) -> Story:
    """Without addresses that are none: they become a link for readers and the Reply-To of every mail."""
    bad = [c.email for c in story.contacts if c.email and not _MAIL_ADDRESS.fullmatch(c.email)]
    if not bad:
        return story
    message = f"{', '.join(bad)[:200]!r} is no mail address and was left out; write only name@domain"
    return replace(
        story,
        contacts=tuple(replace(c, email="") if c.email in bad else c for c in story.contacts),
        findings=(*story.findings, Finding("contact-address", "warn", "contacts", message)),
    )
