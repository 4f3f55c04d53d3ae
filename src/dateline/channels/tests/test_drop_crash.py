"""Dispatch killed amid file drops: nothing lost, no half file, a repeat under the same name (I3, I5).

The folders and the server's diary are the witnesses. What was placed twice has a claim in the ledger that was
lost; what the ledger says was accepted lies there whole.
"""

import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dateline.channels.tests.drop_house import LANGUAGES, drop_house, folder_of
from dateline.dispatch import services, statements
from dateline.dispatch.sql import change, query
from dateline.dispatch.tests.builders import eventually, held, lifted, now, states, told
from dateline.dispatch.tests.children import child, ends_in_order
from dateline.testing.counts import reduced
from dateline.testing.sftp_server import SftpServer

pytestmark = [pytest.mark.wire, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

KILLS = reduced(2, 100)
OUTLETS = 120 + 40 * KILLS
DROPS = OUTLETS * len(LANGUAGES)
WITHIN_S = reduced(120, 1800)


@contextmanager
def dropping(root: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    words = (OUTLETS, root, url)
    given = {"DATELINE_FOLDER_ROOTS": str(root), "DATELINE_ALLOW_PRIVATE_ENDPOINTS": "127.0.0.0/8"}
    with child("dateline.channels.tests.drop_ledger_child", *words, **given) as process:
        yield process


def files(root: Path) -> dict[str, bytes]:
    """`/FOLDER/NAME` -> content, of all outlets below; what is hidden counts too."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {f"/{path.relative_to(root)}": path.read_bytes() for path in found}


def whole(root: Path) -> int:
    """Files that stand under their own names. Not read here: the others may be renamed just now."""
    return sum(not name.startswith(".") for _, _, names in os.walk(root) for name in names)


def wait_until(there: Callable[[], int], count: int, process: subprocess.Popen[bytes]) -> None:
    eventually(lambda: there() >= count or process.poll() is not None, within_s=WITHIN_S)
    assert process.poll() is None, "it ended by itself"


@pytest.mark.timeout(7200)
def test_kill_nine_amid_drops_loses_no_file_and_leaves_none_half(tmp_path: Path, home: Path) -> None:
    rng = random.Random(20261125)
    root = tmp_path / "drops"
    root.mkdir()
    with SftpServer(tmp_path / "far") as server:
        (home / "known_hosts").write_text(server.known_hosts)
        for number in range(OUTLETS):
            (server.folder if number % 2 else root).joinpath(folder_of(number)).mkdir()
        facts = drop_house(OUTLETS, root, server.url()).facts("v1")
        told(held(facts), lifted(facts))

        def there() -> int:
            return whole(root) + len(server.placed)

        for _ in range(KILLS):
            with dropping(root, server.url()) as process:
                wait_until(there, min(there() + rng.randint(1, 40), DROPS), process)
                time.sleep(rng.uniform(0.0, 0.05))
                process.kill()
            if states().get("accepted") == DROPS:
                break
        # What was lost again and again waits for up to two hours; here these are over.
        change(
            "UPDATE dispatch_delivery SET due_at = %s WHERE state = 'waiting' AND due_at > %s", [now()] * 2
        )
        with dropping(root, server.url()) as process:
            eventually(lambda: states() == {"accepted": DROPS}, within_s=WITHIN_S)
            assert ends_in_order(process)
        placed = Counter(server.placed)
        far = files(server.folder)
    near = files(root)
    assert len(near) + len(far) == DROPS, "each under one name, and no part is left"
    assert set(placed) == set(far)
    by_name: dict[str, set[bytes]] = {}
    for path, body in (near | far).items():
        by_name.setdefault(path.rsplit("/", 1)[1], set()).add(body)
    assert len(by_name) == len(LANGUAGES) and all(len(bodies) == 1 for bodies in by_name.values())
    repeated_as_the_ledger_says(placed)
    assert services.is_settled("v1") and statements.unaccounted() == 0


def repeated_as_the_ledger_says(placed: Counter[str]) -> None:
    """A file that was placed n times had n claims at least, and all but the last of these were lost."""
    rows = query(
        """SELECT d.recipient_id, d.language, COUNT(a.fence) FROM dispatch_delivery d
        LEFT JOIN dispatch_attempt a ON a.delivery_id = d.id AND a.kind = 'lost'
        WHERE d.channel = 'sftp' GROUP BY d.recipient_id, d.language"""
    )
    lost = {(recipient, language): count for recipient, language, count in rows}
    for path, times in placed.items():
        folder, name = path.strip("/").split("/")
        language = next(tag for tag in LANGUAGES if f"-{tag}-" in name)
        assert times <= 1 + lost[f"o_{folder[1:]}", language], path
