"""Which blocking findings of a lock somebody took upon them, as the desk's record says."""

import re
from collections.abc import Mapping

from dateline.core.languages import Language
from dateline.desk import services as desk

# The desk writes it so: `CODE in LANGUAGE, edition HASH12`.
_LINE = re.compile(r"(?P<code>\S+) in (?P<language>\S+), edition (?P<hash>[0-9a-f]{12})")


def overridden(lock: desk.VersionCard | None) -> Mapping[Language, frozenset[str]]:
    """Language -> codes overridden in exactly this lock's words."""
    if lock is None:
        return {}
    lines = [line.detail for line in desk.history(lock.release) if line.act == "overrode"]
    said = {(m["language"], m["hash"], m["code"]) for detail in lines if (m := _LINE.fullmatch(detail))}
    return {
        ref.language: frozenset(
            code for language, short, code in said if (language, short) == (ref.language, ref.sha256[:12])
        )
        for ref in lock.editions
    }
