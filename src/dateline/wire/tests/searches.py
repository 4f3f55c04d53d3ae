"""Texts in the languages of the wire, with queries that must and must not find them; for tests of search in
memory and in both databases.
"""

from typing import Final

# language, text, what finds it, what does not
SEARCHES: Final = (
    (
        "en",
        "Café Noir said its state-of-the-art AI hall, “The Port”, opens in Busan (KRX:005930).",
        ("cafe", "CAFÉ", "ai", "bus", "state-of", "state art", '"the port"', "krx:005930", "005930", "ＡＩ"),
        ("aid", "usan", '"port the"', '"the por"', "state-art", "giraffe", "port giraffe", "%", "_", '"'),
    ),
    (
        "ko",
        "항구 박물관은 다음 주에 새 전시관을 연다. 국립박물관도 참여한다.",
        ("박물관", "전시관", "박물관 항구", "국립", '"새 전시관"', "관"),
        ("미술관", "전시관 기린", "박물관다"),
    ),
    (
        "ja",
        "ＡＣＭＥは港湾博物館の新しい展示館ｶﾞｲﾄﾞを開く。サーバーはAI技術を使う。",
        ("博物館", "acme", "展示館 港湾", "ガイド", "サーバー", "AI技術", "館", '"新しい展示館"'),
        ("猫", "博物館猫", "カイト", "館博", "技術AI"),
    ),
    (
        "zh-Hans",
        "港口博物馆下周开放新展厅，董事会批准了预算。",
        ("博物馆", "展厅", "董事会 预算", "馆", "新展厅"),
        ("展馆", "美术馆", "博物馆 猫"),
    ),
    (
        "zh-Hant",
        "港口博物館下週開放新展廳，董事會核准了預算。",
        ("博物館", "展廳", "董事會 預算"),
        ("展館", "美術館"),
    ),
    (
        "ar",
        "أعلنَ متحفُ المينـاءِ افتتاح قاعةٍ جديدة بالمدينة عام ٢٠٢٦ وللجمهور.",
        ("الميناء", "ميناء", "اعلن", "أعلن", "قاعه", "مدينة", "المدينة", "2026", "٢٠٢٦", "جمهور"),
        ("مطار", "2027", "ناء"),
    ),
    (
        "vi",
        "Bảo tàng cảng Hà Nội mở cửa, hòa bình và đường mới.",
        ("bao tang", "bảo tàng", "ha noi", "Hà Nội", '"Hà Nội"', "hoà", "hòa", "duong", "đường", "HÀ"),
        ("sai gon", '"noi ha"', "trường"),
    ),
    (
        "th",
        "พิพิธภัณฑ์ท่าเรือเปิดอาคารจัดแสดงใหม่ ปี ๒๕๖๙",
        ("พิพิธภัณฑ์", "ท่าเรือ", "อาคาร ท่าเรือ", "2569", "๒๕๖๙"),
        ("สนามบิน", "ทาเรือ", "2570"),
    ),
    (
        "id",
        "Museum pelabuhan mempekerjakan pemandu dan membuka aula baru.",
        ("pelabuhan", "kerja", "buka", "PEMANDU"),
        ("pesawat", "uka", '"kerja"'),
    ),
    (
        "ms",
        "Muzium pelabuhan membuka dewan baharu; pekerjaan bermula.",
        ("muzium", "kerja", "dewan baharu", "buka"),
        ("lapangan", "ula"),
    ),
    (
        "de",
        "Das Hafenmuseum öffnet seine Straße für die Bevölkerung.",
        ("Museum", "hafenmuseum", "offnet", "öffnet", "STRASSE", "straße", "bevölk"),
        ("flughafen", "eum", '"museum"', '"hafen"'),
    ),
    (
        "ru",
        "Самолёт приземлился в Йошкар-Оле: музей открыл новый зал.",
        ("самолет", "САМОЛЁТ", "музей", "Йошкар-Ола"[:-1], "музе"),
        ("поезд", "узей", "зал поезд"),
    ),
    (
        "fr",
        "L’État ouvre une œuvre à l’École ; Noël au musée.",
        ("etat", "l'état", "L’ETAT", "oeuvre", "école", "noel", "musee"),
        ("gare", "tat", "musée gare"),
    ),
    (
        "es",
        "El año próximo, México abrirá su museo.",
        ("ano", "año", "mexico", "MÉXICO", "abrira su", '"su museo"'),
        ("tren", '"museo su"'),
    ),
    (
        "pt",
        "A ação da fundação em São Paulo abre o museu.",
        ("acao", "ação", "sao paulo", '"São Paulo"', "fundacao"),
        ("trem", "paulo trem"),
    ),
    ("pt-BR", "A ação da fundação em São Paulo abre o museu.", ("acao", "sao paulo"), ("trem",)),
    ("el", "Ο ΟΔΟΣ στην Αθήνα", ("οδος", "αθηνα"), ("πατρα",)),
    ("hi", "नया संग्रहालय खुलता है", ("संग्रहालय", "नया"), ("हवाई",)),
    ("km", "សារមន្ទីរកំពង់ផែបើក", ("កំពង់ផែ",), ("ព្រលាន",)),
    ("tr", "İSTANBUL’da müze ILIK", ("istanbul", "muze", "ılık", "ilik"), ("ankara",)),
)
