"""Where a piece is that the suite shall look at: its folder, or where it is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pieces_engine.discovery import installed_pieces
from pieces_framework.errors import PieceError
from pieces_framework.names import ENTRY_POINT_GROUP
from pieces_framework.project import PROJECT_FILE, Project

PROJECT: Final = PROJECT_FILE
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
        project = Project(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SourceError(f"there is no `{file}`", hint="name the folder of a piece") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"`{file}` cannot be read: {error}") from error
    if project.problem:
        raise SourceError(f"`{file}` cannot be read: {project.problem}")
    points = project.entry_points
    if len(points) != 1:
        raise SourceError(
            f"`{file}` names {len(points)} pieces",
            hint=f"name one in `[project.entry-points.{ENTRY_POINT_GROUP}]`",
        )
    [point] = points
    return PieceSource(
        key=point.key,
        entry_point=point.target,
        distribution=project.name,
        version=project.version,
        file=file,
        line=project.entry_point_line(point.key) or 1,
        folder=folder,
    )


def installed_sources() -> Iterator[PieceSource]:
    """Yield every installed piece: by its folder where it is installed as editable."""
    seen: set[Path] = set()
    for piece in installed_pieces():
        distribution = metadata.distribution(piece.distribution)
        source = _editable(distribution) or PieceSource(
            key=piece.name,
            entry_point=piece.entry_point,
            distribution=piece.distribution,
            version=piece.version,
            file=_entry_points_file(distribution),
            line=_line_of(distribution.read_text(INSTALLED) or "", piece.entry_point),
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
