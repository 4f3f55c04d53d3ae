"""A NewsML-G2 message whose package groups languages is one release, on the way out and on the way in."""

from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from dateline.cli import export
from dateline.cli.stories import read_stories
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Translation
from dateline.plant.settings import get_settings
from dateline.wire.tests.builders import add_issuer, held, out

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An issuer, somebody of the desk, and the test database as the home that is open."""
    add_issuer()
    monkeypatch.setattr(export, "open_home", lambda home: get_settings())


def run(*words: str) -> str:
    done = CliRunner().invoke(export.app, [*words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_what_is_exported_as_a_message_comes_in_as_one_release(tmp_path: Path) -> None:
    release = out("en", "de", "ko")
    file = tmp_path / "message.xml"
    run(release, "--format", "newsml-g2", "--message", "-o", str(file))
    stories = read_stories(file)
    assert [story.language for story in stories] == ["en", "de", "ko"]
    assert [story.original for story in stories] == [True, False, False]
    assert all(story.translation == Translation("human") for story in stories[1:])
    with pytest.raises(BadInput, match="already an edition in de"):
        read_stories(file, [f"de={file}"])


def test_a_package_is_exported_alone_and_only_of_what_is_public(tmp_path: Path) -> None:
    """I1"""
    release = out("en", "de")
    root = etree.fromstring(run(release, "--format", "newsml-g2", "--package").encode())
    assert root.tag.endswith("packageItem") and len(list(root.iter("{*}itemRef"))) == 2
    with pytest.raises(BadInput, match="--message"):
        run(release, "--format", "ninjs", "--message")
    with pytest.raises(BadInput, match="--package"):
        run(release, "--format", "newsml-g2", "--package", "--language", "de")
    with pytest.raises(NotFound):
        run("aaaaaaaaaa", "--format", "newsml-g2", "--message")
    from dateline.desk import services as desk

    with pytest.raises(NotFound, match="--held"):
        run(desk.version(held("en")).release, "--format", "newsml-g2", "--message")
