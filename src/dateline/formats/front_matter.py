"""Reads and writes the YAML head of a Markdown release; every key of it, typed, and no surprise from YAML."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from dateline.core import release_types
from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import parse_language
from dateline.core.sectors import parse_sector
from dateline.core.words import Contact, Finding, Translation
from dateline.formats import references
from dateline.formats.runs import squeezed

MAX_BYTES = 65_536
RELEASE_TYPES = tuple(kind.slug for kind in release_types.RELEASE_TYPES)
_FENCE = re.compile(r"\A---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


class _Plain(yaml.SafeLoader):
    """All scalars stay text: `NO` is Norway and not false, `2026-11-24` is what the author wrote."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):  # aliases are how small files grow huge
            raise yaml.YAMLError("aliases (*name) are not accepted; write the value out")
        # A tag chooses a constructor, and those fail in ways of their own.
        if getattr(self.peek_event(), "tag", None):  # type: ignore[no-untyped-call]
            raise yaml.YAMLError("tags (!name) are not accepted; write the value alone, or in quotes")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
        if twice is not None:
            raise yaml.YAMLError(f"the key '{twice}' stands there twice")
        return super().construct_mapping(node, deep=True)


_Plain.yaml_implicit_resolvers = {}


def split(text: str) -> tuple[dict[str, Any], str]:
    """(front matter as text values, lists and mappings; the rest). Without a head: ({}, text).

    Raises BadInput naming the line when the head is no YAML mapping.
    """
    match = _FENCE.match(text)
    if not match:
        if re.match(r"\A---[ \t]*\n(?=[A-Za-z_]+:)", text):
            raise BadInput(
                "the front matter has no end; close it with a line of three dashes", where="front matter"
            )
        return {}, text
    if len(match[1].encode()) > MAX_BYTES:
        raise BadInput(f"larger than {MAX_BYTES // 1024} KB; move the text below it", where="front matter")
    try:
        values = yaml.load(match[1], Loader=_Plain)  # noqa: S506 - a SafeLoader without implicit types
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise BadInput(f"not valid YAML: {error.problem}", where=f"front matter, line {line}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadInput(f"not valid YAML: {str(error)[:200]}", where="front matter") from None
    if values is None or values == "":
        return {}, text[match.end() :]
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise BadInput("expected `key: value` lines", where="front matter")
    return values, text[match.end() :]


# --- typed values ----------------------------------------------------------------------------------------


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadInput(f"expected text, found {_kind(value)}", where=f"front matter `{key}`")
    return squeezed(value).strip(" ")


def _flag(key: str, value: Any) -> bool:
    word = value.strip().lower() if isinstance(value, str) else None
    if word in {"true", "yes", "on"}:
        return True
    if word in {"false", "no", "off", ""}:
        return False
    raise BadInput("expected true or false", where=f"front matter `{key}`")


def _list(key: str, value: Any) -> list[str]:
    if isinstance(value, str):
        value = re.split(r"[,;]", value)
    if not isinstance(value, list):
        raise BadInput(f"expected a list, found {_kind(value)}", where=f"front matter `{key}`")
    return [word for item in value if (word := _text(key, item))]


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "text"


def _one_of(*words: str) -> Callable[[str, Any], str]:
    def read(key: str, value: Any) -> str:
        text = _text(key, value)
        if text and text not in words:
            raise BadInput(f"'{text[:40]}' is none of {', '.join(words)}", where=f"front matter `{key}`")
        return text

    return read


def _parsed(parse: Callable[[str], str]) -> Callable[[str, Any], tuple[str, ...]]:
    def read(key: str, value: Any) -> tuple[str, ...]:
        out: list[str] = []
        for item in _list(key, value):
            try:
                out.append(parse(item))
            except DatelineError as error:
                raise BadInput(str(error), where=f"front matter `{key}`") from None
        return tuple(dict.fromkeys(out))

    return read


def _words(key: str, value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_list(key, value)))


def _language(key: str, value: Any) -> str:
    try:
        return parse_language(_text(key, value))
    except DatelineError as error:
        raise BadInput(str(error), where=f"front matter `{key}`") from None


def _slug(key: str, value: Any) -> str:
    text = _text(key, value)
    if text and not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?", text):
        raise BadInput(
            "use small letters a-z, digits and single hyphens, at most 100", where=f"front matter `{key}`"
        )
    return text


def _contacts(key: str, value: Any) -> tuple[Contact, ...]:
    items = value if isinstance(value, list) else [value]
    out = []
    for item in items:
        if isinstance(item, str):
            out.append(contact_from_text(item))
            continue
        if not isinstance(item, dict) or not set(item) <= {"name", "role", "email", "phone"}:
            raise BadInput("expected text or name, role, email, phone", where=f"front matter `{key}`")
        out.append(Contact(**{name: _text(key, part) for name, part in item.items()}))
    return tuple(contact for contact in out if contact != Contact())


