"""A release needs a headline that a terminal and a subject line can show."""

from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity

MAX_CHARACTERS = 200
_CAPITALS_FROM = 20


class HeadlineCheck:
    """Missing (block); more than 200 characters, or all capitals (warn)."""

    code = "headline"
    severity: Severity = "block"
    about = "The headline is there, fits on a line, and does not shout."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in HeadlineCheck().find(edition(headline=""), None)]
        ['headline-missing']
        """
        headline = edition.headline.strip()
        if not headline:
            yield Finding(
                "headline-missing",
                "block",
                "headline",
                "there is no headline; add `headline:` or a first heading",
            )
            return
        if len(headline) > MAX_CHARACTERS:
            message = f"{len(headline)} characters are more than {MAX_CHARACTERS}; shorten it"
            yield Finding("headline-long", "warn", "headline", message)
        cased = [character for character in headline if character.isupper() or character.islower()]
        if len(cased) >= _CAPITALS_FROM and all(character.isupper() for character in cased):
            yield Finding(
                "headline-capitals", "warn", "headline", "it is all in capitals; write it as a sentence"
            )


CHECK = HeadlineCheck()
