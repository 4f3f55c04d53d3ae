"""A person's uploads between the first look and the draft, sealed in the vault; one tray a person."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Story
from dateline.intake import services as intake
from dateline.plant.db import vault_store

MAX_ITEMS = 60
_INDEX = "index"
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


@dataclass(frozen=True, slots=True)
class Item:
    """One text as it came; `number` names it within the tray."""

    number: int
    name: str
    story: Story


@dataclass(frozen=True, slots=True)
class _Entry:
    """`asked` is the language the person gave, empty when the file was left to say it."""

    name: str
    asked: str
    data: bytes

    @property
    def is_picture(self) -> bool:
        return self.name.lower().endswith(_PICTURES)


def put(person: str, files: Mapping[str, bytes], language: str = "") -> list[BadInput]:
    """Reads each file and keeps what could be read; returns what could not, in order.

    Pictures are kept as they are, for the texts that name them.
    """
    kept = _entries(person)
    new = [_Entry(name, language, data) for name, data in files.items()]
    along = _pictures(kept.values()) | _pictures(new)
    taken = {str(item.story.language) for item in items(person)}
    refused: list[BadInput] = []
    for entry in new:
        try:
            taken |= _checked(entry, along, taken, full=len(kept) >= MAX_ITEMS)
        except BadInput as error:
            refused.append(error)
            continue
        kept[max(kept, default=0) + 1] = entry
    _write(person, kept)
    return refused


def _checked(entry: _Entry, along: Mapping[str, bytes], taken: set[str], *, full: bool) -> set[str]:
    """The language that this entry takes in the tray; none for a picture. Raises BadInput."""
    if full:
        raise BadInput(f"more than {MAX_ITEMS} files; make the draft first", where=entry.name)
    if entry.is_picture:
        return set()
    language = str(_read(entry, along).language)
    if language in taken:
        raise BadInput(f"there is already a text in {language}; remove it first", where=entry.name)
    return {language}


def items(person: str) -> list[Item]:
    """The texts in the tray, in the order they came."""
    entries = _entries(person)
    along = _pictures(entries.values())
    return [
        Item(number, entry.name, _read(entry, along))
        for number, entry in sorted(entries.items())
        if not entry.is_picture
    ]


def pictures(person: str) -> list[str]:
    """Names of the pictures in the tray."""
    return [entry.name for entry in _entries(person).values() if entry.is_picture]


def stories(person: str, original: int) -> list[Story]:
    """What `desk.add_release` takes: the original first. Raises BadInput when the
    original is not in the tray.
    """
    found = {item.number: item.story for item in items(person)}
    if original not in found:
        raise BadInput("say which text is the original", where="original")
    return [replace(found.pop(original), original=True), *found.values()]


def remove(person: str, number: int) -> None:
    """Takes one text out; harmless when it is gone."""
    entries = _entries(person)
    if entries.pop(number, None) is not None:
        _write(person, entries)


def empty(person: str) -> None:
    """Destroys the tray with its key."""
    vault_store.destroy(_owner(person))


def _owner(person: str) -> str:
    return f"tray:{person}"


def _read(entry: _Entry, along: Mapping[str, bytes]) -> Story:
    return intake.read_bytes(entry.data, entry.name, lang=entry.asked or None, sent_along=along)


def _pictures(entries: Iterable[_Entry]) -> dict[str, bytes]:
    return {entry.name: entry.data for entry in entries if entry.is_picture}


def _entries(person: str) -> dict[int, _Entry]:
    try:
        index = json.loads(vault_store.get(_owner(person), _INDEX))
    except NotFound:
        return {}
    data = vault_store.get_many(_owner(person), "file/")
    return {int(n): _Entry(name, asked, data[f"file/{n}"]) for n, (name, asked) in index.items()}


def _write(person: str, entries: Mapping[int, _Entry]) -> None:
    """Seals the tray anew under a fresh key, so that what was taken out cannot be read again."""
    index = {str(number): [entry.name, entry.asked] for number, entry in entries.items()}
    parts = {f"file/{number}": entry.data for number, entry in entries.items()}
    with transaction.atomic():
        empty(person)
        if entries:
            vault_store.put_many(_owner(person), {**parts, _INDEX: json.dumps(index).encode()})
