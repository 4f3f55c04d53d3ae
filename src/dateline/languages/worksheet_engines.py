"""Engines asked for chosen blocks of a worksheet. A person's text is never overwritten: what an engine says
of it waits beside it as a proposal.
"""

import asyncio
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Block, Story
from dateline.desk import services as desk
from dateline.languages import consents, memory, uses
from dateline.languages.asking import House
from dateline.languages.engine_settings import read_engines
from dateline.languages.keys import source_hash
from dateline.languages.order_rows import OUT
from dateline.languages.routing import Exposure, path_for
from dateline.languages.running import wish_for
from dateline.languages.segments import segments_of
from dateline.languages.translating import translate_all
from dateline.languages.translator import Segment
from dateline.languages.wishes import Outcome
from dateline.languages.worksheet_acts import must_live
from dateline.languages.worksheet_rows import change, fitted, kept_of, open_sheet
from dateline.languages.worksheets import Kept, Row, Worksheet, why_not
from dateline.plant.settings import get_settings

WITHIN_S: Final = 25
"""Seconds that a page waits for engines; what came until then is kept."""
_BLOCK: Final = re.compile(r"(blocks|boilerplate|contacts|media)\[(\d+)\]")


def ask_again(
    release: str, language: Language, places: Sequence[str], *, by: str, clock: Clock | None = None
) -> tuple[int, tuple[str, ...]]:
    """(blocks that got an answer, what happened, in sentences without text). Earlier answers do not count.

    Raises NotFound, BadInput for a pair without an engine or a block that is not there, Conflict.
    """
    must_live(release)
    sheet = open_sheet(release, language)
    wanted = [sheet.row(place) for place in dict.fromkeys(places)]
    if not wanted:
        raise BadInput("choose the blocks that engines are asked for", where="blocks")
    outcome, asked = _asked(release, sheet, wanted, (clock or SystemClock()).now())
    uses.record(outcome.uses, clock=clock)
    answers = _answers(sheet, wanted, outcome, asked)
    if answers:
        change(release, language, by, lambda now: _with(now, answers))
    return len(answers), outcome.said


def _asked(
    release: str, sheet: Worksheet, rows: Sequence[Row], now: Instant
) -> tuple[Outcome, Mapping[str, Segment]]:
    """What came of it, and the segments that its parts are of: none where the way goes over a language."""
    card = desk.show(release)
    engines = read_engines(get_settings())
    via = path_for(engines, sheet.source.language, sheet.language).via
    exposure = Exposure(
        card.state in OUT, card.release_class == "regulated", consents.consents_of(card.issuer)
    )
    wish = wish_for(
        only_blocks(sheet.source, [row.place for row in rows]),
        sheet.language,
        engines,
        issuer=card.issuer,
        exposure=exposure,
        known=_bridge(release, Language(via)) if via else {},
        deadline=Instant(now + timedelta(seconds=WITHIN_S)),
    )
    (outcome,) = asyncio.run(translate_all([replace(wish, memory={}, kept={})], House(engines)))
    keep = tuple(dict.fromkeys(term.source for term in wish.terms if term.keep))
    return outcome, {} if via else {s.id: s for s in segments_of(wish.source, keep)}


def _bridge(release: str, via: Language) -> Mapping[Language, Story]:
    """The edition that the way goes over, where it is there and fits today's original."""
    story = next((story for story in desk.drafts(release)[1:] if story.language == via), None)
    return {via: story} if story is not None and not open_sheet(release, via).open else {}


def only_blocks(source: Story, places: Sequence[str]) -> Story:
    """The story with these texts and no other; each stays at its place.

    >>> only_blocks(Story(Language("en"), "Museum opens", subhead="Twelve boats"), ["subhead"]).headline
    ''
    """
    named = {(m[1], int(m[2])) for place in places if (m := _BLOCK.match(place))}

    told = {
        "headline": source.headline if "headline" in places else "",
        "subhead": source.subhead if "subhead" in places else "",
        "disclaimer": source.disclaimer if "disclaimer" in places else "",
        "blocks": _emptied("blocks", source.blocks, named),
        "boilerplate": _emptied("boilerplate", source.boilerplate, named),
        "contacts": tuple(
            c if ("contacts", n) in named else replace(c, role="") for n, c in enumerate(source.contacts)
        ),
        "media": tuple(
            m if ("media", n) in named else replace(m, alt="", caption="") for n, m in enumerate(source.media)
        ),
    }
    return replace(source, **told)  # type: ignore[arg-type]


def _emptied(part: str, blocks: Sequence[Block], named: Container[tuple[str, int]]) -> tuple[Block, ...]:
    return tuple(
        block if (part, n) in named else replace(block, runs=(), items=(), rows=(), attribution="")
        for n, block in enumerate(blocks)
    )


def _answers(
    sheet: Worksheet, rows: Sequence[Row], outcome: Outcome, asked: Mapping[str, Segment]
) -> Mapping[str, Kept]:
    """Place -> answer with the worksheet's own slots: out of the story where every block has one, else out of
    the parts, which hold the slots of `asked`.
    """
    story = outcome.story
    told = {s.id: s for s in segments_of(story)} if story is not None else {}
    texts = outcome.texts if story is None else {}
    found = {}
    for row in rows:
        text = memory.aligned(row.segment, told.get(row.place))
        if row.place in texts and row.place in asked:
            text = fitted(row.segment, texts[row.place], asked[row.place])
        if text and not why_not(row.segment, text):
            found[row.place] = kept_of(row.segment, text, "machine", outcome.engine)
    return found


def _with(now: Worksheet, answers: Mapping[str, Kept]) -> Worksheet:
    """The worksheet as it is by now, with the answers; those to words that changed meanwhile are dropped."""
    changed = {}
    for row in now.rows:
        answer = answers.get(row.place)
        if answer is None or answer.source_hash != source_hash(row.segment):
            continue
        mine = row.kept.by or row.kept.checked_by or row.kept.made == "person"
        if mine and row.kept.text:
            changed[row.place] = replace(
                row.kept, proposal=answer.text, proposal_by=answer.engine, proposal_made="machine"
            )
        else:
            changed[row.place] = answer
    return now.with_rows(changed)
