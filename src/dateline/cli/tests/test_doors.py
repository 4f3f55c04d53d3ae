"""Other rooms come in by the door: of a room they import `services` and nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

PACKAGE = Path(__file__).resolve().parents[2]
# Rooms that are used by their public modules instead of one door.
OPEN = {"core", "plant", "formats", "testing", "client"}
COMPOSITION_ROOT = "cli"


def imports() -> Iterator[tuple[Path, str, str]]:
    """(file, importing room, dotted module below `dateline`)."""
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        if room.endswith(".py") or "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dateline."):
                for alias in node.names:
                    yield path, room, f"{node.module}.{alias.name}".removeprefix("dateline.")
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("dateline."):
                        yield path, room, alias.name.removeprefix("dateline.")


def test_rooms_are_entered_by_their_services() -> None:
    wrong = []
    for path, room, target in imports():
        other, _, rest = target.partition(".")
        if other in OPEN | {room} or room == COMPOSITION_ROOT:
            continue
        # Channels are a room of rooms: each has a door of its own.
        inner = rest.partition(".")[2] if other == "channels" else ""
        if "services" not in (rest.partition(".")[0], inner.partition(".")[0]):
            wrong.append(f"{path.relative_to(PACKAGE)} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_rules_are_plain_python() -> None:
    for path in PACKAGE.rglob("rules.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                assert not name.startswith(("django", "dateline.plant")), f"{path}: {name}"
