"""`dateline vocabulary`: axes, a newer release of the Media Topics, and files that change nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from dateline.cli import vocabulary as command
from dateline.cli.home import use_home
from dateline.core import sectors
from dateline.core.errors import BadInput, Conflict
from dateline.core.release_types import RELEASE_TYPES
from dateline.core.sector_table import NARROWER, RETIRED
from dateline.core.vocabularies import built_in
from dateline.faces.newsroom.sector_words import sector_link
from dateline.formats.media_topics import read_media_topics
from dateline.plant import vocabulary as plant
from dateline.plant.settings import get_settings
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
SCHEMA = Path(__file__).resolve().parents[2] / "core" / "schemas" / "vocabulary_import.json"
NEW, CHILD = "20009001", "20009002"
BANKING, INSURANCE = "20000274", "20000279"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home of its own, without a database; afterwards the process goes by what ships again."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("DATELINE_HOME", str(folder))
    monkeypatch.setattr(command, "open_home", use_home)
    get_settings.cache_clear()
    yield folder
    monkeypatch.undo()
    get_settings.cache_clear()
    get_settings()


def newer(**changes: Any) -> dict[str, Any]:
    """IPTC's JSON of an invented release: a new topic with a child, and banking retired for insurance."""
    concepts = [
        {
            "qcode": f"medtop:{narrow}",
            "broader": [f"http://cv.iptc.org/newscodes/mediatopic/{broad}"] if broad else [],
            "prefLabel": {"en-GB": f"topic {narrow}"},
            "modified": "2026-07-02T12:00:00+00:00",
        }
        for broad, ids in NARROWER.items()
        for narrow in ids.split()
        if narrow != BANKING
    ]
    concepts += [
        {"qcode": f"medtop:{code}", "retired": "2020-01-01T00:00:00+00:00"} for code in RETIRED.split()
    ]
    concepts.append(
        {"qcode": f"medtop:{BANKING}", "retired": "2026-07-02", "isReplacedBy": [f"medtop:{INSURANCE}"]}
    )
    labels = {
        "en-GB": "tidal power",
        "en-US": "tide power",
        "de": "Gezeitenkraft",
        "dk": "tidevand",
        "x-bad-!": "?",
    }
    concepts.append({"qcode": f"medtop:{NEW}", "broader": "medtop:20000257", "prefLabel": labels})
    concepts.append({"qcode": f"medtop:{CHILD}", "broader": [f"medtop:{NEW}"], "prefLabel": {}})
    return {"conceptSet": concepts, "modified": "2026-07-02", **changes}


def write(folder: Path, document: Any) -> str:
    path = folder / "topics.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(path)


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(command.app, [*words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


def test_a_newer_release_is_gone_by_from_the_next_process_on(home: Path, tmp_path: Path) -> None:
    document = json.loads(run("import", write(tmp_path, newer()), "--json"))
    assert jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).is_valid(document)
    assert document["added"] == [NEW, CHILD] and document["retired"] == {BANKING: INSURANCE}
    assert "de" not in document["without_labels"][NEW] and "ko" in document["without_labels"][NEW]
    assert sectors.is_shipped()
    get_settings.cache_clear()
    get_settings()  # what every process does first
    assert sectors.in_use().release == "2026-07-02"
    assert sectors.parse_sector(f"medtop:{CHILD}") == CHILD
    assert sectors.ancestors(CHILD)[:3] == (CHILD, NEW, "20000257")
    assert CHILD in sectors.descendants("20000257")
    assert json.loads(run("show", CHILD, "--json"))["axis"] == "industry"
    assert json.loads(run("show", NEW, "--json", "--lang", "de"))["label"] == "Gezeitenkraft"


def test_who_chose_a_retired_topic_goes_on_getting_what_took_its_place(home: Path, tmp_path: Path) -> None:
    run("import", write(tmp_path, newer()))
    get_settings.cache_clear()
    get_settings()
    assert sectors.parse_sector(BANKING) == sectors.parse_sector("banking") == INSURANCE
    assert sectors.narrower_or_same(BANKING, INSURANCE)
    assert sectors.ancestors(INSURANCE)[:2] == (INSURANCE, BANKING)
    assert sectors.label(INSURANCE) == "Insurance"
    shown = json.loads(run("show", "banking", "--json"))
    assert shown["id"] == INSURANCE and shown["replaces"] == [BANKING]
    assert BANKING not in shown["broader"]


def test_labels_stay_ours_and_iptcs_serve_where_we_have_none(home: Path, tmp_path: Path) -> None:
    run("import", write(tmp_path, newer()))
    get_settings.cache_clear()
    get_settings()
    assert sectors.label("20000279") == "Insurance" and sectors.label(NEW) == "tidal power"
    assert sector_link(NEW, "de").words == "Gezeitenkraft" and sector_link(NEW, "de").language == "de"
    assert sector_link(NEW, "ko").words == "에너지" and sector_link(CHILD, "en").words == "tidal power"


def test_a_dry_run_and_an_older_release_change_nothing(home: Path, tmp_path: Path) -> None:
    assert "would go by" in run("import", write(tmp_path, newer()), "--dry-run")
    assert not (home / plant.NAME).exists()
    old = write(tmp_path, newer(modified="2019-01-01"))
    with pytest.raises(Conflict, match="--older"):
        run("import", old)
    assert "2019-01-01" in run("import", old, "--older")


def without(document: dict[str, Any], code: str) -> dict[str, Any]:
    return {**document, "conceptSet": [c for c in document["conceptSet"] if c["qcode"] != f"medtop:{code}"]}


def changed(code: str, **values: Any) -> dict[str, Any]:
    document = newer()
    concept = next(c for c in document["conceptSet"] if c["qcode"] == f"medtop:{code}")
    concept.update(values)
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "not JSON"),
        ("{}", "no `conceptSet`"),
        ("[]", "no concept"),
        ('{"conceptSet": [1]}', "concept 1"),
        ('{"conceptSet": [{"qcode": "genre:Obituary"}]}', "no code"),
        ('{"conceptSet": [{"qcode": "medtop:01000000"}]}', "--release"),
        ('{"conceptSet": NaN}', "NaN"),
        ("<rss/>", "no SKOS"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "entit"),
        (without(newer(), INSURANCE), "no whole release"),
        (without(newer(), "20000002"), "is not in use"),
        (without(newer(), CHILD) | {"modified": "2026-07-03"}, ""),
        (changed(NEW, broader=f"medtop:{CHILD}"), "circle"),
        (changed(NEW, qcode=f"medtop:{CHILD}"), "twice"),
        (changed(NEW, prefLabel=["a"]), "no object of languages"),
        (changed(CHILD, broader="medtop:99999999"), "99999999 is not in use"),
    ],
)
def test_a_bad_file_changes_nothing_and_names_the_place(
    home: Path, tmp_path: Path, document: Any, words: str
) -> None:
    """I14"""
    path = write(tmp_path, document)
    if not words:
        run("import", path)
        return
    with pytest.raises(BadInput, match=words):
        run("import", path)
    assert list(home.iterdir()) == [] and sectors.is_shipped()


