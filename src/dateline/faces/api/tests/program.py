"""A program that speaks to the API with a key: what tests ask with, and what they check of every answer."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
from django.test import Client

from dateline.issuers import services as issuers
from dateline.issuers.key_rules import ISSUER_SCOPES, OUTLET_SCOPES, SCOPES

BASE = "/api/v1"
TEXT = (
    "SEOUL, Nov. 24, 2026 /Dateline/ -- The harbour museum opens its new hall next week and expects many "
    "visitors from the whole region.\n\nThe director said that the building was finished within the budget."
)


@cache
def problem_schema() -> Any:
    """The JSON Schema of problem documents."""
    text = files("dateline.core").joinpath("schemas/problem.json").read_text("utf-8")
    return jsonschema_rs.validator_for(json.loads(text))


@dataclass
class Answer:
    """An answer with its document."""

    response: Any

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def headers(self) -> Any:
        return self.response.headers

    @property
    def document(self) -> Any:
        return json.loads(self.response.content)

    @property
    def kind(self) -> str:
        """The last part of a problem's type."""
        return str(self.document["type"]).rpartition(":")[2]


@dataclass
class Program:
    """`secret` is its key. Every answer is checked for what holds for all of them."""

    secret: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def ask(self, method: str, path: str, document: Any = None, **options: Any) -> Answer:
        """`options`: `data` with `content_type`, `headers`."""
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        if document is not None:
            options |= {"data": json.dumps(document), "content_type": "application/json"}
        kind = options.get("content_type", "application/octet-stream")
        found = Answer(
            self.client.generic(method, BASE + path, headers=headers, CONTENT_TYPE=kind, **options)
        )
        if found.status >= 400:
            assert found.headers["Content-Type"] == "application/problem+json", found.response.content
            problem_schema().validate(found.document)
            assert found.document["status"] == found.status
        assert found.headers["Cache-Control"] == "no-store"
        return found

    def get(self, path: str, status: int = 200, **options: Any) -> Answer:
        return self._expected(self.ask("GET", path, **options), status)

    def post(self, path: str, document: Any = None, status: int = 200, **options: Any) -> Answer:
        return self._expected(self.ask("POST", path, document, **options), status)

    def _expected(self, found: Answer, status: int) -> Answer:
        assert found.status == status, found.response.content
        return found


def program(
    person: str = "", *, scopes: tuple[str, ...] = (), wire: bool = False, outlet: str = ""
) -> Program:
    """A program with a new key of this person, or of this outlet."""
    found = issuers.person(person) if person else None
    most = OUTLET_SCOPES if outlet else SCOPES if wire else ISSUER_SCOPES
    made = issuers.new_api_key(
        "a program",
        scopes=scopes or most,
        by="ops",
        person=person,
        issuer="" if wire or found is None else found.issuer,
        outlet=outlet,
    )
    return Program(made.secret)


def edition(**changes: Any) -> dict[str, Any]:
    """A sound edition in English."""
    return {"language": "en", "headline": "Harbour museum opens its new hall", "body": TEXT, **changes}


def release(**changes: Any) -> dict[str, Any]:
    """A sound release."""
    return {"circuit": "all", "editions": [edition()], **changes}
