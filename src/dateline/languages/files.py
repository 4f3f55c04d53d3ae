"""Translations of files that are in no release, and the sheets that people get of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from dateline.core.clock import Clock, Instant
from dateline.core.languages import Language
from dateline.core.words import Story
from dateline.languages import consents, uses
from dateline.languages.asking import House
from dateline.languages.engine_settings import Engines
from dateline.languages.routing import HUMAN, Exposure, path_for
from dateline.languages.running import wish_for
from dateline.languages.translating import translate_all
from dateline.languages.wishes import Outcome


def translate_story(
    story: Story,
    targets: Sequence[Language],
    engines: Engines,
    *,
    public: bool = False,
    only: str = "",
    deadline: Instant | None = None,
    clock: Clock | None = None,
) -> list[Outcome]:
    """One outcome for each target, in their order. `public`: the text may go to any engine.

    Raises BadInput when there is no engine for a pair.
    """
    exposure = Exposure(
        public, story.release_class == "regulated", consents.consents_of(story.issuer) if story.issuer else {}
    )
    source = replace(story, original=True)
    found: dict[Language, Outcome] = {}
    paths = {target: path_for(engines, story.language, target, only=only) for target in targets}
    for over in (False, True):
        group = [target for target in dict.fromkeys(targets) if bool(paths[target].via) == over]
        known = {tag: o.story for tag, o in found.items() if o.story is not None and o.state == "ready"}
        wishes = [
            wish_for(
                source, target, engines, issuer=story.issuer, exposure=exposure,
                only="" if only == HUMAN else only, known=known, deadline=deadline, clock=clock,
            )
            for target in group
        ]  # fmt: skip
        for outcome in asyncio.run(translate_all(wishes, House(engines))) if wishes else ():
            uses.record(outcome.uses, clock=clock)
            found[outcome.language] = outcome
    return [found[target] for target in targets]
