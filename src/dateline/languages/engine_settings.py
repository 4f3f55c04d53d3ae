"""`engines.toml` in the home: which engines there are and which pair goes to which, read and checked at once.

Keys of engines are named by environment variable or file, never written here.
"""

import os
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dateline.core.errors import BadInput
from dateline.core.languages import parse_language
from dateline.languages.translator import EngineFault, SlotStyle
from dateline.plant.settings import Settings

_NAME: Final = re.compile(r"^[a-z][a-z0-9_-]{0,39}$")
_T = TypeVar("_T", bound=BaseModel)
ALWAYS_LOCAL: Final = frozenset({"opencc", "firefox", "ctranslate2", "human"})
ALWAYS_REMOTE: Final = frozenset({"deepl", "google"})


def _tag(text: str) -> str:
    try:
        return str(parse_language(text))
    except BadInput as error:
        raise ValueError(error.message) from None


class EngineSettings(BaseModel):
    """One `[engine.NAME]`. Engines that could be either are remote unless `local = true` is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    name: str
    kind: str
    url: str = ""
    local: bool = False
    key_env: str = ""
    key_file: str = ""
    model: str = ""
    folder: str = ""
    pairs: tuple[str, ...] = ()
    slot_style: SlotStyle | None = None
    max_batch: int = Field(0, ge=0, le=500)
    max_chars: int = Field(0, ge=0, le=200_000)
    timeout_s: float = Field(60.0, gt=0, le=3600)
    characters_per_day: int = Field(0, ge=0)
    requests_per_minute: int = Field(0, ge=0)
    price_per_million: Decimal | None = Field(None, ge=0)
    formality: Literal["default", "more", "less"] = "default"
    options: dict[str, str | int | float | bool] = {}

    @field_validator("pairs")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pair in value:
            source, mark, target = pair.partition(">")
            if not mark or not source.strip() or not target.strip():
                raise ValueError(f"'{pair}' is not a pair; write for example 'en>id'")
            _tag(source), _tag(target)
        return value

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError(f"'{value}' is no address; write http://HOST:PORT or https://HOST")
        if parts.password or parts.query:
            raise ValueError("an address with a password or a query; name the key with key_env or key_file")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _place(self) -> "EngineSettings":
        if self.local and self.kind in ALWAYS_REMOTE:
            raise ValueError(f"{self.kind} is a service on the internet and cannot be local")
        if self.key_env and self.key_file:
            raise ValueError("give key_env or key_file, not both")
        return self

    @property
    def remote(self) -> bool:
        """Whether text that goes there leaves the installation."""
        return self.kind not in ALWAYS_LOCAL and not self.local

    @property
    def pair_set(self) -> frozenset[tuple[str, str]] | None:
        """The pairs it may be asked for; None: any."""
        if not self.pairs:
            return None
        split = (pair.partition(">") for pair in self.pairs)
        return frozenset((str(parse_language(s)), str(parse_language(t))) for s, _, t in split)

    def key(self, home: Path) -> str:
        """The key of the engine, "" where none is named. Raises EngineFault naming where it should be."""
        if self.key_env:
            if found := os.environ.get(self.key_env, "").strip():
                return found
            raise EngineFault("setting", f"the environment has no {self.key_env}, which holds its key")
        if not self.key_file:
            return ""
        try:
            return (home / self.key_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise EngineFault("setting", f"its key cannot be read from {self.key_file} of the home") from None


class Route(BaseModel):
    """One `[[route]]`: engines in order for a pair; `*` stands for any language. `via`: over this one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "*"
    target: str = "*"
    engines: tuple[str, ...] = ()
    via: str = ""

    @field_validator("source", "target", "via")
    @classmethod
    def _known(cls, value: str) -> str:
        return value if value in {"*", ""} else _tag(value)


@dataclass(frozen=True, slots=True)
class Engines:
    """All that the file says. `where` is its path, for messages."""

    engines: dict[str, EngineSettings]
    routes: tuple[Route, ...]
    where: str = "engines.toml"


def engines_path(settings: Settings) -> Path:
    """Where the file is: DATELINE_ENGINES_FILE, else engines.toml in the home."""
    return (
        Path(settings.engines_file).expanduser() if settings.engines_file else settings.home / "engines.toml"
    )


def read_engines(settings: Settings) -> Engines:
    """The file, or only what needs no settings (OpenCC, people) where there is none. Raises BadInput naming
    file, table and key.
    """
    path = engines_path(settings)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if settings.engines_file:
            raise BadInput("there is no such file", where=f"DATELINE_ENGINES_FILE {path}") from None
        document = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", where=str(path)) from None
    return engines_from(document, str(path))


def engines_from(document: dict[str, Any], where: str) -> Engines:
    """The document of the file as values. Raises BadInput as `read_engines`."""
    if strange := set(document) - {"engine", "route"}:
        raise BadInput(f"there is no `{min(strange)}`; tables are [engine.NAME] and [[route]]", where=where)
    tables = document.get("engine", {})
    if not isinstance(tables, dict) or not isinstance(document.get("route", []), list):
        raise BadInput("write [engine.NAME] for each engine and [[route]] for each pair", where=where)
    engines = {"opencc": EngineSettings.model_validate({"name": "opencc", "kind": "opencc"})}
    for name, table in tables.items():
        place = f"{where}: [engine.{name}]"
        if not _NAME.match(name) or not isinstance(table, dict):
            raise BadInput("a name is small letters, digits, - and _, at most 40", where=place)
        engines[name] = _checked(EngineSettings, {**table, "name": name}, place)
    routes = tuple(
        _checked(Route, table, f"{where}: [[route]] {number}")
        for number, table in enumerate(document.get("route", []), 1)
    )
    for number, route in enumerate(routes, 1):
        if unknown := [name for name in route.engines if name not in engines and name != "human"]:
            raise BadInput(f"there is no [engine.{unknown[0]}]", where=f"{where}: [[route]] {number} engines")
    return Engines(engines, routes, where)


def _checked(model: type[_T], values: Any, place: str) -> _T:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise BadInput(said, where=f"{place} {key}".rstrip()) from None
