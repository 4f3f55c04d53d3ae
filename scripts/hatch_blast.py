"""Hatchling's hook: compiles the catalogues of the pages, and the edge's optional send loop in C.

A wheel that holds it is for one platform, one without for all.
"""

import runpy
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_BUILDER = Path(__file__).with_name("build_blast.py")
_MESSAGES = Path(__file__).with_name("build_messages.py")


class BlastHook(BuildHookInterface[Any]):
    """Tries to build; a machine without a compiler gets pure Python, and is told so."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each wheel and each editable install."""
        for folder, unfinished in runpy.run_path(str(_MESSAGES))["build"]():
            self.app.display_warning(f"without the catalogue {folder}: {unfinished} messages are open")
        why_not = runpy.run_path(str(_BUILDER))["build"]()
        if why_not:
            self.app.display_warning(f"without the optional loop in C: {why_not}")
            return
        build_data["artifacts"].append("src/dateline/edge/_blast.abi3.so")
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"cp311-abi3-{platform}"
