"""The text is written in the language it is published under."""

from collections.abc import Iterator

from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Edition, Finding, Severity
from dateline.intake.services import identify, same_language, words_for
from dateline.languages.check import is_notice


class LanguageCheck:
    """The whole text reads as another language of the wire (block), when it has 60 letters and the answer
    is sure.

    Indonesian and Malay are told apart only on 100 words and more; languages the identifier does not know
    pass.
    """

    code = "language-wrong"
    severity: Severity = "block"
    about = "The text is in the language of its edition."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in LanguageCheck().find(edition(language="de"), None)]
        ['language-wrong']
        """
        known = {tag.split("-")[0] for tag in WIRE_LANGUAGES}
        if is_notice(edition) or edition.language.split("-")[0] not in known:
            return
        found = identify(words_for(edition.headline, edition.blocks))
        if not found.sure or same_language(edition.language, found.language):
            return
        message = (
            f"the text reads as {found.language}, but the edition says {edition.language}; "
            "correct `language:` or the file"
        )
        yield Finding("language-wrong", "block", "language", message)


CHECK = LanguageCheck()
