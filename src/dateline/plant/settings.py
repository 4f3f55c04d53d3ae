"""One frozen settings object: `DATELINE_*` from the environment, then `dateline.toml` in the home, then
defaults.
"""

import difflib
import errno
import os
import secrets
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from dateline.core.destinations import limits_of
from dateline.core.errors import BadInput, Unavailable
from dateline.plant import vocabulary

PREFIX = "DATELINE_"
TOML_NAME = "dateline.toml"


class Settings(BaseSettings):
    """Every key with type, default, unit and one line of explanation; `dateline config explain` prints
    them.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(
        Path("dateline-home"), description="Folder of this wire: databases, keys, blobs, logs."
    )
    database_url: SecretStr = Field(
        SecretStr(""),
        description="postgresql://USER:PASSWORD@HOST:PORT/NAME; empty means two SQLite files in the home.",
    )
    smtp_url: SecretStr = Field(
        SecretStr("smtp://127.0.0.1:25"),
        description="Relay for outgoing mail: smtp://, smtp+starttls:// or smtps://[USER:PASSWORD@]HOST:PORT"
        "; also with ?weight=N&rate=N&start=N as you like; several parted by blanks.",
    )
    ca_file: str = Field(
        "",
        description="PEM file of further certificate authorities to trust, for the relay and for webhooks.",
    )
    nats_url: SecretStr = Field(
        SecretStr(""), description="NATS server for edges; empty means edges follow /api/v1/wire."
    )
    nats_stream: str = Field(
        "DATELINE",
        pattern=r"^[A-Za-z0-9_-]{1,32}$",
        description="Name of the JetStream stream and first part of its subjects; one wire, one name.",
    )
    nats_replicas: int = Field(
        1, ge=1, le=5, description="Copies of the stream in a NATS cluster: 1, 3 or 5."
    )
    nats_keep_days: int = Field(30, ge=1, description="Days for which the stream keeps events.")
    edge_origin: SecretStr = Field(
        SecretStr(""),
        description="Where an edge takes the log from: http(s)://HOST of the wire or of another edge, "
        "nats://HOST:4222, or both parted by a blank; empty means NATS_URL, and the wire's own address.",
    )
    desktop_passes: Literal["open", "required"] = Field(
        "open",
        description="Whether edges admit desktops without a pass: open = yes, the public wire is public; "
        "required = no.",
    )
    desktop_pass_minutes: int = Field(
        60, ge=1, le=1440, description="Minutes for which a desktop's pass is valid; then the edge closes."
    )
    edge_per_source: int = Field(
        500,
        ge=1,
        description="Connections without a pass that one address may have at one edge process; "
        "of IPv6 one /64. Loopback is not counted.",
    )
    edge_uncounted: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses that edge_per_source leaves out, such as a balancer's; comma separated."
    )
    edge_allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Further origins (https://HOST) whose pages may read the stream, beside the wire's own; "
        "comma separated.",
    )
    edge_certificate: str = Field(
        "", description="PEM file of the edge's certificate chain (ECDSA P-256); empty means no TLS here."
    )
    edge_key: str = Field("", description="PEM file of the key that fits edge_certificate.")
    edge_handshakes: int = Field(
        500, ge=1, description="TLS handshakes one edge process takes a second; those beyond are refused."
    )
    edge_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret that web and edges share, by which edges get sealed text before T0; "
        "empty means keys/edge of the home.",
    )
    prestage_minutes: int = Field(
        0,
        ge=0,
        le=1440,
        description="Minutes before T0 from which edges get the text, sealed; 0: none is sent ahead.",
    )
    engines_file: str = Field(
        "",
        description="TOML file that names translation engines and which pair goes to which; "
        "empty means engines.toml in the home.",
    )
    wire_name: str = Field("Dateline", description="Name of the wire as readers see it.")
    base_url: str = Field(
        "",
        description="Public address of the web faces without trailing slash; empty means http://HOST:PORT.",
    )
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the web process.")
    edge_host: str = Field("127.0.0.1", description="Address the edge listens on.")
    edge_port: int = Field(8081, ge=0, le=65535, description="Port of the edge (/stream).")
    edge_processes: int = Field(
        0,
        ge=0,
        le=256,
        description="Processes of an edge, sharing its port; 0 = one for each core, one below `up`.",
    )
    edge_capacity: int = Field(
        0,
        ge=0,
        description="Desktops one edge process takes; 0 = what its limit of open files allows, at most "
        "262144.",
    )
    edge_coalesce_ms: int = Field(
        15,
        ge=0,
        le=1000,
        description="Milliseconds for which an edge gathers events after a first one; 0 = each by itself.",
    )
    edge_drain_s: int = Field(
        300, ge=1, description="Seconds within which `dateline edge --drain` lets all desktops go."
    )
    edge_blast: Literal["", "uring", "c", "python"] = Field(
        "",
        description="The edge's send loop: uring = many sockets with one system call, c = one call each, "
        "python; empty, or one that is not there: the next best.",
    )
    edge_url: str = Field(
        "", description="Public address of the edge; empty means http://EDGE_HOST:EDGE_PORT."
    )
    mail_from: str = Field(
        "news@wire.example", description="Address in From of reader mail and of the envelope."
    )
    bounce_domain: str = Field(
        "",
        description="Domain of envelope senders that name their delivery (b+TOKEN@DOMAIN), so that bounces "
        "are understood; empty means MAIL_FROM for all.",
    )
    ses_topic_arn: str = Field(
        "", description="ARN of the SNS topic whose SES bounces and complaints are taken; empty means none."
    )
    sendgrid_key: str = Field(
        "", description="SendGrid's verification key of the signed event webhook (base64); empty means none."
    )
    mailgun_key: SecretStr = Field(
        SecretStr(""), description="Mailgun's webhook signing key; empty means its webhooks are not taken."
    )
    postmark_token: SecretStr = Field(
        SecretStr(""), description="Password that Postmark's webhooks send (HTTP Basic); empty means none."
    )
    mailjet_token: SecretStr = Field(
        SecretStr(""), description="Password that Mailjet's webhooks send (HTTP Basic); empty means none."
    )
    brevo_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that Brevo's webhooks send; empty means none."
    )
    complaint_percent: float = Field(
        0.3,
        gt=0,
        le=100,
        description="Complaints per 100 accepted mails at which mail of class normal rests.",
    )
    complaint_window_h: int = Field(
        168, ge=1, le=720, description="Hours over which the complaint rate is taken."
    )
    complaint_least: int = Field(
        3,
        ge=1,
        description="Different readers who must have complained before the rate counts: of a few hundred "
        "mails one or two are chance.",
    )
    policy: Literal["solo", "two"] = Field(
        "solo",
        description="Approvals a release needs: solo = one, two = another person's. "
        "`dateline user add` switches to two.",
    )
    late_limit_s: int = Field(
        300, ge=0, description="Seconds after a missed T0 within which a hold still lifts by itself."
    )
    allow_private_endpoints: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (),
        description="Private networks that webhooks, feeds and file drops may reach; "
        "comma separated, empty by default.",
    )
    standing_disclaimer: str = Field(
        "",
        description="Disclaimer for third-party files that bring none; "
        "empty means Dateline's own in the edition's language.",
    )
    auto_approve_providers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Third-party providers whose items may be approved without a person; comma separated."
    )
    feed_timeout_s: int = Field(
        60, ge=5, le=600, description="Seconds within which a content provider's feed must have come whole."
    )
    feeds_at_once: int = Field(
        16, ge=1, le=128, description="Content providers that the work process asks at the same time."
    )
    provider_keep_days: int = Field(
        90, ge=1, description="Days for which the rows about polls of content providers are kept."
    )
    mail_connections: int = Field(
        8, ge=1, le=200, description="SMTP connections kept open; several relays share them by weight."
    )
    mail_domains: str = Field(
        "",
        description="Pace by recipients' domain, as gmail.com,googlemail.com?rate=20&connections=2&start=5; "
        "several parted by blanks, * for all others; empty: domains are not paced, the relay queues.",
    )
    dkim_selector: str = Field(
        "",
        description="Selector of the key that signs mail here; empty means the relay signs. "
        "`dateline dkim new` makes the key keys/dkim-SELECTOR.pem.",
    )
    dkim_domain: str = Field("", description="Domain that signs mail; empty means the domain of mail_from.")
    mail_day_cap: int = Field(
        10, ge=1, description="Immediate mails a person gets a day, in the person's zone."
    )
    digest_at: str = Field(
        "07:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="Time of day, HH:MM in the person's zone, of a digest unless they chose another.",
    )
    link_minutes: int = Field(
        30, ge=1, le=1440, description="Minutes within which a mailed link to preferences must be used."
    )
    letters_per_source: int = Field(
        20,
        ge=1,
        description="Letters with a link that one network address (of IPv6 one /64) may ask for in an hour.",
    )
    join_letters_per_hour: int = Field(
        500,
        ge=1,
        description="Letters in an hour to people who ask to join, in all; beyond it the page answers the "
        "same and no letter goes.",
    )
    webhook_sockets: int = Field(1000, ge=1, le=20000, description="Webhook connections open at once.")
    endpoint_disable_days: int = Field(
        5,
        ge=0,
        description="Days without one success after which an endpoint is disabled and its contact told; "
        "0 means never.",
    )
    secret_overlap_days: int = Field(
        7,
        ge=0,
        description="Days for which webhooks are signed with the old secret too after a new one was made.",
    )
    outlet_invite_hours: int = Field(
        72, ge=1, description="Hours for which the link to an outlet's own pages can be used."
    )
    folder_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description="Folders below which outlets of channel folder get their files; comma separated, "
        "empty means HOME/drops.",
    )
    s3_endpoint: str = Field(
        "", description="Address of the S3 service that drops go to; empty means Amazon's own."
    )
    s3_region: str = Field("us-east-1", description="Region of the S3 service that drops go to.")
    sftp_host: str = Field("127.0.0.1", description="Address the SFTP server for outlets listens on.")
    sftp_port: int = Field(
        8022, ge=0, le=65535, description="Port of the SFTP server for outlets that fetch."
    )
    sftp_connections: int = Field(
        500, ge=1, description="Connections that the SFTP server for outlets holds at once."
    )
    sftp_connections_per_source: int = Field(
        20, ge=1, description="Of these, from one address; of IPv6 from one /64."
    )
    sftp_failed_sign_ins: int = Field(
        10,
        ge=1,
        description="Connections from one address that ended without signing in, each within ten minutes of "
        "the last, after which it is turned away for ten minutes.",
    )
    sftp_keep_days: int = Field(
        30, ge=1, description="Days for which files stay in the folders below HOME/drops."
    )
    lease_s: int = Field(90, ge=5, description="Seconds a worker holds a delivery without renewal.")
    dispatch_workers: int = Field(
        1, ge=1, le=64, description="Dispatch processes on this machine; more than one needs PostgreSQL."
    )
    apart_channels: Annotated[tuple[str, ...], NoDecode] = Field(
        ("mail",),
        description="Channels that send from a process of their own beside dispatch, so that two cores are "
        "used; comma separated, empty means none.",
    )
    claim_batch: int = Field(500, ge=1, le=2000, description="Deliveries claimed in one statement.")
    archive_after_days: int = Field(
        30,
        ge=1,
        description="Days after which ended deliveries of a release move into its compressed archive.",
    )
    upload_limit_mb: int = Field(20, ge=1, description="Largest file intake reads, in megabytes.")
    api_requests_per_minute: int = Field(
        600, ge=1, description="Requests to the API that one key may make in a minute, at each web process."
    )
    api_wrong_keys_per_minute: int = Field(
        30,
        ge=1,
        description="Wrong API keys in a minute after which an address (of IPv6 one /64) is turned away.",
    )
    searches_per_minute: int = Field(
        120,
        ge=1,
        description="Searches in a minute after which an address (of IPv6 one /64) has to wait.",
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto = console in a terminal, else JSON lines."
    )
    trusted_proxies: int = Field(
        0, ge=0, description="Proxies in front of the web process whose X-Forwarded-Proto is believed."
    )

    @field_validator("allow_private_endpoints", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(ip_network(str(part).strip()) for part in parts if str(part).strip())

    @field_validator("folder_roots", mode="before")
    @classmethod
    def _folders(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        found = tuple(Path(str(part).strip()).expanduser() for part in parts if str(part).strip())
        if relative := [str(path) for path in found if not path.is_absolute()]:
            raise ValueError(f"{relative[0]} is not an absolute path; write it out from /")
        return found

    @field_validator(
        "apart_channels", "auto_approve_providers", "edge_uncounted", "edge_allowed_origins", mode="before"
    )
    @classmethod
    def _names(cls, value: Any) -> Any:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        home = value.expanduser().absolute()
        if home.exists() and not home.is_dir():
            raise ValueError(f"{home} is a file; name a folder, also one that is still to be made")
        return home

    @field_validator("mail_domains", mode="after")
    @classmethod
    def _destinations(cls, value: str) -> str:
        try:
            limits_of(value)
        except BadInput as error:
            raise ValueError(error.message) from None
        return value

    @field_validator("ca_file", mode="after")
    @classmethod
    def _readable(cls, value: str) -> str:
        # At the start, not at the first delivery: by then the release would be public and nobody served.
        if value and not (Path(value).is_file() and os.access(value, os.R_OK)):
            raise ValueError(f"{value} is no file that can be read; name a PEM file, or leave it empty")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_path())

    @property
    def drop_roots(self) -> tuple[Path, ...]:
        """Folders below which the channel `folder` may write; never empty."""
        return self.folder_roots or (self.home / "drops",)

    @property
    def site_url(self) -> str:
        """Public address of the faces, no trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def stream_url(self) -> str:
        """Public address of the edge, no trailing slash."""
        scheme = "https" if self.edge_certificate else "http"
        return (self.edge_url or f"{scheme}://{self.edge_host}:{self.edge_port}").rstrip("/")

    @property
    def on_postgres(self) -> bool:
        return self.database_url.get_secret_value().startswith(("postgres://", "postgresql://"))

    @property
    def edge_password(self) -> str:
        """What an edge shows to the origin: EDGE_SECRET, else made of keys/edge."""
        return self.edge_secret.get_secret_value() or self.secret("edge").hex()

    def secret(self, name: str) -> bytes:
        """The secret `keys/NAME` of the home: 32 random bytes, made on first use, owner-only.

        Raises Unavailable when the file is there but empty or readable by others, or cannot be made.
        """
        try:
            self.home.mkdir(
                parents=True, exist_ok=True, mode=0o700
            )  # the owner's alone from the first file on
            return _secret_file(self.home / "keys" / name)
        except OSError as error:
            raise _out_of_reach(error, self.home) from None


