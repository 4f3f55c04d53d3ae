"""The pipeline without a database, for whoever measures it or translates outside a release. Reached as
`languages.services.pipeline`.
"""

from dateline.languages.asking import House
from dateline.languages.engine_settings import Engines, EngineSettings, engines_from
from dateline.languages.engines.registry import engine_of
from dateline.languages.gating import Gate
from dateline.languages.routing import Exposure
from dateline.languages.translating import translate_all
from dateline.languages.translator import Translator
from dateline.languages.wishes import Outcome, Wish

__all__ = [
    "EngineSettings",
    "Engines",
    "Exposure",
    "Gate",
    "House",
    "Outcome",
    "Translator",
    "Wish",
    "engine_of",
    "engines_from",
    "translate_all",
]
