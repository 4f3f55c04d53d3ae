"""Invented names for the sample world, in the scripts of their languages, with a Latin form for addresses."""

from typing import Final

# language -> (given names, family names, family name first). "native|latin" where the script is not Latin.
NAMES: Final[dict[str, tuple[str, str, bool]]] = {
    "en": (
        "Ada Basil Clara Dexter Edith Felix Greta Hugo Iris Jonas Kit Lena",
        "Ashdown Birchall Cartwell Dunmore Eastley Farrow Garside Hollins Ingram Jessop Kerrow Lathom",
        False,
    ),
    "ko": (
        "하늘|haneul 서진|seojin 도윤|doyun 지우|jiwoo 예린|yerin 민재|minjae 수아|sua 태오|taeo 나은|naeun 준호|junho",
        "김|kim 이|lee 박|park 최|choi 정|jung 강|kang 윤|yoon 한|han 오|oh 서|seo",
        True,
    ),
    "ja": (
        "葵|aoi 蓮|ren 結衣|yui 陽斗|haruto 凛|rin 湊|minato 美咲|misaki 樹|itsuki 楓|kaede 颯太|sota",
        "佐藤|sato 鈴木|suzuki 高橋|takahashi 田中|tanaka 渡辺|watanabe 山本|yamamoto 小林|kobayashi 森|mori 岡|oka",
        True,
    ),
    "ar": (
        "ليلى|layla عمر|omar سلمى|salma كريم|karim نور|nour يوسف|yousef هدى|huda طارق|tariq ريم|reem سامي|sami",
        "الخطيب|alkhatib النجار|alnajjar الحسن|alhassan منصور|mansour حداد|haddad الزهراني|alzahrani سعيد|saeed",
        False,
    ),
    "zh-Hans": (
        "雨桐|yutong 浩然|haoran 思远|siyuan 欣怡|xinyi 子墨|zimo 嘉宁|jianing 晨曦|chenxi 明哲|mingzhe",
        "王|wang 李|li 张|zhang 刘|liu 陈|chen 杨|yang 赵|zhao 周|zhou",
        True,
    ),
    "zh-Hant": (
        "宜庭|yiting 冠宇|guanyu 詩涵|shihan 柏翰|bohan 佳穎|jiaying 承恩|chengen 品妤|pinyu 俊傑|junjie",
        "林|lin 黃|huang 陳|chen 張|chang 吳|wu 蔡|tsai 許|hsu 鄭|cheng",
        True,
    ),
    "vi": (
        "An Bình Châu Dung Giang Hà Khánh Lan Minh Ngọc Phúc Quyên",
        "Nguyễn Trần Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ",
        True,
    ),
    "th": (
        "กานต์|kan ชนินทร์|chanin ดารา|dara ธีรา|theera นภา|napha พิมพ์|pim ภูมิ|phum มาลี|malee วรุณ|warun ศิริ|siri",
        "สุขใจ|sukjai ทองดี|thongdee แสงทอง|saengthong วงศ์ไทย|wongthai บุญมา|boonma ศรีสุข|srisuk",
        False,
    ),
    "id": (
        "Adi Bunga Citra Dewi Eka Fajar Gita Hendra Indah Joko Kartika Laras",
        "Santoso Wijaya Pratama Lestari Saputra Hidayat Kusuma Nugroho Rahman Siregar",
        False,
    ),
    "ms": (
        "Aiman Balqis Daniel Farah Hakim Izzati Khairul Liyana Nabil Puteri",
        "Abdullah Hassan Ismail Rahim Yusof Osman Zainal Kamal Salleh Mokhtar",
        False,
    ),
    "de": (
        "Anneke Bruno Carla Dirk Elsa Florian Gesine Hannes Ida Jost",
        "Ackermann Brandes Dietz Eilers Falk Gerlach Hartwig Imhof Jansen Kessler",
        False,
    ),
    "ru": (
        "Анна|anna Борис|boris Вера|vera Глеб|gleb Дарья|darya Егор|egor Зоя|zoya Илья|ilya Кира|kira Лев|lev",
        "Орлова|orlova Сомов|somov Лебедь|lebed Зимина|zimina Рогов|rogov Берг|berg Чайка|chayka Гроза|groza",
        False,
    ),
    "fr": (
        "Agathe Bastien Camille Damien Élise Fabien Gaëlle Hugo Inès Jules",
        "Arnoux Berthier Charpin Delaunay Estève Fournel Garnier Hamon Jacquet Lorin",
        False,
    ),
    "es": (
        "Adela Bruno Carmen Diego Elena Fermín Gloria Hugo Irene Jaime",
        "Arroyo Benítez Cordero Duarte Esteban Fuentes Gallego Herrero Izquierdo Lozano",
        False,
    ),
    "pt-BR": (
        "Alice Bento Clara Davi Elisa Fábio Helena Ícaro Joana Lucas",
        "Almeida Barros Cardoso Duarte Esteves Ferraz Gomes Lacerda Moraes Nogueira",
        False,
    ),
}

