"""The Nu HTML checker (npm vnu-jar) over files, in one start of Java."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dateline.core.errors import Unavailable

_JAR: Final = Path(__file__).resolve().parents[3] / "node_modules/vnu-jar/build/dist/vnu.jar"
_SECONDS: Final = 300


def html_faults(documents: Mapping[str, str], folder: Path) -> list[str]:
    """What the checker calls an error, as `NAME:LINE: MESSAGE: EXTRACT`. `folder` holds the files meanwhile.

    Raises Unavailable where Java or the checker is missing.
    """
    if not _JAR.is_file():
        raise Unavailable(f"there is no {_JAR.name}; run: npm ci --ignore-scripts")
    names = {}
    for number, (name, text) in enumerate(documents.items()):
        path = folder / f"{number:04}.html"
        path.write_text(text, encoding="utf-8")
        names[path.name] = name
    command = [
        "java",
        "-Xss4m",
        "-jar",
        str(_JAR),
        "--errors-only",
        "--format",
        "json",
        "--stdout",
        str(folder),
    ]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        raise Unavailable("there is no java; run: scripts/apt.sh default-jre-headless") from None
    said = json.loads(ran.stdout)["messages"]  # exit 1 says that there are some
    return [
        f"{names[one['url'].rpartition('/')[2]]}:{one.get('lastLine', '?')}: {one['message']}: "
        f"{' '.join(one.get('extract', '').split())}"
        for one in said
        if one["type"] != "info"
    ]
