"""Pieces that are checked: each is imported in a process of its own, several at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pieces_cli.building.extraction import ExtractionError, extract
from pieces_cli.changes import WriteError, write_together
from pieces_framework.checks import Finding, Severity, check

from .fixes import correct
from .import_rules import failed_import, loaded_tools
from .source_tree import MAX_FILE_BYTES, read_source_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pieces_cli.building.extraction import Extracted
    from pieces_cli.workspace import PieceFolder


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
        SourceError: if a file cannot be read.
        WriteError: if the disk does not take the corrections of a piece; it has none of them then.
    """
    pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
    try:
        imports = pool.map(partial(_imported, python=python, timeout_s=timeout_s), pieces)
        # The rules stay in this thread: to parse a file they turn warnings off, for all threads.
        for piece, imported in zip(pieces, imports, strict=True):
            yield _checked(piece, imported, fix=fix)
    finally:
        pool.shutdown(cancel_futures=True)


def _imported(piece: PieceFolder, *, python: Path, timeout_s: float) -> Extracted | ExtractionError:
    try:
        return extract(piece, python, timeout_s=timeout_s)
    except ExtractionError as error:
        return error


def _checked(
    piece: PieceFolder, imported: Extracted | ExtractionError, *, fix: bool
) -> CheckedPiece:
    files: Mapping[str, bytes] = read_source_tree(piece.path)
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
        of_import = loaded_tools(piece, files, imported.tools)
    by_place = sorted([*findings, *of_import], key=lambda each: (each.path, each.line or 0))
    return CheckedPiece(piece=piece, findings=by_place, fixed=fixed)


def _untouched(folder: Path, files: Mapping[str, bytes]) -> set[str]:
    """Return what is not all that is on the disk, or lies elsewhere: cut files, and links."""
    return {
        path
        for path, content in files.items()
        if len(content) == MAX_FILE_BYTES
        or (folder / path).is_symlink()
        or not (folder / path).is_file()
    }


def _write(folder: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Write what differs. A file that is gone has moved, and keeps its name."""
    gone = {PurePosixPath(path).name: path for path in before.keys() - after.keys()}
    created = {path: PurePosixPath(path).name for path in after.keys() - before.keys()}
    changed = {path for path in before.keys() & after.keys() if before[path] != after[path]}
    write_together(
        {folder / path: after[path].decode() for path in created if created[path] not in gone},
        {folder / path: after[path].decode() for path in changed},
    )
    for path, name in created.items():
        if name in gone:
            _move(folder / gone[name], folder / path)


def _move(old: Path, new: Path) -> None:
    try:
        new.parent.mkdir(exist_ok=True)
        old.rename(new)
    except OSError as error:
        raise WriteError(f"cannot move `{old}` to `{new}`: {error.strerror}") from error
