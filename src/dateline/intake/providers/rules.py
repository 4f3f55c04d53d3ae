"""Decisions about providers and their items: names, addresses, schedule, sectors, words, versions. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import urlsplit

from dateline.core.drops import drop_address
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.sectors import Sector, UnknownSector, parse_sector, vocabulary

Kind = Literal["http", "folder", "sftp", "webhook"]
Act = Literal["new", "updated", "unchanged", "killed"]

SHORTEST_S: Final = 30
LONGEST_S: Final = 24 * 3600
LONGEST_WAIT_S: Final = 6 * 3600
"""However often a feed fails, it is asked again within this time, or within its own interval if longer."""
MOST_ITEMS: Final = 1000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_INTERVAL = re.compile(r"(\d{1,6})(s|m|h|d)?")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TAGGED = re.compile(r"([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3})=(.+)", re.DOTALL)


# --- what people write ------------------------------------------------------------------------------------


def names_of(written: str, label: str = "") -> tuple[str, str]:
    """(name, label): `Kyoto Science Wire` is called `kyoto-science-wire` in commands and addresses.

    Raises BadInput when nothing of the name can stand in an address.
    """
    title = " ".join(unicodedata.normalize("NFC", label or written).split())
    ascii_ = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode().lower()
    name = "-".join(re.findall(r"[a-z0-9]+", ascii_))[:60].strip("-")
    if not _SLUG.fullmatch(name):
        raise BadInput(
            f"'{written[:60]}' has no Latin letters for its address; give a name such as kyoto-wire and the "
            "words readers see as --label",
            where="name",
        )
    if not title or len(title) > 200:
        raise BadInput("the words readers see must be 1 to 200 characters", where="label")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in title):
        raise BadInput("it holds an invisible character; remove it", where="label")
    return name, title


def feed_of(written: str) -> tuple[Kind, str]:
    """(kind, address) of what `--feed` says. Raises BadInput with the forms to write."""
    text = written.strip()
    if len(text) > 1000 or ("://" in text and re.search(r"[\x00-\x20\x7f]", text)):
        raise BadInput("is too long, or has blanks in it", where="feed")
    if text.startswith(("http://", "https://")):
        return "http", _web(text)
    if text.startswith("sftp://"):
        try:
            drop_address(text, "sftp")
        except BadInput as error:
            raise BadInput(error.message, where="feed") from None
        return "sftp", text
    if text.startswith("/"):
        if ".." in text.split("/"):
            raise BadInput("its folder has a '..' part; write the path out", where="feed")
        return "folder", text
    raise BadInput(
        f"'{text[:80]}' is no feed; write https://HOST/FEED, sftp://USER@HOST/FOLDER or the full path of a "
        "folder",
        where="feed",
    )


def _web(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, password, user, _ = parts.hostname, parts.password, parts.username, parts.port
    except ValueError:
        raise BadInput(f"'{text[:80]}' is no web address", where="feed") from None
    if not host:
        raise BadInput(f"'{text[:80]}' names no host", where="feed")
    if user is not None or password is not None:
        raise BadInput(
            "holds a login, which would show in lists; write USER:PASSWORD into a file of HOME/secrets and "
            "name it with --secret-ref",
            where="feed",
        )
    return text.partition("#")[0]


def interval_of(written: str) -> int:
    """Seconds of `300`, `5m`, `2h`. Raises BadInput below half a minute and above a day."""
    found = _INTERVAL.fullmatch(written.strip())
    seconds = int(found[1]) * _UNITS[found[2] or "s"] if found else 0
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise BadInput(f"'{written}' is not between 30s and 1d; write for example 5m", where="every")
    return seconds


def secret_name(written: str) -> str:
    """The name of a file in HOME/secrets. Raises BadInput for a path."""
    if written and not _SECRET.fullmatch(written):
        raise BadInput(f"'{written[:80]}' is no name of a file in HOME/secrets", where="secret-ref")
    return written


def item_limit(number: int) -> int:
    """New and changed items that one poll takes. Raises BadInput."""
    if not 1 <= number <= MOST_ITEMS:
        raise BadInput(f"{number} is not between 1 and {MOST_ITEMS}", where="limit")
    return number


def sectors_in(written: Iterable[str]) -> tuple[Sector, ...]:
    """Media Topics, each once. Raises BadInput naming the value."""
    try:
        return tuple(dict.fromkeys(parse_sector(text) for text in written))
    except UnknownSector as error:
        raise BadInput(str(error), where="sector") from None


def sector_map(written: Iterable[str]) -> dict[str, list[str]]:
    """`CATEGORY=SECTOR[,SECTOR]` -> folded category: Media Topic ids; an empty right side: known, and no
    sector. Raises BadInput naming the entry.
    """
    found: dict[str, list[str]] = {}
    for entry in written:
        category, equals, codes = entry.rpartition("=")
        if not equals or not folded(category):
            raise BadInput(f"'{entry[:80]}' is not CATEGORY=SECTOR", where="map")
        try:
            found[folded(category)] = [str(parse_sector(code)) for code in codes.split(",") if code.strip()]
        except UnknownSector as error:
            raise BadInput(f"'{entry[:80]}': {error}", where="map") from None
    return found


def disclaimers_in(written: Iterable[str], language: Language) -> dict[str, str]:
    """`TEXT` in the provider's own language, `TAG=TEXT` in another. Raises BadInput for an empty text or a
    language that is there twice.

    >>> disclaimers_in(["Not ours.", "de=Nicht von uns."], Language("en"))
    {'en': 'Not ours.', 'de': 'Nicht von uns.'}
    """
    found: dict[str, str] = {}
    for entry in written:
        tag, text = language, entry
        if tagged := _TAGGED.fullmatch(entry):
            try:
                tag, text = parse_language(tagged[1]), tagged[2]
            except BadInput:
                tag, text = language, entry
        text = " ".join(text.split())
        if not text or len(text) > 2000:
            raise BadInput("it must be 1 to 2000 characters", where=f"disclaimer {tag}")
        if tag in found:
            raise BadInput(f"there are two in {tag}", where="disclaimer")
        found[str(tag)] = text
    return found


# --- schedule ---------------------------------------------------------------------------------------------


def wait_s(interval_s: int, fails: int, asked_s: float | None = None) -> float:
    """Seconds until the next poll: twice as long after each failure, never sooner than the server asked."""
    longest = max(LONGEST_WAIT_S, interval_s)
    wait = float(min(interval_s * 2 ** min(fails, 20), longest))
    return max(wait, min(asked_s or 0.0, float(longest)))


# --- items ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an item, or what it is now: `version` may be empty; `sha256` is that of its text."""

    version: str
    sha256: str
    killed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What an item is to us, and what is odd about that."""

    act: Act
    note: str = ""


def decided(known: Seen | None, now: Seen) -> Decision:  # noqa: PLR0911
    """What to do with an item of the same id. A kill needs no text; what was killed may come back.

    >>> decided(Seen("2", "a", False), Seen("1", "b", False)).act
    'unchanged'
    """
    if known is None:
        return Decision("killed" if now.killed else "new")
    if now.killed:
        return Decision("unchanged" if known.killed else "killed")
    order = version_order(known.version, now.version)
    if order < 0:
        return Decision("unchanged", f"an older version ({now.version} after {known.version}) came again")
    if known.killed:
        # The same version that was killed may still stand in a feed; only a newer one is news.
        return Decision("updated" if order > 0 or now.sha256 != known.sha256 else "unchanged")
    if now.sha256 == known.sha256:
        return Decision("unchanged")
    if order == 0 and now.version:
        return Decision("updated", f"another text under the same version ({now.version})")
    return Decision("updated")


def version_order(old: str, new: str) -> int:
    """1 when `new` is the higher one, -1 when it is lower, 0 when they are the same or nobody can tell."""
    if old == new or not old or not new:
        return 0
    if old.isdecimal() and new.isdecimal():
        return 1 if int(new) > int(old) else -1
    if old.isdecimal() or new.isdecimal():
        return 0
    return 1 if new > old else -1  # instants in one form


def folded(category: str) -> str:
    """A category as it is compared: NFKC, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", category).casefold().split())


