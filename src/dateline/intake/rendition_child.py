"""The child process of `renditions`: limits itself, then makes smaller forms of the picture that comes on
standard input.

Reads one line of JSON (`{"widths", "xmp"}`), then the picture; writes a JSON line for each rendition followed
by its bytes. No position, device or other Exif leaves: only the XMP packet that it was given.
"""

import io
import json
import resource
import sys
import warnings
from typing import Any

_JPEG_QUALITY = 82
_WEBP_QUALITY = 80


def main() -> None:
    """`rendition_child MEMORY_BYTES CPU_SECONDS MOST_PIXELS`."""
    memory, seconds, most_pixels = (int(word) for word in sys.argv[1:4])
    from PIL import Image, ImageOps

    Image.preinit()  # all is loaded before the limits bite
    Image.init()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = most_pixels
    asked = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF")) as opened:
        if opened.width * opened.height > most_pixels:
            raise SystemExit("too many pixels")
        opened.seek(0)
        if opened.format == "JPEG":  # decodes at a fraction of the size where that is enough
            largest = max(asked["widths"])
            opened.draft("RGB", (largest, largest))
        image: Any = ImageOps.exif_transpose(opened)
        has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
        profile = opened.info.get("icc_profile")
    for width in sorted(asked["widths"], reverse=True):
        if width > image.width:
            continue
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS) if width < image.width else image
        _write(image, asked["xmp"].encode(), profile)


def _write(image: Any, xmp: bytes, profile: bytes | None) -> None:
    from PIL import Image

    more = {"icc_profile": profile} if profile and len(profile) < 100_000 else {}
    webp, jpeg = io.BytesIO(), io.BytesIO()
    image.save(webp, "WEBP", quality=_WEBP_QUALITY, method=4, xmp=xmp, **more)
    flat = image
    if image.mode == "RGBA":
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
    flat.save(jpeg, "JPEG", quality=_JPEG_QUALITY, progressive=True, optimize=True, xmp=xmp, **more)
    for kind, made in (("image/webp", webp), ("image/jpeg", jpeg)):
        body = made.getvalue()
        head = {"type": kind, "width": image.width, "height": image.height, "bytes": len(body)}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
