"""Bad files, times, lists, settings and databases: one sentence with place and remedy, nothing lost (I14)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dateline.cli.main import main
from dateline.cli.tests.wire_home import JOURNALIST_COLUMNS, OUTLET_COLUMNS, WireHome
from dateline.intake.tests.documents import docx, paragraph

pytestmark = pytest.mark.wire

DEMO = Path(__file__).resolve().parents[2] / "demo"
RELEASES = sorted(p for folder in ("releases", "archive") for p in (DEMO / folder).rglob("*.md"))
ADA = "ada@ledger.example,Ada Ashdown,GB,en,04000000,,own form"
GONE = "postgresql://someone:hunter2@127.0.0.1:1/wire"


def refused(
    wire: WireHome,
    *words: str,
    code: int = 2,
    says: tuple[str, ...] = (),
    settings: dict[str, str] | None = None,
) -> str:
    """What a command says that must fail with `code`: one sentence of ours that holds all of `says`."""
    wire.run(*words, code=code, **(settings or {}))
    said = wire.last_error
    assert "Traceback" not in said and "hunter2" not in said
    assert all(word in said for word in says), said
    lines = said.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("dateline: "), said
    return said


# --- files ------------------------------------------------------------------------------------------------


CASES: tuple[tuple[str, bytes | None, tuple[str, ...]], ...] = (
    ("absent.md", None, ("no such file", "check the path")),
    ("empty.md", b"", ("empty", "save the release in it")),
    ("blank.md", b" \n\n", ("no text",)),
    ("latin.md", "# Caf\xe9".encode("latin-1"), ("byte 5 (0xe9)", "save it as UTF-8")),
    ("half.md", b"\xff\xfea", ("UTF-16", "save it as UTF-8")),
    ("noise.md", bytes(900), ("not a text", "DOCX")),
    ("brochure.pdf", b"%PDF-1.7\n", ("PDF", "export it as .docx")),
    ("torn.docx", b"PK\x03\x04torn", ("damaged", "save the document again")),
    ("open.md", b"---\nlanguage: en\n# H\n\nText.", ("front matter", "three dashes")),
    ("yaml.md", b"---\nlanguage: en\ncircuit: [all\n---\n# H\n", ("front matter, line", "YAML")),
    ("tag.md", b"---\nlanguage: klingonese\n---\n# H\n\nText.", ("`language`", "BCP 47")),
    ("topic.md", b"---\nlanguage: en\nsectors: [99]\n---\n# H\n", ("`sectors`", "vocabulary list")),
    ("land.md", b"---\nlanguage: en\ncountries: [KOR]\n---\n# H\n", ("`countries`", "such as KR")),
    ("class.md", b"---\nlanguage: en\nclass: urgent\n---\n# H\n", ("`class`", "regulated, priority")),
    ("photo.md", b"---\nlanguage: en\nmedia: [no.png]\n---\n# H\n\nT.", ("`media` no.png", "relative to")),
    ("zone.md", b"---\nlanguage: en\nembargo: 2030-01-01 09:00\n---\n# H\n", ("`embargo`", "+09:00")),
    ("month.md", b"---\nlanguage: en\nembargo: 2030-13-01 09:00 Asia/Seoul\n---\n# H\n", ("`embargo`",)),
    ("skip.md", b"---\nlanguage: en\nembargo: 2027-03-28 02:30 Europe/Berlin\n---\n# H\n", ("skip",)),
)


def refused_here(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that needs no database says when it fails with code 2, run in this process."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.startswith("dateline: ") and said.count("\n") == 1, said
    return said


@pytest.mark.once
@pytest.mark.parametrize(("name", "content", "says"), CASES, ids=[name for name, _, _ in CASES])
def test_a_file_that_cannot_be_read_is_named_with_the_remedy(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    says: tuple[str, ...],
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    said = refused_here(capsys, "check", str(path))
    assert name in said and all(words in said for words in says), said


@pytest.mark.once
def test_huge_files_bombs_and_folders_are_refused_by_check_and_send(wire: WireHome) -> None:
    big, bomb = wire.folder / "big.md", wire.folder / "bomb.docx"
    with big.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    bomb.write_bytes(docx(paragraph("Head", "Heading1"), extra={"word/x.xml": b"0" * 60_000_000}))
    for command in ("check", "send"):
        refused(wire, command, str(big), says=("big.md", "20 MB", "DATELINE_UPLOAD_LIMIT_MB"))
        refused(wire, command, str(bomb), says=("bomb.docx", "100 times its size", "save it again"))
    refused(wire, "check", str(wire.folder), says=("not a file", "name one file"))


@pytest.mark.once
def test_languages_and_headlines_are_told_too(wire: WireHome) -> None:
    refused(wire, "check", wire.release_file(), "--lang", "klingonese", says=("--lang", "BCP 47"))
    refused(wire, "check", wire.release_file(), "--lang", "ko", says=("release.md", "correct one of them"))
    headless = wire.write(
        "headless.md", "---\nlanguage: en\n---\n\nSEOUL, Nov. 24, 2026 /Dateline/ -- Text.\n"
    )
    document = wire.json("check", headless, code=1, schema="check")
    (finding,) = [f for f in document["findings"] if f["severity"] == "block"]
    assert finding["code"] == "headline-missing" and "`headline:`" in finding["message"]


@pytest.mark.once
@pytest.mark.skipif(not RELEASES, reason="the demo's releases are not installed")
def test_every_demo_release_is_clean() -> None:
    """What we ship as an example has no finding at all, not even a warning."""
    from dateline.cli.check import app

    for path in RELEASES:
        done = CliRunner().invoke(app, [str(path)])
        assert done.exit_code == 0 and "No findings." in done.stdout, f"{path.name}\n{done.output}"


# --- what a release names ---------------------------------------------------------------------------------


@pytest.mark.once
def test_unknown_issuer_circuit_language_and_person_are_named(populated: WireHome) -> None:
    wire = populated
    text = Path(wire.release_file()).read_text(encoding="utf-8")
    moon = wire.write("moon.md", text.replace("circuit: all", "circuit: moon"))
    refused(wire, "send", moon, code=1, says=("circuit 'moon'", "circuit list"))
    refused(wire, "send", wire.release_file(), "--circuit", "euroep", code=1, says=("did you mean europe",))
    nobody = wire.write("nobody.md", text.replace("issuer: hanbit\n", ""))
    refused(wire, "send", nobody, says=("nobody.md", "--issuer"))
    refused(wire, "send", wire.release_file(), "--edition", "xx-none=a.md", says=("--edition", "BCP 47"))
    refused(wire, "send", wire.release_file(), "--edition", "ko=none.md", says=("none.md", "check the path"))
    refused(wire, "send", wire.release_file(), "--as", "stranger", code=1, says=("user add",))
    assert wire.json("release", "list") == [], "nothing that was refused is left behind"


@pytest.mark.once
def test_ids_that_are_not_there_are_told_with_where_to_look(wire: WireHome) -> None:
    file = wire.release_file()
    wire.run("issuer", "list")  # makes the home
    for words in (
        ("report", "nothing"),
        ("report", "nothing", "--csv"),
        ("ledger", "why", "nothing", "ada@ledger.example"),
        ("release", "show", "nothing"),
        ("release", "lock", "nothing"),
        ("release", "overdue", "nothing"),
        ("release", "kill", "nothing", "--reason", "wrong"),
        ("release", "add", file, "--to", "nothing"),
        ("release", "add", file, "--to", ""),
    ):
        refused(wire, *words, code=1, says=("there is no release", "dateline release list"))


@pytest.mark.once
def test_what_a_state_forbids_says_what_to_do(populated: WireHome) -> None:
    wire = populated
    release = wire.run("release", "add", wire.release_file()).strip()
    refused(wire, "report", release, code=1, says=("not locked yet", f"release lock {release}"))
    refused(wire, "release", "approve", release, code=1, says=("draft", "possible now", "lock"))
    refused(wire, "release", "kill", release, "--reason", "x", code=1, says=("not out yet", "withdraw"))
    refused(wire, "ledger", "why", release, "stranger@x.example", code=1, says=("stranger@x.example",))
    for _ in range(2):
        assert "nothing of it is public" in wire.run("release", "withdraw", release)


# --- T0 ---------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_a_t0_that_cannot_be_meant_is_refused_and_the_old_one_stands(wire: WireHome) -> None:
    """As an option, when it is moved, and in the front matter (test_send has more of the first)."""
    wire.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
    for at, says in (
        ("2027-13-01 09:00 Asia/Seoul", "2026-11-24T09:00+09:00"),
        ("9999-12-31 23:59 America/New_York", "2026-11-24T09:00+09:00"),
        ("+9999999d", "2026-11-24T09:00+09:00"),
    ):
        refused(wire, "send", wire.release_file(), "--at", at, says=("--at: ", says))
    release = wire.run("release", "add", wire.release_file(), "--at", "2030-01-01T00:00Z").strip()
    for at, says in (
        ("2020-01-01T00:00Z", "past"),
        ("2030-01-01 09:00", "zone"),
        ("2027-03-28 02:30 Europe/Berlin", "skip"),
        ("2027-03-01 25:00 Asia/Seoul", "2026-11-24T09:00+09:00"),
        ("", "2030-01-15T09:00+09:00"),
    ):
        refused(wire, "release", "schedule", release, "--at", at, says=("--at: ", says))
    assert wire.json("release", "show", release)["at"] == "2030-01-01T00:00:00.000Z"
    for at, says in (("2020-01-01T00:00Z", "past"), ("2027-10-31 02:30 Europe/Berlin", "twice")):
        file = wire.release_file("late.md", more=f"embargo: {at}\n")
        refused(wire, "send", file, says=("late.md", "`embargo`: ", says))
    assert [row["release"] for row in wire.json("release", "list")] == [release]


# --- lists of recipients ----------------------------------------------------------------------------------


@pytest.mark.once
def test_a_list_keeps_its_good_rows_and_names_the_bad_ones(wire: WireHome) -> None:
    rows = [
        ADA,
        "no-address,Bo,GB,en,,,",
        ADA.replace("ada@", "ADA@"),
        "cy@x.example,Cy,Korea,xx-none,nonsense,,",
    ]
    file = wire.write("people.csv", "\ufeff" + "\r\n".join([JOURNALIST_COLUMNS, *rows]) + "\r\n")
    document = wire.json("audience", "import", file, "--kind", "journalist", code=1, schema="import_result")
    assert document["created"] == 1, "a byte-order mark and CRLF are fine"
    reasons = {row["line"]: row["reason"] for row in document["rejected"]}
    assert reasons.keys() == {3, 4, 5}
    assert "name@domain" in reasons[3] and reasons[4] == "same person as line 2"
    for words in ("country: 'Korea'", "ISO 3166", "languages: 'xx-none'", "BCP 47", "sectors: 'nonsense'"):
        assert words in reasons[5]
    shown = wire.run("audience", "import", file, "--kind", "journalist", code=1)
    assert "unchanged 1, rejected 3" in shown and "line 3: email" in shown


@pytest.mark.once
def test_an_outlets_format_channel_and_address_are_checked_row_by_row(wire: WireHome) -> None:
    rows = [
        "Post,GB,en,,site,webhook,https://post.example/in,docx",
        "Bote,GB,en,,site,pigeon,https://post.example/in,json",
        "Blatt,GB,en,,site,webhook,ftp://post.example/in,json",
    ]
    file = wire.write("outlets.csv", "\n".join([OUTLET_COLUMNS, *rows]) + "\n")
    shown = wire.run("audience", "import", file, "--kind", "outlet", code=1)
    for words in (
        "line 2: format: 'docx'",
        "ninjs",
        "line 3: channel: 'pigeon'",
        "line 4: endpoint",
        "http(s)",
    ):
        assert words in shown


@pytest.mark.once
def test_a_list_that_does_not_fit_changes_nothing(wire: WireHome) -> None:
    comma = "save the file with commas"
    cases: tuple[tuple[bytes | None, tuple[str, ...]], ...] = (
        (b"", ("is empty", "name the columns")),
        (JOURNALIST_COLUMNS.replace(",", ";").encode(), ("line 1", "semicolons", comma)),
        (JOURNALIST_COLUMNS.replace(",", "\t").encode(), ("line 1", "tabs", comma)),
        (f"{JOURNALIST_COLUMNS}\n{ADA}\nJos\xe9,,,,,,\n".encode("latin-1"), ("line 3", "UTF-8")),
        (OUTLET_COLUMNS.encode(), ("unknown column", "columns are email,name")),
        (None, ("no such file",)),
    )
    path = wire.folder / "list.csv"
    for content, says in cases:
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        refused(wire, "audience", "import", str(path), "--kind", "journalist", says=("list.csv", *says))
    assert wire.json("audience", "reach")["journalists"] == 0


@pytest.mark.once
def test_targeting_by_what_is_unknown_names_list_and_remedy(wire: WireHome) -> None:
    for option, value, says in (
        ("--country", "KOR", "ISO 3166"),
        ("--language", "klingonese", "BCP 47"),
        ("--sector", "bussiness", "did you mean business"),
    ):
        refused(wire, "audience", "reach", option, value, says=(value, says))
        refused(wire, "circuit", "add", "mine", option, value, says=(value, says))
    refused(wire, "circuit", "add", "mine", "--kind", "blog", says=("broadcaster",))
    refused(wire, "audience", "reach", "--circuit", "moon", code=1, says=("circuit list",))
    refused(wire, "listen", "nonsense", says=("http://127.0.0.1:8080",))
    refused(wire, "vocabulary", "list", "--lang", "klingonese", says=("--lang", "BCP 47"))


# --- settings and home ------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"lease_s = \nport = 1\n", ("line 1", "mend that line")),
        (b"wire_name = '\xff'", ("save it as UTF-8",)),
        (b"colour = 'red'", ("`colour`", "no such setting", "remove the line")),
        (b"leese_s = 9", ("`leese_s`", "did you mean `lease_s`")),
        (b"lease_s = 1", ("`lease_s`", "greater than or equal to 5", "Seconds a worker holds")),
        (b"policy = 'three'", ("`policy`", "'solo' or 'two'")),
        (b"ca_file = '/none.pem'", ("`ca_file`", "/none.pem", "PEM file")),
        (b"mail_connections = 'many'", ("`mail_connections`", "SMTP connections")),
    ],
)
def test_a_broken_settings_file_is_named_with_its_key(
    wire: WireHome, content: bytes, says: tuple[str, ...]
) -> None:
    home = wire.folder / "home"
    home.mkdir()
    (home / "dateline.toml").write_bytes(content)
    refused(wire, "config", "explain", says=("dateline.toml", *says))


@pytest.mark.once
def test_settings_that_no_delivery_could_use_are_refused_before_anything_is_public(
    populated: WireHome,
) -> None:
    wire = populated
    for setting, value, says in (
        ("DATELINE_SMTP_URL", "mail.example", "smtp://"),
        ("DATELINE_SMTP_URL", "smtp://mail.example:many", "port"),
        ("DATELINE_MAIL_FROM", "nobody", "mail address"),
        ("DATELINE_CA_FILE", "/none.pem", "PEM file"),
    ):
        refused(wire, "send", wire.release_file(), says=(setting, says), settings={setting: value})
    refused(wire, "up", "--port", "0", says=(setting, says), settings={setting: value})
    assert wire.json("release", "list") == []


@pytest.mark.once
def test_a_home_that_is_a_file_is_refused(wire: WireHome) -> None:
    file = wire.write("file", "")
    for words in (("config", "explain"), ("doctor",), ("up", "--port", "0"), ("clock",)):
        refused(wire, *words, "--home", file, says=("DATELINE_HOME", "is a file", "name a folder"))
        assert Path(file).read_text(encoding="utf-8") == ""


def without_rights(wire: WireHome, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that may write only where the mode of a file says so, also when the tests are run by root."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() == 0 and setpriv is None:
        pytest.skip("root needs setpriv (util-linux) to give up its rights")
    dropped = "-dac_override,-dac_read_search"
    before = [setpriv, f"--bounding-set={dropped}", f"--inh-caps={dropped}"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*(word for word in before if word), sys.executable, "-m", "dateline", *words],
        env=wire.environment,
        cwd=wire.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def closed(wire: WireHome) -> Iterator[Path]:
    """A folder in which nobody may write."""
    folder = wire.folder / "closed"
    folder.mkdir(mode=0o555)
    yield folder
    folder.chmod(0o755)


@pytest.mark.once
def test_a_home_nobody_may_write_in_is_named(wire: WireHome, closed: Path) -> None:
    for home in (closed, closed / "below"):
        for words in (("release", "list"), ("up", "--port", "0")):
            done = without_rights(wire, *words, "--home", str(home))
            assert done.returncode == 1
            assert done.stderr.startswith(f"dateline: {home}")
            assert "Permission denied" in done.stderr and "--home" in done.stderr
            assert "Traceback" not in done.stderr
        found = without_rights(wire, "doctor", "--home", str(home))
        assert found.returncode == 1 and "bad" in found.stdout and "Traceback" not in found.stderr


def test_databases_that_cannot_be_written_or_are_none_are_told(wire: WireHome) -> None:
    if wire.environment.get("DATELINE_DATABASE_URL"):
        pytest.skip("the files of a database server are not ours")
    wire.run("release", "list")
    home = wire.folder / "home"
    database = home / "dateline.sqlite3"
    database.chmod(0o444)
    home.chmod(0o555)
    try:
        done = without_rights(wire, "issuer", "add", "x", "--name", "X", "--country", "KR")
    finally:
        home.chmod(0o700)
        database.chmod(0o600)
    assert done.returncode == 1 and "writable for this user" in done.stderr
    assert "Traceback" not in done.stderr
    database.write_bytes(b"no database at all, just text" * 200)
    refused(wire, "release", "list", code=1, says=("not a database", "restore it from the backup"))
    (home / "keys" / "web").write_bytes(b"")
    refused(wire, "release", "list", code=1, says=("keys/web", "restore it from the backup"))


# --- PostgreSQL -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://someone:hunter2@db.example/wire", "must start with postgresql://"),
        ("postgresql://someone:hunter2@db.example:many/wire", "postgresql://USER:PASSWORD@HOST:PORT/NAME"),
        ("postgresql://someone:hunter2@[::1/wire", "postgresql://USER:PASSWORD@HOST:PORT/NAME"),
        ("postgresql://someone:hunter2@db.example/", "/NAME"),
        ("postgresql://someone:hunter2@db.example/wire?colour=red", "colour"),
    ],
)
def test_a_wrong_database_address_is_named_and_its_password_is_not(
    wire: WireHome, url: str, says: str
) -> None:
    for words in (("release", "list"), ("work",)):
        refused(wire, *words, says=("DATELINE_DATABASE_URL", says), settings={"DATELINE_DATABASE_URL": url})


def test_a_postgresql_that_is_down_is_told(wire: WireHome) -> None:
    for words in (
        ("release", "list"),
        ("send", wire.release_file()),
        ("up", "--port", "0"),
        ("clock",),
        ("dispatch",),
    ):
        says = ("Connection refused", "start PostgreSQL", "DATELINE_DATABASE_URL")
        refused(wire, *words, code=1, says=says, settings={"DATELINE_DATABASE_URL": GONE})
    found = wire.start("doctor", "--json", DATELINE_DATABASE_URL=GONE)
    assert found.returncode == 1 and "start PostgreSQL" in found.stdout and "hunter2" not in found.stdout
