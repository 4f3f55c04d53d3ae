"""The OpenAPI document: valid, complete, and what the API really does, tried by schemathesis."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dateline.faces.api import keys
from dateline.faces.api.tests.program import Program, problem_schema
from dateline.faces.api.urls import api
from dateline.faces.portal.tests import kit
from dateline.issuers.key_rules import SCOPES

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

KEYED = ("/releases", "/circuits", "/reach", "/reports", "/endpoints")
_EXAMPLES = 3
_CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def document(house: None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get("/api/v1/openapi.json").content)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, o) for path, methods in document["paths"].items() for method, o in methods.items()]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_says_the_same_each_time(document: dict[str, Any]) -> None:
    assert json.loads(Client().get("/api/v1/openapi.json").content) == document


def test_every_operation_is_told_in_full(document: dict[str, Any]) -> None:
    names = [o["operationId"] for _, _, o in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"] and operation.get("description"), where
        keyed = path.removeprefix("/api/v1").startswith(KEYED)
        assert bool(operation.get("security")) == keyed, where
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], where
        if keyed:
            assert {"401", "403", "429", "503"} <= set(operation["responses"]), where
        if keyed and method != "get" and "{release}" in path:
            assert any(p["name"] == "If-Match" for p in operation["parameters"]), where
            assert {"409", "412"} <= set(operation["responses"]), where


def test_every_scope_opens_something() -> None:
    used = {
        scope
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        for hook in operation.auth_callbacks
        for scope in cast(Any, hook).scopes
    }
    assert used == set(SCOPES)


def test_nothing_that_is_asked_makes_a_fault_of_ours(
    desk_program: Program, document: dict[str, Any], application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Schemathesis: sound and unsound requests to every operation; every answer is one that the document
    tells, in its media type and shape.
    """
    monkeypatch.setattr(keys, "ASKED", _Endless())
    monkeypatch.setattr(keys, "WRONG", _Endless())
    names = (kit.draft(), kit.out())
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    tried = 0
    for found in schema.get_all_operations():
        operation = cast(Any, found).ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            tried += _tried(operation, mode, desk_program.secret, names)
    assert tried > 3 * len(operations(document))


@pytest.fixture
def application() -> Iterator[Any]:
    """The web process' application, which leaves the connections of the test's transaction open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class _Endless:
    def take(self, name: object, per_minute: int) -> float:
        return 0.0

    def is_empty(self, name: object, per_minute: int) -> bool:
        return False


def _tried(operation: Any, mode: GenerationMode, secret: str, names: tuple[str, ...]) -> int:
    tried = 0

    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        nonlocal tried
        tried += 1
        if "release" in (case.path_parameters or {}) and tried % 3:
            case.path_parameters["release"] = names[tried % 2]
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {secret}"}
        answer = case.call()
        where = f"{case.method} {case.formatted_path}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, where
        assert answer.status_code != 429, where
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], where
            problem_schema().validate(answer.json())
        case.validate_response(answer, checks=_CHECKS)

    with suppress(Unsatisfiable):  # of what takes nothing, nothing unsound can be asked
        ask()
    return tried
