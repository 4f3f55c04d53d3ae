"""The child process of `docx`: limits itself, then converts what comes on standard input to JSON on
standard output.
"""

import base64
import hashlib
import io
import json
import resource
import sys
from typing import Any

MOST_BYTES = 60 * 1024 * 1024
"""Of all pictures together; the archive they come from unpacks to 50 MB at most."""


class TooMuch(Exception):
    """The document shows more pictures than it can hold."""


class Kept:
    """The pictures of a document by name, each once however often it is shown."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.pictures: dict[str, dict[str, str]] = {}
        self._names: dict[bytes, str] = {}
        self._room = most_bytes

    def name_of(self, data: bytes, media_type: str, alt: str) -> str:
        """Its name, made when it is new. Raises TooMuch."""
        digest = hashlib.sha256(data).digest()
        if digest not in self._names:
            self._room -= len(data)
            if self._room < 0:
                raise TooMuch("its pictures are too large together")
            extension = media_type.rpartition("/")[2].partition("+")[0] or "bin"
            name = self._names[digest] = f"image{len(self.pictures) + 1}.{extension}"
            self.pictures[name] = {"data": base64.b64encode(data).decode(), "alt": ""}
        shown = self.pictures[self._names[digest]]
        shown["alt"] = shown["alt"] or alt
        return self._names[digest]


def main() -> None:
    """`docx_child MEMORY_BYTES CPU_SECONDS`; writes {"html", "pictures": {name: {"data", "alt"}},
    "messages"}.
    """
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    import mammoth  # loaded before the limits bite

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    kept = Kept()

    def keep(image: Any) -> dict[str, str]:
        with image.open() as stream:
            return {"src": kept.name_of(stream.read(), str(image.content_type), str(image.alt_text or ""))}

    result = mammoth.convert_to_html(
        io.BytesIO(sys.stdin.buffer.read()),
        convert_image=mammoth.images.img_element(keep),
        external_file_access=False,
    )
    messages = [message.message for message in result.messages]
    sys.stdout.write(json.dumps({"html": result.value, "pictures": kept.pictures, "messages": messages}))


if __name__ == "__main__":
    main()
