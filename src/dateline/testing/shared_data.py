"""Finds the data that tests read beside the repository: schemas, corpora and samples."""

import os
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).resolve().parents[3]


def shared(path: str) -> Path:
    """`../shared/PATH` seen from the repository. Skips where it is absent; in CI it must be there."""
    found = _REPOSITORY.parent / "shared" / path
    if found.exists():
        return found
    if os.environ.get("CI"):
        pytest.fail(f"../shared/{path} is missing and CI never skips")
    pytest.skip("needs the folder ../shared with schemas and corpora beside the repository")
