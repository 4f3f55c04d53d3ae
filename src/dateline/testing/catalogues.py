"""The messages of the desks' pages: found in templates and Python, merged into catalogues, and checked.

Templates are parsed by Django itself, so that a message is what the page asks for when it is shown; Python is
read by Babel. Neither needs GNU gettext.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import PoFileError, read_po, write_po

FACES: Final = Path(__file__).parents[1] / "faces"
LOCALES: Final = FACES / "locale"
_ENGLISH_ALONE: Final = "api"
"""The description of the API stays in the language of its OpenAPI document."""

PLURALS: Final = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : "
    "n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    **dict.fromkeys(("id", "ja", "ko", "ms", "th", "vi", "zh_Hans", "zh_Hant"), "nplurals=1; plural=0;"),
}
"""Folder of a catalogue -> its plural rule."""

_ONE_NUMBER: Final = {"ar": (0, 1, 2)}
"""Plural forms that stand for one number alone may say it in a word and leave the placeholder out."""

_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_PLACEHOLDER: Final = re.compile(r"%\([a-z_0-9]+\)[sdif]|%[sdif]|\{[a-z_0-9]*\}")
_MARKUP: Final = re.compile(r"</?[a-z][^>]*>|&[a-z]+;")
_HEADER: Final = """\
# Messages of the desks' pages of Dateline. Made by `make messages`: translate, never edit a msgid.
# Placeholders such as %(n)s and mark-up such as <bdi> stay as they are. Terms: languages/terms."""

Found = tuple[str, str | tuple[str, str], str]
"""Place, message (a pair where it has a plural), context ("" for none)."""


def messages() -> list[Found]:
    """Every message of templates and Python below faces, by place. Django must be set up."""
    return sorted({*_of_templates(), *_of_python()}, key=lambda found: (found[0], str(found[1])))


def _of_python() -> Iterator[Found]:
    for path in sorted(FACES.rglob("*.py")):
        if "tests" in path.parts:
            continue
        where = path.relative_to(FACES).as_posix()
        with path.open("rb") as source:
            for _line, said, _comments, context in extract("python", source, _KEYWORDS):
                message = tuple(said)[:2] if isinstance(said, list | tuple) else said
                yield where, message, context or ""  # type: ignore[misc]  # one text or a pair


def _of_templates() -> Iterator[Found]:
    for path in sorted(FACES.glob("*/templates/**/*.html")):
        where = path.relative_to(FACES).as_posix()
        if where.startswith(f"{_ENGLISH_ALONE}/"):
            continue
        for message, context in _of_template(path.read_text(encoding="utf-8")):
            yield where, message, context


def _of_template(source: str) -> Iterator[tuple[str | tuple[str, str], str]]:
    from django.template import engines
    from django.template.base import Variable
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    backend: Any = engines["django"]
    nodes: Any = backend.engine.from_string(source).nodelist
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        one, _ = node.render_token_list(node.singular)
        many = node.render_token_list(node.plural)[0] if node.plural else ""
        yield (
            (_trim(one, node), _trim(many, node)) if many else _trim(one, node),
            _literal(node.message_context),
        )
    for node in nodes.get_nodes_by_type(TranslateNode):
        said = node.filter_expression.var
        text = str(said.literal if isinstance(said, Variable) else said)
        yield text.replace("%", "%%"), _literal(node.message_context)


def _trim(text: str, node: Any) -> str:
    from django.utils.translation import trim_whitespace

    return trim_whitespace(text) if node.trimmed else text


def _literal(expression: Any) -> str:
    return str(expression.var) if expression is not None else ""


def template() -> Catalog:
    """All messages without translations, each with the files that say it."""
    made = Catalog(project="Dateline", header_comment=_HEADER, charset="utf-8")
    for where, message, context in messages():
        made.add(message, locations=[(where, None)], context=context or None)  # type: ignore[list-item]
    return made


