"""`formats`, `convert` and `check` as a person runs them."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from dateline.cli.main import main
from dateline.cli.tests.wire_home import RELEASE, SCHEMAS

pytestmark = pytest.mark.wire


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """Output and errors of a command that needs no home."""
    with pytest.raises(SystemExit) as end:
        main([*words])
    assert (end.value.code or 0) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_a_file_of_any_kind_is_checked_and_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "nowhere"))
    source, item = tmp_path / "r.md", tmp_path / "item"
    source.write_text(RELEASE.format(language="en", more="", headline="A head", body=""), encoding="utf-8")
    for name in ("nitf", "rss", "email", "newsml1"):
        run(capsys, "convert", str(source), "--to", name, "-o", str(item))
        document = json.loads(run(capsys, "check", str(item), "--json")[0])
        validator = jsonschema_rs.validator_for(json.loads((SCHEMAS / "check.json").read_text("utf-8")))
        assert list(validator.iter_errors(document)) == []
        assert (document["headline"], document["items"]) == ("A head", 1)
        out, _ = run(capsys, "convert", str(item), "--to", "ninjs")
        assert (
            json.loads(out)["pubStatus"] == "usable" and json.loads(out)["headlines"][0]["value"] == "A head"
        )
    assert list(tmp_path.glob(".item*")) == [], "nothing half-written stays"
    assert "ninjs2" in run(capsys, "convert", str(source), "--to", "nothing", code=2)[1]
    assert "no such file" in run(capsys, "convert", str(tmp_path / "absent"), "--to", "rss", code=2)[1]
    item.write_bytes("# Caf\xe9".encode("latin-1"))
    assert "--encoding" in run(capsys, "check", str(item), "--lang", "", code=2)[1]
    assert "Café" in run(capsys, "check", str(item), "--encoding", "latin-1", "--lang", "en", code=1)[0]


def test_a_cancelled_item_stays_cancelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    item = tmp_path / "kill.json"
    said = {"uri": "urn:x:1", "version": "3", "pubstatus": "canceled", "headline": "H", "language": "en"}
    item.write_text(json.dumps({**said, "ednote": "Wrong company."}))
    out, err = run(capsys, "convert", str(item), "--to", "nitf")
    assert 'management-status="canceled"' in out and 'version="3"' in out and "Wrong company." in out
    assert "killed" in err


def test_every_format_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    cards = json.loads(run(capsys, "formats", "--json")[0])
    validator = jsonschema_rs.validator_for(json.loads((SCHEMAS / "formats.json").read_text("utf-8")))
    assert list(validator.iter_errors(cards)) == []
    assert "newsml-g2  out, in  IPTC NewsML-G2 2.35" in run(capsys, "formats")[0]
