"""Import checks the endpoints of file drops row by row, and says what to write instead."""

from pathlib import Path

import pytest

from dateline.audience import services
from dateline.audience.models import Outlet
from dateline.audience.tests.builders import write_csv
from dateline.core.ids import RecipientId
from dateline.core.languages import Language

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases="__all__")]
HEADER = "name,country,languages,sectors,kind,channel,endpoint,format,encoding,path,secret_ref,heartbeat"


@pytest.fixture(autouse=True)
def secret(home: Path) -> None:
    """The file that `secret_ref` names in every row here."""
    (home / "secrets").mkdir(exist_ok=True)
    (home / "secrets" / "harbour").write_bytes(b"pw of ana\n")


def row(
    channel: str, endpoint: str, form: str = "text", encoding: str = "", path: str = "", heart: str = ""
) -> str:
    return f"Harbour Post,KR,en;ko,,paper,{channel},{endpoint},{form},{encoding},{path},harbour,{heart}"


def imported(tmp_path: Path, *rows: str) -> tuple[int, str]:
    """How many were created, and the reasons of those that were not."""
    result = services.import_file(write_csv(tmp_path / "o.csv", HEADER, *rows), "outlet")
    return result.created, "; ".join(fault.reason for fault in result.rejected)


@pytest.mark.parametrize(
    ("channel", "endpoint", "domain"),
    [
        ("sftp", "sftp://ana@files.post.example:2222/~/in", "files.post.example"),
        ("ftp", "ftp://files.post.example/in", "files.post.example"),
        ("ftps", "ftps://ana@files.post.example/in", "files.post.example"),
        ("s3", "s3://post-drops/in", "post-drops"),
        ("folder", "harbour/in", ""),
    ],
)
def test_every_form_is_taken(tmp_path: Path, channel: str, endpoint: str, domain: str) -> None:
    template = "{yyyy}/{release}-{language}-v{version}.{ext}"
    assert imported(tmp_path, row(channel, endpoint, encoding="Shift_JIS", path=template)) == (1, "")
    found = Outlet.objects.get()
    assert (found.channel, found.endpoint, found.domain) == (channel, endpoint, domain)
    assert (found.encoding, found.path) == ("shift_jis", template)


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (row("sftp", "https://post.example/"), "endpoint", "write sftp://USER@HOST[:PORT]/FOLDER"),
        (row("sftp", ""), "endpoint", "is empty"),
        (row("sftp", "sftp://ana:geheim@post.example/"), "endpoint", "use secret_ref"),
        (row("ftps", "ftp://post.example/in"), "endpoint", "not an ftps address"),
        (row("s3", "s3://Post_Drops/in"), "endpoint", "bucket"),
        (row("folder", "/etc"), "endpoint", "folder_roots"),
        (row("folder", "a/../../etc"), "endpoint", "'..'"),
        (row("folder", "x", path="{release}.txt"), "path", "lacks {language}"),
        (row("folder", "x", path="../{release}-{language}"), "path", "dot"),
        (row("folder", "x", encoding="rot13"), "encoding", "shift_jis"),
        (row("folder", "x", heart="often"), "heartbeat", "1 to 1440"),
        (row("folder", "x", heart="00" + "9" * 5000), "heartbeat", "1 to 1440"),
        (row("webhook", "https://post.example/", heart="5"), "heartbeat", "file drops"),
        (row("folder", "x", form="json", encoding="big5"), "encoding", "UTF-8 always"),
    ],
)
def test_a_bad_row_names_column_and_remedy(tmp_path: Path, line: str, column: str, words: str) -> None:
    created, reasons = imported(tmp_path, line)
    assert created == 0 and f"{column}: " in reasons and words in reasons
    assert "geheim" not in reasons


def test_a_drop_gets_its_own_secret_and_never_the_one_webhooks_are_signed_with(tmp_path: Path) -> None:
    without = (
        row("ftp", "ftp://post.example/in").replace("Harbour Post", "Other").removesuffix("harbour,") + ","
    )
    assert imported(tmp_path, row("sftp", "sftp://ana@post.example/in"), without)[0] == 2
    ids = [(RecipientId(o.recipient), Language("en")) for o in Outlet.objects.order_by("name")]
    found = services.addressed(ids, sectors=())
    assert [found[one].endpoint.secret for one in ids] == [b"pw of ana", b""]
    assert not any(found[one].suppressed for one in ids)


def test_those_who_ask_for_heartbeats(tmp_path: Path) -> None:
    assert (
        imported(tmp_path, row("folder", "x", heart="15"), row("s3", "s3://drops").replace("KR", "JP"))[0]
        == 2
    )
    ((endpoint, minutes),) = services.heartbeats("folder")
    assert (endpoint.address, minutes) == ("x", 15)
    assert services.heartbeats("s3") == []
