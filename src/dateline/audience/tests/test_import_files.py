"""Files as people save them: what is taken, what is refused, and the sentence that says so (I14)."""

from pathlib import Path

import pytest

from dateline.audience import services
from dateline.audience.models import Journalist, Outlet
from dateline.audience.tests.builders import DESKTOP_HEADER, JOURNALIST_HEADER, OUTLET_HEADER, write_csv
from dateline.core.errors import BadInput

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]

ANA = "ana@daily.example,Ana Kim,KR,ko;en,business,The Daily,form 2026"
BEN = "ben@daily.example,Ben Ito,JP,ja,technology;culture,,"
POST = "Harbour Post,KR,ko;en,,site,webhook,https://post.example/hook,json"


def journalists(path: Path, *lines: str, **how: str) -> services.ImportResult:
    return services.import_file(
        write_csv(path / "j.csv", how.pop("header", JOURNALIST_HEADER), *lines, **how), "journalist"
    )


def reasons(result: services.ImportResult) -> dict[int, str]:
    return {row.line: row.reason for row in result.rejected}


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    first = journalists(tmp_path, ANA, BEN)
    assert (first.created, first.updated, first.unchanged, first.rejected) == (2, 0, 0, ())
    again = journalists(tmp_path, ANA, BEN)
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 2, ())
    changed = journalists(tmp_path, ANA.replace("Ana Kim", "Ana Lee"), BEN)
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)
    assert set(services.names([row.recipient for row in Journalist.objects.all()]).values()) == {
        "Ana Lee",
        "Ben Ito",
    }


def test_every_kind_of_file_is_idempotent(tmp_path: Path) -> None:
    outlets = write_csv(
        tmp_path / "o.csv",
        OUTLET_HEADER + ",contact,timezone,encoding,path,secret_ref",
        POST + ",Desk,Asia/Seoul,utf-8,/in,post-key",
        "Nachrichten,DE,de,business,agency,mail,desk@nachrichten.example,,,,,,",
        "Pull Site,FR,*,,portal,feed,,,,,,,",
    )
    desktops = write_csv(tmp_path / "d.csv", DESKTOP_HEADER, "t1,US,en,,", "t2,JP,ja;en,technology,lithium")
    for kind, path, count in (("outlet", outlets, 3), ("desktop", desktops, 2)):
        assert services.import_file(path, kind).created == count  # type: ignore[arg-type]
        again = services.import_file(path, kind)  # type: ignore[arg-type]
        assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, count, ())
    assert services.export_counts() == {"outlets": 3, "journalists": 0, "desktops": 2}


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "j.csv", JOURNALIST_HEADER, ANA, "no-address,X,KR,ko,,,", BEN)
    dry = services.import_file(path, "journalist", dry_run=True)
    assert services.export_counts()["journalists"] == 0
    wet = services.import_file(path, "journalist")
    assert dry == wet and wet.created == 2 and reasons(wet).keys() == {3}
    assert services.import_file(path, "journalist", dry_run=True).unchanged == 2


def test_byte_order_mark_crlf_quotes_blank_lines_and_capital_headings_are_fine(tmp_path: Path) -> None:
    result = journalists(
        tmp_path,
        "",
        'ana@daily.example,"Kim, ""Ana""",kr,KO ; en ,business,,"form, 2026"',
        "",
        BEN,
        header="\ufeffEmail, Name ,Country,Languages,Sectors,Outlet,Consent",
        end="\r\n",
    )
    assert (result.created, result.rejected) == (2, ())
    row = Journalist.objects.get(email="ana@daily.example")
    assert (row.name, row.country, row.languages, row.consent) == ('Kim, "Ana"', "KR", "ko;en", "form, 2026")
    assert row.source == "file j.csv" and row.added_at


def test_optional_columns_may_be_missing_and_then_keep_what_is_stored(tmp_path: Path) -> None:
    journalists(
        tmp_path,
        ANA + ",Asia/Seoul,digest,3,lithium",
        header=JOURNALIST_HEADER + ",timezone,mode,cap,keywords",
    )
    assert journalists(tmp_path, ANA).unchanged == 1
    assert journalists(tmp_path, ANA.replace("Ana Kim", "Ana Lee")).updated == 1
    row = Journalist.objects.get()
    assert (row.name, row.timezone, row.mode, row.cap, row.keywords) == (
        "Ana Lee",
        "Asia/Seoul",
        "digest",
        3,
        "lithium",
    )
    assert journalists(tmp_path, ANA + ",", header=JOURNALIST_HEADER + ",cap").updated == 1
    assert Journalist.objects.get().cap is None


