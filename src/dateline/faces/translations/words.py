"""The words people read for editions and blocks under translation, and the tone each has."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dateline.faces.portal.states import Tone

EDITIONS: Final[Mapping[str, tuple[Promise, Tone]]] = {
    "handed-in": (_("handed in by the translator"), "waiting"),
    "held": (_("held, a person must look"), "bad"),
    "failed": (_("failed"), "bad"),
    "person": (_("with a person"), "waiting"),
    "waiting": (_("waits for an engine"), "waiting"),
    "working": (_("being translated"), "waiting"),
    "machine": (_("in the drafts"), "good"),
    "there": (_("in the drafts"), "good"),
    "joined": (_("joined"), "good"),
    "cancelled": (_("cancelled"), "plain"),
}
BLOCKS: Final[Mapping[str, tuple[Promise, Tone]]] = {
    "empty": (_("no text"), "bad"),
    "outdated": (_("the original has changed"), "bad"),
    "machine": (_("machine, not read"), "waiting"),
    "edited": (_("edited"), "plain"),
    "checked": (_("checked"), "good"),
}
ROLES: Final[Mapping[str, Promise]] = {
    "headline": _("headline"),
    "subhead": _("subhead"),
    "body": _("paragraph"),
    "quote": _("quotation"),
    "list": _("list item"),
    "cell": _("table cell"),
    "caption": _("caption"),
    "boilerplate": _("about the issuer"),
    "contact": _("contact"),
}
