"""Tickers and ISINs as machines read them."""

import re
import unicodedata
from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity

_SYMBOL = re.compile(r"[A-Z0-9.]{1,8}")
_EXCHANGE = re.compile(r"[A-Za-z][A-Za-z0-9 .-]{1,19}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


def isin_digit_fits(isin: str) -> bool:
    """Whether the last digit of a well-formed ISIN is right (ISO 6166: letters as two digits, then Luhn).

    >>> isin_digit_fits("US0378331005"), isin_digit_fits("US0378331006")
    (True, False)
    """
    digits = "".join(str(int(character, 36)) for character in isin)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


class CodeCheck:
    """Tickers that are not `EXCHANGE:SYMBOL` or a bare symbol of A-Z, 0-9 and dot; ISINs of wrong form or
    digit (hold).
    """

    code = "codes"
    severity: Severity = "hold"
    about = "Tickers and ISINs are well formed and their check digits fit."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in CodeCheck().find(edition(tickers=("Nasdaq:ACME", "acme")), None)]
        ['ticker-form']
        """
        for ticker in edition.tickers:
            exchange, colon, symbol = ticker.rpartition(":")
            symbol = symbol.strip()
            if unicodedata.normalize("NFKC", ticker) != ticker:
                yield Finding(
                    "ticker-form",
                    "hold",
                    "tickers",
                    f"'{ticker[:40]}' holds look-alike characters; type it in plain letters",
                )
            elif not _SYMBOL.fullmatch(symbol) or (colon and not _EXCHANGE.fullmatch(exchange)):
                yield Finding(
                    "ticker-form",
                    "hold",
                    "tickers",
                    f"'{ticker[:40]}' is no ticker; write Exchange:SYMBOL, such as Nasdaq:ACME",
                )
        for isin in edition.isins:
            if not _ISIN.fullmatch(isin):
                yield Finding(
                    "isin-form",
                    "hold",
                    "isins",
                    f"'{isin[:40]}' is no ISIN: two letters, nine letters or digits, one digit",
                )
            elif not isin_digit_fits(isin):
                yield Finding(
                    "isin-digit", "hold", "isins", f"the check digit of {isin} does not fit; look it up again"
                )


CHECK = CodeCheck()
