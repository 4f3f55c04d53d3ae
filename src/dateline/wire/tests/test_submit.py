"""Who submits approves what was locked and checked for them, and nothing that came in its place."""

from typing import Any

import pytest

from dateline.core.errors import Conflict
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.languages import services as languages
from dateline.wire import services as wire
from dateline.wire.tests.builders import add_issuer, draft, story, work

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def test_an_approval_is_for_the_lock_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """S5, T18: between lock and approval of one person another one puts other words in and submits those. The
    first one's approval must not make the second's complete: nobody but their writer has seen them.
    """
    add_issuer()
    issuers.add_person("ben", role="editor")
    assert issuers.policy() == "two"
    issuers.add_person("mallory", role="issuer", issuer="acme")
    release = draft()
    check = languages.gate
    turned: list[bool] = []

    def gate_meanwhile(*args: Any, **kwargs: Any) -> Any:
        found = check(*args, **kwargs)
        if not turned:
            turned.append(True)
            desk.save_draft(release, story(headline="Harbour museum closes its old hall"), by="mallory")
            assert not wire.submit(release, by="mallory").approved, "one of two"
        return found

    monkeypatch.setattr(languages, "gate", gate_meanwhile)
    with pytest.raises(Conflict, match="awaits approval"):
        wire.submit(release, by="ana")
    work()
    pending = desk.pending(release)
    assert pending is not None and pending.approvals == ("mallory",)
    assert wire.hold(pending.version_id) is None
