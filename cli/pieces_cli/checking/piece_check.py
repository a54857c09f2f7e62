"""Pieces that are checked: each is imported in a process of its own, several at a time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pieces_cli.changes import WriteError, write_together
from pieces_engine.workspace.child_processes import child_pool
from pieces_engine.workspace.extraction import ExtractionError, extract
from pieces_framework.checks import Finding, Severity, check

from .fixes import correct
from .import_rules import failed_import, loaded_tools, stale_texts
from .source_tree import MAX_FILE_BYTES, read_source_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pieces_engine.workspace.extraction import Extracted
    from pieces_engine.workspace.folders import PieceFolder

    from .source_tree import Files


@dataclass(frozen=True, kw_only=True)
class CheckedPiece:
    """What was found in one piece."""

    piece: PieceFolder
    findings: Sequence[Finding]
    """By path and line."""
    fixed: Sequence[Finding]
    """What was found before, and has been corrected on the disk."""

    def count(self, severity: Severity) -> int:
        """Return how many findings are so bad."""
        return sum(each.severity is severity for each in self.findings)


def check_pieces(
    pieces: Sequence[PieceFolder], *, python: Path, fix: bool, timeout_s: float
) -> Iterator[CheckedPiece]:
    """Yield each piece as it is checked, in their order.

    Args:
        pieces: what to check.
        python: the interpreter that can import them.
        fix: whether to correct what can be, on the disk.
        timeout_s: how long one import may take.

    Raises:
        UnreadableFileError: if a file cannot be read.
        FileInTheWayError: if a file appeared where a correction makes one.
        WriteError: if the disk does not take the corrections of a piece.
    """
    with child_pool(os.cpu_count() or 1) as pool:
        imports = pool.map(partial(_imported, python=python, timeout_s=timeout_s), pieces)
        # The rules stay in this thread: to parse a file they turn warnings off, for all threads.
        for piece, imported in zip(pieces, imports, strict=True):
            yield _checked(piece, imported, fix=fix)


def _imported(piece: PieceFolder, *, python: Path, timeout_s: float) -> Extracted | ExtractionError:
    try:
        return extract(piece, python, timeout_s=timeout_s)
    except ExtractionError as error:
        return error


def _checked(
    piece: PieceFolder, imported: Extracted | ExtractionError, *, fix: bool
) -> CheckedPiece:
    files: Files = read_source_tree(piece.path)
    metadata = None if isinstance(imported, ExtractionError) else imported.metadata
    fixed: Sequence[Finding] = ()
    if fix:
        corrected = correct(files, metadata, untouched=_untouched(piece.path, files))
        _write(piece.path, files, corrected.files)
        files, fixed = corrected.files, corrected.fixed
    findings = check(files, metadata)
    if isinstance(imported, ExtractionError):
        known = {(each.path, each.line) for each in findings if each.severity is Severity.ERROR}
        of_import = [
            each
            for each in failed_import(piece, files, imported)
            if each.line is None or (each.path, each.line) not in known
        ]
    else:
        of_import = [
            *loaded_tools(piece, files, imported.tools),
            *stale_texts(piece, files, imported.metadata),
        ]
    by_place = sorted([*findings, *of_import], key=lambda each: (each.path, each.line or 0))
    return CheckedPiece(piece=piece, findings=by_place, fixed=fixed)


def _untouched(folder: Path, files: Files) -> set[str]:
    """Return what is not all that is on the disk, or lies elsewhere: cut files, and links."""
    return {
        path
        for path, content in files.items()
        if len(content) == MAX_FILE_BYTES
        or (folder / path).is_symlink()
        or not (folder / path).is_file()
    }


def _write(folder: Path, before: Files, after: Files) -> None:
    """Write what differs; what has moved is taken away where it was once all is written."""
    changed = {path for path in before.keys() & after.keys() if before[path] != after[path]}
    write_together(
        {folder / path: after[path].decode() for path in after.keys() - before.keys()},
        {folder / path: after[path].decode() for path in changed},
    )
    for path in before.keys() - after.keys():
        try:
            (folder / path).unlink()
        except OSError as error:
            raise WriteError(
                f"`{folder / path}` was copied and cannot be removed: {error.strerror}",
                hint="remove it; all else is corrected",
            ) from error
