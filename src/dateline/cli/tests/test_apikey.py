"""`dateline apikey` at the command line."""

import pytest

from dateline.cli.tests.wire_home import WireHome

pytestmark = pytest.mark.wire


def test_a_key_is_made_listed_and_revoked(wire: WireHome) -> None:
    wire.run_together(("issuer", "add", "acme", "--name", "Acme", "--country", "KR"))
    scopes = ("--scope", "releases:read,releases:write", "--scope", "reach:read")
    made = wire.json("apikey", "add", "CMS", *scopes, "--issuer", "acme", schema="api_key")
    assert made["issuer"] == "acme" and made["state"] == "in force" and made["expires_at"]
    wire.run("apikey", "add", "CMS", "--scope", "releases:read", code=2)
    assert "say --wire" in wire.last_error
    said = wire.run("apikey", "revoke", made["secret"])
    assert made["key"] in said and made["secret"].rpartition("_")[2] not in said
    (listed,) = wire.json("apikey", "list", schema="api_key_list")
    assert listed["state"] == "revoked" and listed["revoked_at"]
    assert {name: listed[name] for name in ("key", "scopes", "person")} == {
        name: made[name] for name in ("key", "scopes", "person")
    }
