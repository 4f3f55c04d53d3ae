"""What a slug, a name, an LEI must be; who approves under which policy."""

import re
from typing import Literal, get_args

from dateline.core.errors import BadInput

Role = Literal["operator", "editor", "issuer"]
Policy = Literal["solo", "two"]

_SLUG = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_NAME = re.compile(r"^[\w][\w .@'-]{0,79}$")


def checked_slug(text: str) -> str:
    """A slug of lower-case letters, digits and single hyphens. Raises BadInput."""
    if not _SLUG.match(text) or len(text) > 60:
        raise BadInput(
            f"'{text}' is not a slug; use lower-case letters, digits and single hyphens, at most 60",
            where="slug",
        )
    return text


def checked_person_name(text: str) -> str:
    """A name that can stand in logs and links. Raises BadInput."""
    if not _NAME.match(text):
        raise BadInput(f"'{text}' is not a name; use letters, digits, blanks, dots and hyphens", where="name")
    return text


def checked_role(text: str) -> Role:
    """Raises BadInput for anything but operator, editor, issuer."""
    for role in get_args(Role):
        if text == role:
            return role  # type: ignore[no-any-return]
    raise BadInput(f"'{text}' is not operator, editor or issuer", where="role")


def checked_lei(text: str) -> str:
    """A Legal Entity Identifier with its ISO 7064 check digits, or empty. Raises BadInput."""
    value = text.strip().upper()
    if not value:
        return ""
    if not re.fullmatch(r"[A-Z0-9]{18}\d{2}", value):
        raise BadInput(f"'{text}' is not an LEI: 18 letters or digits and 2 check digits", where="lei")
    if int("".join(str(int(c, 36)) for c in value)) % 97 != 1:
        raise BadInput(f"the check digits of LEI {value} are wrong", where="lei")
    return value


def switches_to_two(role: Role, others: int) -> bool:
    """Whether adding a person of this role to `others` active operators and editors calls for approval by
    two.
    """
    return role in {"operator", "editor"} and others >= 1
