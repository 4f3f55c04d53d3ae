"""Copies the browser parts that npm installed into the package's git-ignored assets folder."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "src" / "dateline" / "faces" / "assets" / "vendor"

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "d3/dist/d3.min.js": "d3.min.js",
    "@observablehq/plot/dist/plot.umd.min.js": "plot.min.js",
    "htmx.org/LICENSE": "LICENSE.htmx",
    "d3/LICENSE": "LICENSE.d3",
    "@observablehq/plot/LICENSE": "LICENSE.plot",
    "@fontsource/noto-serif/LICENSE": "LICENSE.noto",
}
FONTS = (
    ("noto-serif", ("latin", "latin-ext", "cyrillic", "vietnamese"), ("400", "700")),
    ("noto-sans", ("latin", "latin-ext", "cyrillic", "vietnamese"), ("400", "700")),
    ("noto-naskh-arabic", ("arabic",), ("400", "700")),
)


def wanted() -> dict[Path, Path]:
    """Source file -> target file."""
    pairs = {MODULES / source: TARGET / target for source, target in FILES.items()}
    for family, subsets, weights in FONTS:
        for subset in subsets:
            for weight in weights:
                name = f"{family}-{subset}-{weight}-normal.woff2"
                pairs[MODULES / "@fontsource" / family / "files" / name] = TARGET / "fonts" / name
    return pairs


def main() -> int:
    """Copies; returns 1 naming what npm did not bring."""
    pairs = wanted()
    missing = [str(source.relative_to(ROOT)) for source in pairs if not source.is_file()]
    if missing:
        print("npm did not bring: " + ", ".join(missing) + "; run: npm ci", file=sys.stderr)
        return 1
    for source, target in pairs.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
