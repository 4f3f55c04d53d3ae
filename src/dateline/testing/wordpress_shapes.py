"""Requests, answers and errors of the test site in WordPress's shapes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Options(Protocol):
    """See wordpress_site.SiteOptions."""

    role: Any
    trash: bool
    languages: Any
    meta: Any
    categories: Mapping[str, int]
    tags: Mapping[str, int]
    has_api: bool
    types: Any


@dataclass
class Call:
    """One request. `user`: whether our user's password was right."""

    method: str
    route: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    user: bool = False

    def given(self) -> dict[str, Any]:
        """The parameters: those of the query, overridden by a JSON body."""
        if "json" not in self.headers.get("content-type", ""):
            return dict(self.query)
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            raise refusal(400, "rest_invalid_json", "Invalid JSON body passed.") from None
        return {**self.query, **found}


@dataclass
class Answer:
    """Status, JSON document (or a page as text), headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An error as WordPress words it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refusal(status: int, code: str, message: str, **data: Any) -> Refused:
    """`{"code", "message", "data": {"status", ...}}`."""
    return Refused(Answer(status, {"code": code, "message": message, "data": {"status": status, **data}}))


def invalid(name: str, why: str) -> Refused:
    """A parameter that its schema refuses."""
    return refusal(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: why}, details={})
