"""The instance's settings, read from the environment under their documented `AP_*` names."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pieces_framework.errors import PieceError


class SettingsError(PieceError):
    """One or more settings cannot be used; the message names each and says why."""

    exit_code = 78  # EX_CONFIG
    code = "SETTINGS"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the instance listens, where it keeps its data and whom it lets read."""

    host: str
    """`AP_HOST`, 127.0.0.1 by default: an instance is not open to the network unasked."""
    port: int
    """`AP_PORT`, 8080 by default; 0 takes any free port."""
    data_folder: Path
    """`AP_CONFIG_PATH`, `~/.pieces` by default."""
    public_read: bool
    """`AP_PUBLIC_READ`: whether pieces may be listed and installed without a key."""
    max_file_size_bytes: int
    """`AP_MAX_FILE_SIZE_MB`. The documented default is 10; ours is 50, as wheels carry data."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; one that is absent or empty has its default.

        Raises:
            SettingsError: naming every setting that cannot be used, not only the first.
        """
        problems: list[str] = []

        def number(name: str, default: int, lowest: int, highest: int) -> int:
            text = environment.get(name) or str(default)
            if not (re.fullmatch("[0-9]{1,6}", text) and lowest <= int(text) <= highest):
                problems.append(f"`{name}` must be from {lowest} to {highest}, got {text!r}")
                return default
            return int(text)

        public_read = (environment.get("AP_PUBLIC_READ") or "false").lower()
        if public_read not in {"true", "false"}:
            problems.append(f"`AP_PUBLIC_READ` must be true or false, got {public_read!r}")
        folder = Path(environment.get("AP_CONFIG_PATH") or "~/.pieces")
        try:
            folder = folder.expanduser()
        except RuntimeError:
            problems.append(f"`AP_CONFIG_PATH` {str(folder)!r} begins with a home that is unknown")
        settings = cls(
            host=environment.get("AP_HOST") or "127.0.0.1",
            port=number("AP_PORT", 8080, 0, 65535),
            data_folder=folder,
            public_read=public_read == "true",
            max_file_size_bytes=number("AP_MAX_FILE_SIZE_MB", 50, 1, 4096) * 1024 * 1024,
        )
        if problems:
            raise SettingsError("; ".join(problems), hint="correct the environment and start again")
        return settings

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
