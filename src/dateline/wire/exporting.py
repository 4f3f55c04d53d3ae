"""One edition with what a rendering needs: as it is public, or as it is locked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dateline.core.errors import NotFound
from dateline.core.words import Edition
from dateline.desk import services as desk
from dateline.formats.facts import PageFacts
from dateline.plant.settings import get_settings
from dateline.wire.public import media, public_edition, public_languages

Pictures = Mapping[str, tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class Exported:
    """`pictures`: SHA-256 -> (bytes, media type)."""

    edition: Edition = field(repr=False)
    page: PageFacts
    pictures: Pictures = field(repr=False)


def export_public(release: str, language: str = "", version: int = 0) -> Exported:
    """What is out, "" being the original and 0 the newest version; of a killed or withdrawn one the notice.

    Raises NotFound naming the languages that are public.
    """
    settings = get_settings()
    languages = public_languages(release)
    if not languages:
        raise NotFound(f"nothing of {release} is public")
    tag = language or next(iter(languages))
    found = public_edition(release, tag, version or None)
    if found is None:
        which = f"version {version} in {tag}" if version and tag in languages else f"an edition in {tag}"
        raise NotFound(f"{release} has not {which} in public; there are {', '.join(languages)}")
    edition = found.edition
    if found.state in {"killed", "withdrawn"}:
        edition = _notice(release, tag, edition, found.state, found.notice)
    page = PageFacts(
        settings.site_url, settings.wire_name, found.at, tuple(languages), first_at=found.first_at
    )
    pictures = {m.sha256: got for m in edition.media if (got := media(m.sha256)) is not None}
    return Exported(edition, page, pictures)


def export_held(release: str, language: str = "") -> Exported:
    """The newest lock, public or not, with the gaps that only T0 fills; for its issuer and the desk alone.

    Raises NotFound; Conflict when nothing is locked.
    """
    settings = get_settings()
    version = desk.latest_version(release)
    tags = [str(ref.language) for ref in version.editions]
    tag = language or tags[0]
    if tag not in tags:
        raise NotFound(f"the lock of {release} has no edition in {tag}; there are {', '.join(tags)}")
    page = PageFacts(settings.site_url, settings.wire_name)
    return Exported(desk.edition(version.version_id, tag), page, desk.media(version.version_id))


def _notice(release: str, tag: str, edition: Edition, state: Any, notice: str) -> Edition:
    """The notice that replaced the text, as it was sent; made from the text's own facts where the language
    joined after the notice was locked.
    """
    kind = {"killed": "kill", "withdrawn": "withdrawal"}[state]
    for version in reversed(desk.versions(release)):
        if version.kind == kind and any(ref.language == tag for ref in version.editions):
            return desk.edition(version.version_id, tag)
    return replace(
        edition,
        type=state,
        reason=notice,
        blocks=(),
        boilerplate=(),
        contacts=(),
        media=(),
        subhead="",
        byline="",
    )
