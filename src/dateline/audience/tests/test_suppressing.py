"""Lists of stopped addresses, and the audited way back (I13)."""

from pathlib import Path

import pytest

from dateline.audience import services
from dateline.audience.models import Journalist, Suppression, SuppressionRemoval
from dateline.audience.services import Rejected
from dateline.audience.tests.builders import add, journalist, outlet, recipient, targeting
from dateline.core.clock import FixedClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.events import SuppressedMany
from dateline.plant.db import outbox

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default"])]
ANA = "ana@daily.example"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "stopped.csv"


def heard() -> list[SuppressedMany]:
    found: list[SuppressedMany] = []
    outbox.move_position("test", 0)
    while outbox.follow("test", {SuppressedMany: found.append}):
        pass
    return found


@pytest.mark.parametrize(
    "text",
    [
        "ana@daily.example\nben@daily.example\n",
        "\ufeffana@daily.example\r\nben@daily.example",
        "# stopped in March\n\nana@daily.example\n\nben@daily.example\n",
        "email\nana@daily.example\nben@daily.example\n",
        "\ufeffEmail,Reason\nana@daily.example,bounced\nben@daily.example,\n",
        "name;e-mail;status\nAna;ana@daily.example;unsubscribed\nBen;Ben@Daily.Example;x\n",
        "created\temail\n1\tana@daily.example\n2\tben@daily.example\n",
        '"Kim, Ana",ana@daily.example\n"Lee, Ben",<ben@daily.example>\n',
        "Ana Kim <ana@daily.example>\n'ben@daily.example'\n",
    ],
)
def test_lists_of_other_systems_are_read(path: Path, text: str) -> None:
    result = services.import_suppressions(write(path, text))
    assert (result.created, result.updated, result.unchanged, result.rejected) == (2, 0, 0, ())
    assert services.is_suppressed(ANA) and services.is_suppressed("ben@daily.example")


def test_a_second_run_changes_nothing_and_the_first_reason_stays(path: Path) -> None:
    services.suppress(ANA, reason="complained", source="phone")
    write(path, "email,reason\nana@daily.example,list\nben@daily.example,hard bounce\neve@daily.example,\n")
    first = services.import_suppressions(path, reason="old system")
    again = services.import_suppressions(path, reason="old system")
    assert (first.created, first.unchanged) == (2, 1) and (again.created, again.unchanged) == (0, 3)
    reasons = []
    for address in (ANA, "ben@daily.example", "eve@daily.example"):
        found = services.suppression_of(address)
        assert found is not None
        reasons.append((found.reason, found.source))
    assert reasons == [
        ("complained", "phone"),
        ("hard bounce", "import of stopped.csv"),
        ("old system", "import of stopped.csv"),
    ]


def test_bad_rows_are_rejected_by_line_and_the_good_ones_kept(path: Path) -> None:
    write(
        path,
        "email,reason\nana@daily.example,x\nnobody,x\n,x\nANA@daily.example,x\nben@daily.example\n"
        'eve@daily.example,"open\nzoe@daily.example,x\n',
    )
    result = services.import_suppressions(path)
    assert result.created == 2
    assert [row.line for row in result.rejected] == [3, 4, 5, 6, 7]
    assert result.rejected[2] == Rejected(5, "same address as line 2")
    assert "no mail address" in result.rejected[0].reason and "fields" in result.rejected[3].reason
    assert services.is_suppressed("zoe@daily.example")


def test_rows_without_or_with_two_addresses_are_rejected(path: Path) -> None:
    write(path, "ana@daily.example\nben\nben@daily.example,eve@daily.example\n")
    result = services.import_suppressions(path)
    assert result.created == 1
    assert result.rejected == (Rejected(2, "holds no address"), Rejected(3, "holds more than one address"))


