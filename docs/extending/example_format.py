"""A format that carries the headline alone, as one line of text with the edition's hash."""

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput
from dateline.core.languages import parse_language
from dateline.core.words import Edition, Story, edition_sha256
from dateline.formats.facts import PageFacts

_GAP = "-"  # stands for the instant until T0


class HeadlineCodec:
    """`sha256 <TAB> instant <TAB> language <TAB> headline`."""

    name = "headline"
    media_type = "text/tab-separated-values; charset=utf-8"
    extension = ".tsv"

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        at = iso_z(page.at) if page.at else _GAP
        cells = (edition_sha256(edition), at, edition.language, " ".join(edition.headline.split()))
        return ("\t".join(cells) + "\n").encode()

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        cells = data.decode().split("\t")
        cells[1] = iso_z(at)
        return "\t".join(cells).encode()

    def read(self, data: bytes) -> Story:
        cells = data.decode().rstrip("\n").split("\t")
        if len(cells) != 4:
            raise BadInput("expected four cells: sha256, instant, language, headline", where="line 1")
        return Story(language=parse_language(cells[2]), headline=cells[3])


CODEC = HeadlineCodec()
