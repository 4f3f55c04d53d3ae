"""Alive, ready, measured; figures stay on this machine."""

import json

import pytest
from django.db import OperationalError, connections
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from dateline.faces.health import checks, delivery_figures, figures
from dateline.faces.tests import press
from dateline.plant.settings import get_settings
from dateline.wire.leader import leadership

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def test_alive_without_asking_the_database(
    anonymous: Client, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = anonymous.get("/healthz")
    assert response.status_code == 200 and response.content == b"ok\n"


def test_ready_names_every_part(anonymous: Client) -> None:
    response = anonymous.get("/readyz")
    document = json.loads(response.content)
    assert response.status_code == 200 and document["ready"] is True
    assert {name: document["checks"][name] for name in ("database", "ledger", "keys")} == {
        "database": "ok",
        "ledger": "ok",
        "keys": "ok",
    }
    assert "clock" in document["checks"]


def test_a_clock_that_leads_is_seen(anonymous: Client) -> None:
    before = json.loads(anonymous.get("/readyz").content)["checks"]["clock"]
    lead = leadership(get_settings())
    assert lead.take()
    try:
        assert json.loads(anonymous.get("/readyz").content)["checks"]["clock"] == "ok"
        assert b"\ndateline_clock_leading 1.0\n" in figures.exposition(), "an alert waits for 0"
    finally:
        lead.release()
    assert before != "ok"


def test_not_ready_while_a_database_is_out(anonymous: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("password authentication failed for user dateline")

    monkeypatch.setattr(connections["ledger"], "cursor", refuse)
    response = anonymous.get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content)["checks"]["ledger"] == "does not answer (OperationalError)"
    assert b"password" not in response.content


def test_keys_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, name: str) -> bytes:
        raise PermissionError(name)

    monkeypatch.setattr(type(get_settings()), "secret", refuse)
    found = {check.name: check.state for check in checks.checks()}
    assert found["keys"].startswith("cannot be read")


def test_every_figure_is_documented(house: None, anonymous: Client) -> None:
    press.out(press.story(), press.story("ar"))
    anonymous.get("/api/v1/wire")
    text = anonymous.get("/metrics").content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(families) == set(figures.NAMES)
    assert families["dateline_wire_log_position"].samples[0].value >= 2
    assert {s.labels["consumer"] for s in families["dateline_outbox_depth"].samples} >= {"desk", "wire"}
    documented = f"{figures.__doc__}{delivery_figures.__doc__}"
    for name in figures.NAMES:
        assert f"| {name}" in documented


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_figures_are_for_this_machine_only(anonymous: Client, environ: dict[str, str]) -> None:
    """Also behind a proxy on this machine, which asks for somebody else."""
    assert anonymous.get("/metrics", **environ).status_code == 404  # type: ignore[arg-type]
