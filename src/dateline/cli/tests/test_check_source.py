"""`dateline check FILE --source FILE`: a translation beside its original."""

import json
from importlib import resources
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from dateline.cli.check import app
from dateline.core.errors import BadInput

pytestmark = [pytest.mark.unit, pytest.mark.once]
_ENGLISH = (
    "# Aurora buys Delta\n\nROTTERDAM, July 14, 2026 /Dateline/ -- "
    "Aurora pays 3.2 billion dollars for Delta.\n"
)
_KOREAN = "# 오로라, 델타를 인수\n\n(로테르담=Dateline) 2026년 7월 14일 -- 오로라는 델타를 {}달러에 산다.\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    english, korean = tmp_path / "en.md", tmp_path / "ko.md"
    english.write_text(_ENGLISH, encoding="utf-8")
    korean.write_text(_KOREAN.format("32억 "), encoding="utf-8")
    return korean, english


def run(*arguments: object) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    if isinstance(result.exception, BadInput):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)


def test_a_right_translation_passes_and_says_its_source(files: tuple[Path, Path]) -> None:
    korean, english = files
    code, document = run(korean, "--lang", "ko", "--source", english, "--source-lang", "en")
    schema = json.loads((resources.files("dateline.core") / "schemas" / "check.json").read_text())
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(document)] == []
    assert code == 0 and (document["language"], document["source_language"]) == ("ko", "en")


def test_billions_that_became_tens_of_millions_stop_it(files: tuple[Path, Path]) -> None:
    korean, english = files
    korean.write_text(_KOREAN.format("3200만 "), encoding="utf-8")
    code, document = run(korean, "--lang", "ko", "--source", english, "--source-lang", "en")
    found = document["findings"]
    assert isinstance(found, list)
    assert code == 1 and "numbers-differ" in [finding["code"] for finding in found]
    assert run(korean, "--lang", "ko")[0] == 0


def test_mistaken_options_name_themselves(files: tuple[Path, Path]) -> None:
    korean, english = files
    with pytest.raises(BadInput, match="add --source"):
        run(korean, "--lang", "ko", "--source-lang", "en")
    with pytest.raises(BadInput, match="both in en"):
        run(english, "--lang", "en", "--source", english, "--source-lang", "en")
    with pytest.raises(BadInput, match=r"none\.md"):
        run(korean, "--lang", "ko", "--source", korean.parent / "none.md")
