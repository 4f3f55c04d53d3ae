"""What the OpenAPI document says beyond what ninja finds out by itself, and how it is put in order."""

from copy import deepcopy
from typing import Any, Final

from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema

from dateline.faces.api.problems import MEDIA_TYPE, Problem

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_REF: Final = {"$ref": "#/components/schemas/Problem"}
_WHEN: Final = {
    400: "The request cannot be read.",
    401: "No API key in force.",
    403: "The key, or its person, may not.",
    404: "There is nothing, or nothing that this key may know of.",
    405: "Not with this method.",
    409: "Its state forbids it, or somebody else was first.",
    412: "It was changed since it was read.",
    413: "Too large.",
    415: "Not in this form.",
    422: "A field cannot be used; `where` names it.",
    429: "Too often; `Retry-After` says when.",
    503: "A part is away; `Retry-After` says when.",
}


def problems(*statuses: int) -> dict[int, type[Schema]]:
    """`response={200: Shape, **problems(404, 422)}`; what every keyed route may answer comes by itself."""
    return dict.fromkeys(sorted({*statuses, 401, 403, 429, 503}), Problem)


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}}


_HEADERS: Final[dict[int, dict[str, Any]]] = {
    200: {"ETag": _header("Of this answer; `If-None-Match` takes it.")},
    201: {"Location": _header("The address of what was made.")},
    401: {"WWW-Authenticate": _header("Bearer.")},
    429: {"Retry-After": _header("Seconds.")},
    503: {"Retry-After": _header("Seconds.")},
}
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "Any text, new for each act: a repeat within 24 hours gets the first answer again.",
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[ -~]*$"},
    "description": "The ETag of the release as it was read; 412 when it was changed since.",
}


def idempotent() -> dict[str, Any]:
    """Parameters of an act on a release."""
    return {"parameters": [deepcopy(_IDEMPOTENCY), deepcopy(_IF_MATCH)]}


def changing() -> dict[str, Any]:
    """Parameters of a change that may be repeated as it is."""
    return {"parameters": [deepcopy(_IF_MATCH)]}


def body(shape: type[Schema], **others: Any) -> dict[str, Any]:
    """A request body in JSON; `others` are further media types by their schema."""
    content = {
        "application/json": {"schema": shape.model_json_schema(ref_template="#/components/schemas/{model}")}
    }
    return {"requestBody": {"required": True, "content": content | others}}


def takes(shape: type[Schema]) -> dict[str, Any]:
    """An act with a body in JSON."""
    return {**idempotent(), **body(shape)}


_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE_QUERY: Final = (
    ("name", "Name of the file: tells Markdown from plain text."),
    ("encoding", "Character set that a file does not say."),
    ("item", "Number of the item in a file that holds several."),
)


def file_query(*more: tuple[str, str]) -> list[dict[str, Any]]:
    """Parameters that say what a file in the body does not."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "integer", "minimum": 1} if name == "item" else {"type": "string"},
            "description": about,
        }
        for name, about in (*_FILE_QUERY, *more)
    ]


def files() -> dict[str, Any]:
    """A file as it is, told by its content."""
    return {
        name: deepcopy(_BYTES)
        for name in ("text/markdown", "text/html", "text/plain", "application/octet-stream")
    }


def takes_release() -> dict[str, Any]:
    """The ways to send a new release."""
    from dateline.faces.api.inputs import NewRelease

    form = {
        "schema": {
            "type": "object",
            "required": ["edition"],
            "additionalProperties": False,
            "properties": {
                "edition": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
                "media": {"type": "array", "items": {"type": "string", "format": "binary"}},
                "issuer": {"type": "string"},
                "circuit": {"type": "string"},
                "at": {"type": "string"},
            },
        }
    }
    asked = (
        ("language", "BCP 47, where the file does not say it."),
        ("issuer", "Slug of the issuer."),
        ("circuit", "Name of the circuit."),
        ("at", "T0 with an offset or a zone."),
    )
    found = body(NewRelease, **{"multipart/form-data": form, **files()})
    return {"parameters": [deepcopy(_IDEMPOTENCY), *file_query(*asked)], **found}


# --- the whole document --------------------------------------------------------------------------------


class OrderedAPI(NinjaAPI):
    """Ninja's API with problem documents in the right media type and one place for every shape."""

    _made: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The document; routes do not change while a process runs, so it is made once."""
        if self._made is None:
            self._made = self._ordered(**options)
        return self._made

    def _ordered(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        document["paths"] = deepcopy(document["paths"])  # what routes say of themselves stays as it is
        schemas: dict[str, Any] = document["components"].setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        for path in document["paths"].values():
            for method, operation in path.items():
                if method in _METHODS:
                    _put_in_order(operation, schemas)
                    if operation.get("security"):
                        _tell_headers(method, operation)
        return document


def _tell_headers(method: str, operation: dict[str, Any]) -> None:
    """Headers of keyed routes, and 304 for what is read."""
    responses = operation["responses"]
    if method == "get":
        responses["304"] = {"description": "As `If-None-Match` says, it is known."}
    for status, headers in _HEADERS.items():
        found = responses.get(str(status))
        if found is not None and (status != 200 or method == "get") and (status != 201 or method == "post"):
            found["headers"] = deepcopy(headers)


def _put_in_order(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    operation["responses"].setdefault(422, {"description": ""})
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            response["content"] = {MEDIA_TYPE: {"schema": dict(_REF)}}
            response["description"] = _WHEN.get(int(status), response["description"])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schemas.update(content["schema"].pop("$defs", {}))
    operation["responses"] = {str(status): found for status, found in operation["responses"].items()}
