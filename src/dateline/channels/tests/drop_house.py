"""A house whose outlets all take files: half in folders of this machine, half over SFTP. Crash tests and
their child process agree on it.
"""

from pathlib import Path

from dateline.core.countries import Country
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.words import Endpoint, ManifestRow
from dateline.dispatch.tests.builders import FakeHouse
from dateline.testing.sftp_server import PASSWORD

LANGUAGES = ("en", "ko")


def folder_of(number: int) -> str:
    """The folder of one outlet, below the root of its kind."""
    return f"o{number}"


def drop_house(outlets: int, root: Path, sftp_url: str) -> FakeHouse:
    """One lock, `v1`, to as many outlets; even ones by folder, odd ones over SFTP."""
    house = FakeHouse()
    rows = []
    for number in range(outlets):
        name, over_sftp = f"o_{number}", number % 2 == 1
        channel = "sftp" if over_sftp else "folder"
        address = f"{sftp_url}{folder_of(number)}" if over_sftp else str(root / folder_of(number))
        secret = PASSWORD.encode() if over_sftp else b""
        house.changed[name] = {"endpoint": Endpoint(name, channel, address, "Outlet", "en", {}, secret)}
        rows += [
            ManifestRow(
                recipient=RecipientId(name),
                person="",
                channel=channel,
                endpoint=name,
                domain="drop.example",
                language=Language(language),
                format="text",
                kind="paper",
                country=Country("JP"),
            )
            for language in LANGUAGES
        ]
    house.add("v1", rows, languages=LANGUAGES)
    return house
