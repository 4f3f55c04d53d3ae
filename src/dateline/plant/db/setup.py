"""Django's set-up and the migrations, run once under a lock at every start."""

import os

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from dateline.plant.db.databases import DEFAULT, LEDGER, LEDGER_SCHEMA
from dateline.plant.locks import file_lock
from dateline.plant.settings import get_settings

_ADVISORY_KEY = 7_203_401  # any constant: names the migration lock among PostgreSQL's advisory locks


def setup() -> None:
    """Makes Django ready in this process; harmless when it already is."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dateline.plant.db.django_settings")
        django.setup()


def migrate() -> list[str]:
    """Brings both databases to this version, one process at a time. Returns the names of the migrations
    applied.
    """
    setup()
    with file_lock(get_settings().home / "migrate.lock", wait_s=120):
        if not get_settings().on_postgres:
            return _apply(DEFAULT) + _apply(LEDGER)
        with connections[DEFAULT].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_KEY])
            try:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {LEDGER_SCHEMA}")
                return _apply(DEFAULT) + _apply(LEDGER)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_KEY])


def hang_up() -> None:
    """Closes this thread's connections, so that the next statement opens new ones: what a loop does after a
    fault, because a connection that the server dropped stays dead for ever.
    """
    connections.close_all()


def _apply(alias: str) -> list[str]:
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return []
    call_command("migrate", database=alias, verbosity=0, interactive=False)
    return [f"{alias}: {migration.app_label}.{migration.name}" for migration, _ in plan]
