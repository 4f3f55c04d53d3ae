"""What came with a form: files and pasted text as names and bytes."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings as django_settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from dateline.core.errors import BadInput

_MARKDOWN = re.compile(r"^(?:#{1,4} \S|---[ \t]*$)", re.MULTILINE)


def files_of(request: HttpRequest, files: Iterable["UploadedFile[Any]"]) -> dict[str, bytes]:
    """Name -> bytes. Raises BadInput when the upload was too large to be taken, or two files share a name."""
    limit = django_settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        megabytes = limit // 1024 // 1024
        raise BadInput(
            _("the upload is larger than %(n)s MB; shrink the pictures, or send fewer files")
            % {"n": megabytes}
        )
    found: dict[str, bytes] = {}
    for file in files:
        name = file.name or "upload"
        if name in found:
            raise BadInput(_("two files have this name; rename one"), where=name)
        found[name] = file.read()
    return found


def pasted(text: str) -> dict[str, bytes]:
    """The pasted text as a file; Markdown when it has a heading or front matter, else intake looks itself."""
    if not text.strip():
        return {}
    text = text.replace("\r\n", "\n")  # browsers end the lines of a text area so
    name = "pasted.md" if _MARKDOWN.search(text) else "pasted.txt"
    return {name: text.encode()}


Bound = tuple[QueryDict | None, MultiValueDict[str, "UploadedFile[Any]"] | None]


def posted(request: HttpRequest) -> Bound:
    """Data and files that bind a form: those of a POST, also an empty one; else nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
