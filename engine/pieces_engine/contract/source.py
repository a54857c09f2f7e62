"""Where a piece is that the suite shall look at: its folder, or where it is installed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pieces_framework.errors import PieceError
from pieces_framework.names import ENTRY_POINT_GROUP

PROJECT: Final = "pyproject.toml"
INSTALLED: Final = "entry_points.txt"


class SourceError(PieceError):
    """What was named holds no piece."""


@dataclass(frozen=True, kw_only=True)
class PieceSource:
    """One piece, not yet imported."""

    key: str
    """Its entry-point key, such as `google-drive`."""
    entry_point: str
    distribution: str
    version: str
    """As written; empty if none is."""
    file: Path
    """The file that names the entry point."""
    line: int
    folder: Path | None
    """What goes on the path; `None` if the piece is found without."""


def piece_in(folder: Path) -> PieceSource:
    """Return the piece of a folder.

    Raises:
        SourceError: if its pyproject.toml names none, or several.
    """
    file = folder / PROJECT
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise SourceError(f"there is no `{file}`", hint="name the folder of a piece") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"`{file}` cannot be read: {error}") from error
    project = _table(document, "project")
    points = _table(_table(project, "entry-points"), ENTRY_POINT_GROUP)
    if len(points) != 1:
        raise SourceError(
            f"`{file}` names {len(points)} pieces",
            hint=f"name one in `[project.entry-points.{ENTRY_POINT_GROUP}]`",
        )
    [(key, entry_point)] = points.items()
    return PieceSource(
        key=key,
        entry_point=str(entry_point),
        distribution=str(project.get("name", "")),
        version=str(project.get("version", "")),
        file=file,
        line=_line_of(text, str(entry_point)),
        folder=folder,
    )


def installed_sources() -> Iterator[PieceSource]:
    """Yield every installed piece: by its folder where it is installed as editable."""
    seen: set[Path] = set()
    for point in metadata.entry_points(group=ENTRY_POINT_GROUP):
        distribution = point.dist
        if distribution is None:
            continue
        source = _editable(distribution) or PieceSource(
            key=point.name,
            entry_point=point.value,
            distribution=distribution.name,
            version=distribution.version,
            file=_entry_points_file(distribution),
            line=_line_of(distribution.read_text(INSTALLED) or "", point.value),
            folder=None,
        )
        if source.file not in seen:
            seen.add(source.file)
            yield source


def _editable(distribution: metadata.Distribution) -> PieceSource | None:
    """The piece of the folder that an editable installation points to (PEP 610)."""
    try:
        url = str(json.loads(distribution.read_text("direct_url.json") or "{}").get("url", ""))
    except ValueError:
        return None
    folder = Path(unquote(urlsplit(url).path))
    if not url.startswith("file:") or not (folder / PROJECT).is_file():
        return None
    try:
        return piece_in(folder)
    except SourceError:
        return None


def _entry_points_file(distribution: metadata.Distribution) -> Path:
    for file in distribution.files or ():
        if file.name == INSTALLED:
            return Path(str(file.locate()))
    folder: Path | None = getattr(distribution, "_path", None)  # a distribution without RECORD
    return (folder or Path(distribution.name)) / INSTALLED


def _line_of(text: str, wanted: str) -> int:
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if wanted in line), 1)


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]
