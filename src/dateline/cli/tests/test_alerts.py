"""The alert rules that operators copy: well formed, and of nothing that the house does not measure."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
OPERATIONS = ROOT / "docs" / "operations"
TABLE = (OPERATIONS / "alerts.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((OPERATIONS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
METRIC = re.compile(r"dateline_[a-z_]+")
LABELLED = re.compile(r"(dateline_[a-z_]+)\{([a-z]+)=\"([a-z-]+)\"\}")
GROUPED = re.compile(r"by \((\w+)\) \((dateline_[a-z_]+)")


def measured() -> dict[str, str]:
    """Metric -> what the page of operations says of it; each is one that the code exposes."""
    from dateline.edge.counts import Counts

    names = {f"dateline_edge_{name}" for name in Counts.__dataclass_fields__}
    for path in (ROOT / "src/dateline/faces/health").glob("*figures.py"):
        names |= set(re.findall(r'"(dateline_[a-z_]+)":', path.read_text(encoding="utf-8")))
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `dateline_")]
    return {name: line for line in rows for name in METRIC.findall(line) if name in names}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_of_what_is_measured(rule: dict[str, Any]) -> None:
    known = measured()
    named = set(METRIC.findall(rule["expr"]))
    assert named, "an alert of nothing of ours"
    assert named <= known.keys(), named - known.keys()
    assert named <= set(METRIC.findall(TABLE)), "the table for people has it too"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_labels_and_values_that_there_are(rule: dict[str, Any]) -> None:
    known = measured()
    for metric, label, value in LABELLED.findall(rule["expr"]):
        assert label in known[metric] or value in known[metric], (metric, label, value)
        assert value in known[metric], (metric, value)
    for label, metric in GROUPED.findall(rule["expr"]):
        assert label in known[metric], (metric, label)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_is_well_formed(rule: dict[str, Any]) -> None:
    assert set(rule) == {"alert", "expr", "for", "annotations"}
    assert re.fullmatch(r"Dateline[A-Z]\w+", rule["alert"])
    assert re.fullmatch(r"\d+[smhd]", rule["for"])
    assert rule["expr"].count("(") == rule["expr"].count(")") and len(rule["annotations"]["summary"]) > 10


def test_no_alert_has_the_name_of_another() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) >= 8


def test_every_metric_and_log_event_in_the_table_exists() -> None:
    known = measured()
    assert set(METRIC.findall(TABLE)) <= known.keys()
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    logs = TABLE.partition("From logs:")[2]
    events = re.findall(r"`([a-z]+\.[a-z_]+)`", logs)
    assert events and all(f"`{event}`" in page for event in events), events