def test_a_dry_run_says_the_same_and_changes_nothing(path: Path) -> None:
    services.suppress(ANA, reason="x", source="y")
    write(path, "ana@daily.example\nben@daily.example\nnobody\n")
    dry = services.import_suppressions(path, dry_run=True)
    assert (dry.created, dry.unchanged, len(dry.rejected)) == (1, 1, 1)
    assert not services.is_suppressed("ben@daily.example") and Suppression.objects.count() == 1
    assert services.import_suppressions(path) == dry


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("", "utf-8", "empty"),
        ("name,country\nAna,KR\n", "utf-8", "call it 'email'"),
        ("ana@daily.example\n", "utf-16", "UTF-16"),
        ("email,name\nana@daily.example,Zoë\n", "latin-1", "line 2"),
    ],
)
def test_what_is_no_list_is_refused_whole(path: Path, text: str, encoding: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        services.import_suppressions(write(path, text, encoding))
    assert Suppression.objects.count() == 0


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(BadInput, match=r"stopped\.csv"):
        services.import_suppressions(path)


def test_thousands_are_told_in_a_few_events_and_only_who_is_known(path: Path, clock: FixedClock) -> None:
    """One event for each would keep a lift waiting behind them."""
    for number in range(3):
        add(journalist(f"j{number}@daily.example"))
    add(outlet(channel="mail"))
    before = len(heard())
    lines = [f"j{number}@daily.example" for number in range(2500)] + ["desk@post.example"]
    result = services.import_suppressions(write(path, "\n".join(lines)), clock=clock)
    assert result.created == 2501
    events = heard()[before:]
    assert len(events) == 2
    told = {person for event in events for person in event.persons}
    found = [services.find(f"j{number}@daily.example") for number in range(3)]
    assert told == {one.person for one in found if one} | {recipient("Harbour Post")}


def test_a_re_import_of_the_audience_never_revives(path: Path) -> None:
    """I13."""
    add(journalist())
    services.import_suppressions(write(path, f"{ANA}\n"))
    again = services.import_rows([journalist(name="Ana Kim-Lee", consent="new form")], "journalist")
    assert again.updated == 1
    Journalist.objects.all().delete()
    add(journalist("Ana@Daily.Example"))
    assert [bool(row.suppressed) for row in services.resolve(targeting()).rows] == [True]


def test_a_named_person_may_take_it_back_and_that_is_kept(clock: FixedClock) -> None:
    services.suppress(ANA, reason="hard bounce", source="bounce", clock=clock)
    removed = services.unsuppress("ANA@daily.example", by="Ida", reason="new mail server", clock=clock)
    assert removed.reason == "hard bounce" and not services.is_suppressed(ANA)
    kept = SuppressionRemoval.objects.get()
    assert (kept.by, kept.reason, kept.was_reason, kept.was_source, kept.at) == (
        "Ida",
        "new mail server",
        "hard bounce",
        "bounce",
        clock.now(),
    )
    assert "daily" not in kept.key
    with pytest.raises(NotFound, match="not suppressed"):
        services.unsuppress(ANA, by="Ida", reason="again")
    for by, reason, said in (("", "x", "name of a person"), ("Ida", " ", "say why")):
        with pytest.raises(BadInput, match=said):
            services.unsuppress(ANA, by=by, reason=reason)


def test_whole_deliveries_are_suppressed_by_recipient() -> None:
    add(journalist(), outlet(channel="mail"), outlet("Hook"))
    ids = [recipient(ANA), recipient("Harbour Post"), recipient("Hook"), "j_" + "0" * 32, "d_x", ""]
    assert services.suppress_recipients([(one, "gone") for one in ids], source="bounce") == 3
    assert services.suppress_recipients([(one, "again") for one in ids], source="bounce") == 0
    assert services.is_suppressed(ANA) and services.is_suppressed("desk@post.example")


def test_all_of_them_are_listed_newest_first_without_addresses(clock: FixedClock) -> None:
    for number in range(3):
        services.suppress(f"j{number}@daily.example", reason=f"r{number}", source="s", clock=clock)
        clock.advance(1)
    assert [found.reason for found in services.suppressions()] == ["r2", "r1", "r0"]
    assert [found.reason for found in services.suppressions(limit=1)] == ["r2"]
    assert services.suppression_count() == 3
    assert not any("@" in found.key for found in services.suppressions())
