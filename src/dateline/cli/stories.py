"""Reads the files of one release: the original and its other languages."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dateline.cli.lists import parse_tag
from dateline.core.errors import BadInput
from dateline.core.words import Story, Translation


def read_stories(file: Path, editions: Sequence[str] = ()) -> list[Story]:
    """The original first. `editions` are `TAG=FILE`; a NewsML-G2 message whose package groups languages
    brings them itself. Raises BadInput naming option or file.
    """
    from dateline.intake import services as intake

    first, *others = intake.grouped_items(file) or (1,)
    original = replace(intake.read_file(file, item=first), original=True)
    stories = [original]
    for number in others:
        story = intake.read_file(file, item=number)
        if any(known.language == story.language for known in stories):
            raise BadInput(
                f"its package has two items in {story.language}; send one of them", where=str(file)
            )
        stories.append(as_edition_of(original, story))
    for entry in editions:
        tag, equals, name = entry.partition("=")
        if not equals or not name:
            raise BadInput(f"'{entry}' is not TAG=FILE, for example ja=release.ja.md", where="--edition")
        language = parse_tag(tag, f"--edition {entry}")
        if any(story.language == language for story in stories):
            raise BadInput(f"there is already an edition in {language}", where="--edition")
        story = intake.read_file(Path(name), lang=language)
        stories.append(as_edition_of(original, story))
    return stories


def as_edition_of(original: Story, story: Story) -> Story:
    """`story` as a translation made by people, with the facts that only the original's file need carry."""
    return replace(
        story,
        original=False,
        translation=story.translation or Translation("human"),
        sectors=story.sectors or original.sectors,
        countries=story.countries or original.countries,
        tickers=story.tickers or original.tickers,
        isins=story.isins or original.isins,
        keywords=story.keywords or original.keywords,
        contacts=story.contacts or original.contacts,
        origin=original.origin,
        provider=story.provider or original.provider,
        release_class=original.release_class,
        release_type=original.release_type,
        restrict=original.restrict,
    )
