"""Times of day and their zones."""

import re
from dataclasses import dataclass
from typing import Final

_AM: Final = (
    r"a\.? ?m\.?(?![A-Za-z])|오전|午前|上午|早上|凌晨|صباح[اً]+|صباحا|\bsáng\b|\bpagi\b|morgens|vormittags|утра|du matin|"
    r"de la mañana|da manhã|เช้า"
)
_PM: Final = (
    r"p\.? ?m\.?(?![A-Za-z])|오후|저녁|밤|午後|下午|晚上|中午|مساء[ًا]+|مساء|ظهر[ًا]+|بعد الظهر|\bchiều\b|\btối\b|\bmalam\b|"
    r"\bpetang\b|\bsore\b|\bsiang\b|tengah hari|abends|nachmittags|вечера|дня|du soir|de l[’']après-midi|de la tarde|de la noche|"
    r"da tarde|da noite|บ่าย|เย็น"
)
_SIGN: Final = rf"(?:(?P<am{{0}}>{_AM})|(?P<pm{{0}}>{_PM}))"
_HOURS: Final = (
    r"(?P<h>[01]?\d|2[0-4])(?:(?::(?P<m1>[0-5]\d)(?::[0-5]\d)?)|\.(?P<m2>[0-5]\d)(?=(?:\s?(?:Uhr|น\.|WIB|a\.|p\.|am\b|pm\b|pagi|petang|malam|"
    r"tengah|GMT|UTC)))|\s?(?:h|시|時|时|點|点|giờ)(?![^\W\d_]{2})\s?(?:(?P<m3>[0-5]?\d)(?:\s?[분分])?|(?P<half>[半반]))?|(?P<bare>))"
)
_TIME: Final = re.compile(rf"(?<![\d.,:+-]){_HOURS}(?![\d%])", re.IGNORECASE)
_LEAD: Final = re.compile(
    rf"(?:{_SIGN.format(1)}\s?)?(?P<cue>(?:pukul|jam|الساعة|เวลา|lúc)\s)?$", re.IGNORECASE
)
_TRAIL: Final = re.compile(
    rf"(?:\s?(?P<unit>Uhr|น\.|часов|heures?|horas))?(?:\s?{_SIGN.format(2)})?", re.IGNORECASE
)
_LEAD_LENGTH: Final = 16
_ZONES: Final = {
    "UTC": 0, "GMT": 0, "KST": 540, "JST": 540, "CET": 60, "CEST": 120, "EST": -300, "EDT": -240, "PST": -480, "PDT": -420,
    "BST": 60, "MSK": 180, "WIB": 420, "ICT": 420, "SGT": 480, "HKT": 480, "BRT": -180, "ET": -300, "PT": -480,
    "WITA": 480, "WIT": 540,
}  # fmt: skip
_ZONE: Final = re.compile(
    r"(?<![A-Za-z])(" + "|".join(sorted(_ZONES, key=len, reverse=True)) + r")(?![A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """`minutes` after midnight; `sure` when morning or evening was said or the hour is beyond 12."""

    minutes: int
    sure: bool
    start: int
    end: int

    def fits(self, other: "Clock") -> bool:
        """Whether both may mean the same time of day."""
        apart = abs(self.minutes - other.minutes) % 1440
        return apart == 0 or (apart == 720 and not (self.sure and other.sure))

    def __str__(self) -> str:
        return f"{self.minutes // 60:02}:{self.minutes % 60:02}"


def times_of(text: str) -> list[Clock]:
    """Times of day in plain text, in any of the languages.

    >>> [str(time) for time in times_of("at 9:30 p.m., 오전 9시 30분, 9.30 Uhr, 21h30")]
    ['21:30', '09:30', '09:30', '21:30']
    """
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    found = []
    for match in _TIME.finditer(text):
        lead = _LEAD.search(text, max(0, match.start() - _LEAD_LENGTH), match.start())
        trail = _TRAIL.match(text, match.end())
        cues = {**(lead.groupdict() if lead else {}), **(trail.groupdict() if trail else {})}
        minutes = "30" if match["half"] else match["m1"] or match["m2"] or match["m3"]
        morning, evening = bool(cues.get("am1") or cues.get("am2")), bool(cues.get("pm1") or cues.get("pm2"))
        if match["bare"] is not None and not (morning or evening or cues.get("unit") or cues.get("cue")):
            continue
        hour = int(match["h"])
        if (morning or evening) and hour == 12:
            hour = 0 if morning else 12
        elif evening and hour < 12:
            hour += 12
        sure = morning or evening or hour > 12 or hour == 0
        found.append(Clock(hour % 24 * 60 + int(minutes or 0), sure, match.start(), match.end()))
    return found


def zones_of(text: str) -> set[str]:
    """Zone names of a text, UTC for GMT too."""
    return {"UTC" if name in {"GMT", "UTC"} else name for name in _ZONE.findall(text)}
