"""Gives a test run its home and database before Django is set up: loaded with `-p
dateline.testing.pytest_home`.
"""

import os
import tempfile
from pathlib import Path

home_folder = tempfile.TemporaryDirectory(prefix="dateline-test-", ignore_cleanup_errors=True)
os.environ["DATELINE_HOME"] = home_folder.name
os.environ["DJANGO_SETTINGS_MODULE"] = "dateline.plant.db.django_settings"
_server = None

if os.environ.get("DATELINE_TEST_DATABASE") == "postgres":
    from dateline.testing.postgres import create_database, start_postgres

    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        # The controller has started the server and handed its address on; each worker has a database there.
        os.environ["DATELINE_DATABASE_URL"] = create_database(
            os.environ["DATELINE_DATABASE_URL"], f"dateline_{worker}"
        )
    else:
        # Tests kill processes, never the machine: what the kernel has taken survives all they do.
        _server = start_postgres(
            Path(home_folder.name) / "postgres", settings=("fsync=off", "full_page_writes=off")
        )
        os.environ["DATELINE_DATABASE_URL"] = _server.url


def pytest_unconfigure() -> None:
    """Stops the database server that this run started."""
    if _server is not None:
        _server.stop()
    home_folder.cleanup()
