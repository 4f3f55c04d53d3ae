"""How a provider's documents are fetched: a port, because the guard of addresses lives with the channels.

Implemented by `channels.fetching`, handed in by the composition root.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch, and what was there last time.

    `secret`: `USER:PASSWORD` or `Bearer TOKEN` for http, password or private key for sftp. `seen`: SHA-256 of
    a file's name -> its mark when it was read. `most_bytes` bounds what is kept of one document, unpacked.
    """

    kind: Literal["http", "folder", "sftp"]
    address: str
    secret: bytes = field(default=b"", repr=False)
    etag: str = ""
    last_modified: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = 20 * 1024 * 1024
    most_files: int = 100
    whole_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `mark` tells a file's state (size and date); `folder` is where its pictures may lie."""

    name: str
    data: bytes = field(repr=False)
    mark: str = ""
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it. `words` say what happened where it failed; `wait_s` what the server asked for;
    `refusals` are (file, reason) of files that could not be taken; `left`: files beyond `most_files`.
    """

    status: Literal["ok", "unchanged", "failed"]
    code: int = 0
    words: str = ""
    documents: tuple[Document, ...] = ()
    etag: str = ""
    last_modified: str = ""
    wait_s: float | None = None
    refusals: tuple[tuple[str, str], ...] = ()
    left: int = 0


class Fetch(Protocol):
    """Fetches within `wanted.whole_s` seconds; never raises for what the network does. Ends early when `stop`
    says so.
    """

    def __call__(self, wanted: Wanted, stop: Callable[[], bool]) -> Fetched: ...
