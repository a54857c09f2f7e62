"""The workspace's `.env` file: `KEY=VALUE` lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from pathlib import Path


class EnvFileError(PieceError):
    """A `.env` file is there and cannot be read."""

    exit_code = 78  # EX_CONFIG
    code = "ENV_FILE"


def read_env_file(path: Path) -> dict[str, str]:
    """Return the file's values by name; none if there is no file.

    Blank lines, `#` lines and lines without `=` count for nothing, `export` before a name is
    dropped, and so is a pair of quotes around a value.

    Raises:
        EnvFileError: if the file cannot be read; what is in it is never repeated.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise EnvFileError(f"`{path}` cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise EnvFileError(f"`{path}` is not UTF-8 text") from None
    pairs = (line.partition("=") for line in content.splitlines() if not _is_comment(line))
    return {_name(name): _value(value) for name, equals, value in pairs if equals}


def setting(root: Path, name: str) -> str | None:
    """Return a setting: from the environment, else from the `.env` file of the workspace at `root`.

    An empty value is none.

    Raises:
        EnvFileError: as for `read_env_file`.
    """
    return os.environ.get(name) or read_env_file(root / ".env").get(name) or None


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _name(text: str) -> str:
    return text.strip().removeprefix("export ").strip()


def _value(text: str) -> str:
    value = text.strip()
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
