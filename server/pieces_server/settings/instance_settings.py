"""The settings that work: their types, defaults and meanings."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .errors import usable

PREFIX: Final = "AP_"


def setting_name(field: str) -> str:
    """Return the name in the environment of a field of `Settings`."""
    return PREFIX + field.upper()


class DatabaseType(StrEnum):
    """Where the instance keeps its rows."""

    SQLITE3 = "SQLITE3"
    POSTGRES = "POSTGRES"


class PiecesSource(StrEnum):
    """Where the pieces come from that the instance serves."""

    DB = "DB"
    FILE = "FILE"


class LogLevel(StrEnum):
    """The mildest kind of line that the log has."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _flag(text: object) -> object:
    known = {"true": True, "false": False}
    value = known.get(text.lower()) if isinstance(text, str) else text
    if value is None:
        raise ValueError("must be true or false")
    return value


def _listed(text: object) -> object:
    if not isinstance(text, str):
        return text
    return tuple(name for each in text.split(",") if (name := each.strip()))


def _addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        try:
            ip_network(text)
        except ValueError:
            raise ValueError(
                "must be addresses or networks with commas between them, such as 10.0.0.0/8"
            ) from None
    return texts


def _with_known_home(path: Path) -> Path:
    try:
        path.expanduser()
    except RuntimeError:
        raise ValueError("begins with a home that is unknown") from None
    return path


def _index_address(url: SecretStr | None) -> SecretStr | None:
    if url is not None and not _is_index_address(url.get_secret_value()):
        raise ValueError("must be a package index's address, such as https://index.example/simple/")
    return url


def _is_index_address(url: str) -> bool:
    try:
        split = urlsplit(url)
        _ = split.port
    except ValueError:
        return False
    return split.scheme in {"http", "https"} and bool(split.hostname) and not split.query


Flag = Annotated[bool, BeforeValidator(_flag)]
Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What the administrator chose. One that is absent or empty has its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,  # the texts below are those of `--help` and of the docs
    )

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """The port to listen on. 0 takes a free one."""
    config_path: Annotated[Path, AfterValidator(_with_known_home)] = Path("~/.pieces")
    """The data folder: wheels, and the database unless that is PostgreSQL."""
    public_read: Flag = False
    """`true` lets everybody see and install pieces without a key."""
    max_file_size_mb: Annotated[int, Field(ge=1, le=4096)] = 50
    """The largest wheel that may be uploaded."""
    db_type: DatabaseType = DatabaseType.SQLITE3
    """`SQLITE3` is a file in the data folder, `POSTGRES` a server."""
    postgres_url: SecretStr | None = None
    """Such as `postgresql://user:password@host:5432/database`; instead of the next five."""
    postgres_host: str = "localhost"
    """The server's name or address."""
    postgres_port: Port = 5432
    """The server's port."""
    postgres_database: str = "piecekit"
    """The name of the database."""
    postgres_username: str | None = None
    """The user to connect as."""
    postgres_password: SecretStr | None = None
    """That user's password."""
    postgres_use_ssl: Flag = False
    """`true` connects with TLS only."""
    postgres_ssl_ca: str | None = None
    """The certificate to check the server's by: PEM text, or the path of a file with it."""
    pieces_source: PiecesSource = PiecesSource.DB
    """`DB` serves what was published, `FILE` the pieces of the workspace around the folder that
    the instance is started in, for development."""
    dev_pieces: Listed = ()
    """With `FILE`: the pieces to serve, with commas between them."""
    registry_url: Annotated[SecretStr | None, AfterValidator(_index_address)] = None
    """The package index from which pieces of type `REGISTRY` are installed."""
    server_workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes answer requests."""
    max_connections: Annotated[int, Field(ge=1, le=65535)] = 1000
    """How many connections each of them keeps; one more is answered 503."""
    client_timeout_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 30
    """How long a client may take for the head of a request, and pause in the middle of a body."""
    shutdown_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """How long requests that have begun may take when the instance is told to end."""
    trusted_proxies: Annotated[Listed, AfterValidator(_addresses)] = ()
    """The addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed:
    a proxy's that stands before the instance, such as `127.0.0.1`."""
    log_level: LogLevel = LogLevel.INFO
    """`DEBUG`, `INFO`, `WARNING` or `ERROR`. Requests are logged at `INFO`."""

    @field_validator("postgres_url")
    @classmethod
    def _is_for_postgresql(cls, url: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        """An instance that is meant for PostgreSQL must not begin anew on SQLite without a word."""
        if url is not None and others.data.get("db_type") is DatabaseType.SQLITE3:
            raise ValueError("is set, but `AP_DB_TYPE` is not `POSTGRES`")
        return url

    @cached_property
    def data_folder(self) -> Path:
        """`AP_CONFIG_PATH` as a path."""
        return self.config_path.expanduser()

    @property
    def lock_path(self) -> Path:
        """The file by which processes hold the data folder."""
        return self.data_folder / "instance.lock"

    @property
    def max_file_size_bytes(self) -> int:
        """`AP_MAX_FILE_SIZE_MB` in bytes."""
        return self.max_file_size_mb * 1024 * 1024

    def create_data_folder(self) -> None:
        """Make the data folder, readable by its owner only, unless it is there.

        Raises:
            SettingsError: if it cannot be made or is no folder.
        """
        with usable(self.data_folder):
            self.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def is_open_to_others(self) -> bool:
        """Whether users other than the owner may list, read or change the data folder."""
        return bool(self.data_folder.stat().st_mode & 0o077)
