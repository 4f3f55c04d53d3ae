"""Wires the rooms together: which consumer hears which event, and which channels exist."""

from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import entry_points
from typing import Any

from dateline.core.channel import Channel
from dateline.core.events import Event
from dateline.plant.settings import Settings

Handlers = Mapping[type[Event], Callable[..., None]]


def consumers() -> dict[str, Handlers]:
    """Consumer name -> handlers of the rooms whose jobs run in the `work` process. Needs Django set up."""
    from dateline.desk import jobs as desk
    from dateline.languages import jobs as languages
    from dateline.wire import jobs as wire

    return {
        desk.CONSUMER: desk.HANDLERS,
        wire.CONSUMER: wire.HANDLERS,
        languages.CONSUMER: languages.HANDLERS,
    }


def ledger_consumers() -> dict[str, Handlers]:
    """The same for events of the ledger's own outbox."""
    from dateline.channels.services import NOTICES

    return dict(NOTICES)


def fetcher(settings: Settings) -> Callable[..., Any]:
    """What fetches content providers' feeds for intake, which lies below the guard of addresses."""
    from dateline.channels.fetching.services import fetcher as made

    return made(settings)


def channels(settings: Settings) -> dict[str, Channel]:
    """Every installed channel by its kind, built from its entry point (`dateline.channels`)."""
    made = {point.name: point.load()(settings) for point in entry_points(group="dateline.channels")}
    from dateline.audience.services import heartbeats
    from dateline.channels.services import in_own_processes

    for kind, channel in made.items():
        if hasattr(channel, "asking"):
            channel.asking = partial(heartbeats, kind)
    return in_own_processes(made, settings)
