"""Our leases: prolonged while we live; what somebody else has by now is dropped, what nobody here knows of is
freed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dateline.dispatch import statements, upkeep
from dateline.dispatch.begun import Journal
from dateline.dispatch.claiming import Ground
from dateline.dispatch.feed import Feed
from dateline.dispatch.rules import SECOND
from dateline.dispatch.statements import Orphan


@dataclass
class Leases:
    """`feeds` tells which there are now."""

    ground: Ground
    journal: Journal
    feeds: Callable[[], Sequence[Feed]]
    _strays: set[tuple[int, int]] = field(default_factory=set)

    async def renew(self) -> None:
        """To be called each third of a lease."""
        ground = self.ground
        until = ground.clock.now() + ground.lease_s * SECOND
        ours = {feed.channel: feed.queued() | set(feed.in_flight) for feed in self.feeds()}
        held = await ground.do(lambda: statements.renew(ground.owner, lease_until=until))
        for feed in self.feeds():
            feed.renewed(ours.get(feed.channel, set()) - held.keys())
        await self._free_strays(held)
        self._compact()

    async def _free_strays(self, held: Mapping[int, int]) -> None:
        """A claim whose commit was not confirmed (a connection broke just then) is ours and in nobody's
        hands.

        Seen at two renewals in a row it goes back; one look could meet a claim that is on its way to us.
        """
        ground = self.ground
        known = ground.writer.unwritten().union(*(feed.known() for feed in self.feeds()))
        strays = {(id_, fence) for id_, fence in held.items() if id_ not in known}
        sure = [
            Orphan(id_, fence, ground.owner, begun=False, looked_at=False)
            for id_, fence in strays & self._strays
        ]
        self._strays = strays
        if sure:
            await ground.do(lambda: upkeep.free(sure, now=ground.clock.now()))

    def _compact(self) -> None:
        """The journal keeps what is under way: also what was answered and is not written yet, for until then
        a kill makes it lost.
        """
        begun = self.ground.writer.answered()
        for feed in self.feeds():
            begun |= {(entry.row.id, entry.row.fence) for entry in feed.in_flight.values()}
        self.journal.compact(begun, [claim for feed in self.feeds() for claim in feed.claims_in_line()])
