"""URLs, e-mail addresses, phone numbers and handles are the original's, letter for letter.

Catches an address with a space in it or without its colon (`https: //example. com`, block, also alone), one that
differs from every address of the original (block), and one that is gone (hold).

Measured: recall 1.000, 0 false alarms on 897 clean blocks, precision 1.000 at one error a clean block
(docs/checks.md).
"""

import re
from collections.abc import Iterator, Set

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice
from dateline.languages.reading import addresses
from dateline.languages.reading.parts import Reading, hrefs, reading


class AddressCheck:
    """`address-changed`, `phone-changed` (block), `address-lost` (hold)."""

    code = "addresses"
    severity: Severity = "block"
    about = "URLs, e-mail addresses, phones and handles are whole and those of the original."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import told
        >>> told(AddressCheck(), "siehe https: //aurora. example", "de")
        ['address-changed block']
        >>> told(AddressCheck(), "siehe https://aurorra.example", "de", "see https://aurora.example")
        ['address-changed block']
        >>> told(AddressCheck(), "siehe https://aurora.example", "de", "see https://aurora.example")
        []
        """
        ours = reading(edition)
        for part in ours.parts:
            if ("/" in part.text or "@" in part.text) and (found := addresses.spoiled_address(part.text)):
                message = f"an address is broken: '{found[:40]}'"
                yield Finding("address-changed", "block", part.where, message)
        if source is not None and not is_notice(edition):
            yield from _compared(ours, reading(source))


def _compared(ours: Reading, theirs: Reading) -> Iterator[Finding]:
    mine, original = _text(ours), _text(theirs)
    yield from _without_at(mine, addresses.mails_of(original) | _known(theirs))
    yield from _sets("address", addresses.urls_of(mine), addresses.urls_of(original), ours, theirs)
    yield from _sets("address", addresses.mails_of(mine), addresses.mails_of(original), ours, theirs)
    yield from _sets("phone", addresses.phones_of(mine), addresses.phones_of(original), ours, theirs)
    yield from _sets("address", addresses.handles_of(mine), addresses.handles_of(original), ours, theirs)


def _without_at(mine: str, mails: Set[str]) -> Iterator[Finding]:
    """`press aurora.example` where the original has `press@aurora.example`."""
    for mail in mails:
        local, at, domain = mail.partition("@")
        if (
            at
            and domain in mine
            and re.search(rf"(?<!\w){re.escape(local)}[ .]?{re.escape(domain)}", mine, re.IGNORECASE)
        ):
            yield Finding("address-changed", "block", "blocks", f"'{mail[:60]}' lost its @")


def _text(made: Reading) -> str:
    return made.body if any(mark in made.body for mark in ("@", "//", ".", "+")) else ""


def _sets(kind: str, mine: Set[str], original: Set[str], ours: Reading, theirs: Reading) -> Iterator[Finding]:
    known = original | _known(theirs) | _known(ours)
    new = sorted(one for one in mine - original if not _among(one, known))
    lost = sorted(one for one in original - mine if not _among(one, mine))
    if not new:
        lost = [one for one in lost if not _among(one, _known(ours))]
    if new and lost:
        message = f"'{lost[0][:60]}' of the original stands here as '{new[0][:60]}'"
        yield Finding(f"{kind}-changed", "block", _place(ours, new[0]), message)
    elif lost:
        yield Finding("address-lost", "hold", "blocks", f"'{lost[0][:60]}' of the original is not here")


def _known(made: Reading) -> set[str]:
    """Addresses beside the text: links of runs and the contacts."""
    links = {
        address
        for href in hrefs(made.edition)
        for address in addresses.urls_of(href) | addresses.mails_of(href)
    }
    mails = {contact.email.casefold() for contact in made.edition.contacts if contact.email}
    return (
        links
        | mails
        | {"".join(c for c in contact.phone if c.isdigit()) for contact in made.edition.contacts}
    )


def _among(address: str, known: Set[str]) -> bool:
    """Whether it is known, or the same page in another language (`/en/` for `/de/`)."""
    if address in known:
        return True
    head, _, tail = address.partition("/")
    return bool(tail) and any(_same_page(head, tail, other) for other in known)


def _same_page(head: str, tail: str, other: str) -> bool:
    other_head, _, other_tail = other.partition("/")
    if head != other_head or not other_tail:
        return False
    first, _, rest = tail.partition("/")
    other_first, _, other_rest = other_tail.partition("/")
    return len(first.split("-")[0]) == len(other_first.split("-")[0]) == 2 and rest == other_rest


def _place(made: Reading, address: str) -> str:
    head = address.split("/", maxsplit=1)[0].split("@", maxsplit=1)[0]
    return next((part.where for part in made.story if head in part.text.casefold()), "blocks")


CHECK = AddressCheck()
