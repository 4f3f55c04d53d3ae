"""Shapes of what the API takes; the OpenAPI document is made of them."""

from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

_AT = "RFC 3339 with an offset, or a local time with an IANA zone (`2026-11-24 09:00 Asia/Seoul`)."


class Asked(Schema):
    """Base of what is taken: an unknown field is a fault, not an accident."""

    model_config = ConfigDict(extra="forbid")


class ContactIn(Asked):
    """Whom a newsroom may call."""

    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""


class PictureIn(Asked):
    """A picture that the text names."""

    file: str = Field(min_length=1, max_length=200, description="The name by which the text shows it.")
    data: str = Field(description="Base64.", json_schema_extra={"contentEncoding": "base64"})
    alt: str = ""
    caption: str = ""
    credit: str = ""


class FileIn(Asked):
    """A file of any format that is read, told by its content."""

    name: str = Field("", max_length=200, description="File name; tells Markdown from plain text.")
    text: str | None = None
    data: str | None = Field(
        None, description="Base64, in place of `text`.", json_schema_extra={"contentEncoding": "base64"}
    )
    encoding: str = Field("", max_length=40, description="Character set that the file does not say.")
    item: int = Field(1, ge=1, description="Which item of a file that holds several.")


class EditionIn(Asked):
    """One language: the keys of the front matter with `body` in Markdown, or a `file`."""

    language: str = Field("", max_length=35, description="BCP 47; needed with `body` unless the text tells.")
    headline: str = ""
    subhead: str = ""
    slug: str = ""
    byline: str = ""
    release_class: Literal["", "regulated", "priority", "normal"] = Field("", alias="class")
    release_type: str = ""
    origin: Literal["", "issuer", "third-party"] = ""
    provider: str = ""
    on_behalf_of: str = ""
    paid: bool = False
    state_affiliated: bool = False
    ai_assisted: bool = False
    sectors: list[str] = []
    countries: list[str] = []
    keywords: list[str] = []
    tickers: list[str] = []
    isins: list[str] = []
    restrict: list[str] = []
    contacts: list[ContactIn] = []
    media: list[PictureIn] = Field([], max_length=100)
    body: str = Field("", description="Markdown.")
    file: FileIn | None = None


class NewRelease(Asked):
    """A draft: its editions, the original first."""

    issuer: str = Field("", description="Slug; a key that is bound to an issuer needs none.")
    circuit: str = Field(
        "", description="Name of the circuit; `all` where neither this nor the text says one."
    )
    at: str | None = Field(None, description=f"T0: {_AT} Null: the text's embargo, else on approval.")
    editions: list[EditionIn] = Field(min_length=1, max_length=60)


class ReleaseChange(Asked):
    """What is given changes; `at: null` is release on approval."""

    circuit: str | None = None
    at: str | None = Field(None, description=_AT)


class At(Asked):
    """The new T0."""

    at: str = Field(description=_AT)


class Approve(Asked):
    """The lock that was read."""

    hash: str = Field(
        min_length=64,
        max_length=64,
        pattern="^[0-9a-f]{64}$",
        description="The hash of the lock, as `lock.hash` of the release says it.",
    )


class Reason(Asked):
    """Readers see it where the release is public."""

    reason: str = Field(min_length=1, max_length=500)


class Correction(Asked):
    """New text in the languages that were wrong."""

    reason: str = Field(min_length=1, max_length=500, description="What was wrong; readers see it.")
    editions: list[EditionIn] = Field(min_length=1, max_length=60)


class OutletIn(Asked):
    """One outlet, as in a line of the import file; lists are JSON lists."""

    name: str = Field(min_length=1, max_length=200)
    country: str = Field(description="ISO 3166 alpha-2.")
    languages: list[str] = Field(min_length=1)
    sectors: list[str] = []
    kind: str = "site"
    channel: str
    endpoint: str
    format: str = ""
    contact: str = ""
    path: str = ""
    encoding: str = ""
    secret_ref: str = ""
