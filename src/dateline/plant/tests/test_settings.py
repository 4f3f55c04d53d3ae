"""Settings: environment before file before default, secrets masked, errors that name the key."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dateline.core.errors import BadInput, Unavailable
from dateline.plant import settings as module
from dateline.plant.settings import Settings, explain, get_settings

pytestmark = pytest.mark.unit


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path))
    monkeypatch.delenv("DATELINE_DATABASE_URL", raising=False)
    get_settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    get_settings.cache_clear()


def test_environment_beats_the_file_which_beats_the_default(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "dateline.toml").write_text('wire_name = "From file"\nport = 9000\n', encoding="utf-8")
    monkeypatch.setenv("DATELINE_PORT", "9100")
    found = get_settings()
    assert (found.wire_name, found.port, found.lease_s) == ("From file", 9100, 90)
    origins = {row.key: row.origin for row in explain(found)}
    assert origins["DATELINE_PORT"] == "environment"
    assert origins["DATELINE_WIRE_NAME"].endswith("dateline.toml")
    assert origins["DATELINE_LEASE_S"] == "default"


def test_every_key_is_explained_and_secrets_are_masked(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_SMTP_URL", "smtps://user:hunter2@relay.example:465")
    found = get_settings()
    rows = {row.key: row for row in explain(found)}
    assert set(rows) == {"DATELINE_" + name.upper() for name in Settings.model_fields}
    assert all(row.about for row in rows.values())
    assert rows["DATELINE_SMTP_URL"].value == "********"
    assert "hunter2" not in repr(found) + str(rows)


@pytest.mark.parametrize(
    ("key", "value"),
    [("PORT", "many"), ("POLICY", "three"), ("ALLOW_PRIVATE_ENDPOINTS", "10.0.0.0/99"), ("LEASE_S", "0")],
)
def test_a_bad_value_names_its_key(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    monkeypatch.setenv("DATELINE_" + key, value)
    with pytest.raises(BadInput, match=f"DATELINE_{key}"):
        get_settings()


def test_an_unknown_key_in_the_file_is_refused(own_home: Path) -> None:
    (own_home / "dateline.toml").write_text("colour = 'red'\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"dateline\.toml: `colour` \(DATELINE_COLOUR\): .*remove the line"):
        get_settings()
    (own_home / "dateline.toml").write_text("prot = 8080\n", encoding="utf-8")
    with pytest.raises(BadInput, match="did you mean `port`"):
        get_settings()


def test_a_bad_value_in_the_file_names_file_key_and_what_it_is(own_home: Path) -> None:
    (own_home / "dateline.toml").write_text("smtp_url = 25\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"dateline\.toml: `smtp_url`.*Relay for outgoing mail"):
        get_settings()


def test_a_home_that_is_a_file_and_a_missing_certificate_are_refused_at_the_start(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_CA_FILE", str(own_home / "none.pem"))
    with pytest.raises(BadInput, match=r"DATELINE_CA_FILE: .*none\.pem"):
        get_settings()
    monkeypatch.delenv("DATELINE_CA_FILE")
    (own_home / "file").touch()
    monkeypatch.setenv("DATELINE_HOME", str(own_home / "file"))
    with pytest.raises(BadInput, match=r"DATELINE_HOME: .*is a file"):
        get_settings()


def test_a_fresh_home_is_its_owners_alone(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_HOME", str(own_home / "fresh"))
    get_settings.cache_clear()
    get_settings().secret("web")
    assert stat.S_IMODE((own_home / "fresh").stat().st_mode) == 0o700


def test_a_file_that_is_no_toml_is_named(own_home: Path) -> None:
    (own_home / "dateline.toml").write_text("= nothing", encoding="utf-8")
    with pytest.raises(BadInput, match=r"dateline\.toml: .*line 1"):
        get_settings()
    (own_home / "dateline.toml").write_bytes(b"wire_name = '\xff'")
    with pytest.raises(BadInput, match=r"dateline\.toml: .*save it as UTF-8"):
        get_settings()


def test_a_secret_is_made_once_for_its_owner_only(own_home: Path) -> None:
    first = get_settings().secret("vault")
    path = own_home / "keys" / "vault"
    assert len(first) == 32 and first == get_settings().secret("vault")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("fault", ["empty", "open"])
def test_a_spoilt_secret_stops_the_program(own_home: Path, fault: str) -> None:
    get_settings().secret("vault")
    path = own_home / "keys" / "vault"
    if fault == "empty":
        path.write_bytes(b"")
    else:
        path.chmod(0o644)
    with pytest.raises(Unavailable, match="keys/vault"):
        get_settings().secret("vault")


def test_private_networks_are_parsed_and_none_by_default(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get_settings().allow_private_endpoints == ()
    monkeypatch.setenv("DATELINE_ALLOW_PRIVATE_ENDPOINTS", "127.0.0.0/8, fd00::/8")
    get_settings.cache_clear()
    assert [str(n) for n in get_settings().allow_private_endpoints] == ["127.0.0.0/8", "fd00::/8"]


def test_the_secret_file_survives_a_race(own_home: Path) -> None:
    path = own_home / "keys" / "race"
    made = module._secret_file(path)
    assert module._secret_file(path) == made
    assert [entry.name for entry in path.parent.iterdir()] == ["race"]
