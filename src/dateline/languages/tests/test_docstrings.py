"""The examples in docstrings of formats, intake and languages run."""

import doctest
import importlib
import pkgutil

import pytest

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("package", ["dateline.formats", "dateline.intake", "dateline.languages"])
def test_examples_in_docstrings_hold(package: str) -> None:
    root = importlib.import_module(package)
    tried = 0
    for module in pkgutil.walk_packages(root.__path__, package + "."):
        if ".tests" in module.name or module.name.endswith("docx_child"):
            continue
        result = doctest.testmod(importlib.import_module(module.name))
        assert result.failed == 0, module.name
        tried += result.attempted
    assert tried > 0
