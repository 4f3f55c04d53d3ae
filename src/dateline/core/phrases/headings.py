"""Recognises the standing parts of a release in every language: boilerplate, contacts, disclaimers, end marks."""

import re
from typing import Final

_BOILERPLATE: Final = re.compile(
    r"""^(?:
    about\s+\S | .{1,80}(?:에\s*대하여|에\s*대해|\s소개)$ | .{1,80}について$ | (?:نبذة\s+عن|حول|عن\s+شركة|لمحة\s+عن)\s+\S
    | (?:关于|關於)\s*\S | .{1,40}(?:简介|簡介)$ | (?:giới\s+thiệu\s+về|về)\s+\S | เกี่ยวกับ\s*\S | (?:tentang|mengenai|perihal)\s+\S
    | (?:über|zu)\s+\S | (?:о\s+компании|об?\s+\S|о\s+музее|об\s+институте) | (?:à\s+propos\s+d[e’'u]|a\s+propos\s+d)
    | (?:acerca\s+del?|sobre)\s+\S
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTACT: Final = re.compile(
    r"""^(?:
    (?:media|press|news|investor)?\s*contacts?(?:\s+(?:for\s+media|information))?\s*$ | (?:media|press)\s+(?:enquiries|inquiries|relations)\s*$
    | (?:언론|미디어|보도)?\s*(?:문의|연락처)(?:처)?\s*$ | (?:언론\s*담당|언론\s*문의).{0,6}$
    | .{0,12}(?:お問い合わせ|お問合せ|問い合わせ先|連絡先).{0,6}$
    | (?:للاستفسارات\s+الإعلامية|للتواصل(?:\s+الإعلامي)?|جهة\s+الاتصال(?:\s+الإعلامي)?|الاتصال\s+الإعلامي)\s*$
    | (?:媒体|媒體|新闻|新聞)?(?:联系人|聯絡人|联系方式|聯絡方式|联络|聯絡)$
    | (?:liên\s+hệ(?:\s+báo\s+chí|\s+truyền\s+thông)?)\s*$ | (?:ติดต่อ(?:สำหรับ)?สื่อมวลชน|ติดต่อ.{0,20})$
    | (?:kontak|hubungan|hubungi|perhubungan)(?:\s+(?:media|pers))?\s*$ | (?:presse|medien)?kontakt\s*$ | ansprechpartner.{0,20}$
    | контакт(?:ы|ная\s+информация)?(?:\s+для\s+(?:сми|прессы))?\s*$ | contacts?\s+(?:presse|médias|media)\s*$
    | contacto(?:s)?(?:\s+(?:de|para)\s+(?:la\s+)?(?:prensa|medios))?\s*$ | contatos?(?:\s+(?:de|para)\s+(?:a\s+)?imprensa)?\s*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_DISCLAIMER: Final = re.compile(
    r"""(?:
    ^disclaimer\b | (?:supplied|provided|submitted)\s+by\s+(?:a\s+)?third[\s-]part | third[\s-]party\s+(?:content|material|release)
    | ^면책 | 제3자(?:가)?\s*(?:제공|작성) | 외부(?:에서)?\s*제공 | ^免責 | 第三者(?:が|から|により)?(?:提供|作成)
    | ^إخلاء\s+(?:مسؤولية|المسؤولية|طرف) | طرف\s+ثالث | ^(?:免责|免責)声?聲?明 | 第三方(?:提供|内容|內容|撰写|撰寫)
    | ^tuyên\s+bố\s+miễn | bên\s+thứ\s+ba | ^ข้อจำกัดความรับผิด | บุคคลที่สาม | ^(?:penafian|penyangkalan|sanggahan) | pihak\s+ketiga
    | ^haftungsausschluss | (?:von|eines|einem)\s+dritten?\b | ^отказ\s+от\s+ответственности | треть(?:ей|его|ими|им)\s+(?:сторон|лиц)
    | ^avertissement\b | (?:par|d[’'])\s*un\s+tiers | ^(?:aviso|descargo)\b.{0,30}(?:legal|responsab) | (?:un\s+)?tercero[s,]? | (?:por\s+)?terceiros?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_END_MARKS: Final = re.compile(
    r"^(?:-\s*0\s*-|#{3,}|-?\s*30\s*-?|ends?|\*\s*\*\s*\*|section\s*:.*|source\s*:?\s+\S.{0,80}|以上|끝\.?|\(끝\)|fin|ende)$",
    re.IGNORECASE,
)
_LONGEST_HEADING = 120


def is_boilerplate_heading(text: str, language: str | None = None) -> bool:
    """Whether a heading opens the standing "About X" part, in any of the wire's languages."""
    line = text.strip().rstrip(":：")
    return 0 < len(line) <= _LONGEST_HEADING and _BOILERPLATE.match(line) is not None


def is_contact_heading(text: str, language: str | None = None) -> bool:
    """Whether a heading opens the contacts."""
    line = text.strip().rstrip(":：").strip()
    return 0 < len(line) <= 60 and _CONTACT.match(line) is not None


def looks_like_disclaimer(paragraph: str, language: str | None = None) -> bool:
    """Whether a closing paragraph disclaims third-party content. Only ask this of the last paragraphs."""
    return _DISCLAIMER.search(paragraph.strip()) is not None


def is_section_line(text: str) -> bool:
    """Whether a line is an end mark or a section line (`-0-`, `###`, `ENDS`, `SOURCE Acme`)."""
    line = text.strip()
    return bool(line) and "\n" not in line and _END_MARKS.match(line) is not None