def _out_of_reach(error: OSError, path: Path) -> Unavailable:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    remedy = "free disk space" if full else "make it readable and writable for this user"
    return Unavailable(
        f"{error.filename or path} cannot be used: {error.strerror}; {remedy}, "
        f"or name another home with --home or {PREFIX}HOME"
    )


def toml_path() -> Path:
    """`dateline.toml` in the home that the environment names."""
    return Path(os.environ.get(PREFIX + "HOME", "dateline-home")).expanduser() / TOML_NAME


def _secret_file(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        data = path.read_bytes()
        if len(data) != 32:
            raise Unavailable(
                f"{path} should hold 32 bytes and holds {len(data)}; restore it from the backup"
            ) from None
        if path.stat().st_mode & 0o077:
            raise Unavailable(f"{path} can be read by others; run chmod 600 on it") from None
        return data
    with os.fdopen(descriptor, "wb") as file:
        data = secrets.token_bytes(32)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return data


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process. Raises BadInput naming file or variable, key and remedy; Unavailable
    when the home cannot be looked into.
    """
    try:
        found = Settings.model_validate({})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        said = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:  # the file as a whole: it is no TOML
            remedy = "save it as UTF-8" if "codec" in said else "mend that line"
            raise BadInput(f"{said}; {remedy}", where=str(toml_path())) from None
        raise _bad_value(str(first["loc"][0]), said) from None
    except OSError as error:
        raise _out_of_reach(error, toml_path()) from None
    vocabulary.load(found.home)
    return found


def _bad_value(name: str, said: str) -> BadInput:
    """Names the place the value came from, and says what the setting is for: enough to mend it."""
    key = PREFIX + name.upper()
    where = key if key in os.environ else f"{toml_path()}: `{name}` ({key})"
    info = Settings.model_fields.get(name)
    if info is not None:
        return BadInput(f"{said}. It is: {info.description}", where=where)
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "remove the line"
    return BadInput(f"there is no such setting; {hint}", where=where)


@dataclass(frozen=True, slots=True)
class Explained:
    """One row of `dateline config explain`."""

    key: str
    value: str
    origin: str
    about: str


def explain(settings: Settings) -> list[Explained]:
    """Every key with its value (secrets masked), where it came from and what it does."""
    try:
        in_file = tomllib.loads(toml_path().read_text(encoding="utf-8")) if toml_path().exists() else {}
    except OSError:
        in_file = {}
    rows = []
    for name, info in Settings.model_fields.items():
        value = getattr(settings, name)
        key = PREFIX + name.upper()
        origin = "environment" if key in os.environ else str(toml_path()) if name in in_file else "default"
        rows.append(Explained(key, _shown(value), origin, info.description or ""))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "********" if value.get_secret_value() else ""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)
