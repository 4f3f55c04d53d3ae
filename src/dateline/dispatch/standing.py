"""What is paused, as people are told; and what the words they use for it mean.

The hold of the whole wire is the wire's own fact, of which the ledger hears by event: with no dispatch
process running it has not heard yet. People are told what stands, not what the ledger was told last.
"""

from dateline.audience import services as audience
from dateline.core.errors import BadInput, NotFound
from dateline.dispatch import pauses
from dateline.dispatch.pauses import HOLD, KINDS, NAMELESS, Paused
from dateline.wire import services as wire


def standing() -> list[Paused]:
    """Everything that is paused now, by kind and name; with the hold of the whole wire as it stands."""
    found = [one for one in pauses.paused() if not _is_hold(one)]
    held = wire.wide_hold()
    if held.on and held.since is not None:
        found.append(Paused("wire", HOLD, held.by, held.reason, held.since))
    return sorted(found, key=lambda one: (one.kind, one.name))


def pausable(kind: str, name: str) -> tuple[str, str]:
    """What `pause` and `resume` call it, and what people call it. Raises BadInput for an unknown kind,
    NotFound for a name that nobody has.
    """
    if kind not in KINDS:
        raise BadInput(f"'{kind}' cannot be paused; choose one of {', '.join(KINDS)}", where="KIND")
    if kind in NAMELESS:
        return "", "the wire" if kind == "wire" else "mail of the normal class"
    name = name.strip()
    if not name:
        raise BadInput(f"which {kind}? Give its name", where="NAME")
    if kind == "endpoint":
        found = audience.find(name)
        if found is None or found.kind != "outlet":
            raise NotFound(f"there is no outlet '{name}'; give its name or id")
        return found.recipient, f"outlet {found.name}"
    if kind == "circuit":
        audience.circuit(name)
    return name, f"{kind} {name}"


def _is_hold(one: Paused) -> bool:
    return one.kind == "wire" and one.name == HOLD
