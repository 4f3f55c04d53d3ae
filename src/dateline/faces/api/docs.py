"""The reference of the API as a page of ours: static HTML made of the OpenAPI document, without scripts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dateline.faces.context import house

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_PUBLIC: Final = "without a key"


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter, or a field of a shape."""

    name: str
    type: str
    about: str
    place: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    keyed: bool
    parameters: tuple[Row, ...]
    bodies: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape by its name."""

    name: str
    about: str
    fields: tuple[Row, ...]


def reference(request: HttpRequest, document: Mapping[str, Any]) -> HttpResponse:
    """The page. It says only what the document says, which is public."""
    known = house(request) | {"interface_language": "en", "interface_dir": "ltr"}  # as the document
    key = (id(document), *known.values())
    if key not in _PAGES:
        _PAGES.clear()
        _PAGES[key] = _rendered(document, known)
    return HttpResponse(_PAGES[key], headers={"Cache-Control": "public, max-age=300"})


_PAGES: Final[dict[tuple[Any, ...], bytes]] = {}
"""The page as it was made: neither the document nor the house changes while a process runs."""


def _rendered(document: Mapping[str, Any], known: Mapping[str, Any]) -> bytes:
    context = {
        **known,
        "title": f"{document['info']['title']} API {document['info']['version']}",
        "about": document["info"]["description"],
        "groups": list(groups(document).items()),
        "shapes": shapes(document),
    }
    return render_to_string("api/docs.html", context).encode()


def groups(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Operations by their tag, in the document's order."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                tag = (operation.get("tags") or [_PUBLIC])[0]
                found.setdefault(tag, []).append(_operation(path, method, operation))
    return found


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    parameters = tuple(
        Row(
            one["name"],
            _type(one.get("schema", {})),
            one.get("description", ""),
            one["in"],
            bool(one.get("required")),
        )
        for one in operation.get("parameters", [])
    )
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        anchor=str(operation["operationId"]),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        about=operation.get("description", ""),
        keyed=bool(operation.get("security")),
        parameters=parameters,
        bodies=tuple((kind, _type(one.get("schema", {}))) for kind, one in content.items()),
        answers=tuple(
            (str(status), one.get("description", ""), _answer(one))
            for status, one in operation["responses"].items()
        ),
    )


def _answer(response: Mapping[str, Any]) -> str:
    kinds = {_type(one.get("schema", {})) for one in response.get("content", {}).values()}
    return ", ".join(sorted(kinds))


def _type(schema: Mapping[str, Any]) -> str:
    """A short name of what a schema takes."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for name in ("anyOf", "oneOf"):
        if name in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[name]))
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = str(schema.get("title") if "properties" in schema else schema.get("type", "any"))
    return "bytes" if schema.get("format") == "binary" else kind


def shapes(document: Mapping[str, Any]) -> list[Shape]:
    """Every shape by name."""
    found = []
    for name, schema in sorted(document["components"]["schemas"].items()):
        required = set(schema.get("required", []))
        fields = tuple(
            Row(field, _type(one), one.get("description", ""), required=field in required)
            for field, one in schema.get("properties", {}).items()
        )
        found.append(Shape(name, schema.get("description", ""), fields))
    return found
