"""Providers for tests, and a fetch that gives what it is told, in place of the network."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from dateline.core.errors import Conflict
from dateline.intake.services import providers
from dateline.intake.services.providers import Document, Fetched, NewProvider, ProviderCard, Wanted
from dateline.issuers import services as issuers


def added(name: str = "kyoto", **more: Any) -> ProviderCard:
    """A provider `kyoto` whose feed nobody asks over the network."""
    with suppress(Conflict):
        issuers.add_issuer("kyoto", "Kyoto Wire", "JP")
    values: dict[str, Any] = {
        "language": "en",
        "issuer": "kyoto",
        "feed": "https://kyoto.example/feed",
        "label": "Kyoto Wire",
        "disclaimers": ["Not ours.", "ja=当社の記事ではない。"],
        "sectors": ["04000000"],
    }
    return providers.add(NewProvider(name=name, **{**values, **more}), by="ana")


class Told:
    """Gives these documents, one for each poll, and remembers what was wanted."""

    def __init__(self, *answers: bytes | Fetched) -> None:
        self.answers = list(answers)
        self.wanted: list[Wanted] = []

    def __call__(self, wanted: Wanted, stop: Callable[[], bool]) -> Fetched:
        self.wanted.append(wanted)
        found = self.answers.pop(0)
        return found if isinstance(found, Fetched) else fetched(found)


def fetched(*documents: bytes, names: Sequence[str] = (), **more: Any) -> Fetched:
    """A good answer with these documents."""
    named = names or [f"feed{n}" for n in range(len(documents))]
    return Fetched(
        "ok",
        code=200,
        documents=tuple(Document(name, data) for name, data in zip(named, documents, strict=True)),
        **more,
    )


def polled(name: str, *answers: bytes | Fetched, **more: Any) -> providers.PollCard:
    """The last of as many polls as there are answers."""
    told = Told(*answers)
    found = [providers.poll(name, told, **more) for _ in answers]
    return found[-1]
