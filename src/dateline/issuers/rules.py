"""What a slug, a name, an LEI must be; who approves under which policy."""

import re
import unicodedata
from typing import Literal, get_args

from dateline.core.errors import BadInput

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what nobody sees: controls, direction marks, surrogates, line separators."""
Role = Literal["operator", "editor", "issuer"]
Policy = Literal["solo", "two"]

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME = re.compile(r"\w(?:[\w .@'-]{0,78}[\w.])?")
_LONGEST_TITLE = 200


def checked_slug(text: str) -> str:
    """A slug of lower-case letters, digits and single hyphens. Raises BadInput."""
    if not _SLUG.fullmatch(text) or len(text) > 60:
        raise BadInput(
            f"'{text}' is not a slug; use lower-case letters, digits and single hyphens, at most 60",
            where="slug",
        )
    return text


def checked_person_name(text: str) -> str:
    """A name that can stand in logs and links, in the one spelling in which approvals count it: NFKC, single
    blanks, none at its ends. Raises BadInput.
    """
    if not _NAME.fullmatch(text) or "  " in text or unicodedata.normalize("NFKC", text) != text:
        raise BadInput(
            f"{text!r} is not a name; use letters, digits, single blanks, dots and hyphens", where="name"
        )
    return text


def checked_title(text: str) -> str:
    """The name of an organisation as readers, mail headers and feeds show it: one line, NFC, nothing
    invisible. Raises BadInput.
    """
    title = unicodedata.normalize("NFC", text.strip())
    if not title:
        raise BadInput("an issuer needs a name", where="name")
    if len(title) > _LONGEST_TITLE:
        raise BadInput(f"{len(title)} characters are more than {_LONGEST_TITLE}", where="name")
    hidden = next((c for c in title if unicodedata.category(c) in _HIDDEN), None)
    if hidden is not None:
        raise BadInput(f"it holds the invisible character U+{ord(hidden):04X}; remove it", where="name")
    return title


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
