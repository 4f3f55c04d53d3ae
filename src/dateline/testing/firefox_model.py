"""The real English to Portuguese model that tests use, where scripts/fetch_test_model.py has put it."""

import os
import sys
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(sys.prefix) / "share" / "dateline-test-models" / "enpt-1693087644"


def need_firefox_model() -> Path:
    """Its folder. Skips where it is not there; in CI it must be."""
    if (FOLDER / "model.enpt.intgemm.alphas.bin").is_file():
        return FOLDER
    if os.environ.get("CI"):
        pytest.fail(f"{FOLDER} is missing and CI never skips; run make setup-test")
    pytest.skip("needs the model that `make setup-test` fetches")