def test_the_first_row_of_a_person_wins_and_the_second_is_reported(tmp_path: Path) -> None:
    """Who is a person: the normalised address (I4)."""
    result = journalists(
        tmp_path, ANA, BEN, ANA.replace("ana@daily", "ANA@Daily").replace("Ana Kim", "Second")
    )
    assert reasons(result) == {4: "same person as line 2"}
    assert sorted(Journalist.objects.values_list("name", flat=True)) == ["Ana Kim", "Ben Ito"]


def test_a_bad_first_row_does_not_shadow_a_good_second_one(tmp_path: Path) -> None:
    result = journalists(tmp_path, ANA.replace(",KR,", ",Korea,"), ANA)
    assert result.created == 1 and reasons(result).keys() == {2}


def test_duplicate_outlets_and_accounts_are_reported(tmp_path: Path) -> None:
    outlets = write_csv(
        tmp_path / "o.csv",
        OUTLET_HEADER,
        POST,
        POST.replace("Harbour Post", " harbour  POST "),
        POST.replace(",KR,", ",JP,"),
    )
    result = services.import_file(outlets, "outlet")
    assert result.created == 2 and reasons(result) == {3: "same outlet as line 2"}
    desktops = write_csv(tmp_path / "d.csv", DESKTOP_HEADER, "t1,US,en,,", "t1,DE,de,,")
    assert reasons(services.import_file(desktops, "desktop")) == {3: "same account as line 2"}


@pytest.mark.parametrize(
    ("change", "column", "remedy"),
    [
        (("ana@daily.example", "ana"), "email", "name@domain"),
        (("ana@daily.example", "Ana <ana@daily.example>"), "email", "name@domain"),
        (("ana@daily.example", "ana..b@daily.example"), "email", "name@domain"),
        (("ana@daily.example", ""), "email", "name@domain"),
        ((",KR,", ",Korea,"), "country", "ISO 3166"),
        ((",KR,", ",,"), "country", "ISO 3166"),
        ((",ko;en,", ",,"), "languages", "at least one language"),
        ((",ko;en,", ", ; ,"), "languages", "at least one language"),
        ((",ko;en,", ",klingonese,"), "languages", "BCP 47"),
        ((",ko;en,", ",ko|en,"), "languages", "separated by ;"),
        ((",business,", ",bussiness,"), "sectors", "did you mean business"),
        ((",business,", ",99999999,"), "sectors", "vocabulary list"),
        (("form 2026", "form 2026,Seoul,,,"), "timezone", "Asia/Seoul"),
        (("form 2026", "form 2026,,sometimes,,"), "mode", "immediate, digest"),
        (("form 2026", "form 2026,,,lots,"), "cap", "1 to 1000"),
        (("form 2026", "form 2026,,,0,"), "cap", "1 to 1000"),
        (("form 2026", "form 2026,,,,x"), "keywords", "too short"),
        (("Ana Kim", "A" * 201), "name", "at most 200"),
        (("Ana Kim", "Ana\x00Kim"), "name", "U+0000"),
        (("Ana Kim", '"Ana\nBcc: x"'), "name", "U+000A"),
    ],
)
def test_a_bad_cell_names_column_and_remedy_and_the_good_rows_are_kept(
    tmp_path: Path, change: tuple[str, str], column: str, remedy: str
) -> None:
    bad = ANA.replace(*change)
    cells = bad if bad.count(",") > 6 else bad + ",,,,"
    result = journalists(
        tmp_path, cells, BEN + ",,,,", header=JOURNALIST_HEADER + ",timezone,mode,cap,keywords"
    )
    assert result.created == 1
    assert reasons(result).keys() == {2}
    assert reasons(result)[2].startswith(f"{column}: ") and remedy in reasons(result)[2]


