"""What an engine says about its work instead of doing it.

Catches preambles (`Here is the translation:`), apologies and refusals, notes of a translator in brackets, and the
prompt itself (block), in fifteen languages and without the original at hand. A sentence that the original has too
is news and passes.

Measured: recall 1.000, 0 false alarms on 897 clean blocks, precision 1.000 at one error a clean block
(docs/checks.md).
"""

import re
from collections.abc import Iterator
from typing import Final

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.reading.parts import reading

_OPENING: Final = re.compile(
    r"""^[\s"“«「*]*(?:
    (?:sure|certainly|of\s+course|okay|ok)[,!.:]\s+(?:here|i|the)\b
    | here(?:\s+is|['’]s)\s+(?:the|a|your|my)\s+(?:\w+\s+){0,3}(?:translation|translated|version)
    | (?:the\s+)?(?:translation|translated\s+text)\s*(?:is|:|into)
    | i(?:\s+am|['’]m)\s+(?:sorry|unable|afraid|an?\s+(?:ai|language\s+model)) | i\s+(?:cannot|can['’]t|won['’]t)\s+(?:help|assist|translate|fulfil)
    | as\s+an?\s+(?:ai|language\s+model)
    | (?:다음은|아래는)\s.{0,20}번역 | 번역\s*(?:결과|문)?\s*[:：] | 죄송합니다[.,]?\s.{0,40}(?:도와|수\s없|번역)
    | 以下(?:は|に).{0,20}(?:翻訳|訳) | 翻訳(?:結果|文)?\s*[:：] | (?:申し訳|すみません).{0,40}(?:でき|応え|翻訳)
    | (?:إليك|فيما\s+يلي|هذه\s+هي)\s.{0,15}(?:ال)?ترجمة | الترجمة\s*: | (?:عذرًا|آسف|أعتذر).{0,30}(?:لا\s+يمكنني|لا\s+أستطيع|مساعدة)
    | (?:以下是|这是|這是).{0,15}(?:翻译|翻譯|译文|譯文) | (?:翻译|翻譯|译文|譯文)\s*[:：] | (?:抱歉|对不起|對不起|很遗憾).{0,30}(?:无法|無法|不能|协助|協助)
    | (?:đây|dưới\s+đây|sau\s+đây)\s+là\s+(?:bản\s+)?dịch | bản\s+dịch\s*: | (?:xin\s+lỗi|rất\s+tiếc).{0,20}(?:không\s+thể|giúp)
    | (?:นี่คือ|ต่อไปนี้(?:คือ|เป็น)|ด้านล่างนี้คือ).{0,10}คำแปล | คำแปล\s*: | ขออภัย.{0,30}(?:ไม่สามารถ|ช่วย)
    | (?:berikut|inilah)\s.{0,20}terjemahan | terjemahan(?:nya)?\s*: | maaf,?\s+(?:saya|kami)\s+tidak\s+(?:dapat|bisa|boleh)
    | hier\s+ist\s+(?:die|eine|ihre)\s+.{0,20}übersetzung | übersetzung\s*: | (?:es\s+)?tut\s+mir\s+leid | (?:leider\s+)?kann\s+ich\s+(?:dabei\s+)?nicht\s+helfen
    | (?:вот|ниже)\s.{0,20}перевод | перевод\s*: | (?:извините|к\s+сожалению|простите),?\s+(?:но\s+)?я\s+не\s+мог
    | voici\s+(?:la|une|votre)\s+.{0,20}traduction | traduction\s*: | je\s+(?:suis\s+)?désolé | je\s+ne\s+peux\s+pas\s+(?:vous\s+)?(?:aider|traduire)
    | (?:aquí\s+(?:está|tiene)|esta\s+es)\s+(?:la|su|una)\s+.{0,20}traducción | traducción\s*: | lo\s+siento[.,]?\s+(?:pero\s+)?no\s+puedo
    | (?:aqui\s+está|segue|esta\s+é)\s+(?:a|sua|uma)\s+.{0,20}tradução | tradução\s*: | (?:desculpe|sinto\s+muito|lamento)[.,]?\s+(?:mas\s+)?não\s+posso
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ANYWHERE: Final = re.compile(
    r"""(?:
    [\[(（]\s*(?:translat(?:or|ion)['’]?s?\s+note|note\s*:|t\.?n\.|역자\s*주|번역\s*주|訳注|译注|譯注|译者注|譯者註|ملاحظة\s+المترجم|chú\s+thích\s+của\s+người\s+dịch
      |หมายเหตุผู้แปล|catatan\s+penerjemah|nota\s+penterjemah|anm\.?\s+d\.?\s+(?:ü|red)|прим\.?\s+пер|n\.?\s?d\.?\s?t\.|nota\s+d[oe]l?\s+tradutor|nota\s+del\s+traductor)
    | \b(?:ignore|disregard)\s+(?:all\s+|the\s+|any\s+)?(?:above|previous|prior)\s+(?:instructions?|text|prompts?)
    | \byou\s+are\s+a\s+(?:professional\s+|helpful\s+)?(?:translator|assistant)\b | \btranslate\s+the\s+following\b
    | \bas\s+an?\s+(?:ai|large)\s+language\s+model\b | \bsystem\s+prompt\b
    | let\s+me\s+know\s+if\s+you\s+(?:need|want|would)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


class ChatterCheck:
    """`chatter-left` (block): preambles, refusals, notes and prompts of engines."""

    code = "chatter-left"
    severity: Severity = "block"
    about = "The text is the release, not what an engine says about it."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import told
        >>> told(ChatterCheck(), "Hier ist die Übersetzung: Aurora kauft", "de")
        ['chatter-left block']
        >>> told(ChatterCheck(), "很抱歉，我无法协助处理这个请求。", "zh-Hans"), told(ChatterCheck(), "죄송합니다", "ko")
        (['chatter-left block'], [])
        """
        original = reading(source).by_where if source is not None else {}
        for part in reading(edition).parts:
            found = _OPENING.search(part.raw.lstrip("很")) or _ANYWHERE.search(part.raw)
            if found is None:
                continue
            theirs = original.get(part.where)
            if theirs is None or not (_OPENING.search(theirs.raw) or _ANYWHERE.search(theirs.raw)):
                message = f"an engine speaks instead of translating: '{found[0].strip()[:60]}'"
                yield Finding("chatter-left", "block", part.where, message)


CHECK = ChatterCheck()
