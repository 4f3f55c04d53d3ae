"""The release of the mail bench: some 17 KB as a message, text and HTML together."""

from typing import Final

from dateline.core.words import Block, Run

HEADLINE: Final = "Harbour museum opens its new hall"
_SENTENCE: Final = (
    "The harbour museum opens its new hall next week and expects many visitors from the whole region. "
    "The director said that the building was finished within the budget. "
)
BLOCKS: Final = tuple(
    Block("paragraph", runs=(Run(f"{number}. {_SENTENCE * 3}".strip()),)) for number in range(1, 14)
)