def read(folder: str) -> Catalog:
    """The catalogue of a folder such as `zh_Hant`; an empty one where there is none."""
    path = po_path(folder)
    if not path.exists():
        return Catalog(locale=folder, charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=folder, charset="utf-8", abort_invalid=True)


def po_path(folder: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALES / folder / "LC_MESSAGES" / "django.po"


def merged(old: Catalog, wanted: Catalog, folder: str) -> bytes:
    """`old` with the messages of `wanted`: translations kept, new ones empty, those of nobody dropped."""
    head = _head(folder).encode()
    made = read_po(BytesIO(head), locale=folder, charset="utf-8")  # takes the plural rule from the header
    for message in wanted:
        if not message.id:
            continue
        before = old.get(message.id, message.context)
        text = before.string if before is not None and _same_shape(before, message) else ""
        made.add(message.id, text, locations=message.locations, context=message.context)
    out = BytesIO()
    write_po(out, made, width=0, sort_by_file=True, include_previous=False, omit_header=True)
    return head + b"\n" + out.getvalue()


def _same_shape(before: Message, now: Message) -> bool:
    return isinstance(before.id, str) == isinstance(now.id, str) and before.id == now.id


def _head(folder: str) -> str:
    """A header without dates and names: it would differ at every run and say nothing."""
    fields = (
        "Project-Id-Version: Dateline",
        f"Language: {folder}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {PLURALS[folder]}",
    )
    return f'{_HEADER}\nmsgid ""\nmsgstr ""\n' + "".join(f'"{field}\\n"\n' for field in fields)


def faults(folder: str, wanted: Catalog | None = None) -> list[str]:
    """What is wrong with a catalogue, a line each: missing, fuzzy, empty, placeholders, mark-up, plurals."""
    try:
        found = read(folder)
    except PoFileError as error:
        return [f"{folder}: cannot be read: {error}"]
    out = [] if found.plural_forms == PLURALS[folder] else [f"{folder}: the plural rule differs"]
    ids = {(_key(m.id), m.context) for m in found if m.id}
    out += [
        f"{folder}: missing: {_key(message.id)[0]!r}"
        for message in (wanted if wanted is not None else template())
        if message.id and (_key(message.id), message.context) not in ids
    ]
    for message in found:
        if message.id:
            out += [f"{folder}: {fault}: {_key(message.id)[0]!r}" for fault in _faults(message, folder)]
    return out


def _key(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _faults(message: Message, folder: str) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    said, texts = _key(message.id), _key(message.string or "")
    forms = int(PLURALS[folder].partition("=")[2].partition(";")[0]) if len(said) > 1 else 1
    if len(texts) != forms:
        yield f"{len(texts)} plural forms instead of {forms}"
    for number, text in enumerate(texts):
        if not text.strip():
            yield "empty"
            continue
        may_omit = len(said) > 1 and number in _ONE_NUMBER.get(folder, ())
        yield from _differing(said[-1], text, number if may_omit else None)
        if _edges(said[-1]) != _edges(text):
            yield "a blank or line break at its start or end differs"


def _differing(source: str, text: str, number: int | None) -> Iterator[str]:
    want, have = sorted(_PLACEHOLDER.findall(source)), sorted(_PLACEHOLDER.findall(text))
    omitted = number is not None and set(have) < set(want) and len(want) - len(have) == 1
    if want != have and not omitted:
        yield f"placeholders {have} instead of {want}"
    if sorted(_MARKUP.findall(source)) != sorted(_MARKUP.findall(text)):
        yield "mark-up differs"


def _edges(text: str) -> tuple[bool, bool, int]:
    return text[:1].isspace(), text[-1:].isspace(), text.count("\n")


def update(folders: Iterable[str] = tuple(PLURALS)) -> Iterator[tuple[str, int]]:
    """Merges what the pages say now into each catalogue; yields folder and how many faults are left."""
    wanted = template()
    for folder in folders:
        path = po_path(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(merged(read(folder), wanted, folder))
        yield folder, len(faults(folder, wanted))
