"""A wheel read as data: nothing in it is imported, run or unpacked to disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_framework.names import OWN_DISTRIBUTIONS, normalize_name

from .limits import Limits
from .piece_document import PIECE_DOCUMENT, PieceDocument, read_piece_document
from .rules import Refusals

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_framework.versions import Version

    from .contained import Contained
    from .core_metadata import CoreMetadata

_MISSING: Final = {
    "METADATA": "metadata-missing",
    "WHEEL": "wheel-missing",
    "RECORD": "record-missing",
}
_MISSING_OF_PIECE: Final = {
    PIECE_DOCUMENT: "piece-missing",
    "entry_points.txt": "entry-points-missing",
}
_STARTUP_MODULES: Final = frozenset({"sitecustomize", "usercustomize"})


@dataclass(frozen=True, kw_only=True)
class WheelFile:
    """What a wheel says of itself."""

    distribution: str
    """The name as its author writes it; compare names by `normalize_name`."""
    version: Version
    requires_python: str
    """As written, such as `>=3.11`; empty when the wheel names none."""
    metadata: str
    """The text of `METADATA`."""
    filename: str
    """The file name that installers expect, made from what is inside, not from the file's name."""


@dataclass(frozen=True, kw_only=True)
class PieceWheel(WheelFile):
    """A wheel that holds a piece."""

    piece: PieceDocument


def read_wheel(path: Path, *, label: str = "", limits: Limits | None = None) -> WheelFile:
    """Read a wheel that may or may not hold a piece.

    Args:
        path: the file; its own name is not looked at.
        label: how messages call the file; its name by default.
        limits: how much may be read; the defaults of `Limits` when `None`.

    Raises:
        ArtifactError: if the file is not a wheel; its `rule` is the first of `RULES` found broken.
    """
    from .contained import read_contained

    refuse = Refusals(label or path.name)
    contained = read_contained(path, _MISSING, limits or Limits(), refuse)
    return _wheel(contained, _core_metadata(contained, refuse), refuse)


def read_piece_wheel(path: Path, *, label: str = "", limits: Limits | None = None) -> PieceWheel:
    """Read a wheel that must hold a piece. The arguments are those of `read_wheel`.

    Raises:
        ArtifactError: if the file is not a wheel, or holds no piece that agrees with it.
    """
    from .contained import read_contained
    from .entry_point import check_entry_point

    refuse = Refusals(label or path.name)
    limits = limits or Limits()
    contained = read_contained(path, _MISSING | _MISSING_OF_PIECE, limits, refuse)
    metadata = _core_metadata(contained, refuse)
    wheel = _wheel(contained, metadata, refuse)
    if metadata.addresses:
        what = f"its METADATA has `Requires-Dist: {metadata.addresses[0][:80]}`"
        raise refuse("requires-url", what)
    _check_places(contained.files, refuse)
    check_entry_point(contained.documents["entry_points.txt"], contained.files, refuse)
    piece = read_piece_document(contained.documents[PIECE_DOCUMENT], limits, refuse)
    if normalize_name(piece.name) != normalize_name(wheel.distribution):
        what = f"its piece is named {piece.name[:200]!r}, the wheel {wheel.distribution!r}"
        raise refuse("piece-name", what)
    if piece.version != wheel.version:
        what = f"its piece has version {piece.version}, the wheel {wheel.version}"
        raise refuse("piece-version", what)
    return PieceWheel(**vars(wheel), piece=piece)


def _core_metadata(contained: Contained, refuse: Refusals) -> CoreMetadata:
    from .core_metadata import read_metadata

    return read_metadata(contained.documents["METADATA"], contained.folder, refuse)


def _wheel(contained: Contained, metadata: CoreMetadata, refuse: Refusals) -> WheelFile:
    from .core_metadata import read_tag, wheel_filename

    tag = read_tag(contained.documents["WHEEL"], refuse)
    return WheelFile(
        distribution=metadata.name,
        version=metadata.version,
        requires_python=metadata.requires_python,
        metadata=contained.documents["METADATA"],
        filename=wheel_filename(metadata, tag, refuse),
    )


def _check_places(files: Iterable[str], refuse: Refusals) -> None:
    """Refuse what would change more of an environment than the piece's own packages."""
    for path in files:
        top, below, _ = path.casefold().partition("/")
        module = top if below else top.partition(".")[0]
        if below and top.endswith(".data"):
            raise refuse("data-folder", f"`{path}` would be written outside of packages")
        if module in _STARTUP_MODULES or (not below and top.endswith(".pth")):
            raise refuse("startup-code", f"`{path}` would run at every start of Python")
        if module in OWN_DISTRIBUTIONS:
            raise refuse("own-package", f"`{path}` would overwrite a part of Piecekit")
