"""The files of a wheel that rules look at, read within bounds."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Final

from pieces_framework.artifact import PIECE_DOCUMENT
from pieces_framework.project import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pieces_framework.wire import JsonValue

_MAX_FILE_BYTES: Final = 1024 * 1024
_MAX_PROJECT_BYTES: Final = 32 * 1024
"""Of a `pyproject.toml`: the time to read TOML may grow with the square of its size."""
_MAX_BYTES: Final = 8 * 1024 * 1024
_MAX_FILES: Final = 2000
_TEXTS: Final = (".py", ".json", ".toml", ".txt", ".md", ".yaml", ".yml", ".cfg", ".ini", ".env")


def read_files(path: Path) -> tuple[dict[str, bytes], Mapping[str, JsonValue]]:
    """Return the texts of a piece's wheel by path, and the piece's metadata.

    Python comes first. What is larger than 1 MB is left out, a `pyproject.toml` larger than 32 KB,
    and what comes after 2,000 files or 8 MB: rules help an author, and do not guard an instance.

    Args:
        path: a wheel that was found sound.
    """
    with zipfile.ZipFile(path) as archive:
        document = next(
            each for each in archive.namelist() if each.endswith(f".dist-info/{PIECE_DOCUMENT}")
        )
        metadata = json.loads(archive.read(document))["metadata"]
        files: dict[str, bytes] = {}
        left_bytes = _MAX_BYTES
        for info in sorted(archive.infolist(), key=_rank):
            wanted = info.filename.endswith(_TEXTS) or info.filename.endswith(".dist-info/METADATA")
            largest = _MAX_PROJECT_BYTES if info.filename == PROJECT_FILE else _MAX_FILE_BYTES
            if not wanted or info.filename == document or info.file_size > largest:
                continue
            left_bytes -= info.file_size
            if left_bytes < 0 or len(files) == _MAX_FILES:
                break
            files[info.filename] = archive.read(info)
    return files, metadata


def _rank(info: zipfile.ZipInfo) -> tuple[int, str]:
    if info.filename.endswith(".dist-info/METADATA"):
        return 0, info.filename
    return (1 if info.filename.endswith(".py") else 2), info.filename
