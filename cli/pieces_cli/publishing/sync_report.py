"""What is said of a sync: a table and errors for a reader, one document for a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.documents import problem, problems_of
from pieces_cli.reporting import INTERRUPTED, Outcome, show_error
from pieces_cli.terminal import status_table

from .sync import UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pieces_cli.terminal import Tone
    from pieces_engine.workspace.folders import BrokenPiece, Workspace
    from pieces_framework import JsonValue, PieceError

    from .sync import Fate, SyncedPiece

_TRY_AGAIN: Final = 75  # EX_TEMPFAIL
_TONES: Final[Mapping[Fate, Tone]] = {
    "uploaded": "good",
    "would be uploaded": "good",
    "already there": "quiet",
    "not reached": "plain",
    "cut off": "bad",
    "failed": "bad",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """What is said of a piece."""

    place: Path
    """Its folder, from the workspace on."""
    piece: str
    package: str | None
    """`None`, as is the version, if its folder does not say it."""
    version: str | None
    outcome: Fate
    error: PieceError | None

    @property
    def problems(self) -> list[JsonValue]:
        """What went wrong, for the document."""
        return problems_of(self.error, path=self.place.as_posix()) if self.error else []


def rows_of(
    workspace: Workspace, synced: Sequence[SyncedPiece], broken: Sequence[BrokenPiece]
) -> list[Row]:
    """Return what is said of each piece."""
    rows = [
        Row(
            place=workspace.place(each.piece),
            piece=each.piece.name,
            package=each.piece.distribution,
            version=each.piece.version,
            outcome=each.outcome,
            error=each.error,
        )
        for each in synced
    ]
    rows += [
        Row(
            place=workspace.place(each),
            piece=each.path.name,
            package=None,
            version=None,
            outcome="failed",
            error=each.error,
        )
        for each in broken
    ]
    return rows


def show(rows: Sequence[Row]) -> None:
    """Say the table, and each error on standard error."""
    cells: list[tuple[Sequence[str], Tone]] = [
        ((row.piece, row.version or "?", _said(row)), _TONES[row.outcome]) for row in rows
    ]
    status_table(("PIECE", "VERSION", "OUTCOME"), cells)
    for row in rows:
        if isinstance(row.error, UnexpectedError):
            click.echo(row.error.traceback, err=True, nl=False)
        if row.error:
            show_error(row.error)


def outcome_of(
    rows: Sequence[Row], *, dry_run: bool, fail_on_error: bool, is_stopped: bool
) -> Outcome:
    """Return what the command returns.

    Its exit code is 130 after Ctrl-C, else 1 if a piece failed, or 75 if each that failed may not
    the next time.
    """
    errors = [row.error for row in rows if row.error]
    problems = [each for row in rows for each in row.problems]
    code = 0
    if is_stopped:
        problems.append(problem("aborted", "aborted"))
        code = INTERRUPTED
    elif errors and fail_on_error:
        code = _TRY_AGAIN if all(error.exit_code == _TRY_AGAIN for error in errors) else 1
    pieces: list[JsonValue] = [
        {
            "piece": row.piece,
            "package": row.package,
            "version": row.version,
            "outcome": row.outcome,
            "reason": row.error.message if row.error else None,
        }
        for row in rows
    ]
    return Outcome(
        data={"dryRun": dry_run, "pieces": pieces},
        problems=problems,
        exit_code=code,
        ok=not problems,
    )


def _said(row: Row) -> str:
    return f"{row.outcome}: {row.error.message.splitlines()[0]}" if row.error else row.outcome
