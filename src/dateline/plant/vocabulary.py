"""The release of the Media Topics that a home goes by: one file beside its settings, read at the start of
every process. Without it the one that ships.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Final

from dateline.core import sectors
from dateline.core.errors import BadInput
from dateline.core.vocabularies import Vocabulary, vocabulary_from

NAME: Final = "vocabulary.json"
_MOST_BYTES: Final = 20 * 1024 * 1024


def load(home: Path) -> None:
    """Adopts the home's release. Raises BadInput naming the file when it cannot be used."""
    path = home / NAME
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput("larger than any vocabulary; import it again", where=str(path))
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if not sectors.is_shipped():
            sectors.adopt(None)
        return
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}", where=str(path)) from None
    try:
        sectors.adopt(vocabulary_from(json.loads(data)))
    except BadInput as error:
        raise BadInput(error.message, where=str(path)) from None
    except (ValueError, RecursionError):
        raise BadInput("it is damaged; import the vocabulary again, or delete it", where=str(path)) from None


def keep(home: Path, vocabulary: Vocabulary) -> Path:
    """Writes the release for every process that starts from now on: the old file or the whole new one."""
    path = home / NAME
    data = json.dumps(vocabulary.document(), ensure_ascii=False, separators=(",", ":")).encode()
    descriptor, name = tempfile.mkstemp(dir=home, prefix=f".{NAME}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
    return path
