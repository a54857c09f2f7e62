"""Looks at the workspace and at the `pyproject.toml` of each of its pieces."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pieces_engine.workspace.folders import find_workspace
from pieces_framework.errors import PieceError
from pieces_framework.names import normalize_name

from .look import failed, missing, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pieces_engine.workspace.folders import Survey, Workspace

    from .look import Look


def workspace_here() -> tuple[Workspace | None, Look]:
    """Return the workspace of the current folder, and what was found."""
    try:
        workspace = find_workspace()
    except PieceError as error:
        return None, failed("workspace", error)
    if workspace is None:
        return None, missing(
            "workspace",
            "this folder is in no workspace of pieces",
            "make one with `pieces init DIR`, or change into one",
        )
    kind = "a piece by itself" if workspace.is_lone_piece else "a workspace"
    return workspace, ok("workspace", f"`{workspace.root}` is {kind}")


def looks_at_pieces(found: Survey) -> Iterator[Look]:
    """Look whether each piece can be read, and has names of its own."""
    for broken in found.broken:
        yield failed("piece", broken.error)
    if found.pieces:
        count = len(found.pieces)
        yield ok("piece", "1 piece can be read" if count == 1 else f"{count} pieces can be read")
    elif not found.broken:
        yield warning("piece", "there is no piece yet", "make one with `pieces create`")
    yield from _looks_at_names(found)


def _looks_at_names(found: Survey) -> Iterator[Look]:
    """Look for two pieces that one name would mean, as `Workspace.find` compares them."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for piece in found.pieces:
        for name in (piece.name, piece.distribution):
            places[normalize_name(name)].add(str(piece.path))
    for name, paths in sorted(places.items()):
        if len(paths) > 1:
            listed = ", ".join(f"`{path}`" for path in sorted(paths))
            yield missing(
                "names",
                f"`{name}` may be {listed}",
                "give each folder and each package its own name",
            )
