"""The door of content providers: who they are, polls and pushes, and the items for the desk. Needs Django."""

from dateline.intake.providers.items import Item, ItemLine, item, items, refused, taken
from dateline.intake.providers.keys import admit, new_key
from dateline.intake.providers.polling import PollCard, claim, due, file_key, last_polls, poll, polls, push
from dateline.intake.providers.ports import Document, Fetch, Fetched, Wanted
from dateline.intake.providers.registry import (
    NewProvider,
    ProviderCard,
    add,
    change,
    disclaimers_of,
    pause,
    provider,
    providers,
    remove,
    resume,
)
from dateline.intake.providers.rules import names_of
from dateline.intake.providers.working import run

__all__ = [
    "Document",
    "Fetch",
    "Fetched",
    "Item",
    "ItemLine",
    "NewProvider",
    "PollCard",
    "ProviderCard",
    "Wanted",
    "add",
    "admit",
    "change",
    "claim",
    "disclaimers_of",
    "due",
    "file_key",
    "item",
    "items",
    "last_polls",
    "names_of",
    "new_key",
    "pause",
    "poll",
    "polls",
    "provider",
    "providers",
    "push",
    "refused",
    "remove",
    "resume",
    "run",
    "taken",
]
