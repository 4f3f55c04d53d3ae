"""What dispatch and a process that sends say to each other: frames of plain values over a socket.

Only this house's own two processes, of one release of it, ever hold the ends. So `marshal` will do, which
costs a tenth of JSON.
"""

import marshal
import struct
from collections.abc import Iterator
from importlib.metadata import version as release_of
from typing import Any, Final

from dateline.core.clock import from_micros, to_micros
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Endpoint, OpenedParcel, Receipt, Task

BEGIN: Final = "begin"
TASKS: Final = "tasks"
END: Final = "end"
CANCEL: Final = "cancel"
CLOSE: Final = "close"
"""From dispatch: a send begins; tasks, with the instant they were drawn; no more come; stop now; good-bye."""
RECALL: Final = "recall"
BEAT: Final = "beat"
"""From dispatch too: the places of tasks that must not begin any more; a beat, answered by one of whoever is
alive.
"""
DID: Final = "did"
OVER: Final = "over"
"""From the sender: how many tasks it wants, and what came of some; a send is over, with its error if any."""

LANGUAGE: Final = f"2 of dateline {release_of('dateline')}"
"""What both ends must speak. Dispatch knows its own from its start, so a sender that starts after the
package was changed under a running dispatch says no instead of guessing; the number is for changes within a
release.
"""

Message = tuple[Any, ...]

_LENGTH: Final = struct.Struct("<I")
_VERSION: Final = 2
"""Of marshal's format: the last one that keeps no table of what was written before."""
_PARCEL, _TASK = 0, 1
_PARCELS: Final = 64
"""Parcels that both ends keep, the oldest forgotten first."""


def packed(message: Message) -> bytes:
    """One frame."""
    data = marshal.dumps(message, _VERSION)
    return _LENGTH.pack(len(data)) + data


class Frames:
    """Bytes in, whole messages out."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are complete now."""
        data = self._data + data if self._data else data
        at, size = 0, len(data)
        while size - at >= _LENGTH.size:
            end = at + _LENGTH.size + _LENGTH.unpack_from(data, at)[0]
            if end > size:
                break
            message: Message = marshal.loads(data[at + _LENGTH.size : end])  # noqa: S302 - our own
            at = end
            yield message
        self._data = data[at:]


class TaskWriter:
    """Tasks as plain values; a parcel goes over once, ahead of the first task that carries it. Its pictures
    do not: channels that send any stay in dispatch.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, tuple[int, OpenedParcel]] = {}
        """By the parcel's identity, for to hash one is dear; the parcel is kept, so that it stays one."""
        self._count = 0

    def written(self, task: Task, slot: int) -> list[Message]:
        """One or two items of a TASKS message. `slot` is the task's place in the marks of what was begun."""
        known = self._numbers.get(id(task.parcel))
        items: list[Message] = []
        if known is None:
            items.append(self._parcel(task.parcel))
            known = self._numbers[id(task.parcel)]
        to = task.endpoint
        items.append(
            (
                _TASK, known[0], slot, task.delivery, task.fence, task.message_id,
                to.id, to.address, to.name, to.language, dict(to.options), to.secret, to.previous_secret,
                dict(task.personal),
            )
        )  # fmt: skip
        return items

    def _parcel(self, parcel: OpenedParcel) -> Message:
        while len(self._numbers) >= _PARCELS:
            del self._numbers[next(iter(self._numbers))]
        self._count += 1
        self._numbers[id(parcel)] = (self._count, parcel)
        at = None if parcel.at is None else to_micros(parcel.at)
        return (
            _PARCEL, self._count, parcel.version_id, parcel.release, parcel.version, parcel.language,
            parcel.channel, parcel.format, parcel.edition_sha256, parcel.body, parcel.media_type, at,
            parcel.slug,
        )  # fmt: skip


class TaskReader:
    """The other end of a TaskWriter."""

    def __init__(self) -> None:
        self._parcels: dict[int, OpenedParcel] = {}

    def read(self, items: list[Message]) -> Iterator[tuple[int, Task]]:
        """(slot, task) of each item that is a task."""
        for item in items:
            if item[0] == _PARCEL:
                self._keep(item)
                continue
            _, number, slot, delivery, fence, message_id, *to, personal = item
            parcel = self._parcels[number]
            id_, *where = to
            yield (
                slot,
                Task(delivery, fence, message_id, Endpoint(id_, parcel.channel, *where), parcel, personal),
            )

    def _keep(self, item: Message) -> None:
        _, number, version_id, release, version, language, *made, at, slug = item
        channel, format_, sha256, body, media_type = made
        while len(self._parcels) >= _PARCELS:
            del self._parcels[next(iter(self._parcels))]
        self._parcels[number] = OpenedParcel(
            VersionId(version_id), ReleaseId(release), version, Language(language), channel, format_, sha256,
            body, media_type, None if at is None else from_micros(at), slug,
        )  # fmt: skip


def told(receipt: Receipt) -> Message:
    """A receipt as plain values."""
    return (
        receipt.delivery, receipt.fence, receipt.outcome, receipt.code, receipt.text, receipt.wait_s,
        receipt.ms, receipt.throttle, receipt.disable_endpoint, receipt.published_url,
    )  # fmt: skip


def heard(values: Message) -> Receipt:
    """The receipt again."""
    return Receipt(*values)
