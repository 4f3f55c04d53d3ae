"""The sectors of the front page and the subjects at the top in every language of the wire; a narrower sector
is shown by the nearest of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dateline.core.sector_tops import WORDS
from dateline.core.sectors import Sector, ancestors, label, slug, their_label

FRONT: Final = tuple(
    Sector(code)
    for code in (
        "04000000",
        "20000209",
        "13000000",
        "20000256",
        "20000337",
        "06000000",
        "07000000",
        "05000000",
        "01000000",
    )
)
"""Business, industries, science, energy, transport, environment, health, education, culture: this order
below too.
"""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "ko": (
        "경제·금융",
        "산업",
        "과학·기술",
        "에너지",
        "교통",
        "환경",
        "건강",
        "교육",
        "문화·미디어",
    ),
    "ja": (
        "経済・金融",
        "産業",
        "科学・技術",
        "エネルギー",
        "交通",
        "環境",
        "健康",
        "教育",
        "文化・メディア",
    ),
    "ar": (
        "الأعمال والاقتصاد",
        "الصناعة",
        "العلوم والتقنية",
        "الطاقة",
        "النقل",
        "البيئة",
        "الصحة",
        "التعليم",
        "الثقافة والإعلام",
    ),
    "zh-Hans": (
        "商业财经",
        "产业",
        "科学技术",
        "能源",
        "交通运输",
        "环境",
        "健康",
        "教育",
        "文化传媒",
    ),
    "zh-Hant": (
        "商業財經",
        "產業",
        "科學技術",
        "能源",
        "交通運輸",
        "環境",
        "健康",
        "教育",
        "文化傳媒",
    ),
    "vi": (
        "Kinh tế và tài chính",
        "Công nghiệp",
        "Khoa học và công nghệ",
        "Năng lượng",
        "Giao thông vận tải",
        "Môi trường",
        "Sức khỏe",
        "Giáo dục",
        "Văn hóa và truyền thông",
    ),
    "th": (
        "ธุรกิจและการเงิน",
        "อุตสาหกรรม",
        "วิทยาศาสตร์และเทคโนโลยี",
        "พลังงาน",
        "การขนส่ง",
        "สิ่งแวดล้อม",
        "สุขภาพ",
        "การศึกษา",
        "วัฒนธรรมและสื่อ",
    ),
    "id": (
        "Bisnis dan keuangan",
        "Industri",
        "Sains dan teknologi",
        "Energi",
        "Transportasi",
        "Lingkungan",
        "Kesehatan",
        "Pendidikan",
        "Budaya dan media",
    ),
    "ms": (
        "Perniagaan dan kewangan",
        "Industri",
        "Sains dan teknologi",
        "Tenaga",
        "Pengangkutan",
        "Alam sekitar",
        "Kesihatan",
        "Pendidikan",
        "Budaya dan media",
    ),
    "de": (
        "Wirtschaft und Finanzen",
        "Industrie",
        "Wissenschaft und Technik",
        "Energie",
        "Verkehr",
        "Umwelt",
        "Gesundheit",
        "Bildung",
        "Kultur und Medien",
    ),
    "ru": (
        "Экономика и финансы",
        "Промышленность",
        "Наука и технологии",
        "Энергетика",
        "Транспорт",
        "Экология",
        "Здоровье",
        "Образование",
        "Культура и медиа",
    ),
    "fr": (
        "Économie et finance",
        "Industrie",
        "Sciences et technologies",
        "Énergie",
        "Transports",
        "Environnement",
        "Santé",
        "Éducation",
        "Culture et médias",
    ),
    "es": (
        "Economía y finanzas",
        "Industria",
        "Ciencia y tecnología",
        "Energía",
        "Transporte",
        "Medio ambiente",
        "Salud",
        "Educación",
        "Cultura y medios",
    ),
    "pt-BR": (
        "Economia e finanças",
        "Indústria",
        "Ciência e tecnologia",
        "Energia",
        "Transportes",
        "Meio ambiente",
        "Saúde",
        "Educação",
        "Cultura e mídia",
    ),
}
_TABLE: Final[Mapping[str, Mapping[str, str]]] = {
    language: {**dict(zip(FRONT, words, strict=True)), **WORDS[language]}
    for language, words in _WORDS.items()
}


@dataclass(frozen=True, slots=True)
class SectorLink:
    """A sector as readers see it. `language` is that of the words: English where nobody wrote them down
    yet.
    """

    slug: str
    words: str
    language: str


def sector_link(sector: str, language: str) -> SectorLink:
    """The sector's own label, or that of a broader one that has words in the language."""
    if language == "en":
        return SectorLink(slug(sector), label(sector), "en")
    known = _TABLE.get(language, {})
    for code in ancestors(sector):
        if words := known.get(code) or their_label(code, language):
            return SectorLink(slug(code), words, language)
    return SectorLink(slug(sector), label(sector), "en")