def _translation(key: str, value: Any) -> Translation | str:
    """`machine`, `human`, or kind with engine and reviewed_by: keeps the label of a translation (I10)."""
    item = {"kind": value} if isinstance(value, str) else value
    if not isinstance(item, dict) or not set(item) <= {"kind", "engine", "reviewed_by"}:
        raise BadInput("expected machine, human, or kind with engine", where=f"front matter `{key}`")
    said = {name: _text(key, part) for name, part in item.items()}
    kind = _one_of("machine", "human")(key, said.pop("kind", ""))
    if not kind:
        return ""
    engine, reviewer = said.get("engine") or None, said.get("reviewed_by") or None
    return Translation("human" if kind == "human" else "machine", engine, reviewer)


def _media(key: str, value: Any) -> tuple[dict[str, str], ...]:
    items = value if isinstance(value, list) else [value]
    out = []
    for given in items:
        item = {"file": given} if isinstance(given, str) else given
        if not isinstance(item, dict) or not (
            {"file"} <= set(item) <= _PICTURE_KEYS or {"href"} <= set(item) <= references.KEYS
        ):
            message = "expected file with alt, caption, credit, or href with title, type, size, poster, alt"
            raise BadInput(message, where=f"front matter `{key}`")
        out.append({name: _text(key, part) for name, part in item.items()})
        if "href" in item:
            references.reference_block(out[-1])
    return tuple(out)


_PICTURE_KEYS = frozenset({"file", "alt", "caption", "credit"})


_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w@.])(?:\+|00)?\(?\d[\d\s().\-–/]{6,22}\d(?![\w@])")


def contact_from_text(text: str) -> Contact:
    """One line of a contact block: e-mail and telephone by their form, then name and role by the first comma.

    >>> contact_from_text("Ana Lima, Press Office, press@acme.example, +55 11 5555 0100")
    Contact(name='Ana Lima', role='Press Office', email='press@acme.example', phone='+55 11 5555 0100')
    """
    email = _EMAIL.search(text)
    rest = text.replace(email[0], " ") if email else text
    phone = _PHONE.search(rest)
    rest = rest.replace(phone[0], " ") if phone else rest
    rest = re.sub(r"(?i)\b(?:tel|phone|e-?mail|fax|t|e|m)\s*[.:]+", " ", rest)
    rest = re.sub(r"[()<>\[\]|]", " ", rest)
    parts = [
        part
        for raw in re.split(r"[,;，、،/\n]| [–—-] ", rest)
        if (part := " ".join(raw.split()).strip(" :–—-").lstrip(". "))
    ]
    return Contact(
        name=parts[0] if parts else "",
        role=", ".join(parts[1:]),
        email=email[0].rstrip(".") if email else "",
        phone=" ".join(phone[0].split()) if phone else "",
    )


_KEYS: Mapping[str, tuple[str, Callable[[str, Any], Any]]] = {
    "headline": ("headline", _text),
    "subhead": ("subhead", _text),
    "slug": ("slug", _slug),
    "byline": ("byline", _text),
    "language": ("language", _language),
    "issuer": ("issuer", _slug),
    "circuit": ("circuit", _text),
    "class": ("release_class", _one_of("regulated", "priority", "normal")),
    "release_type": ("release_type", _one_of(*RELEASE_TYPES)),
    "origin": ("origin", _one_of("issuer", "third-party")),
    "provider": ("provider", _text),
    "on_behalf_of": ("on_behalf_of", _text),
    "paid": ("paid", _flag),
    "state_affiliated": ("state_affiliated", _flag),
    "ai_assisted": ("ai_assisted", _flag),
    "sectors": ("sectors", _parsed(parse_sector)),
    "countries": ("countries", _parsed(parse_country)),
    "keywords": ("keywords", _words),
    "tickers": ("tickers", _words),
    "isins": ("isins", _words),
    "restrict": ("restrict", _parsed(parse_country)),
    "embargo": ("embargo", _text),
    "contacts": ("contacts", _contacts),
    "media": ("media", _media),
    "translation": ("translation", _translation),
}
KEYS = tuple(_KEYS)


def typed(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """(fields of a Story by their names, findings for unknown keys). `media` stays a tuple of mappings.

    Empty values count as absent. Raises BadInput naming the key whose value is of the wrong type.
    """
    fields: dict[str, Any] = {}
    findings: list[Finding] = []
    for key, value in values.items():
        if key not in _KEYS:
            near = f"; known are {', '.join(KEYS)}"
            findings.append(
                Finding(
                    "front-matter-unknown",
                    "warn",
                    f"front matter `{key[:40]}`",
                    f"the key '{key[:40]}' is not used{near}",
                )
            )
            continue
        name, read = _KEYS[key]
        found = read(key, "" if value is None else value)
        if found not in ("", ()):
            fields[name] = found
    return fields, tuple(findings)


def written(values: Mapping[str, Any]) -> str:
    """YAML between its two fences; empty values are left out. `split` reads it back."""
    kept = {key: value for key, value in values.items() if value not in ("", (), [], {}, None, False)}
    text = yaml.safe_dump(
        kept, allow_unicode=True, sort_keys=False, width=1_000_000, default_flow_style=False
    )
    return f"---\n{text}---\n"
