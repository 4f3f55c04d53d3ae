"""A claim walks its own lane, however many rows of older versions lie before it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from dateline.dispatch import statements
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import fan_out, now, people
from dateline.plant.db.databases import LEDGER

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def test_first_claims_walk_the_lane_and_not_the_primary_key() -> None:
    """PostgreSQL, once it knows the table, would rather filter the primary key for one version."""
    for lock in ("v0", "v1"):
        fan_out(people(300), lock_id=lock)
    query("ANALYZE")
    seen: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connections[LEDGER].execute_wrapper(keep), transaction.atomic(using=LEDGER):
        rows = statements.claim_first("mail", "v1", limit=20, owner="h.a", lease_until=now() + 10**8)
    assert len(rows) == 20
    assert {row.lock_id for row in rows} == {"v1"}
    [(sql, params)] = [one for one in seen if "fence + 1" in one[0]]
    on_sqlite = connections[LEDGER].vendor == "sqlite"
    with transaction.atomic(using=LEDGER):
        if not on_sqlite:
            query("SET LOCAL enable_seqscan = off")  # else it reads a small table whole
            query("SET LOCAL enable_bitmapscan = off")
        plan = query(f"EXPLAIN {'QUERY PLAN ' if on_sqlite else ''}{sql}", params)
    assert any("dispatch_lane_first" in str(row) for row in plan), plan


def test_claims_go_on_behind_what_was_claimed_in_their_own_version_only() -> None:
    fan_out(people(30), lock_id="v1")
    fan_out(people(30), lock_id="v2")
    with transaction.atomic(using=LEDGER):
        first = statements.claim_first("mail", "v1", limit=20, owner="h.a", lease_until=1)
        rest = statements.claim_first("mail", "v1", limit=20, owner="h.a", lease_until=1, after=first[-1].id)
        none = statements.claim_first("mail", "v1", limit=20, owner="h.a", lease_until=1, after=first[-1].id)
    assert [row.id for row in rest] == sorted(row.id for row in rest)
    assert (len(first), len(rest), len(none)) == (20, 10, 0)
    assert {row.lock_id for row in (*first, *rest)} == {"v1"}
