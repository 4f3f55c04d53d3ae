"""Countries by ISO 3166-1 alpha-2, and the world regions that are the wire's standing circuits."""

from collections.abc import Mapping
from typing import Final, NewType

from dateline.core.errors import BadInput

Country = NewType("Country", str)
"""An upper-case ISO 3166-1 alpha-2 code."""


class UnknownCountry(BadInput):
    """The text is not an ISO 3166-1 alpha-2 code."""


_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

ALL_COUNTRIES: Final[frozenset[Country]] = frozenset(Country(code) for code in _CODES.split())


def _codes(text: str) -> tuple[Country, ...]:
    return tuple(Country(code) for code in text.split())


REGIONS: Final[Mapping[str, tuple[Country, ...]]] = {
    "asean": _codes("BN KH ID LA MY MM PH SG TH VN"),
    "greater-china": _codes("CN HK MO TW"),
    "japan-korea": _codes("JP KR"),
    "south-asia": _codes("BD IN LK NP PK"),
    "mena": _codes("AE BH DZ EG IL IQ JO KW LB MA OM QA SA TN TR"),
    "dach": _codes("AT CH DE"),
    "europe": _codes(
        "AT BE BG CH CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV NL NO PL PT RO RS SE SI SK UA"
    ),
    "cis": _codes("AM AZ BY KG KZ RU UZ"),
    "latin-america": _codes("AR BR CL CO CR EC MX PE UY"),
    "africa": _codes("GH KE NG ZA"),
    "north-america": _codes("CA US"),
    "oceania": _codes("AU NZ"),
}
"""Circuit slug -> its countries. Ninety different ones between them; DACH lies within Europe."""

REGION_NAMES: Final[Mapping[str, str]] = {
    "asean": "ASEAN",
    "greater-china": "Greater China",
    "japan-korea": "Japan-Korea",
    "south-asia": "South Asia",
    "mena": "MENA",
    "dach": "DACH",
    "europe": "Europe",
    "cis": "CIS",
    "latin-america": "Latin America",
    "africa": "Africa",
    "north-america": "North America",
    "oceania": "Oceania",
}

WIRE_COUNTRIES: Final[tuple[Country, ...]] = tuple(
    sorted({code for codes in REGIONS.values() for code in codes})
)


def parse_country(text: str) -> Country:
    """The country of an alpha-2 code in any case. Raises UnknownCountry naming the value and the remedy."""
    code = text.strip().upper()
    if code not in ALL_COUNTRIES:
        raise UnknownCountry(f"'{text.strip()}' is not a country code; use ISO 3166 alpha-2 such as KR or DE")
    return Country(code)
