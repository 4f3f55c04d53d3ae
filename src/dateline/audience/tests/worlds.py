"""Random worlds and targetings for property tests: few values, so that everything meets everything."""

from hypothesis import strategies as st

from dateline.audience.services import Targeting
from dateline.audience.tests.brute_force import World
from dateline.audience.tests.builders import desktop, edition, journalist, outlet
from dateline.core.countries import Country
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Circuit

COUNTRIES = ("KR", "JP", "DE")
TAGS = ("ko", "ja", "en", "en-GB", "zh-Hant")
# business > company-news > results > earnings; culture-and-media > culture; sport alone.
SECTORS = ("business", "company-news", "results", "earnings", "culture-and-media", "culture", "sport")
WORDS = ("lithium", "fuel cell", "satellite")
TEXTS = ("", "A lithium mine.", "Monolithium fuel cells.", "The Fuel Cell flies in a SATELLITE", "satellites")


def lists(values: tuple[str, ...], *, least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True).map(tuple)


def cells(values: tuple[str, ...], *, least: int = 0) -> st.SearchStrategy[str]:
    return lists(values, least=least).map(";".join)


countries = st.sampled_from(COUNTRIES)
languages = cells((*TAGS, "*"), least=1)
sectors = st.one_of(cells(SECTORS), st.just(""), st.just("*"))
yes_no = st.sampled_from(("yes", "no"))
addresses = st.sampled_from(("a@x.example", "A@X.example", "b@x.example", "c@y.example", "d@y.example"))

outlets = st.builds(
    lambda name, country, tags, topics, kind, way, address, third: outlet(
        name,
        country=country,
        languages=tags,
        sectors=topics,
        kind=kind,
        channel=way,
        third_party=third,
        endpoint={"mail": address, "feed": ""}.get(way, f"https://{name}.example/"),
    ),
    st.integers(0, 10**6).map(lambda n: f"outlet{n}"),
    countries,
    languages,
    sectors,
    st.sampled_from(("site", "paper")),
    st.sampled_from(("webhook", "mail", "feed")),
    addresses,
    yes_no,
)
journalists = st.builds(
    lambda address, country, tags, topics, words, consent, third: journalist(
        address,
        country=country,
        languages=tags,
        sectors=topics,
        keywords=words,
        consent=consent,
        third_party=third,
    ),
    addresses,
    countries,
    languages,
    sectors,
    cells(WORDS),
    st.sampled_from(("form", "form", "")),
    yes_no,
)
desktops = st.builds(
    lambda account, country, tags, topics, words: desktop(
        account, country=country, languages=tags, sectors=topics, keywords=words
    ),
    st.integers(0, 10**6).map(lambda n: f"t{n}"),
    countries,
    languages,
    sectors,
    cells(WORDS),
)
worlds = st.builds(
    World,
    outlets=st.lists(outlets, max_size=12, unique_by=lambda row: row["name"]),
    journalists=st.lists(journalists, max_size=12),
    desktops=st.lists(desktops, max_size=12, unique_by=lambda row: row["account"]),
    stopped=st.sets(st.sampled_from(("a@x.example", "c@y.example"))),
)


def _asked(
    tags: tuple[str, ...],
    texts: list[str],
    late: int,
    circuit: Circuit,
    about: tuple[str, ...],
    restrict: tuple[str, ...],
    third_party: bool,
) -> Targeting:
    """The first tag is the original; the first `late` editions are public already."""
    editions = tuple(
        edition(tag, text, original=number == 0)
        for number, (tag, text) in enumerate(zip(tags, texts, strict=True))
    )
    late = min(late, len(editions) - 1)
    return Targeting(
        rule=circuit,
        editions=editions[late:],
        sectors=tuple(parse_sector(s) for s in about),
        restrict=tuple(Country(c) for c in restrict),
        origin="third-party" if third_party else "issuer",
        public=editions[:late],
    )


circuits = st.builds(
    lambda where, tags, topics, kinds, words: Circuit(
        "drawn",
        tuple(Country(c) for c in where),
        tuple(Language(t) for t in tags),
        tuple(parse_sector(s) for s in topics),
        kinds,
        words,
    ),
    st.one_of(st.just(()), lists(COUNTRIES)),
    st.one_of(st.just(()), lists(TAGS)),
    st.one_of(st.just(()), lists(SECTORS)),
    st.sampled_from(((), ("paper",), ("site", "paper"))),
    st.one_of(st.just(()), lists(WORDS)),
)
targetings = lists(TAGS, least=1).flatmap(
    lambda tags: st.builds(
        _asked,
        st.just(tags),
        st.lists(st.sampled_from(TEXTS), min_size=len(tags), max_size=len(tags)),
        st.sampled_from((0, 0, 1, 2)),
        circuits,
        lists(SECTORS),
        st.one_of(st.just(()), lists(COUNTRIES, most=1)),
        st.booleans(),
    )
)
