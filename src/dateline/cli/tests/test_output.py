"""Words of others in the terminal are words: no markup of ours, no control sequences of theirs."""

import pytest

from dateline.cli.listen import line_of
from dateline.cli.output import one_line, print_table

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "words", ["[/red]", "[link=https://evil.example]ok[/link]", "[bold]x", ":smile:", "a[0]"]
)
def test_a_servers_words_are_no_markup(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`[/red]` in the answer of a webhook ended `dateline report` with a traceback."""
    print_table(("text",), [(words,)])
    assert words in capsys.readouterr().out


def test_no_control_sequence_of_a_foreign_wire_reaches_the_terminal() -> None:
    event = {
        "at": "2026-11-24T00:00:00.000Z",
        "type": "released",
        "language": "en",
        "issuer": {"name": "Acme\x1b]0;title\x07"},
        "headline": "Line one\r\nreleased \u202ehidden\x9b31m",
    }
    assert line_of(event) == (
        "2026-11-24T00:00:00.000Z  released       en       Acme ]0;title : Line one  released  hidden 31m"
    )
    assert one_line("a\tb\u0000c") == "a b c"
