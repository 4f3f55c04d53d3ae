"""`dateline import wordpress` as a person would use it: its report, its exit codes, its errors."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from dateline.cli import import_
from dateline.core.errors import BadInput
from dateline.plant.settings import get_settings
from dateline.testing.wordpress_export import WpPost, export
from dateline.wire import services as wire
from dateline.wire.tests.builders import add_issuer

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
SCHEMA = Path(__file__).resolve().parents[2] / "core" / "schemas" / "import_wordpress.json"


@pytest.fixture(autouse=True)
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An issuer, somebody of the desk, and the test database as the home that is open."""
    add_issuer()
    monkeypatch.setattr(import_, "open_home", lambda home: get_settings())


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An export of one post, a draft, and a post that nobody can take."""
    path = tmp_path / "export.xml"
    path.write_bytes(
        export(WpPost(1), WpPost(2, status="draft"), WpPost(3, title="\u001b[31m", content="[x_y]<p></p>"))
    )
    return str(path)


def run(*words: str, code: int) -> str:
    """Output of the command; its own errors are raised."""
    done = CliRunner().invoke(import_.app, ["wordpress", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_report_names_what_came_in_what_stayed_and_what_was_rejected(file: str) -> None:
    said = run(file, "--issuer", "acme", "--dry-run", code=1)
    assert "would be created 1" in said and "draft 1" in said and not wire.public_list()
    said = run(file, "--issuer", "acme", code=1)
    assert "created 1, updated 0, unchanged 0, rejected 1 posts" in said and "nothing was sent" in said
    assert "\x1b[31m" not in said
    assert len(wire.public_list()) == 1


def test_the_document_is_valid_by_its_schema_and_a_clean_file_ends_with_0(file: str, tmp_path: Path) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))
    first = json.loads(run(file, "--issuer", "acme", "--json", code=1))
    assert validator.is_valid(first), list(validator.iter_errors(first))
    assert first["rejected"][0]["id"] == 3 and first["skipped"] == {"draft": 1}
    clean = tmp_path / "clean.xml"
    clean.write_bytes(export(WpPost(1)))
    again = json.loads(run(str(clean), "--issuer", "acme", "--json", code=0))
    assert validator.is_valid(again) and again["unchanged"] == 1


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("--issuer", "nobody"), "--issuer"),
        (("--media", "/no/such/folder"), "--media"),
        (("--issuer-map", "/no/such/map.csv"), "map.csv"),
        (("--language", "klingonisch"), "--language"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_comes_in(file: str, words: tuple[str, ...], where: str) -> None:
    """I14"""
    with pytest.raises(BadInput, match=where):
        run(file, *words, code=2)
    assert not wire.public_list()
