"""A lift that is killed at any line has either happened altogether or not at all (I2)."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from random import Random

import pytest
from django.db import connection

from dateline.desk import services as desk
from dateline.plant.db.models import OutboxRow
from dateline.plant.settings import get_settings
from dateline.wire import services as wire
from dateline.wire.tests.builders import held, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]
SOAK = os.environ.get("DATELINE_SOAK") == "1"
MOST_STATEMENTS = 40
Killer = Callable[[str, str, int], str]


@pytest.fixture
def kill() -> Iterator[Killer]:
    """Lifts a version in another process and kills that; `killed`, or `done` when it came through."""
    child = subprocess.Popen(
        [sys.executable, "-m", "dateline.wire.tests.crash_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DATELINE_HOME": str(get_settings().home)},
    )
    assert child.stdin is not None and child.stdout is not None

    def run(version_id: str, how: str, number: int) -> str:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(f"{connection.settings_dict['NAME']} {version_id} {how} {number}\n")
        child.stdin.flush()
        said = child.stdout.readline().strip()
        while "lift" in said:  # the log line of a lift that came through
            said = child.stdout.readline().strip()
        return said

    yield run
    child.stdin.close()
    child.stdout.close()
    assert child.wait(timeout=30) == 0


def happened(version_id: str) -> bool:
    """Whether the version is out. Fails when some of it is and some is not."""
    hold = wire.hold(version_id)
    assert hold is not None
    release = desk.version(version_id).release
    languages = [edition.language for edition in desk.editions(version_id)]
    rows = [row.language for row in wire.lifted_after(0, limit=10_000) if row.version_id == version_id]
    pages = [language for language in languages if wire.public_edition(release, language) is not None]
    listed = [row.edition.language for row in wire.public_list(issuer="acme", limit=10_000)
              if row.version_id == version_id]  # fmt: skip
    told = [row for row in OutboxRow.objects.filter(kind="Lifted") if row.body["version_id"] == version_id]
    lifted = hold.state == "lifted"
    assert (rows, pages) == ((languages, languages) if lifted else ([], [])), (rows, pages, hold.state)
    assert sorted(listed) == (sorted(languages) if lifted else [])
    assert len(told) == int(lifted)
    assert (desk.show(release).state == "held") is not lifted
    return lifted


def no_gap() -> None:
    rows = wire.lifted_after(0, limit=10_000)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)) and wire.log_position() == len(rows)


def test_killed_before_any_statement_nothing_has_happened_and_the_next_try_succeeds(kill: Killer) -> None:
    """I2: one round for each statement that a lift makes, until one comes through."""
    step = 1 if SOAK else 3
    for number in range(1, MOST_STATEMENTS, step):
        version_id = held("en", "ko")
        if kill(version_id, "statement", number) == "done":
            assert happened(version_id)
            break
        assert not happened(version_id)
        assert wire.lift(version_id) and happened(version_id)
    else:
        pytest.fail("the lift makes more statements than this test kills")
    no_gap()


@pytest.mark.timeout(7200 if SOAK else 300)
def test_killed_at_chance_moments_it_is_all_or_nothing(kill: Killer) -> None:
    """I2: 100 kills in the soak."""
    random = Random(20261124)
    for _ in range(100 if SOAK else 10):
        version_id = held("en", "ko", "de")
        kill(version_id, "after", int(random.uniform(0, 60_000)))
        if not happened(version_id):
            assert wire.lift(version_id) and happened(version_id)
    no_gap()
    work()
