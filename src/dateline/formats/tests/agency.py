"""What the tests of the agency formats share: names, kinds of edition, and the standards' own checks."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
from lxml import etree

from dateline.core.words import Edition
from dateline.testing.shared_data import shared

XML: Final = ("newsml-g2", "nitf", "newsml1")
NAMES: Final = (*XML, "ninjs2")
GONE: Final = "Wrong company named."
_XSD: Final = {
    "newsml-g2": "newsml-g2-2.35/NewsML-G2_2.35-spec-All-Power.xsd",
    "nitf": "nitf-3.6/nitf-3-6.xsd",
}


def kinds(edition: Edition) -> Iterator[Edition]:
    """The edition as released, corrected, killed and withdrawn."""
    yield edition
    after = replace(edition, version=2, supersedes="cd" * 32, reason=GONE)
    yield replace(after, type="corrected")
    yield replace(after, type="killed")
    yield replace(after, type="withdrawn")


def faults(name: str, data: bytes) -> list[str]:
    """What the standard's own schema says against `data`; skips where the schemas are absent."""
    return _check(name, shared("schemas"))(data)


@lru_cache(maxsize=8)
def _check(name: str, schemas: Path) -> Callable[[bytes], list[str]]:
    if name in {"ninjs", "ninjs2"}:
        return _json(schemas, "3.1" if name == "ninjs" else "2.2")
    if name == "newsml1":
        return _dtd(schemas)
    schema = etree.XMLSchema(etree.parse(str(schemas / _XSD[name])))

    def xsd(data: bytes) -> list[str]:
        schema.validate(etree.fromstring(data))
        return [f"line {fault.line}: {fault.message}" for fault in _log(schema)]

    return xsd


def _log(checker: Any) -> Any:
    """What the last check found."""
    return checker.error_log


def _dtd(schemas: Path) -> Callable[[bytes], list[str]]:
    dtd = etree.DTD(str(schemas / "newsml-1.2/NewsMLv1.2.dtd"))

    def check(data: bytes) -> list[str]:
        dtd.validate(etree.fromstring(data))
        # The DTD knows no XHTML; that its names are undeclared is what every such file is told.
        said = [fault.message for fault in _log(dtd)]
        xhtml = {
            etree.QName(e).localname for e in etree.fromstring(data).iter("{http://www.w3.org/1999/xhtml}*")
        }
        return [text for text in said if not _of_xhtml(text, xhtml)]

    return check


def _of_xhtml(message: str, names: set[str]) -> bool:
    return message.startswith("No declaration for") and message.rpartition("element ")[2] in names


def _json(schemas: Path, version: str) -> Callable[[bytes], list[str]]:
    def local(uri: str) -> Any:
        assert "GeoJSON" in uri, f"no local copy of {uri}"
        return json.loads((schemas / "geojson/GeoJSON.json").read_text())

    schema = json.loads((schemas / f"ninjs/ninjs-schema_{version}.json").read_text())
    validator = jsonschema_rs.validator_for(schema, retriever=local, validate_formats=True)
    return lambda data: [fault.message for fault in validator.iter_errors(json.loads(data))]
