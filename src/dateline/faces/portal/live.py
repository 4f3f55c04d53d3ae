"""The live part of a release: countdown, lanes, and the moment it is final; plain without scripts."""

import math
from typing import Any

from babel.units import format_unit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dateline.core.clock import SystemClock
from dateline.core.errors import Conflict
from dateline.desk import services as desk
from dateline.faces.interface import spoken
from dateline.faces.newsroom.dates import babel_locale
from dateline.faces.portal.access import Viewer, is_fragment, release_for, signed_in
from dateline.faces.portal.next_act import WORK
from dateline.faces.portal.page import clocks
from dateline.reports import services as reports

_CLOSE_S = 60
"""Seconds before T0 from which the fragment is asked for every second."""
_WAITING_FOR_PEOPLE = WORK | {"locked", "spiked", "withdrawn", "overdue"}


def live_context(viewer: Viewer, card: desk.ReleaseCard) -> dict[str, Any]:
    """Progress as the fragment shows it. `phase` is what the page around it depends on."""
    now = SystemClock().now()
    try:
        progress = reports.progress(card.release, shown=viewer.shown)
    except Conflict:  # not locked yet: nothing moves
        return {"card": card, "progress": None, "phase": "over", "polling": False}
    phase = phase_of(progress)
    due = progress.due_at
    left = max(0, math.ceil((due - now).total_seconds())) if due and not progress.lifted else None
    return {
        "card": card,
        "progress": progress,
        "phase": phase,
        "polling": phase in {"before", "out", "settled"},
        "reloading": phase == "out" or (phase == "before" and (left or 0) <= 10 * _CLOSE_S),
        "every": "10s" if phase == "settled" or (left or 0) > _CLOSE_S else "1s",
        "seconds_left": left,
        "countdown": countdown(left) if left is not None else "",
        "live_clocks": clocks(due, card) if due else [],
        "total": sum(lane.total for lane in progress.lanes),
        "done": sum(lane.done for lane in progress.lanes),
    }


def countdown(left: int) -> str:
    """`2 days 03:04:05` in the interface's language; look/countdown.js writes the same."""
    clock = f"{left // 3600 % 24:02}:{left // 60 % 60:02}:{left % 60:02}"
    locale = babel_locale(spoken())
    days = format_unit(left // 86_400, "day", length="short", locale=locale)
    return f"{days} {clock}" if left >= 86_400 else clock


def phase_of(progress: reports.ReleaseProgress) -> str:
    """before, out, settled or final; `over` when nothing will move any more without a person."""
    if progress.final:
        return "final"
    if progress.lifted:
        return "settled" if progress.settled else "out"
    return "over" if progress.state in _WAITING_FOR_PEOPLE else "before"


@signed_in
@require_safe
def live(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/portal/R/live/`: a fragment for htmx, a small page that refreshes itself for everybody else."""
    card = release_for(viewer, release)
    context = live_context(viewer, card)
    if not is_fragment(request):
        return render(request, "portal/live.html", context | {"headline": desk.headline(release)})
    response = render(request, "portal/_live.html", context | {"is_part": True})
    was = request.GET.get("was", "")
    if was and was != context["phase"]:
        # The page around the fragment has changed too: the text step becomes the report.
        response.headers["HX-Refresh"] = "true"
    return response
