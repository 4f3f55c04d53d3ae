"""A WordPress outlet from its row to its post, then its correction and kill, as the command line does it."""

from collections.abc import Iterator
from typing import Any

import pytest

from dateline.cli.tests.wire_home import OUTLET_COLUMNS, WireHome
from dateline.testing.wordpress_site import WordpressSite

pytestmark = [pytest.mark.wire, pytest.mark.once]

COLUMNS = f"{OUTLET_COLUMNS},secret_ref,path"


@pytest.fixture
def site() -> Iterator[WordpressSite]:
    with WordpressSite() as made:
        yield made


def outlet(wire: WireHome, site: WordpressSite, *, secret: str = "", path: str = "publish") -> None:
    """One outlet on the site, with its login in the home."""
    folder = wire.folder / "home" / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "ledger-wp").write_text(secret or site.login, "utf-8")
    (folder / "ledger-wp").chmod(0o600)
    wire.import_rows("outlet", COLUMNS, [f"London Ledger,GB,en,,site,wordpress,{site.url},,ledger-wp,{path}"])


def test_a_release_its_correction_and_its_kill_are_one_post(wire: WireHome, site: WordpressSite) -> None:
    wire.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
    outlet(wire, site)

    def only() -> dict[str, Any]:
        (post,) = site.posts.values()
        return post

    with wire.up():
        sent = wire.json("send", wire.release_file(), schema="send")
        assert sent["deliveries"] == {"accepted": 1}
        assert only()["status"] == "publish" and only()["title"].startswith("Hanbit Robotics opens")
        why = wire.json("ledger", "why", sent["release"], "London Ledger", schema="why")
        address = f"{site.url}/{only()['slug']}/"
        assert any(address in attempt["text"] for attempt in why["attempts"]), "where it stands is on record"
        assert site.login.partition(":")[2] not in str(why)
        fixed = wire.release_file("fixed.md", headline="Hanbit Robotics opens two repair workshops")
        wire.run("release", "correct", sent["release"], fixed, "--reason", "There are two workshops")
        wire.wait_for(lambda: "There are two workshops" in only()["content"], "the correction")
        assert only()["title"] == "Hanbit Robotics opens two repair workshops"
        wire.run("release", "kill", sent["release"], "--reason", "It does not exist")
        wire.wait_for(lambda: only()["status"] == "draft", "the kill")
        assert (
            "It does not exist" in only()["content"]
            and "workshop" not in only()["content"].split("<footer")[0]
        )


def test_a_row_that_cannot_work_is_told_with_line_and_remedy(wire: WireHome, site: WordpressSite) -> None:
    rows = (
        (f"A,GB,en,,site,wordpress,{site.url},,x,loud", "path"),
        ("B,GB,en,,site,wordpress,ftp://site.example,,x,", "endpoint"),
        (f"C,GB,en,,site,wordpress,{site.url},ninjs,x,", "format"),
    )
    file = wire.write("outlets.csv", "\n".join([COLUMNS, *(row for row, _ in rows)]) + "\n")
    told = wire.json("audience", "import", file, "--kind", "outlet", code=1)
    assert [entry["line"] for entry in told["rejected"]] == [2, 3, 4]
    for entry, (_, column) in zip(told["rejected"], rows, strict=True):
        assert column in entry["reason"], entry
