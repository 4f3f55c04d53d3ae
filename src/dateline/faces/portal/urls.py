"""Addresses of the portal."""

from django.urls import path

from dateline.faces.portal import (
    acts,
    aftermath,
    circuits,
    history,
    live,
    new,
    overview,
    previews,
    releases,
    texts,
    times,
)
from dateline.faces.portal.converters import register

register()
_R = "<desk_release:release>/"

urlpatterns = [
    path("", releases.releases),
    path("new/", new.new),
    path(_R, overview.overview),
    path(f"{_R}text/", texts.text),
    path(f"{_R}text/<desk_language:language>/", texts.text),
    path(f"{_R}text/<desk_language:language>/edit/", texts.edit),
    path(f"{_R}text/<desk_language:language>/remove/", texts.remove),
    path(f"{_R}language/", texts.add),
    path(f"{_R}circuit/", circuits.circuit),
    path(f"{_R}time/", times.time),
    path(f"{_R}preview/", previews.preview),
    path(f"{_R}preview/<desk_language:language>/<slug:kind>/", previews.preview),
    path(f"{_R}preview/<desk_language:language>/<slug:kind>.html", previews.document),
    path(f"{_R}media/<slug:sha256>/", previews.picture),
    path(f"{_R}submit/", acts.submit),
    path(f"{_R}hand-in/", acts.hand_in),
    path(f"{_R}withdraw/", acts.withdraw),
    path(f"{_R}after/", aftermath.after),
    path(f"{_R}correct/", aftermath.correct),
    path(f"{_R}kill/", aftermath.kill),
    path(f"{_R}live/", live.live),
    path(f"{_R}history/", history.history),
]
