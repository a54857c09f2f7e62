"""`pieces sync`, also `sync-pieces`: all custom pieces of a workspace, brought to an instance."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.documents import problems_of
from pieces_cli.reporting import INTERRUPTED, Outcome, ReportingCommand, say, show_error

from .publish import allowed_break

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.publishing.sync import SyncedPiece
    from pieces_cli.terminal import Tone
    from pieces_cli.workspace import BrokenPiece, PieceFolder, Workspace
    from pieces_framework import JsonValue, PieceError

WAITS_S: Final = (1.0, 2.0, 4.0)
"""Before each next try while an instance cannot answer now; its `Retry-After` may ask for more."""
_MAX_CONCURRENCY: Final = 32
_TRY_AGAIN: Final = 75  # EX_TEMPFAIL
_TONES: Final[Mapping[str, Tone]] = {
    "uploaded": "good",
    "would be uploaded": "good",
    "already there": "quiet",
    "not reached": "plain",
    "failed": "bad",
}


@click.command("sync-pieces", cls=ReportingCommand, schema="pieces.sync/1")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "-p", "--pieces", "options", multiple=True, metavar="NAME...", help="The same as NAME."
)
@click.option("--api-url", "--apiUrl", help="The instance, with or without /api; or AP_API_URL.")
@click.option(
    "--fail-on-error/--no-fail-on-error",
    default=True,
    help="Whether a piece that fails makes the command fail.  [default: fail]",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, _MAX_CONCURRENCY),
    help="How many pieces at a time.  [default: two for each processor, at most 8]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be uploaded; build nothing.")
@click.option(
    "--allow-breaking",
    metavar="REASON",
    callback=allowed_break,
    help="Publish versions too low for what they break; the instance keeps REASON.",
)
def sync_pieces(
    names: tuple[str, ...],
    options: tuple[str, ...],
    api_url: str | None,
    *,
    fail_on_error: bool,
    concurrency: int | None,
    dry_run: bool,
    allow_breaking: str | None,
) -> Outcome:
    """Publish all custom pieces that an instance lacks.

    They are those under pieces/custom/. The instance is asked once for all of them, and what it
    has is not built again. A changed piece needs a higher version; the error names it. A piece
    that fails does not stop the others.

    Names are those of folders or packages; without any, all pieces are meant.

    The API key is taken from AP_API_KEY: from the environment, or from the workspace's .env file.
    """
    from pieces_cli.publishing.custom_pieces import CUSTOM_FOLDER, custom_pieces
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    pieces, unreadable = custom_pieces(workspace, [*options, *names])
    stopped = threading.Event()
    with _client(workspace, api_url, stopped) as client:
        if not pieces and not unreadable:
            say(f"There is no piece in {CUSTOM_FOLDER}/.")
            return Outcome(data={"dryRun": dry_run, "pieces": []})
        synced = _sync(
            workspace,
            client,
            pieces,
            stopped=stopped,
            concurrency=concurrency or min(8, 2 * (os.cpu_count() or 1)),
            dry_run=dry_run,
            allow_breaking=allow_breaking,
        )
    rows = _rows(synced, unreadable)
    _show(rows)
    if stopped.is_set():
        click.echo("aborted", err=True)
        code = INTERRUPTED
    else:
        code = _exit_code(rows) if fail_on_error else 0
    return _outcome(rows, code, dry_run=dry_run)


@dataclass(frozen=True, kw_only=True)
class _Row:
    """What is said of a piece; name and version are empty if its folder does not say them."""

    piece: str
    name: str
    version: str
    outcome: str
    error: PieceError | None


def _sync(
    workspace: Workspace,
    client: InstanceClient,
    pieces: Sequence[PieceFolder],
    *,
    stopped: threading.Event,
    concurrency: int,
    dry_run: bool,
    allow_breaking: str | None,
) -> list[SyncedPiece]:
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.publishing.publisher import Publisher
    from pieces_cli.publishing.sync import Sync
    from pieces_cli.terminal import progress

    publisher = Publisher(
        client=client,
        out=workspace.root / "dist",
        interpreter=lambda: piece_interpreter(workspace),
        allow_breaking=allow_breaking,
    )
    with progress("Syncing", len(pieces), unit="pieces") as watch:
        return Sync(
            publisher=publisher,
            concurrency=concurrency,
            dry_run=dry_run,
            stopped=stopped,
            watch=watch,
        ).run(pieces)


def _client(workspace: Workspace, api_url: str | None, stopped: threading.Event) -> InstanceClient:
    """Return the client; nothing is asked, for this is a command of CI."""
    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.publishing.instance_address import api_address, check_key
    from pieces_cli.publishing.instance_settings import instance_settings

    settings = instance_settings(workspace.root)
    context = click.get_current_context()
    url = api_url or settings.api_url
    if url is None:
        raise click.UsageError("Missing --api-url (or AP_API_URL).", ctx=context)
    if settings.api_key is None:
        raise click.UsageError(
            "AP_API_KEY environment variable is required; the workspace's .env file may hold it.",
            ctx=context,
        )
    return InstanceClient(
        api_url=api_address(url),
        key=check_key(settings.api_key),
        waits_s=WAITS_S,
        sleep=stopped.wait,
    )


def _rows(synced: Sequence[SyncedPiece], unreadable: Sequence[BrokenPiece]) -> list[_Row]:
    rows = [
        _Row(
            piece=each.piece.name,
            name=each.piece.distribution,
            version=each.piece.version,
            outcome=each.outcome,
            error=each.error,
        )
        for each in synced
    ]
    rows += [
        _Row(piece=each.path.name, name="", version="", outcome="failed", error=each.error)
        for each in unreadable
    ]
    return rows


def _show(rows: Sequence[_Row]) -> None:
    from pieces_cli.terminal import status_table

    cells: list[tuple[Sequence[str], Tone]] = [
        ((row.piece, row.version or "?", f"{row.outcome}{_reason(row)}"), _TONES[row.outcome])
        for row in rows
    ]
    status_table(("PIECE", "VERSION", "OUTCOME"), cells)
    for row in rows:
        if row.error:
            show_error(row.error)


def _reason(row: _Row) -> str:
    return f": {row.error.message.splitlines()[0]}" if row.error else ""


def _exit_code(rows: Sequence[_Row]) -> int:
    """Return 0, or 1, or 75 if each failure may be none the next time."""
    errors = [row.error for row in rows if row.error]
    if errors and all(error.exit_code == _TRY_AGAIN for error in errors):
        return _TRY_AGAIN
    return 1 if errors else 0


def _outcome(rows: Sequence[_Row], exit_code: int, *, dry_run: bool) -> Outcome:
    pieces: list[JsonValue] = [
        {
            "piece": row.piece,
            "name": row.name or None,
            "version": row.version or None,
            "outcome": row.outcome,
            "reason": row.error.message if row.error else None,
        }
        for row in rows
    ]
    problems = [problem for row in rows if row.error for problem in problems_of(row.error)]
    return Outcome(
        data={"dryRun": dry_run, "pieces": pieces}, problems=problems, exit_code=exit_code
    )
