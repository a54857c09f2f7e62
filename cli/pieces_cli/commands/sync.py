"""`pieces sync`, also `sync-pieces`: all custom pieces of a workspace, brought to an instance."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

import click

from pieces_cli.publishing.instance_options import allow_breaking_option, api_url_option
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.publishing.sync import SyncedPiece
    from pieces_engine.workspace.folders import PieceFolder, Workspace

_MAX_CONCURRENCY: Final = 32


@click.command("sync-pieces", cls=ReportingCommand, schema="pieces.sync/1")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "-p", "--pieces", "options", multiple=True, metavar="NAME...", help="The same as NAME."
)
@api_url_option
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
@allow_breaking_option
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
    from pieces_cli.publishing.custom_pieces import custom_pieces
    from pieces_cli.publishing.instance_options import open_client
    from pieces_cli.publishing.sync_report import outcome_of, rows_of, show
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    custom = custom_pieces(workspace, [*options, *names])
    stopped = threading.Event()
    # Nothing is asked: this is a command of CI.
    with open_client(workspace.root, api_url, asks=False, sleep=stopped.wait) as client:
        synced = _sync(
            workspace,
            client,
            custom.pieces,
            stopped=stopped,
            concurrency=concurrency or min(8, 2 * (os.cpu_count() or 1)),
            dry_run=dry_run,
            allow_breaking=allow_breaking,
        )
    rows = rows_of(workspace, synced, custom.broken)
    if rows:
        show(rows)
    else:
        _say_there_is_none(custom.others)
    if stopped.is_set():
        click.echo("aborted", err=True)
    return outcome_of(
        rows, dry_run=dry_run, fail_on_error=fail_on_error, is_stopped=stopped.is_set()
    )


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
            stopping=_say_that_it_stops,
            watch=watch,
        ).run(pieces)


def _say_that_it_stops() -> None:
    click.echo("stopping: what is on its way comes to its end (Ctrl-C: it is given up)", err=True)


def _say_there_is_none(others: Sequence[Path]) -> None:
    from pieces_cli.publishing.custom_pieces import CUSTOM_FOLDER

    say(f"There is no piece in {CUSTOM_FOLDER}/.")
    if others:
        say(f"Not synced, since elsewhere: {', '.join(str(place) for place in others)}")
