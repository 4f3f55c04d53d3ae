"""A story as segments, and a story out of translated segments: structure is a template that no engine sees.

Datelines are made from place, date and source in each language and names of people stay, so neither is
translated; a provider's disclaimer never is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dateline.core.languages import Language
from dateline.core.words import Block, Contact, Media, Run, Runs, Story, Translation
from dateline.languages.masking import has_words, masked, runs_of
from dateline.languages.translator import Role, Segment

_ROLES: Final[Mapping[str, Role]] = {"quote": "quote", "list": "list", "table": "cell", "image": "caption"}
HEADLINE_CHARS: Final = 200
Say = Callable[[str, Runs], Runs]
"""(place, runs of the source) -> runs of the target."""


def segments_of(story: Story, keep: Sequence[str] = ()) -> tuple[Segment, ...]:
    """Every text of `story` that has words, in reading order. `keep`: names that stay as they are.

    >>> [s.id for s in segments_of(Story(Language("en"), "Museum opens"))]
    ['headline']
    """
    found: list[Segment] = []

    def note(place: str, runs: Runs) -> Runs:
        cut = masked(runs, keep)
        if has_words(cut.text):
            longest = HEADLINE_CHARS if place == "headline" else None
            found.append(Segment(place, cut.text, cut.slots, longest, _role(place, story)))
        return runs

    _walked(story, note)
    return tuple(found)


def put_back(
    story: Story, language: Language, texts: Mapping[str, str], *, keep: Sequence[str], made: Translation
) -> Story:
    """`story` in another language: each segment's text from `texts`, all else as it was.

    Raises SlotsDamaged naming the slots, KeyError for a segment without a text.
    """
    known = {segment.id: segment for segment in segments_of(story, keep)}

    def say(place: str, runs: Runs) -> Runs:
        segment = known.get(place)
        return runs if segment is None else runs_of(texts[place], segment.slots)

    told = _walked(story, say)
    return replace(told, language=language, original=False, translation=made, findings=())


def _role(place: str, story: Story) -> Role:
    if place in {"headline", "subhead"}:
        return place  # type: ignore[return-value]
    if place.startswith("boilerplate") or place == "disclaimer":
        return "boilerplate"
    if place.startswith("contacts"):
        return "contact"
    if place.startswith("media"):
        return "caption"
    number = int(place[place.index("[") + 1 : place.index("]")])
    return _ROLES.get(story.blocks[number].kind, "body")


def _walked(story: Story, say: Say) -> Story:
    """`story` with every text replaced by what `say` makes of it: reading and writing go the same way."""

    def line(place: str, text: str) -> str:
        return "".join(run.text for run in say(place, (Run(text),))) if text else text

    third_party = story.origin == "third-party"
    return replace(
        story,
        headline=line("headline", story.headline),
        subhead=line("subhead", story.subhead),
        blocks=tuple(_blocks("blocks", story.blocks, say, line)),
        boilerplate=tuple(_blocks("boilerplate", story.boilerplate, say, line)),
        contacts=tuple(_contact(n, c, line) for n, c in enumerate(story.contacts)),
        media=tuple(_media(n, m, line) for n, m in enumerate(story.media)),
        disclaimer="" if third_party else line("disclaimer", story.disclaimer),
    )


def _blocks(part: str, blocks: Sequence[Block], say: Say, line: Callable[[str, str], str]) -> Iterator[Block]:
    for number, block in enumerate(blocks):
        place = f"{part}[{number}]"
        yield replace(
            block,
            runs=say(place, block.runs) if block.runs else (),
            items=tuple(say(f"{place}.items[{n}]", item) for n, item in enumerate(block.items)),
            rows=tuple(
                tuple(say(f"{place}.rows[{r}][{c}]", cell) for c, cell in enumerate(row))
                for r, row in enumerate(block.rows)
            ),
            attribution=line(f"{place}.attribution", block.attribution),
        )


def _contact(number: int, contact: Contact, line: Callable[[str, str], str]) -> Contact:
    return replace(contact, role=line(f"contacts[{number}].role", contact.role))


def _media(number: int, item: Media, line: Callable[[str, str], str]) -> Media:
    return replace(
        item,
        alt=line(f"media[{number}].alt", item.alt),
        caption=line(f"media[{number}].caption", item.caption),
    )
