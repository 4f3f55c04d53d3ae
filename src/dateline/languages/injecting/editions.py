"""Errors of whole editions: blocks lost or doubled, text left or taken from elsewhere, names, negation, terms,
datelines.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from dateline.core.words import Contact, Edition
from dateline.languages.injecting.operator import paragraph, text_at, with_block, writable
from dateline.languages.injecting.samples import people, press_edition

CLOSE: Final[Mapping[str, str]] = {  # languages that are taken for each other
    "es": "pt-BR", "pt-BR": "es", "zh-Hans": "zh-Hant", "zh-Hant": "zh-Hans", "ja": "zh-Hans", "ko": "ja",
    "id": "en", "ms": "en", "de": "en", "fr": "es", "en": "de", "vi": "en", "th": "en", "ru": "en", "ar": "en",
}  # fmt: skip
NEGATIONS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "en": (("does not sell", "sells"), ("will not close a single", "will close a single")),
    "ko": (("판매하지 않는다", "판매한다"), ("닫지 않을 것", "닫을 것")),
    "ja": (("販売していない", "販売している"), ("閉鎖しない", "閉鎖する")),
    "ar": (("وهي لا تبيع", "وهي تبيع"), ("لن نغلق أي", "سنغلق")),
    "zh-Hans": (("不销售", "销售"), ("不会关闭任何", "会关闭")),
    "zh-Hant": (("不銷售", "銷售"), ("不會關閉任何", "會關閉")),
    "vi": (("không bán", "bán"), ("sẽ không đóng cửa", "sẽ đóng cửa")),
    "th": (("ไม่ขาย", "ขาย"), ("จะไม่ปิด", "จะปิด")),
    "id": (("tidak menjual", "menjual"), ("tidak akan menutup", "akan menutup")),
    "ms": (("tidak menjual", "menjual"), ("tidak akan menutup", "akan menutup")),
    "de": (("keinen Tabak", "Tabak"), ("kein einziges Werk", "ein einziges Werk")),
    "ru": (("не продаёт", "продаёт"), ("не закроем ни одного завода", "закроем один завод")),
    "fr": (("ne vend pas de", "vend du"), ("ne fermerons aucune", "fermerons une")),
    "es": (("no vende", "vende"), ("No cerraremos ninguna", "Cerraremos una")),
    "pt-BR": (("não vende", "vende"), ("Não vamos fechar nenhuma", "Vamos fechar uma")),
}
LITERAL: Final[Mapping[str, tuple[str, str]]] = {  # "media outlets" as it should be, and as shops and sockets
    "ko": ("언론사", "미디어 아울렛"),
    "ja": ("報道機関", "メディアアウトレット"),
    "ar": ("لوسائل الإعلام", "لمتاجر الإعلام"),
    "zh-Hans": ("媒体可", "媒体插座可"),
    "zh-Hant": ("媒體可", "媒體商店可"),
    "vi": ("cơ quan báo chí", "cửa hàng truyền thông"),
    "th": ("สื่อมวลชน", "ร้านค้าสื่อ"),
    "id": ("Media massa", "Toko media"),
    "ms": ("Organisasi media", "Kedai media"),
    "de": ("Medien dürfen", "Mediensteckdosen dürfen"),
    "ru": ("СМИ могут", "Медиамагазины могут"),
    "fr": ("Les médias", "Les points de vente de médias"),
    "es": ("medios de comunicación", "puntos de venta de medios"),
    "pt-BR": ("veículos de imprensa", "lojas de mídia"),
}
_STRANGERS: Final = {
    "ko": "강도윤", "ja": "佐々木健", "ar": "خالد البصري", "zh-Hans": "周文彬", "zh-Hant": "周文彬",
    "th": "ปรีชา วงศ์ทอง", "ru": "Олег Тихонов",
}  # fmt: skip
_TITLES: Final = ("Headline", "Untitled", "제목", "見出し", "标题", "標題", "Título", "Titre", "Überschrift")
_BYLINES: Final = ("Author", "admin", "John Doe", "null", "작성자", "著者", "Autor", "Auteur", "{{byline}}")


def block_dropped(edition: Edition, source: Edition, random: Random) -> Edition | None:
    blocks = list(edition.blocks)
    if len(blocks) < 2:
        return None
    del blocks[random.choice(writable(edition))]
    return replace(edition, blocks=tuple(blocks))


def block_merged(edition: Edition, source: Edition, random: Random) -> Edition | None:
    """A block swallows the next one, which then stands there no more."""
    places = [n for n in writable(edition) if n + 1 in writable(edition)]
    if not places:
        return None
    at = random.choice(places)
    joined = with_block(edition, at, f"{text_at(edition, at)} {text_at(edition, at + 1)}").blocks
    return replace(edition, blocks=joined[: at + 1] + joined[at + 2 :])


def block_doubled(edition: Edition, source: Edition, random: Random) -> Edition | None:
    """A neighbour is overwritten by a copy: the count stays right."""
    places = [n for n in writable(edition) if n + 1 in writable(edition) and len(text_at(edition, n)) > 20]
    if not places:
        return None
    at = random.choice(places)
    return with_block(edition, at + 1, text_at(edition, at))


def block_emptied(edition: Edition, source: Edition, random: Random) -> Edition | None:
    return with_block(edition, random.choice(writable(edition)), "")


def half_cut(edition: Edition, source: Edition, random: Random) -> Edition | None:
    places = [n for n in writable(edition) if len(text_at(edition, n)) > 40]
    if not places:
        return None
    text = text_at(edition, at := random.choice(places))
    return with_block(edition, at, text[: len(text) // 2])


def text_added(edition: Edition, source: Edition, random: Random) -> Edition | None:
    places = writable(edition)
    if len(places) < 4:
        return None
    at, *others = random.sample(places, 4)
    return with_block(edition, at, " ".join(text_at(edition, n) for n in (at, *others)))


def clause_left(edition: Edition, source: Edition, random: Random) -> Edition | None:
    """The second half of a block stays in the source language."""
    if len(source.blocks) != len(edition.blocks) or edition.language == source.language:
        return None
    places = [n for n in writable(edition) if len(source.blocks[n].text) > 40]
    if not places:
        return None
    at = random.choice(places)
    text, original = text_at(edition, at), source.blocks[at].text
    joint = " " if " " in original else ""
    tail = original[original.find(" ", len(original) // 2) + 1 or len(original) // 2 :]
    return with_block(edition, at, text[: len(text) // 2] + joint + tail)


def block_left(edition: Edition, source: Edition, random: Random) -> Edition | None:
    if len(source.blocks) != len(edition.blocks) or edition.language == source.language:
        return None
    at = random.choice([n for n in writable(edition) if len(source.blocks[n].text) > 30])
    return with_block(edition, at, source.blocks[at].text)


def foreign_block(edition: Edition, source: Edition, random: Random) -> Edition | None:
    """One block in a third language."""
    other = press_edition(CLOSE.get(edition.language, "de"))
    texts = [block.text for block in other.blocks if len(block.text) > 30]
    return with_block(edition, random.choice(writable(edition)), random.choice(texts))


def foreign_edition(edition: Edition, source: Edition, random: Random) -> Edition | None:
    """All of it in the language it is taken for; Indonesian and Malay for each other."""
    pair = {"id": "ms", "ms": "id"}
    other = press_edition(pair.get(edition.language) or CLOSE.get(edition.language, "de"))
    blocks = list(other.blocks)
    random.shuffle(blocks)
    return replace(edition, headline=other.headline, blocks=tuple(blocks), boilerplate=other.boilerplate)


def name_dropped(edition: Edition, source: Edition, random: Random) -> Edition | None:
    return _without_name(edition, random, "")


def name_swapped(edition: Edition, source: Edition, random: Random) -> Edition | None:
    stranger = _STRANGERS.get(edition.language) or random.choice(("Oleg Tikhonov", "Henrik Vass"))
    return _without_name(edition, random, stranger)


def _without_name(edition: Edition, random: Random, by: str) -> Edition | None:
    name = people(edition.language)[0]
    if name not in " ".join(block.text for block in edition.blocks):
        return None
    blocks = edition.blocks
    for at, block in enumerate(blocks):
        if name in block.text:
            edition = with_block(edition, at, block.text.replace(name, by))
    return edition


def speaker_swapped(edition: Edition, source: Edition, random: Random) -> Edition | None:
    """The words of one person in the mouth of the company's other name, which stands in the text too."""
    name, other = people(edition.language)
    for at, block in enumerate(edition.blocks):
        if name in block.text and other not in block.text:
            return with_block(edition, at, block.text.replace(name, other))
    return None


