"""What any provider's webhook comes to: one report about one mail, before it is known whose mail it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dateline.core.errors import BadInput, NotAllowed
from dateline.dispatch.services import FeedbackKind
from dateline.formats.enhanced_codes import code_in, meaning

_MOST_TEXT: Final = 600


class Unproved(NotAllowed):
    """The request does not prove that it comes from the provider."""


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook as it arrived; header names in small letters."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """`address` is whom the provider names, `sender` the envelope sender (our token), `message_id` our
    Message-ID, each where the provider tells it. `identity` is the provider's own id of the event.
    """

    kind: FeedbackKind
    identity: str
    address: str = ""
    code: str = ""
    text: str = ""
    sender: str = ""
    message_id: str = ""


def failed(words: str, *, code: str = "", hard: bool = False) -> tuple[FeedbackKind, str]:
    """(kind, code) of a mail given up. A code says most; without one, the provider's own word that the
    address is bad for good.
    """
    code = code_in(code) or code_in(words)
    found = meaning(code)
    if found == "other" and hard and not code:
        return "gone", ""
    return found, code


def words_of(value: object) -> str:
    """One line of at most 600 characters."""
    text = " ".join(str(value or "").split())
    return "".join(c if c.isprintable() else " " for c in text)[:_MOST_TEXT]


def table(value: object, where: str) -> dict[str, Any]:
    """`value` when it is a JSON object. Raises BadInput."""
    if not isinstance(value, dict):
        raise BadInput("is not a JSON object", where=where)
    return value


def items(value: object, where: str) -> list[dict[str, Any]]:
    """`value` when it is a list of JSON objects. Raises BadInput."""
    if not isinstance(value, list):
        raise BadInput("is not a JSON list", where=where)
    return [table(item, f"{where}[{number}]") for number, item in enumerate(value)]


def text_of(document: Mapping[str, Any], name: str) -> str:
    """A string or number as text; empty where it is missing or something else."""
    value = document.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def message_id_of(value: str) -> str:
    """With angle brackets, which some providers take away."""
    value = value.strip()
    return value if not value or value.startswith("<") else f"<{value}>"