def test_a_part_of_the_topics_is_no_release(home: Path, tmp_path: Path) -> None:
    document = {"conceptSet": newer()["conceptSet"][:17], "modified": "2026-07-02"}
    with pytest.raises(BadInput, match="no whole release"):
        run("import", write(tmp_path, document))


def test_a_damaged_file_of_the_home_is_named(home: Path) -> None:
    for text in ("{", '{"form": 99}', '{"form": 1}', "[]"):
        (home / plant.NAME).write_text(text, encoding="utf-8")
        get_settings.cache_clear()
        with pytest.raises(BadInput, match=plant.NAME):
            get_settings()
    (home / plant.NAME).unlink()


SKOS = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:dct="http://purl.org/dc/terms/"
 xmlns:owl="http://www.w3.org/2002/07/owl#"><dct:modified>2026-07-02</dct:modified>
<skos:Concept rdf:about="http://cv.iptc.org/newscodes/mediatopic/01000000">
 <skos:prefLabel xml:lang="en-GB">arts</skos:prefLabel></skos:Concept>
<rdf:Description rdf:about="http://cv.iptc.org/newscodes/mediatopic/20009001">
 <rdf:type rdf:resource="http://www.w3.org/2004/02/skos/core#Concept"/>
 <skos:broader rdf:resource="http://cv.iptc.org/newscodes/mediatopic/01000000"/>
 <skos:prefLabel xml:lang="fr">cirque</skos:prefLabel></rdf:Description>
<skos:Concept rdf:about="http://cv.iptc.org/newscodes/mediatopic/20009002">
 <owl:deprecated>true</owl:deprecated>
 <dct:isReplacedBy rdf:resource="http://cv.iptc.org/newscodes/mediatopic/20009001"/></skos:Concept></rdf:RDF>"""


def test_skos_is_read_like_json() -> None:
    found = read_media_topics(SKOS.encode())
    assert found.release == "2026-07-02"
    assert found.broader == {"01000000": "", "20009001": "01000000"}
    assert found.retired == {"20009002": "20009001"} and found.labels["20009001"] == {"fr": "cirque"}


def test_a_line_of_successors_ends_at_the_one_in_use() -> None:
    def retired(code: str, successor: str) -> dict[str, Any]:
        return {"qcode": f"medtop:{code}", "retired": "2026-01-01", "isReplacedBy": successor}

    topics = [
        {"qcode": "medtop:01000000"}, retired("20009001", "20009002"), retired("20009002", "01000000"),
        retired("20009003", "20009004"), retired("20009004", "20009003"),
    ]  # fmt: skip
    found = read_media_topics(json.dumps({"conceptSet": topics}).encode())
    assert found.retired == {
        "20009001": "01000000", "20009002": "01000000", "20009003": "", "20009004": "",
    }  # fmt: skip


def test_the_published_release_equals_the_one_that_ships() -> None:
    data = (shared("schemas") / "iptc-mediatopics" / "mediatopics-2023-10-24.json").read_bytes()
    found = read_media_topics(data)
    assert found.release == "2023-10-24" and dict(found.broader) == dict(built_in().broader)
    assert set(found.retired) == set(built_in().retired)


def test_axes_are_listed() -> None:
    industries = json.loads(run("list", "--axis", "industry", "--json"))
    assert {"banking", "insurance"} <= {row["slug"] for row in industries}
    assert "culture-and-media" not in {row["slug"] for row in industries}
    assert len(json.loads(run("list", "--all", "--json"))) == 1099
    types = json.loads(run("list", "--axis", "release-type", "--json"))
    assert {"earnings", "recall", "webcast"} <= {row["slug"] for row in types}
    assert all(sectors.parse_sector(kind.topic) for kind in RELEASE_TYPES)
    with pytest.raises(BadInput, match="--axis"):
        run("list", "--axis", "colour")
