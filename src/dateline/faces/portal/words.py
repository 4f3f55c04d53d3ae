"""The words people read for what the house itself calls something: parts of a text, channels, kinds, acts."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PARTS: Final[Mapping[str, Promise]] = {
    "labels": _("labels"),
    "section line": _("section line"),
    "headline": _("headline"),
    "subhead": _("subhead"),
    "byline": _("byline"),
    "dateline": _("dateline"),
    "contact": _("contact"),
    "pictures": _("pictures"),
    "disclaimer": _("disclaimer"),
    "boilerplate": _("boilerplate"),
    "paragraph": _("paragraph"),
    "heading": _("heading"),
    "list": pgettext_lazy("part of a text", "list"),
    "quote": _("quotation"),
    "table": pgettext_lazy("part of a text", "table"),
    "image": _("picture"),
    "embed": _("embedded media"),
}
CHANNELS: Final[Mapping[str, Promise]] = {"mail": _("mail"), "folder": _("folder")}
"""The other channels are names of techniques, the same in every language."""

RECIPIENTS: Final[Mapping[str, Promise]] = {
    "journalist": _("journalist"),
    "desktop": _("desktop"),
    "site": _("news site"),
    "paper": _("newspaper"),
    "agency": _("news agency"),
    "broadcaster": _("broadcaster"),
    "portal": pgettext_lazy("kind of outlet", "portal"),
    "terminal": pgettext_lazy("kind of outlet", "terminal"),
}
VERSIONS: Final[Mapping[str, Promise]] = {
    "release": _("release"),
    "late-edition": _("late edition"),
    "correction": _("correction"),
    "kill": _("kill"),
    "withdrawal": _("withdrawal"),
}
ACTS: Final[Mapping[str, Promise]] = {
    "added": pgettext_lazy("act", "added"),
    "text saved": pgettext_lazy("act", "text saved"),
    "text removed": pgettext_lazy("act", "text removed"),
    "circuit chosen": pgettext_lazy("act", "circuit chosen"),
    "T0 chosen": pgettext_lazy("act", "T0 chosen"),
    "handed in": pgettext_lazy("act", "handed in"),
    "checked": pgettext_lazy("act", "checked"),
    "overrode": pgettext_lazy("act", "overrode a finding"),
    "locked": pgettext_lazy("act", "locked"),
    "approved": pgettext_lazy("act", "approved"),
    "returned": pgettext_lazy("act", "returned"),
    "spiked": pgettext_lazy("act", "spiked"),
    "held": pgettext_lazy("act", "put on hold until T0"),
    "overdue": pgettext_lazy("act", "missed its T0"),
    "lifted": pgettext_lazy("act", "released"),
    "withdrawn": pgettext_lazy("act", "withdrawn"),
    "archived": pgettext_lazy("act", "archived"),
}


def part(kind: str) -> str:
    """`boilerplate: heading` in the interface's language."""
    return ": ".join(_word(PARTS, one) for one in kind.split(": "))


def channel(kind: str) -> str:
    """The name of a channel."""
    return _word(CHANNELS, kind)


def recipient(kind: str) -> str:
    """The name of a kind of recipient."""
    return _word(RECIPIENTS, kind)


def version(kind: str) -> str:
    """The name of a kind of version."""
    return _word(VERSIONS, kind)


def act(name: str) -> str:
    """What was done, as the history says it."""
    return _word(ACTS, name)


def _word(known: Mapping[str, Promise], name: str) -> str:
    return str(known.get(name, name))
