"""The control page: what is under way, what rests, what is paused, and why somebody got a release or not.

For desk and operator only: the why box takes and shows addresses (I15), so it is asked by POST, and nothing
of it stands in an address that a proxy would log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dateline.audience import services as audience
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import DatelineError
from dateline.dispatch import services as dispatch
from dateline.faces.console import pausing
from dateline.faces.portal.access import Viewer, desk_only
from dateline.wire import services as wire

HERE: Final = "/console/operations/"
_STATUS: Final = 422


@dataclass(frozen=True, slots=True)
class LaneLine:
    """One lane with the name of its rank and how long its oldest delivery has been due, in whole seconds."""

    lane: dispatch.Lane
    rank: str
    oldest_s: int | None


@dataclass
class Asked:
    """What was typed, and what came of it: kept on the page when it was refused."""

    act: str = ""
    values: dict[str, str] = field(default_factory=dict)
    error: str = ""
    why: dispatch.Why | None = None

    @property
    def wrong(self) -> str:
        """The field of the form of pauses that the error is about."""
        if self.act != "pause" or not self.error:
            return ""
        if not self.values.get("reason", "").strip():
            return "reason"
        return "outlet" if self.values.get("what") == "endpoint:" else "what"


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def operations(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/console/operations/`."""
    if request.method != "POST":
        return _page(request, viewer, Asked())
    asked = Asked(request.POST.get("act", ""), {name: str(value) for name, value in request.POST.items()})
    try:
        if asked.act == "why":
            asked.why = dispatch.why(
                asked.values.get("release", "").strip(), asked.values.get("recipient", "")
            )
            return _page(request, viewer, asked)
        act = _ACTS.get(asked.act)
        if act is not None:
            act(viewer.name, asked.values)
    except DatelineError as error:
        asked.error = str(error)
        return _page(request, viewer, asked, status=_STATUS)
    return HttpResponseRedirect(HERE)


def _page(request: HttpRequest, viewer: Viewer, asked: Asked, *, status: int = 200) -> HttpResponse:
    held = wire.wide_hold()
    return render(
        request,
        "console/operations.html",
        {
            "viewer": viewer,
            "asked": asked,
            "held": held,
            "lanes": _lanes(SystemClock().now()),
            "ended": dispatch.ended_today(),
            "leases": dispatch.leases(),
            "breakers": _breakers(),
            "paused": pausing.lines(),
            "pausable": pausing.choices(),
            "pause_history": pausing.history(),
            "unreconciled": dispatch.unreconciled() if held.needs else None,
        },
        status=status,
    )


def _lanes(now: Instant) -> list[LaneLine]:
    return [
        LaneLine(
            lane,
            _rank(lane.rank),
            int((now - lane.oldest_due_at).total_seconds()) if lane.oldest_due_at else None,
        )
        for lane in dispatch.lanes()
    ]


def _rank(rank: int) -> str:
    names = (_("kill"), _("correction"), _("regulated"), _("priority"), _("normal"))
    return names[min(rank, len(names) - 1)]


def _breakers() -> list[tuple[dispatch.BreakerRow, str]]:
    """Each with the outlet's name; of mail the destination's domain."""
    rows = dispatch.breakers()
    names = audience.names([row.endpoint for row in rows])
    return [(row, names.get(row.endpoint, row.endpoint)) for row in rows]


# --- acts ---


def _hold(by: str, values: dict[str, str]) -> None:
    wire.hold_wire(by=by, reason=values.get("reason", ""))


def _free(by: str, values: dict[str, str]) -> None:
    wire.free_wire(by=by, reason=values.get("reason", ""))


_ACTS: Final[dict[str, Callable[[str, dict[str, str]], None]]] = {
    "hold": _hold,
    "free": _free,
    "pause": pausing.pause,
    "resume": pausing.resume,
}
