"""DOCX to HTML and pictures, converted by a child process with little memory, little time and no network."""

import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from dateline.intake.errors import Unreadable
from dateline.intake.limits import checked_zip

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
WALL_SECONDS = 40
MAX_ELEMENT_DEPTH = 256
_ALLOWED_EXTERNAL = "hyperlink"
_LOOKS_LIKE_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\x00\s]*+<")


@dataclass(frozen=True, slots=True)
class Converted:
    """`html` refers to pictures by the names in `pictures`: name -> (bytes, alternative text)."""

    html: str
    pictures: dict[str, tuple[bytes, str]]
    messages: tuple[str, ...]


def convert(data: bytes, name: str) -> Converted:
    """The document's text. Raises Unreadable for anything unsafe or damaged."""
    entries = checked_zip(data, name)
    if "word/document.xml" not in entries:
        raise Unreadable("it is an archive but no Word document; save it as .docx", where=name)
    _refuse_unsafe(entries, name)
    return _in_child(data, name)


def _refuse_unsafe(entries: Mapping[str, bytes], name: str) -> None:
    for entry, content in entries.items():
        # What a part is, other parts say, so its name proves nothing: all that could be parsed is looked at.
        if not entry.lower().endswith((".xml", ".rels")) and not _LOOKS_LIKE_XML.match(content):
            continue
        _refuse_deep(content, entry, name)
        if entry == "[Content_Types].xml" and b"macroEnabled" in content:
            raise Unreadable("the document may run macros; save it as .docx without them", where=name)
        if entry.lower().endswith(".rels"):
            _refuse_external(content, name)


def _refuse_deep(content: bytes, entry: str, name: str) -> None:
    depth = 0
    try:
        for event, _ in ElementTree.iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > MAX_ELEMENT_DEPTH:
                raise Unreadable(
                    f"{entry} nests more than {MAX_ELEMENT_DEPTH} elements; save the document again",
                    where=name,
                )
    except DefusedXmlException:
        raise Unreadable(
            f"{entry} declares entities or a document type; save the document again", where=name
        ) from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unreadable(
            f"{entry} is damaged: {str(error)[:80]}; save the document again", where=name
        ) from None


def _refuse_external(content: bytes, name: str) -> None:
    for relation in ElementTree.fromstring(content):
        if relation.get("TargetMode", "").lower() == "external" and not relation.get("Type", "").endswith(
            "/" + _ALLOWED_EXTERNAL
        ):
            kind = relation.get("Type", "").rpartition("/")[2] or "part"
            raise Unreadable(f"the document fetches a {kind} from elsewhere; embed it instead", where=name)


def _in_child(data: bytes, name: str) -> Converted:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "dateline.intake.docx_child", str(MEMORY_BYTES), str(CPU_SECONDS)],
            input=data,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            env={"PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(
            f"it could not be converted within {WALL_SECONDS} s; save it again", where=name
        ) from None
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:120]
        raise Unreadable(
            f"the document could not be converted ({last or f'status {done.returncode}'}); save it again",
            where=name,
        )
    document = json.loads(done.stdout)
    pictures = {
        key: (base64.b64decode(item["data"]), str(item["alt"])) for key, item in document["pictures"].items()
    }
    messages = tuple(sorted({re.sub(r"\s+", " ", str(message))[:200] for message in document["messages"]}))
    return Converted(document["html"], pictures, messages)