def negation_lost(edition: Edition, source: Edition, random: Random) -> Edition | None:
    for place in (*writable(edition), -2):
        text = edition.boilerplate[-1].text if place == -2 and edition.boilerplate else ""
        text = text_at(edition, place) if place >= 0 else text
        for one, other in random.sample(NEGATIONS[edition.language], 2):
            if one not in text:
                continue
            if place >= 0:
                return with_block(edition, place, text.replace(one, other))
            last = paragraph(text.replace(one, other))
            return replace(edition, boilerplate=(*edition.boilerplate[:-1], last))
    return None


def literal_term(edition: Edition, source: Edition, random: Random) -> Edition | None:
    right, wrong = LITERAL.get(edition.language, ("", ""))
    for place in writable(edition):
        if right and right in (text := text_at(edition, place)):
            return with_block(edition, place, text.replace(right, wrong))
    return None


def headline_form(edition: Edition, source: Edition, random: Random) -> Edition | None:
    text = edition.headline
    half = len(text) // 2
    ways = (
        f"{text}:",
        f"{text},",
        f"{text}`",
        f"{text}“",
        f"{text[:half]}\n{text[half:]}",
        f"{text} \u201c`",
    )
    return replace(edition, headline=random.choice(ways))


def placeholder_title(edition: Edition, source: Edition, random: Random) -> Edition | None:
    return replace(edition, headline=random.choice(_TITLES))


def placeholder_byline(edition: Edition, source: Edition, random: Random) -> Edition | None:
    return replace(edition, byline=random.choice(_BYLINES))


_STOCK: Final = (
    "홍길동",
    "山田太郎",
    "张三",
    "Max Mustermann",
    "Иван Иванов",
    "Nguyễn Văn A",
    "Fulano de Tal",
    "John Doe",
)


def stock_name(edition: Edition, source: Edition, random: Random) -> Edition | None:
    return replace(edition, contacts=(Contact(random.choice(_STOCK)),))


def dateline_moved(edition: Edition, source: Edition, random: Random) -> Edition | None:
    line = edition.dateline
    if line is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", line.date):
        return None
    moved = date.fromisoformat(line.date) + timedelta(days=random.choice((-365, -31, -1, 1, 30)))
    return replace(edition, dateline=replace(line, date=moved.isoformat()))


def dateline_lost(edition: Edition, source: Edition, random: Random) -> Edition | None:
    return replace(edition, dateline=None) if edition.dateline else None
