"""One round: some events to everyone who takes them, in chunks, nobody always first (I12).

Slots that take the same of the events share one joined payload and get it with one system call.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dateline.edge.blast import Blast
from dateline.edge.engine import Framing, Reason
from dateline.edge.slots import Slots

CHUNK: Final = 2000
"""Slots written to before the loop may do something else: about 20 ms."""
_GROUPS_MOST: Final = 64

Frame = Callable[[Framing], bytes]


@dataclass(frozen=True, slots=True)
class Item:
    """One frame and the slots that take it. `misses`: who owes bytes does without it."""

    frame: Frame
    mask: int
    misses: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """One payload and the slots that get it, as little-endian bits."""

    payload: bytes
    mask: bytes
    misses: bool = False


def legs(items: Sequence[Item], framings: Sequence[tuple[Framing, int]]) -> list[Leg]:
    """Joins frames to as few payloads as there are different choices among them.

    A slot gets its frames in the order given. When the choices are too many, the frames are split in runs.
    """
    made: list[Leg] = []
    for framing, own in framings:
        for misses in (True, False):  # a key goes before the news that it opens
            wanted = [(item.frame, item.mask & own) for item in items if item.misses is misses]
            for chosen, mask in _runs(wanted):
                payload = b"".join(frame(framing) for frame in chosen)
                made.append(Leg(payload, mask.to_bytes((mask.bit_length() + 7) // 8, "little"), misses))
    return made


def _runs(wanted: Sequence[tuple[Frame, int]]) -> Iterator[tuple[list[Frame], int]]:
    """(frames, the slots that take exactly these of their run)."""
    groups: list[tuple[list[Frame], int]] = []
    for frame, mask in wanted:
        if len(groups) > _GROUPS_MOST:
            yield from groups
            groups = []
        fresh, split = mask, []
        for frames, slots in groups:
            both = slots & mask
            fresh ^= both
            if both:
                split.append(([*frames, frame], both))
            if slots != both:
                split.append((frames, slots ^ both))
        if fresh:
            split.append(([frame], fresh))
        groups = split
    yield from groups


@dataclass(slots=True)
class Written:
    """What a round did."""

    frames: int = 0
    size: int = 0


class Walk:
    """The order of one round: chunks from a random start, one way round or the other."""

    def __init__(self, low: int, high: int, *, backwards: bool) -> None:
        self.backwards = backwards
        # Whole bytes of the masks, so that the bits of a chunk can be counted without shifting.
        start = low + (random.randrange(max(1, high - low)) & ~7)  # noqa: S311  fairness, not secrecy
        chunks = [(a, min(a + CHUNK, high)) for a in range(start, high, CHUNK)]
        chunks += [(a, min(a + CHUNK, start)) for a in range(low, start, CHUNK)]
        self.chunks = chunks[::-1] if backwards else chunks

    async def go(
        self,
        plan: Callable[[int, int], list[Leg]],
        more: Callable[[], int],
        serve: Callable[["Walk", tuple[int, int], list[Leg]], None],
    ) -> None:
        """Serves every chunk with items 0 to `more()`.

        `plan(a, b)` makes the legs of items a to before b; `more()` is asked after every chunk how many items
        there are: one that cannot wait goes into the chunks to come, and alone to those already served.
        """
        served = [0] * len(self.chunks)
        plans: dict[tuple[int, int], list[Leg]] = {}
        count = more()
        while any(had < count for had in served):
            for at, chunk in enumerate(self.chunks):
                if served[at] < count:
                    span = (served[at], count)
                    if span not in plans:
                        plans[span] = plan(*span)
                    serve(self, chunk, plans[span])
                    served[at] = count
                    await asyncio.sleep(0)
                    count = more()


def serve_chunk(  # noqa: PLR0917  the parts of one round
    slots: Slots,
    blast: Blast,
    walk: Walk,
    chunk: tuple[int, int],
    plan: Sequence[Leg],
    drop: Callable[[int, Reason], None],
) -> Written:
    """Writes the legs to the slots of one chunk; descriptors are read now, not at the round's start."""
    start, stop = chunk
    done = Written()
    for leg in plan:
        part = leg.mask[start >> 3 : (stop + 7) >> 3]
        count = int.from_bytes(part, "little").bit_count() - slots.left_of(leg.mask, start, stop)
        if not count:
            continue
        for slot in _aside(slots, leg, start, stop, walk.backwards):
            if leg.misses and slot in slots.pending:
                count -= 1
            elif not slots.push(slot, leg.payload):
                drop(slot, Reason.SLOW if slot in slots.pending else Reason.LEFT)
                count -= 1
        for slot, sent in blast(slots.ready, leg.mask, leg.payload, start, stop, walk.backwards):
            if not slots.took(slot, leg.payload, sent):
                drop(slot, Reason.LEFT)
                count -= 1
        done.frames += count
        done.size += count * len(leg.payload)
    return done


def _aside(slots: Slots, leg: Leg, start: int, stop: int, backwards: bool) -> list[int]:
    if not slots.aside.count:
        return []
    mask = leg.mask
    found = [
        slot
        for slot in slots.aside.between(start, min(stop, len(mask) * 8))
        if mask[slot >> 3] >> (slot & 7) & 1
    ]
    return found[::-1] if backwards else found
