"""The instance's settings, read from the environment under their documented `AP_*` names."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pieces_framework.errors import PieceError

PREFIX: Final = "AP_"


class SettingsError(PieceError):
    """One or more settings cannot be used; the message names each and says why."""

    exit_code = 78  # EX_CONFIG
    code = "SETTINGS"


class DatabaseType(StrEnum):
    """Where the instance keeps its rows."""

    SQLITE3 = "SQLITE3"
    POSTGRES = "POSTGRES"


class Settings(BaseSettings):
    """What the administrator chose. One that is absent or empty has its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    config_path: Path = Path("~/.pieces")
    public_read: bool = False
    max_file_size_mb: Annotated[int, Field(ge=1, le=4096)] = 50
    db_type: DatabaseType = DatabaseType.SQLITE3
    postgres_url: SecretStr | None = None
    postgres_host: str = "localhost"
    postgres_port: Annotated[int, Field(ge=1, le=65535)] = 5432
    postgres_database: str = "piecekit"
    postgres_username: str | None = None
    postgres_password: SecretStr | None = None

    @cached_property
    def data_folder(self) -> Path:
        """`AP_CONFIG_PATH` as a path."""
        return self.config_path.expanduser()

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


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: naming every setting that cannot be used, not only the first.
    """
    try:
        settings = Settings()
        _ = settings.data_folder
    except ValidationError as error:
        problems = [
            f"`{PREFIX}{str(each['loc'][0]).upper()}`: {each['msg']}" for each in error.errors()
        ]
        raise SettingsError(
            "; ".join(problems), hint="correct the environment and start again"
        ) from None
    except RuntimeError as error:
        raise SettingsError(
            "`AP_CONFIG_PATH` begins with a home that is unknown",
            hint="correct the environment and start again",
        ) from error
    return settings


@contextmanager
def usable(path: Path) -> Generator[None]:
    """Raise `SettingsError` when the system refuses what is done to the data folder.

    Args:
        path: what the error names when the system's refusal names no file.
    """
    try:
        yield
    except OSError as error:
        name = str(error.filename or path)
        raise SettingsError(
            f"`AP_CONFIG_PATH`: {name!r} cannot be used: {error.strerror}",
            hint="let this user write to it, or name another folder",
        ) from error
