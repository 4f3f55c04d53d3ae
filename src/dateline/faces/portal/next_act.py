"""Which act comes next for a release, and why it is not yet possible: pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from dateline.core.clock import Instant

Act = Literal["", "submit", "approve", "decide", "report"]

WORK: frozenset[str] = frozenset({"draft", "in review", "returned"})
SCHEDULED: frozenset[str] = frozenset({"approved", "held", "overdue"})
EDITABLE: frozenset[str] = WORK | SCHEDULED | {"locked"}
PUBLIC: frozenset[str] = frozenset({"lifted", "released", "corrected", "killed"})


@dataclass(frozen=True, slots=True)
class Situation:
    """What the bottom bar needs to know. `blocking` counts findings that stop an approval."""

    state: str
    now: Instant
    at: Instant | None = None
    locked: bool = False
    blocking: int = 0
    approvals: Collection[str] = ()
    needed: int = 1
    viewer: str = ""
    viewer_is_desk: bool = False


@dataclass(frozen=True, slots=True)
class NextAct:
    """`act` is empty when the viewer has nothing to do; `why_not` says what stands in its way."""

    act: Act
    sentence: str
    why_not: str = ""

    @property
    def possible(self) -> bool:
        return bool(self.act) and not self.why_not


def next_act(s: Situation) -> NextAct:
    """The next act in the life of a release, as its page tells it."""
    if s.state in WORK or (s.state == "locked" and not s.locked):
        return _submit(s)
    if s.state == "locked":
        return _approve(s)
    if s.state == "overdue":
        sentence = _("T0 was missed while the wire was down. A person must decide whether it still goes out.")
        return NextAct("decide" if s.viewer_is_desk else "", sentence)
    return NextAct("report" if s.state in PUBLIC else "", _SENTENCES.get(s.state, lambda: "")())


_SENTENCES = {
    "approved": lambda: _("Approved. It goes out by itself at T0; until then it can be moved or withdrawn."),
    "held": lambda: _("Approved. It goes out by itself at T0; until then it can be moved or withdrawn."),
    "lifted": lambda: _("It is out. Deliveries are running."),
    "released": lambda: _("It is out."),
    "corrected": lambda: _("It is out, and corrected."),
    "killed": lambda: _("Killed. Its page shows the notice alone."),
    "withdrawn": lambda: _("Withdrawn."),
    "spiked": lambda: _("Spiked. It will not go out."),
}


def _submit(s: Situation) -> NextAct:
    if s.at is None:
        sentence = _("Lock and submit. It goes out as soon as it is approved.")
    else:
        sentence = _("Lock and submit. Once approved it is held until T0.")
    return NextAct("submit", sentence, _stopped(s))


def _stopped(s: Situation) -> str:
    if s.blocking:
        return _("Findings stop it: mend them in the text, or ask an editor to override them.")
    if s.at is not None and s.at <= s.now:
        return _("T0 has passed. Choose a later time.")
    return ""


def _approve(s: Situation) -> NextAct:
    if why := _stopped(s):
        return NextAct("approve" if s.viewer_is_desk else "", _("Locked. It needs an approval."), why)
    counts = _("%(have)s of %(needed)s approvals.") % {"have": len(s.approvals), "needed": s.needed}
    if s.viewer_is_desk and s.viewer not in s.approvals:
        return NextAct("approve", _("Locked and waiting for your approval.") + " " + counts)
    return NextAct("", _("Locked. Waiting for another person to approve it.") + " " + counts)
