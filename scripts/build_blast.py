"""Builds the edge's optional send loop in C (src/dateline/edge/_blast.c) when a compiler and Python's headers
are there; without them the package works in pure Python.

Hatchling runs this for wheels and editable installs; by hand: `python scripts/build_blast.py`.
"""

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "dateline" / "edge" / "_blast.c"
TARGET = SOURCE.with_name("_blast.abi3.so")


def build() -> str:
    """Empty when it was built; else why not."""
    if sys.platform != "linux":
        return "the loop in C is for Linux"
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").exists():
        return "Python's headers are not installed (Debian: python3-dev)"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    half = TARGET.with_suffix(f".{os.getpid()}")
    command = [*compiler, "-O2", "-Wall", "-fPIC", "-shared", f"-I{headers}", str(SOURCE), "-o", str(half)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return f"no compiler: {error.strerror}"
    if done.returncode != 0:
        half.unlink(missing_ok=True)
        return f"the compiler refuses it: {done.stderr.strip()[:500]}"
    half.replace(TARGET)  # a running edge keeps what it has loaded
    return ""


if __name__ == "__main__":
    reason = build()
    print(reason or f"built {TARGET.relative_to(ROOT)}")
    sys.exit(1 if reason else 0)
