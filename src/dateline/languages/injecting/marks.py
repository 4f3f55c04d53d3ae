"""Errors of tools: marks, encodings, chatter, placeholders, loops, hidden characters, quotation marks."""

import re
from collections.abc import Callable
from random import Random
from typing import Final

CHATTER: Final = {
    "en": ("Here is the translation:", "I'm sorry, but I cannot help with that."),
    "ko": ("다음은 번역입니다:", "죄송합니다. 이 요청은 도와드릴 수 없습니다."),
    "ja": ("以下は翻訳です：", "申し訳ありませんが、そのご依頼にはお応えできません。"),
    "ar": ("إليك الترجمة:", "عذرًا، لا يمكنني المساعدة في ذلك."),
    "zh-Hans": ("以下是翻译：", "抱歉，我无法协助处理这个请求。"),
    "zh-Hant": ("以下是翻譯：", "抱歉，我無法協助處理這個請求。"),
    "vi": ("Đây là bản dịch:", "Xin lỗi, tôi không thể giúp việc đó."),
    "th": ("นี่คือคำแปล:", "ขออภัย ฉันไม่สามารถช่วยเรื่องนี้ได้"),
    "id": ("Berikut adalah terjemahannya:", "Maaf, saya tidak dapat membantu permintaan itu."),
    "ms": ("Berikut ialah terjemahannya:", "Maaf, saya tidak dapat membantu permintaan itu."),
    "de": ("Hier ist die Übersetzung:", "Es tut mir leid, aber dabei kann ich nicht helfen."),
    "ru": ("Вот перевод:", "Извините, я не могу помочь с этим запросом."),
    "fr": ("Voici la traduction :", "Je suis désolé, mais je ne peux pas vous aider."),
    "es": ("Aquí está la traducción:", "Lo siento, no puedo ayudar con esa solicitud."),
    "pt-BR": ("Aqui está a tradução:", "Desculpe, não posso ajudar com esse pedido."),
}
_MARKS: Final[tuple[Callable[[str], str], ...]] = (
    lambda word: f"```{word}```",
    lambda word: f"`{word}`",
    lambda word: f"<b>{word}</b>",
    lambda word: f"**{word}**",
    lambda word: f"&quot;{word}&quot;",
    lambda word: f"{word}&#39;",
    lambda word: f"{word}\\n\\n",
    lambda word: f"{word}</s>",
    lambda word: f"⟦1⟧{word}",
    lambda word: f'<x id="1"/>{word}',
    lambda word: f"{word}“`",
    lambda word: f"[{word}](https://aurora.example)",
    lambda word: f"&amp;{word}",
)
_PLACEHOLDERS: Final = (
    "[Company Name]", "[Your Name]", "{{amount}}", "XXX", "TBD", "○○○", "【氏名】", "Lorem ipsum", "[INSERT QUOTE]",
)  # fmt: skip
_CLOSING: Final = re.compile("[”»」』“](?=\\W|$)|[)）]")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


def pieces(text: str) -> list[str]:
    """The text cut at spaces, or into fours where the script writes none."""
    words = text.split(" ")
    return words if len(words) > 4 else [text[at : at + 4] for at in range(0, len(text), 4)]


def glue(text: str) -> str:
    """What stands between pieces of `text`."""
    return " " if len(text.split(" ")) > 4 else ""


def mark(text: str, language: str, random: Random) -> str | None:
    parts = pieces(text)
    at = random.randrange(len(parts))
    parts[at] = random.choice(_MARKS)(parts[at])
    return glue(text).join(parts)


def fence(text: str, language: str, random: Random) -> str | None:
    return random.choice((f"```\n{text}\n```", f"```json\n{text}", f"{text} “`", f'{text}"`'))


def broken_encoding(text: str, language: str, random: Random) -> str | None:
    places = [match for match in re.finditer(r"\S+", text) if not match[0].isascii()]
    if not places:
        return None
    match = random.choice(places)
    if random.random() < 0.2:
        return text[: match.start()] + "\ufffd" + text[match.start() + 1 :]
    damaged = "".join(_cp1252(byte) for byte in match[0].encode())
    return text[: match.start()] + damaged + text[match.end() :]


def _cp1252(byte: int) -> str:
    """As browsers read it: bytes that cp1252 leaves open become C1 controls."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def chatter(text: str, language: str, random: Random) -> str | None:
    preamble, refusal = CHATTER.get(language, CHATTER["en"])
    return random.choice((f"{preamble} {text}", refusal))


def placeholder(text: str, language: str, random: Random) -> str | None:
    parts = pieces(text)
    parts[random.randrange(len(parts))] = f" {random.choice(_PLACEHOLDERS)} "
    return glue(text).join(parts)


def word_loop(text: str, language: str, random: Random) -> str | None:
    parts = pieces(text)
    at = random.randrange(len(parts))
    if len(parts[at].strip()) < 2:
        return None
    return glue(text).join([*parts[:at], *[parts[at]] * random.choice((4, 6, 30)), *parts[at + 1 :]])


def phrase_loop(text: str, language: str, random: Random) -> str | None:
    parts = pieces(text)
    if len(parts) < 6:
        return None
    at = random.randrange(len(parts) - 3)
    phrase = parts[at : at + 3]
    return glue(text).join([*parts[: at + 3], *phrase * random.choice((3, 5, 40)), *parts[at + 3 :]])


def hidden(text: str, language: str, random: Random) -> str | None:
    at = random.randrange(1, max(len(text), 2))
    return text[:at] + random.choice("\u202e\u202b\u2067\u2068\x01") + text[at:]


_LOOK_ALIKE: Final = str.maketrans("aeopcxyасеорху", "аеорсхуaceopxy")


def look_alike(text: str, language: str, random: Random) -> str | None:
    words = [m for m in _WORD.finditer(text) if m[0].translate(_LOOK_ALIKE) != m[0] and len(m[0]) > 3]
    if not words:
        return None
    word = random.choice(words)
    places = [n for n, letter in enumerate(word[0]) if letter.translate(_LOOK_ALIKE) != letter]
    at = word.start() + random.choice(places)
    return text[:at] + text[at].translate(_LOOK_ALIKE) + text[at + 1 :]


def closing_lost(text: str, language: str, random: Random) -> str | None:
    found = list(_CLOSING.finditer(text))
    if not found:
        return None
    match = random.choice(found)
    return text[: match.start()] + text[match.end() :]
