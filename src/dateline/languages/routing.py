"""Which engines are asked for a pair, in which order, and which of them may see the text. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dateline.core.errors import BadInput
from dateline.languages.engine_settings import Engines, EngineSettings, Route

HUMAN: Final = "human"
OPENCC: Final = "opencc"
_TRADITIONAL: Final = frozenset({"zh-Hant", "zh-Hant-HK"})


@dataclass(frozen=True, slots=True)
class Path:
    """How a pair is translated: the engines in order, over `via` where that is set."""

    engines: tuple[str, ...]
    via: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What decides where a text may go. `consents`: engine -> id of the issuer's recorded consent."""

    public: bool = False
    regulated: bool = False
    consents: Mapping[str, str] = field(default_factory=dict)


def path_for(engines: Engines, source: str, target: str, *, only: str = "") -> Path:
    """The way for a pair. The most exact route wins, the first of equals; without one, every engine whose
    settings name the pair. Traditional Chinese is converted from Simplified unless a route names it.

    `only`: this engine and no other. Raises BadInput naming the file when there is no way.
    """
    if only:
        if only != HUMAN and only not in engines.engines:
            known = ", ".join(sorted(engines.engines)) or "none"
            raise BadInput(f"there is no engine '{only}'; there are {known}", where="--engine")
        route = _route(engines, source, target)
        via = route.via if route is not None else ""
        return Path((only,), "" if _named(engines.engines.get(only), source, target) else via)
    if {source, target} in [{"zh-Hans", other} for other in _TRADITIONAL]:
        return Path((OPENCC, *_others(engines, source, target)))
    route = _route(engines, source, target)
    if target in _TRADITIONAL and (route is None or route.target == "*") and _has(engines, source, "zh-Hans"):
        return Path((OPENCC,), "zh-Hans")
    if route is not None and (route.engines or route.via):
        return Path(route.engines or _named_engines(engines, route.via, target), route.via)
    if found := _named_engines(engines, source, target):
        return Path(found)
    raise BadInput(
        f"no engine for {source} to {target}; add one with a [[route]], or `pairs` to an engine",
        where=engines.where,
    )


def _others(engines: Engines, source: str, target: str) -> tuple[str, ...]:
    route = _route(engines, source, target)
    named = route.engines if route is not None else ()
    return tuple(name for name in named if name != OPENCC)


def _has(engines: Engines, source: str, target: str) -> bool:
    try:
        path_for(engines, source, target)
    except BadInput:
        return False
    return True


def _route(engines: Engines, source: str, target: str) -> Route | None:
    fitting = [r for r in engines.routes if r.source in {source, "*"} and r.target in {target, "*"}]
    # `*` never sends Chinese of the other script round its conversion, nor a language to itself.
    fitting.sort(key=lambda r: (r.target == "*", r.source == "*"))
    return next(iter(fitting), None)


def _named_engines(engines: Engines, source: str, target: str) -> tuple[str, ...]:
    return tuple(name for name, e in engines.engines.items() if _named(e, source, target))


def _named(settings: EngineSettings | None, source: str, target: str) -> bool:
    return settings is not None and (source, target) in (settings.pair_set or ())


def refused(settings: EngineSettings, exposure: Exposure) -> str:
    """Why this engine must not see the text; "" when it may.

    What is not public goes to local engines, or to a remote one that the issuer's recorded consent names;
    never for regulated items.
    """
    if not settings.remote or exposure.public:
        return ""
    if exposure.regulated:
        return "a regulated item does not leave the installation before it is public"
    if settings.name not in exposure.consents:
        return (
            "the text is not public and the issuer has not consented to this engine; "
            f"record it with: dateline engines consent ISSUER {settings.name}"
        )
    return ""
