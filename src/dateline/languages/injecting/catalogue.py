"""Every injector, with the findings that count as caught and the promise it is measured for."""

from random import Random
from typing import Final

from dateline.core.words import Edition
from dateline.languages.injecting import editions, facts, marks
from dateline.languages.injecting.operator import Operator, in_text

PROMISES: Final = {
    "markup": 0.95, "loops": 0.95, "wrong language": 0.95, "scale numbers": 0.95, "URLs": 0.95, "codes": 0.95,
    "quote balance": 0.95, "dates": 0.85, "currencies": 0.85, "missing paragraphs": 0.85, "leftovers": 0.85,
    "names": 0.85,
}  # fmt: skip
"""Group -> recall that the wire promises; other groups are measured and promise nothing."""

_NUMBERS: Final = ("numbers-differ", "numbers-missing", "numbers-extra")
_LANGUAGE: Final = ("language-wrong", "language-block")
_MISSING: Final = ("blocks-differ", "text-missing", "text-cut", "length", "block-repeated")

OPERATORS: Final[tuple[Operator, ...]] = (
    Operator("mark", "markup", ("markup-left",), in_text(marks.mark, headline=True)),
    Operator("fence", "markup", ("markup-left", "headline-form"), in_text(marks.fence, only_headline=True)),
    Operator("broken encoding", "encoding", ("encoding-broken",), in_text(marks.broken_encoding)),
    Operator("chatter", "chatter", ("chatter-left",), in_text(marks.chatter, headline=True)),
    Operator("placeholder", "placeholders", ("placeholder-left",), in_text(marks.placeholder)),
    Operator("title word", "placeholders", ("placeholder-left",), editions.placeholder_title),
    Operator("byline word", "placeholders", ("placeholder-left", "name-stock"), editions.placeholder_byline),
    Operator("stock name", "placeholders", ("name-stock",), editions.stock_name),
    Operator("word loop", "loops", ("loop",), in_text(marks.word_loop)),
    Operator("phrase loop", "loops", ("loop",), in_text(marks.phrase_loop)),
    Operator("block doubled", "loops", ("block-repeated",), editions.block_doubled),
    Operator("hidden character", "hidden characters", ("bidi-control", "control-character"), in_text(marks.hidden)),
    Operator("look-alike letter", "mixed scripts", ("script-mixed",), in_text(marks.look_alike)),
    Operator("closing mark lost", "quote balance", ("quotes-unbalanced",), in_text(marks.closing_lost)),
    Operator("digit changed", "scale numbers", _NUMBERS, in_text(facts.digit_changed)),
    Operator("zero added", "scale numbers", _NUMBERS, in_text(facts.zero_added)),
    Operator("digit lost", "scale numbers", _NUMBERS, in_text(facts.digit_lost)),
    Operator("scale word changed", "scale numbers", _NUMBERS, in_text(facts.scale_changed, headline=True)),
    Operator("scale word lost", "scale numbers", _NUMBERS, in_text(facts.scale_lost, headline=True)),
    Operator(
        "currency changed", "currencies", ("currency-changed", "currency-lost"), in_text(facts.currency_changed)
    ),
    Operator("percent sign lost", "percentages", ("percent-changed",), in_text(facts.percent_lost)),
    Operator("day changed", "dates", ("date-changed", *_NUMBERS), in_text(facts.day_changed)),
    Operator("month changed", "dates", ("date-changed",), in_text(facts.month_changed)),
    Operator("year changed", "dates", ("date-changed", *_NUMBERS), in_text(facts.year_changed)),
    Operator("543 added twice", "dates", ("date-changed", *_NUMBERS), in_text(facts.era_twice)),
    Operator("weekday changed", "dates", ("weekday-changed", "weekday-wrong"), in_text(facts.weekday_changed)),
    Operator("time changed", "times", ("time-changed", *_NUMBERS), in_text(facts.time_changed)),
    Operator("zone changed", "times", ("zone-changed",), in_text(facts.zone_changed)),
    Operator("unit changed", "units", ("unit-changed",), in_text(facts.unit_changed)),
    Operator("address broken", "URLs", ("address-changed",), in_text(facts.address_broken)),
    Operator("phone changed", "URLs", ("phone-changed", "address-changed"), in_text(facts.phone_changed)),
    Operator("ticker or ISIN changed", "codes", ("code-changed",), in_text(facts.code_changed)),
    Operator("block dropped", "missing paragraphs", _MISSING, editions.block_dropped),
    Operator("block swallowed", "missing paragraphs", _MISSING, editions.block_merged),
    Operator("block emptied", "missing paragraphs", _MISSING, editions.block_emptied),
    Operator("half cut", "cut text", _MISSING, editions.half_cut),
    Operator("text added", "added text", _MISSING, editions.text_added),
    Operator("clause left", "leftovers", ("text-left", *_LANGUAGE), editions.clause_left),
    Operator("block left", "leftovers", ("text-left", *_LANGUAGE), editions.block_left),
    Operator("block in another language", "wrong language", (*_LANGUAGE, "text-left"), editions.foreign_block),
    Operator("edition in another language", "wrong language", _LANGUAGE, editions.foreign_edition),
    Operator("name dropped", "names", ("name-missing", "attribution"), editions.name_dropped),
    Operator("name swapped", "names", ("name-missing", "attribution"), editions.name_swapped),
    Operator("speaker swapped", "attribution", ("attribution", "name-missing"), editions.speaker_swapped),
    Operator("negation lost", "negation", ("negation-lost",), editions.negation_lost),
    Operator("literal term", "terms", ("term-forbidden",), editions.literal_term),
    Operator("headline form", "headline form", ("headline-form", "markup-left"), editions.headline_form),
    Operator("dateline moved", "dateline", ("dateline-differs",), editions.dateline_moved),
    Operator("dateline lost", "dateline", ("dateline-missing",), editions.dateline_lost),
)  # fmt: skip


def spoiled(operator: Operator, edition: Edition, source: Edition, seed: int) -> Edition | None:
    """The edition with this error at a place that `seed` draws; None where it finds none."""
    made = operator.spoil(edition, source, Random(f"{operator.name} {edition.language} {seed}"))  # noqa: S311
    return made if made != edition else None