@lru_cache(maxsize=1)
def _by_label() -> dict[str, Sector]:
    return {folded(entry.label): entry.id for entry in vocabulary()}


def mapped(
    categories: Sequence[str], table: Mapping[str, Sequence[str]]
) -> tuple[tuple[Sector, ...], tuple[str, ...]]:
    """(our sectors, categories that are none of ours and not in the table), each once, in order.

    What is a Media Topic, a slug of ours or its English label needs no entry.
    """
    sectors: list[Sector] = []
    unknown: list[str] = []
    for category in categories:
        if (entry := table.get(folded(category))) is not None:
            sectors += [Sector(code) for code in entry]
            continue
        if (labelled := _by_label().get(folded(category))) is not None:
            sectors.append(labelled)
            continue
        try:
            code = category.rpartition("/")[2] if "://" in category else category
            sectors.append(parse_sector(code))
        except UnknownSector:
            unknown.append(" ".join(category.split())[:100])
    return tuple(dict.fromkeys(sectors)), tuple(dict.fromkeys(unknown))


def joined(own: str, standing: str) -> str:
    """A disclaimer that an item brings, and the standing one: neither is dropped, nor said twice."""
    if not own or not standing:
        return own or standing
    return own if standing in own else standing if own in standing else f"{own} {standing}"
