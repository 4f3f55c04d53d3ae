"""What a dropped file is called: the house's own pattern, or the outlet's path template.

The part before `-v` is the stem. Corrections and kills keep it, so a newsroom's system knows them for what
they are about; a template without a version makes them overwrite the text they replace.
"""

import re
from collections.abc import Mapping
from typing import Final

from dateline.core.errors import BadInput

DEFAULT: Final = "{slug}-{release}-{language}-v{version}.{ext}"
FIELDS: Final[Mapping[str, str]] = {
    "slug": "the release's short name",
    "release": "its random id",
    "language": "the edition's language tag",
    "version": "1, then 2 for the first correction; only as -v{version}, in the file name",
    "ext": "the format's extension: json, html, txt",
    "format": "the format's name",
    "yyyy": "year of the first version's release (UTC)",
    "mm": "its month, two digits",
    "dd": "its day, two digits",
}
_NEEDED: Final = ("release", "language")
_FIELD: Final = re.compile(r"\{([a-z]*)\}")
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f\\<>:"|?*{}]')
_NOT_IN_VALUES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 200
_LONGEST_TEMPLATE: Final = 500


def checked_template(written: str) -> str:
    """A usable template, "" for the house's own. Raises BadInput saying what to write instead."""
    if not written:
        return ""
    if len(written) > _LONGEST_TEMPLATE:
        raise BadInput(f"has {len(written)} characters; at most {_LONGEST_TEMPLATE} fit")
    if written.startswith("/"):
        raise BadInput("starts with /; it continues the endpoint's folder, so leave the / out")
    used = _FIELD.findall(written)
    if unknown := [name for name in used if name not in FIELDS]:
        raise BadInput(f"has no field {{{unknown[0]}}}; use {', '.join(f'{{{f}}}' for f in FIELDS)}")
    if found := _NOT_IN_NAMES.search(_FIELD.sub("", written)):
        raise BadInput(f"holds '{found[0]}', which file names cannot have everywhere; take it out")
    for part in written.split("/"):
        if not part or part.startswith(".") or part != part.strip() or part.endswith("."):
            raise BadInput(f"its part '{part}' is empty, starts or ends with a dot or blank; mend it")
    if missing := [name for name in _NEEDED if name not in used]:
        raise BadInput(f"lacks {{{missing[0]}}}; without it one text would overwrite another")
    name = written.rpartition("/")[2]
    if used.count("version") != name.count("-v{version}") or used.count("version") > 1:
        raise BadInput("write the version once, as -v{version}, in the file name; before it is the stem")
    return written


def keeps_versions_apart(template: str) -> bool:
    """Whether each version has a file of its own; else a correction overwrites what it corrects."""
    return "{version}" in (template or DEFAULT)


def filled(template: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Folders and file name. Whatever the values hold, no part leads elsewhere or hides.

    Raises BadInput when a name grows longer than file systems take.
    """
    clean = {name: _NOT_IN_VALUES.sub("-", value).strip(".-") or "x" for name, value in values.items()}
    parts = tuple(
        _FIELD.sub(lambda found: clean[found[1]], part) for part in (template or DEFAULT).split("/")
    )
    for part in parts:
        if len(part.encode()) > _LONGEST_NAME:
            raise BadInput(f"the file name would have {len(part.encode())} bytes; shorten the path template")
    return parts