@pytest.mark.parametrize(
    ("change", "column", "remedy"),
    [
        ((",site,", ",blog,"), "kind", "broadcaster"),
        ((",site,", ",,"), "kind", "is empty"),
        ((",webhook,", ",pigeon,"), "channel", "webhook, mail, feed"),
        ((",json", ",docx"), "format", "ninjs"),
        ((",json", ",mail"), "format", "ninjs"),
        (("https://post.example/hook", "post.example/hook"), "endpoint", "https://outlet.example/hook"),
        (("https://post.example/hook", "ftp://post.example/in"), "endpoint", "http(s)"),
        (("https://post.example/hook", "https://"), "endpoint", "http(s)"),
        (("https://post.example/hook", "https://[::1"), "endpoint", "http(s)"),
        (("https://post.example/hook", ""), "endpoint", "needs one"),
        (("https://post.example/hook", "https://bob:secret@post.example/"), "endpoint", "secret_ref"),
        (
            ("webhook,https://post.example/hook,json", "mail,https://post.example/,"),
            "endpoint",
            "name@domain",
        ),
        (("webhook,https://post.example/hook", "mail,desk@post.example"), "format", "leave it empty"),
        (("webhook,https://post.example/hook,json", "feed,,tape"), "format", "json"),
        (("Harbour Post", " "), "name", "is empty"),
        ((",json", ",json,klingon,"), "encoding", "utf-8"),
        ((",json", ",json,,../keys/vault"), "secret_ref", "secrets"),
    ],
)
def test_a_bad_outlet_names_column_and_remedy(
    tmp_path: Path, change: tuple[str, str], column: str, remedy: str
) -> None:
    bad = POST.replace(*change)
    path = write_csv(
        tmp_path / "o.csv", OUTLET_HEADER + ",encoding,secret_ref", bad if bad.count(",") > 7 else bad + ",,"
    )
    result = services.import_file(path, "outlet")
    assert result.created == 0 and Outlet.objects.count() == 0
    assert reasons(result)[2].startswith(f"{column}: ") and remedy in reasons(result)[2]
    assert "bob" not in reasons(result)[2] and "secret@" not in reasons(result)[2]


def test_all_faults_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    reason = reasons(journalists(tmp_path, "x,,Korea,,nonsense,,"))[2]
    assert all(f"{column}: " in reason for column in ("email", "country", "languages", "sectors"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        (JOURNALIST_HEADER.replace(",", ";").encode() + b"\n", "separated by semicolons"),
        (JOURNALIST_HEADER.replace(",", "\t").encode() + b"\n", "separated by tabs"),
        (JOURNALIST_HEADER.encode("utf-16"), "UTF-16"),
        (
            JOURNALIST_HEADER.encode() + b"\n" + BEN.encode() + b"\nfran\xe7ois@x.example,F,FR,fr,,,\n",
            "line 3",
        ),
        (JOURNALIST_HEADER.encode() + b",beat\n", "unknown column 'beat'"),
        (JOURNALIST_HEADER.replace(",consent", "").encode() + b"\n", "column 'consent' is missing"),
        (JOURNALIST_HEADER.encode() + b",name\n", "column 'name' is there twice"),
        (ANA.encode() + b"\n", "unknown column 'ana@daily.example'"),
        (b'"email\n', "never closed"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput) as error:
        services.import_file(path, "journalist")
    assert words in str(error.value) and "bad.csv" in str(error.value)
    assert services.export_counts()["journalists"] == 0


def test_bad_bytes_behind_the_first_thousand_rows_leave_nothing_stored(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    rows = "".join(f"p{n}@x.example,P,KR,ko,,,f\n" for n in range(1500))
    path.write_bytes(f"{JOURNALIST_HEADER}\n{rows}".encode() + b"q@x.example,\xff,KR,ko,,,f\n")
    with pytest.raises(BadInput, match="line 1502"):
        services.import_file(path, "journalist")
    assert services.export_counts()["journalists"] == 0


def test_a_character_across_two_pieces_of_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dateline.audience.csv_reading._PIECE", 7)
    assert journalists(tmp_path, ANA.replace("Ana Kim", "김아나 Иванова")).created == 1


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.csv: cannot be read: no such file"):
        services.import_file(tmp_path / "nowhere.csv", "journalist")
    with pytest.raises(BadInput, match="cannot be read: is a directory"):
        services.import_file(tmp_path, "journalist")


def test_broken_lines_are_rejected_where_they_start(tmp_path: Path) -> None:
    result = journalists(
        tmp_path,
        '"ana@daily.example"x,Ana,KR,ko,,,f',
        BEN,
        "carl@daily.example,Carl,KR",
        "dora@daily.example,Dora,KR,ko,en,business,,form",
        '"eve@daily.example,Eve,KR',
        "gus@daily.example,Gus,KR,ko,,,f",
    )
    assert result.created == 1
    found = reasons(result)
    assert found.keys() == {2, 4, 5, 6}
    assert (
        "not CSV" in found[2]
        and "3 fields" in found[4]
        and "8 fields" in found[5]
        and "never closed" in found[6]
    )


def test_a_header_alone_is_an_empty_import(tmp_path: Path) -> None:
    assert journalists(tmp_path) == services.ImportResult(0, 0, 0, ())
