"""The commands over this room, run as people run them, with their documents against the schemas."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema_rs
import pytest

from dateline.audience.tests.builders import JOURNALIST_HEADER, write_csv

pytestmark = pytest.mark.wire
ANA = "ana@daily.example,Ana Kim,KR,ko;en,business,The Daily,form 2026"


def dateline(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "DATELINE_DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "dateline", *arguments],
        capture_output=True,
        text=True,
        env={**environment, "DATELINE_HOME": str(home)},
        timeout=120,
        check=False,
    )


def schema(name: str) -> jsonschema_rs.Draft202012Validator:
    text = (files("dateline.core") / "schemas" / f"{name}.json").read_text()
    return jsonschema_rs.Draft202012Validator(json.loads(text))


def test_import_and_reach_print_their_documents(fresh_home: Path, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "j.csv", JOURNALIST_HEADER, ANA, ANA.replace("ana@", "eve@").replace("KR", "??")
    )
    first = dateline(fresh_home, "audience", "import", str(path), "--kind", "journalist", "--json")
    assert first.returncode == 1, first.stderr
    document = json.loads(first.stdout)
    assert schema("import_result").is_valid(document)
    assert document["created"] == 1 and document["rejected"][0]["line"] == 3
    reach = dateline(fresh_home, "audience", "reach", "--circuit", "japan-korea", "--json")
    assert reach.returncode == 0, reach.stderr
    assert schema("reach").is_valid(json.loads(reach.stdout))
    assert json.loads(reach.stdout)["journalists"] == 1


def test_an_unusable_file_ends_with_one_sentence_and_code_2(fresh_home: Path, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "semicolons.csv", JOURNALIST_HEADER.replace(",", ";"), ANA)
    done = dateline(fresh_home, "audience", "import", str(path), "--kind", "journalist")
    assert done.returncode == 2 and done.stdout == ""
    assert "semicolons.csv" in done.stderr and "save the file with commas" in done.stderr
    assert "Traceback" not in done.stderr