COUNTRY_LANGUAGES: Final[dict[str, str]] = {
    "KR": "ko", "JP": "ja", "CN": "zh-Hans", "TW": "zh-Hant", "HK": "zh-Hant en", "MO": "zh-Hant",
    "SG": "en zh-Hans ms", "VN": "vi", "TH": "th", "ID": "id", "MY": "ms en", "BN": "ms", "DE": "de",
    "AT": "de", "CH": "de fr", "LI": "de", "LU": "fr de", "BE": "fr", "FR": "fr", "ES": "es", "PT": "pt-BR",
    "BR": "pt-BR", "AR": "es", "CL": "es", "CO": "es", "CR": "es", "EC": "es", "MX": "es", "PE": "es", "UY": "es",
    "RU": "ru", "BY": "ru", "KZ": "ru", "KG": "ru", "UZ": "ru", "AM": "ru", "AZ": "ru",
    "AE": "ar en", "BH": "ar", "DZ": "ar fr", "EG": "ar", "IQ": "ar", "JO": "ar", "KW": "ar", "LB": "ar fr",
    "MA": "ar fr", "OM": "ar", "QA": "ar en", "SA": "ar", "TN": "ar fr", "CA": "en fr",
}  # fmt: skip
"""Languages that newsrooms of a country work in, of the wire's own; English where nothing is named."""

TIMEZONES: Final[dict[str, str]] = {
    "KR": "Asia/Seoul", "JP": "Asia/Tokyo", "CN": "Asia/Shanghai", "TW": "Asia/Taipei", "HK": "Asia/Hong_Kong",
    "SG": "Asia/Singapore", "VN": "Asia/Ho_Chi_Minh", "TH": "Asia/Bangkok", "ID": "Asia/Jakarta",
    "MY": "Asia/Kuala_Lumpur", "DE": "Europe/Berlin", "FR": "Europe/Paris", "ES": "Europe/Madrid",
    "BR": "America/Sao_Paulo", "MX": "America/Mexico_City", "AE": "Asia/Dubai", "SA": "Asia/Riyadh",
    "EG": "Africa/Cairo", "US": "America/New_York", "GB": "Europe/London", "IN": "Asia/Kolkata",
    "AU": "Australia/Sydney", "RU": "Europe/Moscow",
}  # fmt: skip


def languages_of(country: str) -> tuple[str, ...]:
    """The wire languages newsrooms of the country work in."""
    return tuple(COUNTRY_LANGUAGES.get(country, "en").split())


def named(entry: str) -> tuple[str, str]:
    """(as written, Latin letters for an address) of an entry of NAMES."""
    native, bar, latin = entry.partition("|")
    return native, latin if bar else _ascii(native)


def _ascii(text: str) -> str:
    import unicodedata

    folded = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in folded if c.isascii() and c.isalpha()).lower()
