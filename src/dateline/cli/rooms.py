"""Wires the rooms together: which consumer hears which event, and which channels exist."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from dateline.core.channel import Channel
from dateline.core.events import Event
from dateline.plant.settings import Settings

Handlers = Mapping[type[Event], Callable[..., None]]


def consumers() -> dict[str, Handlers]:
    """Consumer name -> handlers of the rooms whose jobs run in the `work` process. Needs Django set up."""
    from dateline.desk import jobs as desk
    from dateline.wire import jobs as wire

    return {desk.CONSUMER: desk.HANDLERS, wire.CONSUMER: wire.HANDLERS}


def channels(settings: Settings) -> dict[str, Channel]:
    """Every installed channel by its kind, built from its entry point (`dateline.channels`)."""
    return {point.name: point.load()(settings) for point in entry_points(group="dateline.channels")}
