"""Reading a wheel, with a piece in it or without, and what it says then."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_framework.errors import ArtifactError
from pieces_framework.names import OWN_DISTRIBUTIONS, normalize_name

from .limits import Limits
from .piece_document import PIECE_DOCUMENT, PieceDocument, read_piece_document
from .rules import Refusals

if TYPE_CHECKING:
    from pieces_framework.versions import Version

    from .core_metadata import CoreMetadata
    from .wheel_reader import WheelContent

_MISSING: Final = {
    "METADATA": "metadata-missing",
    "WHEEL": "wheel-missing",
    "RECORD": "record-missing",
}
_MISSING_OF_PIECE: Final = {
    PIECE_DOCUMENT: "piece-missing",
    "entry_points.txt": "entry-points-missing",
}
_MODULE_SUFFIXES: Final = (".py", ".pyc", ".so", ".pyd")
_STARTUP_MODULES: Final = frozenset({"sitecustomize", "usercustomize"})
_STANDARD_LIBRARY: Final = frozenset(map(str.casefold, sys.stdlib_module_names))


@dataclass(frozen=True, kw_only=True)
class WheelFile:
    """What a wheel says of itself."""

    distribution: str
    """The name as its author writes it; compare names by `normalize_name`."""
    version: Version
    requires_python: str
    """As written, such as `>=3.11`; empty when the wheel names none."""
    core_metadata: str
    """The text of `METADATA`. The piece's own metadata is `PieceDocument.metadata`."""
    filename: str
    """The file name that installers expect, made from what is inside, not from the file's name."""


@dataclass(frozen=True, kw_only=True)
class PieceWheel(WheelFile):
    """A wheel that holds a piece."""

    piece: PieceDocument


def read_wheel(path: Path | str, *, label: str = "", limits: Limits | None = None) -> WheelFile:
    """Read a wheel that may or may not hold a piece.

    Args:
        path: the file; its own name is not looked at.
        label: how messages call the file; its name by default.
        limits: how much may be read; the defaults of `Limits` when `None`.

    Raises:
        ArtifactError: if the file is not a wheel; its `rule` is the first of `RULES` found broken.
    """
    from .wheel_reader import read_wheel_content

    path = Path(path)
    refuse = Refusals(label or path.name or str(path))
    content = read_wheel_content(path, _MISSING, limits or Limits(), refuse)
    return _wheel(content, _core_metadata(content, refuse), refuse)


def read_identity(path: Path | str, *, limits: Limits | None = None) -> tuple[str, Version] | None:
    """Return the name and version of a wheel by reading little of it, however large it is.

    Args:
        path: the file.
        limits: how much may be read; the defaults of `Limits` when `None`.

    Returns:
        `None` if they cannot be read: `read_wheel` tells why. It may also refuse a wheel that has
        them.
    """
    from .core_metadata import read_metadata
    from .wheel_reader import read_document

    refuse = Refusals("the file")
    try:
        folder, text = read_document(Path(path), "METADATA", limits or Limits(), refuse)
        metadata = read_metadata(text, folder, refuse)
    except ArtifactError:
        return None
    return metadata.name, metadata.version


def holds_piece(path: Path | str, *, label: str = "", limits: Limits | None = None) -> bool:
    """Whether a wheel has a `piece.json`, so that `read_piece_wheel` might take it.

    Only the table of contents is read. The arguments are those of `read_wheel`.

    Raises:
        ArtifactError: if the file is no sound archive.
    """
    from .zip_directory import read_directory

    path = Path(path)
    refuse = Refusals(label or path.name or str(path))
    try:
        with path.open("rb") as file:
            members, _ = read_directory(file, limits or Limits(), refuse)
    except OSError as error:
        raise refuse("unreadable", f"it cannot be read: {error.strerror}") from error
    return any(member.path.endswith(f".dist-info/{PIECE_DOCUMENT}") for member in members)


def read_piece_wheel(
    path: Path | str, *, label: str = "", limits: Limits | None = None
) -> PieceWheel:
    """Read a wheel that must hold a piece. The arguments are those of `read_wheel`.

    Raises:
        ArtifactError: if the file is not a wheel, or holds no piece that agrees with it.
    """
    from .entry_point import check_entry_point
    from .wheel_reader import read_wheel_content

    path = Path(path)
    refuse = Refusals(label or path.name or str(path))
    limits = limits or Limits()
    content = read_wheel_content(path, _MISSING | _MISSING_OF_PIECE, limits, refuse)
    metadata = _core_metadata(content, refuse)
    wheel = _wheel(content, metadata, refuse)
    if metadata.addresses:
        what = f"its METADATA has `Requires-Dist: {metadata.addresses[0][:80]}`"
        raise refuse("requires-url", what)
    _check_places(content.files, refuse)
    check_entry_point(content.documents["entry_points.txt"], content.files, refuse)
    piece = read_piece_document(content.documents[PIECE_DOCUMENT], limits, refuse)
    if normalize_name(piece.name) != normalize_name(wheel.distribution):
        what = f"its piece is named {piece.name[:200]!r}, the wheel {wheel.distribution!r}"
        raise refuse("piece-name", what)
    if piece.version != wheel.version:
        what = f"its piece has version {piece.version}, the wheel {wheel.version}"
        raise refuse("piece-version", what)
    return PieceWheel(**vars(wheel), piece=piece)


def _core_metadata(content: WheelContent, refuse: Refusals) -> CoreMetadata:
    from .core_metadata import read_metadata

    return read_metadata(content.documents["METADATA"], content.folder, refuse)


def _wheel(content: WheelContent, metadata: CoreMetadata, refuse: Refusals) -> WheelFile:
    from .core_metadata import read_tag, wheel_filename

    tag = read_tag(content.documents["WHEEL"], refuse)
    return WheelFile(
        distribution=metadata.name,
        version=metadata.version,
        requires_python=metadata.requires_python,
        core_metadata=content.documents["METADATA"],
        filename=wheel_filename(metadata, tag, refuse),
    )


def _check_places(files: Iterable[str], refuse: Refusals) -> None:
    """Refuse what would change more of an environment than the piece's own packages."""
    for path in files:
        top, below, _ = path.casefold().partition("/")
        module = top
        if not below:
            module = top.partition(".")[0] if top.endswith(_MODULE_SUFFIXES) else ""
        if below and top.endswith(".data"):
            raise refuse("data-folder", f"`{path}` would be written outside of packages")
        if module in _STARTUP_MODULES or (not below and top.endswith(".pth")):
            raise refuse("startup-code", f"`{path}` would run at every start of Python")
        if module in OWN_DISTRIBUTIONS:
            raise refuse("own-package", f"`{path}` would overwrite a part of Piecekit")
        if module in _STANDARD_LIBRARY:
            raise refuse("standard-library", f"`{path}` would hide Python's own `{module}`")
