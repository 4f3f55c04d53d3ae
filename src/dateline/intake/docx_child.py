"""The child process of `docx`: limits itself, then converts what comes on standard input to JSON on
standard output.
"""

import base64
import io
import json
import resource
import sys
from typing import Any


def main() -> None:
    """`docx_child MEMORY_BYTES CPU_SECONDS`; writes {"html", "pictures": {name: {"data", "alt"}},
    "messages"}.
    """
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    import mammoth  # loaded before the limits bite

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    pictures: dict[str, dict[str, str]] = {}

    def keep(image: Any) -> dict[str, str]:
        with image.open() as stream:
            data = stream.read()
        extension = str(image.content_type).rpartition("/")[2].partition("+")[0] or "bin"
        name = f"image{len(pictures) + 1}.{extension}"
        pictures[name] = {"data": base64.b64encode(data).decode(), "alt": str(image.alt_text or "")}
        return {"src": name}

    result = mammoth.convert_to_html(
        io.BytesIO(sys.stdin.buffer.read()),
        convert_image=mammoth.images.img_element(keep),
        external_file_access=False,
    )
    messages = [message.message for message in result.messages]
    sys.stdout.write(json.dumps({"html": result.value, "pictures": pictures, "messages": messages}))


if __name__ == "__main__":
    main()
