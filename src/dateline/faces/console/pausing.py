"""Pauses on the operations page: what can be paused, what is, and what was. The acts are those of the command
line, by the same services.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from dateline.audience import services as audience
from dateline.core.errors import BadInput, Conflict
from dateline.dispatch import services as dispatch
from dateline.intake.services import providers

_SHOWN: Final = 20
_OF_HOLD: Final = ("wire", "hold")
"""What the hold of the whole wire pauses; it is not resumed by itself."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Groups of the list of what can be paused: each entry is (value, label), value `KIND:NAME`."""

    deliveries: list[tuple[str, str]]
    circuits: list[tuple[str, str]]
    providers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PausedLine:
    """One thing that is paused, by the name people know. `ours`: it can be resumed from here."""

    one: dispatch.Paused
    kind: str
    name: str
    ours: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of the history, in the same words."""

    one: dispatch.PauseChange
    act: str
    kind: str
    name: str


def choices() -> Choices:
    """What there is to pause; an outlet, of which there are thousands, is named instead."""
    return Choices(
        deliveries=[
            ("wire:", _("all deliveries")),
            ("mail-normal:", _("mail of the normal class")),
            ("endpoint:", _("an outlet, named below")),
        ],
        circuits=[(f"circuit:{one.name}", one.name) for one in audience.circuits()],
        providers=[(f"provider:{one.name}", one.label) for one in providers.providers()],
    )


def lines() -> list[PausedLine]:
    """Everything that is paused."""
    found = dispatch.paused()
    names = audience.names([one.name for one in found if one.kind == "endpoint"])
    return [
        PausedLine(one, _kind(one.kind), _named(one.kind, one.name, names), (one.kind, one.name) != _OF_HOLD)
        for one in found
    ]


def history() -> list[ChangeLine]:
    """The newest pauses and resumptions."""
    found = dispatch.pause_history(_SHOWN)
    names = audience.names([one.name for one in found if one.kind == "endpoint"])
    acts = {"pause": _("paused"), "resume": _("resumed")}
    return [
        ChangeLine(one, acts.get(one.act, one.act), _kind(one.kind), _named(one.kind, one.name, names))
        for one in found
    ]


def pause(by: str, values: dict[str, str]) -> None:
    """Raises BadInput without a reason, NotFound for an outlet that nobody knows, Conflict for what is paused
    already: who paused first stands.
    """
    kind, _colon, name = values.get("what", "").partition(":")
    chosen, shown = dispatch.pausable(kind, values.get("outlet", "") if kind == "endpoint" else name)
    if not dispatch.pause(kind, chosen, by=by, reason=values.get("reason", "")):
        raise Conflict(_("%(what)s was paused already") % {"what": shown})


def resume(by: str, values: dict[str, str]) -> None:
    """What somebody else has resumed meanwhile goes on as well. Raises BadInput for what the hold of the
    whole wire pauses: it ends with the hold.
    """
    kind, name = values.get("kind", ""), values.get("name", "")
    if (kind, name) == _OF_HOLD:
        raise BadInput("the hold of the whole wire pauses this; let the wire go on instead", where="kind")
    dispatch.resume(kind, name, by=by, reason=values.get("reason", ""))


def _named(kind: str, name: str, names: dict[str, str]) -> str:
    if kind == "wire" and name == "hold":
        return _("with the hold of the whole wire")
    return "" if kind in dispatch.NAMELESS_PAUSES else names.get(name, name)


def _kind(kind: str) -> str:
    return {
        "endpoint": _("outlet"),
        "circuit": _("circuit"),
        "provider": _("provider"),
        "wire": _("all deliveries"),
        "mail-normal": _("mail of the normal class"),
    }.get(kind, kind)
