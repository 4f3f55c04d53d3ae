"""Rows given by a program, in bulk; who the rows are about."""

import os

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from dateline.audience import services
from dateline.audience.models import Journalist, Outlet
from dateline.audience.tests.builders import add, desktop, journalist, outlet, recipient
from dateline.core.errors import BadInput

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
MANY = 86_000 if os.environ.get("DATELINE_SOAK") else 3_000


def people(count: int) -> list[dict[str, str]]:
    return [journalist(f"p{n}@paper{n % 90}.example", name=f"Person {n}") for n in range(count)]


def test_a_crowd_is_written_in_chunks_and_not_row_by_row() -> None:
    with CaptureQueriesContext(connections["default"]) as queries:
        result = services.import_rows(people(MANY), "journalist")
    assert result.created == MANY and Journalist.objects.count() == MANY
    assert len(queries) <= 4 * (MANY // 1000 + 1)
    assert services.import_rows(people(MANY), "journalist").unchanged == MANY


def test_many_desktops_come_and_are_counted() -> None:
    rows = [desktop(f"t{n}", languages="ko;en" if n % 2 else "*") for n in range(MANY)]
    assert services.import_rows(rows, "desktop").created == MANY
    assert services.export_counts()["desktops"] == MANY


def test_rows_are_counted_like_lines_of_a_file() -> None:
    result = services.import_rows([journalist(), journalist(country="Atlantis")], "journalist")
    assert result.rejected[0].line == 3 and "country" in result.rejected[0].reason


def test_no_rows_at_all_are_fine() -> None:
    assert services.import_rows([], "outlet") == services.ImportResult(0, 0, 0, ())


def test_columns_of_rows_are_checked() -> None:
    with pytest.raises(BadInput, match="unknown column 'twitter'"):
        services.import_rows([{**journalist(), "twitter": "@ana"}], "journalist")
    with pytest.raises(BadInput, match="row 3: has other columns"):
        services.import_rows([journalist(), journalist("b@x.example", cap="3")], "journalist")
    with pytest.raises(BadInput, match="outlet, journalist or desktop"):
        services.import_rows([], "reader")  # type: ignore[arg-type]


def test_spellings_of_one_address_are_one_person_across_imports() -> None:
    add(journalist("ana@bücher.example"))
    add(journalist("ANA@XN--BCHER-KVA.example.", name="Ana K"))
    row = Journalist.objects.get()
    assert row.name == "Ana K" and row.domain == "xn--bcher-kva.example"


def test_ids_are_stable_and_do_not_show_the_address() -> None:
    """I15: an id may stand in logs and reports."""
    add(journalist(), outlet(), desktop())
    ids = [recipient(text) for text in ("ana@daily.example", "Harbour Post", "terminal-1")]
    assert [i[:2] for i in ids] == ["j_", "o_", "d_"]
    assert not any(word in i for i in ids for word in ("ana", "post", "terminal"))
    Journalist.objects.all().delete()
    add(journalist())
    assert recipient("ana@daily.example") == ids[0]


def test_star_is_every_topic() -> None:
    add(outlet(sectors="*"), journalist(sectors="*"))
    assert (Outlet.objects.get().sectors, Journalist.objects.get().sectors) == ("", "*")


def test_lists_are_stored_once_and_sectors_by_id() -> None:
    add(
        journalist(
            languages="ko;KO;en;zh-TW", sectors="medtop:04000000;business", keywords="Lithium;lithium;EV"
        )
    )
    row = Journalist.objects.get()
    assert (row.languages, row.sectors) == ("ko;en;zh-Hant", "04000000")
    assert row.keywords == "EV;Lithium"


def test_formats_default_to_what_the_channel_sends() -> None:
    add(
        outlet("W", format=""),
        outlet("M", channel="mail"),
        outlet("F", channel="feed"),
        outlet("N", format="NINJS", channel="Webhook"),
    )
    assert dict(Outlet.objects.values_list("name", "format")) == {
        "W": "json",
        "M": "mail",
        "F": "",
        "N": "ninjs",
    }


def test_recipients_are_found_by_what_people_know() -> None:
    add(
        journalist(),
        outlet(),
        outlet("M", channel="mail"),
        outlet("Twin", country="KR"),
        outlet("Twin", country="JP"),
        desktop("user@vendor.example"),
    )
    by_address = services.find(" ANA@daily.example ")
    assert by_address is not None and (by_address.kind, by_address.name) == ("journalist", "Ana Kim")
    assert by_address.person and by_address.recipient == "j_" + by_address.person
    found = {
        text: services.find(text) for text in ("harbour  post", "desk@post.example", "user@vendor.example")
    }
    assert {text: f and f.kind for text, f in found.items()} == {
        "harbour  post": "outlet",
        "desk@post.example": "outlet",
        "user@vendor.example": "desktop",
    }
    assert services.find(by_address.recipient) == by_address
    assert services.find("nobody@daily.example") is None and services.find("no such") is None
    assert services.find("j_" + "0" * 32) is None
    with pytest.raises(BadInput, match=r"2 outlets are called 'twin'.*\(JP\).*\(KR\)"):
        services.find("twin")


def test_names_are_given_for_known_ids_only() -> None:
    add(journalist(), outlet(), journalist("nameless@daily.example", name=""))
    ids = [recipient(t) for t in ("ana@daily.example", "Harbour Post", "nameless@daily.example")]
    assert services.names([*ids, "j_unknown", "x"]) == dict(
        zip(ids, ("Ana Kim", "Harbour Post", "nameless@daily.example"), strict=True)
    )
