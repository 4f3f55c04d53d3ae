"""The docs say what is true: settings, commands, examples, links."""

import ast
import re
from pathlib import Path

import pytest

from dateline.cli.main import COMMANDS
from dateline.plant.settings import Settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_reference(name: str) -> None:
    row = f"| `DATELINE_{name.upper()}` |"
    assert row in REFERENCE
    assert (Settings.model_fields[name].description or "?") in REFERENCE


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_reference(command: str) -> None:
    assert re.search(rf"`(?:dateline )?{command}\b", REFERENCE)


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"DATELINE_([A-Z0-9_]+)`", REFERENCE)) - {"", "_"}
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


_KEYS = {"ForeignKey", "ManyToManyField", "OneToOneField"}


def test_no_file_crosses_rooms_behind_the_linters_back() -> None:
    """What import-linter cannot see: models fetched by name, foreign keys to another room's tables."""
    for path in (ROOT / "src").rglob("*.py"):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert name != "get_model", path
            if name in _KEYS:
                target = node.args[0]
                own = isinstance(target, ast.Name) or (
                    isinstance(target, ast.Constant) and "." not in str(target.value)
                )
                assert own, f"{path}: a key to another room's table"


OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
_LOGGED = re.compile(r'log(?:\.(?:info|warning|error|exception))?\(\s*"([a-z_]+\.[a-z_.]+)"')


def test_every_log_event_is_in_the_operations_page_and_no_other() -> None:
    logged = {
        name
        for path in (ROOT / "src").rglob("*.py")
        if "tests" not in path.parts
        for name in _LOGGED.findall(path.read_text(encoding="utf-8"))
    }
    table = OPERATIONS.partition("## Log lines")[2].partition("## Metrics")[0]
    told = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", row.partition("|")[2])
    }
    assert logged <= told, logged - told
    assert told <= logged, told - logged


def test_every_metric_is_in_the_operations_page() -> None:
    from dateline.edge.counts import Counts

    names = {f"dateline_edge_{name}" for name in Counts.__dataclass_fields__}
    named = set(re.findall(r"`(dateline_[a-z_]+)`", OPERATIONS))
    assert names <= named, names - named
    figures = (ROOT / "src/dateline/faces/health/figures.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(dateline_[a-z_]+)":', figures)) <= named
