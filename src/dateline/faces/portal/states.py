"""The words people read for the states of releases and deliveries, and the tone each has."""

from collections.abc import Mapping
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Tone = Literal["good", "waiting", "bad", "plain"]

_WORDS: Mapping[str, tuple[Promise, Tone]] = {
    # a release
    "draft": (_("draft"), "plain"),
    "in review": (_("in review"), "waiting"),
    "locked": (_("waiting for approval"), "waiting"),
    "approved": (_("approved"), "waiting"),
    "returned": (_("returned"), "bad"),
    "spiked": (_("spiked"), "bad"),
    "held": (_("held until T0"), "waiting"),
    "overdue": (_("overdue"), "bad"),
    "lifted": (_("going out"), "good"),
    "withdrawn": (_("withdrawn"), "bad"),
    "released": (_("released"), "good"),
    "corrected": (_("corrected"), "good"),
    "killed": (_("killed"), "bad"),
    # a delivery
    "waiting": (_("waiting"), "waiting"),
    "leased": (_("being sent"), "waiting"),
    "deferred": (_("deferred"), "waiting"),
    "accepted": (_("accepted"), "good"),
    "refused": (_("refused"), "bad"),
    "expired": (_("expired"), "bad"),
    "suppressed": (_("suppressed"), "plain"),
    "cancelled": (_("cancelled"), "plain"),
    "uncertain": (_("uncertain"), "bad"),
    # a finding
    "block": (_("blocks"), "bad"),
    "hold": (_("hold"), "waiting"),
    "warn": (_("note"), "plain"),
    # a class of release
    "regulated": (_("regulated"), "bad"),
    "priority": (_("priority"), "waiting"),
    "normal": (_("normal"), "plain"),
}


def word(state: str) -> str:
    """The word; the state itself where nobody wrote one."""
    found = _WORDS.get(state)
    return str(found[0]) if found else state


def tone(state: str) -> Tone:
    """How it bears on the reader."""
    found = _WORDS.get(state)
    return found[1] if found else "plain"
