"""Words for the subjects at the top that the front page does not show, so that every topic has words."""

from collections.abc import Mapping
from typing import Final

TOPS: Final = (
    "02000000", "03000000", "08000000", "09000000", "10000000", "11000000", "12000000", "14000000",
    "15000000", "16000000", "17000000",
)  # fmt: skip
"""Law, emergencies, human interest, labour, leisure, politics, religion, society, sport, conflict, weather:
this order in each line below too.
"""

_LINES: Final[Mapping[str, str]] = {
    "ko": "법·범죄|재난·사고|사람들|노동|생활·여가|정치|종교|사회|스포츠|분쟁·전쟁·평화|날씨",
    "ja": "法律・犯罪|災害・事故|人物・話題|労働|生活・レジャー|政治"
    "|宗教|社会|スポーツ|紛争・戦争・平和|気象",
    "ar": "القانون والجريمة|الكوارث والطوارئ|اهتمامات إنسانية|العمل|أسلوب الحياة والترفيه|السياسة"
    "|الدين|المجتمع|الرياضة|النزاعات والحرب والسلام|الطقس",
    "zh-Hans": "法律与犯罪|灾害与事故|人情趣味|劳动|生活与休闲|政治|宗教|社会|体育|冲突、战争与和平|天气",
    "zh-Hant": "法律與犯罪|災害與事故|人情趣味|勞動|生活與休閒|政治|宗教|社會|體育|衝突、戰爭與和平|天氣",
    "vi": "Pháp luật và tội phạm|Thiên tai và sự cố|Con người và đời sống|Lao động"
    "|Lối sống và giải trí|Chính trị|Tôn giáo|Xã hội|Thể thao|Xung đột, chiến tranh, hòa bình|Thời tiết",
    "th": "กฎหมายและอาชญากรรม|ภัยพิบัติและเหตุฉุกเฉิน|เรื่องราวชีวิตผู้คน|แรงงาน"
    "|ไลฟ์สไตล์และการพักผ่อน|การเมือง|ศาสนา|สังคม|กีฬา|ความขัดแย้ง สงคราม และสันติภาพ|สภาพอากาศ",
    "id": "Hukum dan kejahatan|Bencana dan keadaan darurat|Kisah manusia|Ketenagakerjaan"
    "|Gaya hidup dan rekreasi|Politik|Agama|Masyarakat|Olahraga|Konflik, perang, dan perdamaian|Cuaca",
    "ms": "Undang-undang dan jenayah|Bencana dan kecemasan|Kisah manusia|Buruh"
    "|Gaya hidup dan rekreasi|Politik|Agama|Masyarakat|Sukan|Konflik, perang dan keamanan|Cuaca",
    "de": "Recht und Kriminalität|Katastrophen und Unglücke|Menschen|Arbeit|Leben und Freizeit|Politik"
    "|Religion|Gesellschaft|Sport|Konflikte, Krieg und Frieden|Wetter",
    "ru": "Право и преступность|Катастрофы и происшествия|Люди и судьбы|Труд|Образ жизни и досуг"
    "|Политика|Религия|Общество|Спорт|Конфликты, война и мир|Погода",
    "fr": "Justice et criminalité|Catastrophes et accidents|Gens|Emploi et travail"
    "|Art de vivre et loisirs|Politique|Religion|Société|Sport|Conflits, guerre et paix|Météo",
    "es": "Justicia y delincuencia|Catástrofes y emergencias|Interés humano|Trabajo"
    "|Estilo de vida y ocio|Política|Religión|Sociedad|Deportes|Conflictos, guerra y paz|Tiempo",
    "pt-BR": "Justiça e crime|Desastres e emergências|Interesse humano|Trabalho"
    "|Estilo de vida e lazer|Política|Religião|Sociedade|Esportes|Conflitos, guerra e paz|Tempo",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    language: dict(zip(TOPS, line.split("|"), strict=True)) for language, line in _LINES.items()
}
"""Language -> id of the topic -> words."""
