"""Every agency format is valid by the standard's own schema: all sample releases in all languages, released,
corrected, killed and withdrawn, and editions that hypothesis makes.
"""

from collections.abc import Iterator
from functools import lru_cache
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from dateline.core.ids import ReleaseId
from dateline.core.words import Edition, IssuerRef, Story, labels_of
from dateline.demo.releases import archive, main_releases
from dateline.formats import registry
from dateline.formats.tests.agency import NAMES, faults, kinds
from dateline.formats.tests.strategies import editions
from dateline.formats.tests.test_round_trips import AFTER, same
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit


def edition_of(story: Story, original: str) -> Edition:
    """A sample release as it would be locked."""
    carried = (
        "language headline subhead byline dateline blocks boilerplate contacts media sections disclaimer "
        "on_behalf_of origin provider release_class release_type sectors countries keywords tickers isins "
        "translation restrict"
    )
    return Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id="evt_1",
        type="released",
        original_language=original,  # type: ignore[arg-type]  # a Language by the sample's own index
        slug=story.slug or "sample",
        issuer=IssuerRef(story.issuer or "acme", "Acme & Söhne"),
        wire="Dateline",
        labels=labels_of(story),
        lei="529900T8BM49AURSDO55",
        **{name: getattr(story, name) for name in carried.split()},
    )


@lru_cache(maxsize=1)
def samples() -> tuple[Edition, ...]:
    """The four main releases in fifteen languages, and the archive in its originals."""
    found = [(story, sample.original) for sample in main_releases() for story in sample.stories()]
    found += [(sample.stories()[0], sample.original) for sample in archive()[::5]]
    return tuple(edition_of(story, original) for story, original in found)


def _made(name: str, edition: Edition) -> Iterator[tuple[Edition, bytes]]:
    for kind in kinds(edition):
        yield kind, registry.codec(name).render(kind, AFTER)


@pytest.mark.parametrize("name", [*NAMES, "ninjs"])
def test_every_sample_release_is_valid_in_every_language_and_state(name: str) -> None:
    assert len({edition.language for edition in samples()}) == 15
    for edition in samples():
        for kind, data in _made(name, edition):
            assert faults(name, data) == [], (edition.language, kind.type)


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_release_is_read_back_equal(name: str) -> None:
    """I8, in all fifteen languages."""
    for edition in samples():
        same(edition, registry.codec(name).read(registry.codec(name).render(edition, AFTER)))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edition=editions())
def test_whatever_is_released_is_valid(name: str, edition: Edition) -> None:
    for kind, data in _made(name, edition):
        assert faults(name, data) == [], kind.type


def test_every_code_of_g2_has_its_scheme_in_the_catalog() -> None:
    """A QCode without a catalog means nothing."""
    path = shared("schemas/iptc-catalog/catalog.IPTC-G2-Standards_41.xml")
    known = {e.get("alias") for e in ElementTree.parse(path).iter() if e.tag.endswith("scheme")}
    for edition in samples()[:15]:
        for _, data in _made("newsml-g2", edition):
            for element in ElementTree.fromstring(data).iter():
                for attribute in ("qcode", "type", "market", "role"):
                    code = element.get(attribute) if element.tag.startswith("{http://iptc.org") else None
                    if code:
                        assert " " not in code and code.partition(":")[0] in known, code


@pytest.mark.parametrize("name", NAMES)
def test_the_check_is_worth_something(name: str) -> None:
    """Each output broken once on purpose fails."""
    data = registry.codec(name).render(samples()[0], AFTER)
    broken = {
        "newsml-g2": (b"provider", b"supplier"),
        "nitf": (b"hedline", b"headline"),
        "newsml1": (b"NewsManagement", b"Management"),
        "ninjs2": (b'"headlines"', b'"headLines"'),
    }
    assert faults(name, data.replace(*broken[name]))
