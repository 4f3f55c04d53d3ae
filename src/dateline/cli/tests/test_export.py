"""`dateline export`: the public for everybody, the held for its own people, each version as what it is."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dateline.cli import export
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.issuers import services as issuers
from dateline.plant.settings import get_settings
from dateline.wire import services as wire
from dateline.wire.tests.builders import add_issuer, held, lifted, out, story

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
WORDS = "harbour museum opens its new hall next week"
KOREAN = "항구 박물관, 새 전시관 개관"


@pytest.fixture(autouse=True)
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An issuer, somebody of the desk, and the test database as the home that is open."""
    add_issuer()
    monkeypatch.setattr(export, "open_home", lambda home: get_settings())


def run(*words: str) -> str:
    """Output of the command; its own errors are raised."""
    done = CliRunner().invoke(export.app, [*words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_is_held_is_for_its_own_people_alone(tmp_path: Path) -> None:
    """I1, T5: nothing public, nothing exported, but with --held by somebody who may."""
    from dateline.desk import services as desk

    release = desk.version(held("en", "ko")).release
    issuers.add_issuer("rival", "Rival", "JP")
    issuers.add_person("spy", role="issuer", issuer="rival")
    with pytest.raises(NotFound, match="--held") as refused:
        run(release, "--format", "nitf")
    assert KOREAN not in str(refused.value)
    with pytest.raises(NotAllowed, match="may not act for acme"):
        run(release, "--format", "nitf", "--held", "--as", "spy", "-o", str(tmp_path / "stolen"))
    assert list(tmp_path.iterdir()) == []
    assert KOREAN in run(release, "--format", "nitf", "--held", "--language", "ko")
    with pytest.raises(NotFound, match="there are en, ko"):
        run(release, "--held", "--language", "ja")
    with pytest.raises(NotFound):
        run("k7m2x9qd4w")


def test_each_version_is_exported_as_what_it_became(tmp_path: Path) -> None:
    """One name for life; the newest public version unless an older one is asked for; a kill holds no text."""
    release = out("en", "ko")
    target = tmp_path / "item.xml"
    run(release, "--format", "newsml-g2", "-o", str(target))
    first = target.read_text(encoding="utf-8")
    assert 'version="1"' in first and "stat:usable" in first and WORDS in first
    lifted(wire.submit_correction(release, [story("en"), story("ko")], reason="Hour wrong.", by="ana"))
    second = run(release, "--format", "newsml-g2")
    assert 'version="2"' in second and "sig:correction" in second and "Hour wrong." in second
    old = run(release, "--format", "newsml-g2", "--version", "1")
    assert 'version="1"' in old and "sig:correction" not in old
    lifted(wire.submit_kill(release, reason="Hoax.", by="ana"))
    for name in export_names():
        third = run(release, "--format", name, "--language", "en")
        assert WORDS not in third and KOREAN not in third, name
    third = run(release, "--format", "newsml-g2")
    assert "stat:canceled" in third and "Hoax." in third
    names = {text.partition('guid="')[2].partition('"')[0] for text in (first, second, old, third)}
    assert len(names) == 1
    with pytest.raises(NotFound, match="there are en, ko"):
        run(release, "--language", "ja")


def export_names() -> tuple[str, ...]:
    """The formats whose output is text."""
    return (
        "json",
        "ninjs",
        "nitf",
        "newsml1",
        "rss",
        "atom",
        "jsonfeed",
        "html",
        "text",
        "markdown",
        "embed",
    )


def test_a_withdrawal_after_t0_is_exported_as_one() -> None:
    release = out("en")
    lifted(wire.submit_withdrawal(release, reason="Not ours.", by="ana"))
    text = run(release, "--format", "newsml-g2")
    assert "stat:canceled" in text and "Not ours." in text and WORDS not in text


def test_unknown_formats_and_places_are_refused_in_words(tmp_path: Path) -> None:
    release = out("en")
    with pytest.raises(BadInput, match="newsml-g2"):
        run(release, "--format", "word")
    with pytest.raises(BadInput, match="name another file"):
        run(release, "-o", str(tmp_path / "absent" / "x.json"))
    run(release, "--format", "pdf", "-o", str(tmp_path / "x.pdf"))
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF") and len(list(tmp_path.iterdir())) == 1
