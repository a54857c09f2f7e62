"""`pieces run`: call an action or a trigger of a piece on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from pieces_cli.documents import problems_of
from pieces_cli.reporting import Outcome, ReportingCommand, is_for_program, show_error
from pieces_cli.running.assignments import read_assignments
from pieces_cli.running.options import DEFAULT_PORT, FRONTEND_URL, PREPARED, RunOptions
from pieces_cli.running.results import SCHEMA, Results, results_only, show_result

if TYPE_CHECKING:
    from pieces_framework import JsonValue, PieceError

_FILE: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)
_CASSETTE: Final = click.Path(dir_okay=False)
_HOOKS: Final = ["on_enable", "on_disable", "run", "test", "on_start", "on_handshake", "on_renew"]


@click.command("run", cls=ReportingCommand, schema=SCHEMA)
@click.argument("piece")
@click.argument("name", required=False)
@click.option(
    "--prop",
    multiple=True,
    callback=read_assignments,
    metavar="NAME=VALUE",
    help="Set a property: NAME=TEXT, NAME:=JSON or NAME@=FILE; overrides --input.",
)
@click.option(
    "--input", "input_file", type=_FILE, help="A JSON object with the properties; - is stdin."
)
@click.option(
    "--auth-env",
    metavar="VARIABLE",
    help="The variable, or line of .env, with a secret's text or a connection's JSON.",
)
@click.option(
    "--auth-file",
    type=_FILE,
    help="The file that holds the text of a secret, or the JSON of a connection; - is stdin.",
)
@click.option(
    "--hook",
    type=click.Choice(_HOOKS),
    help="Which function of a trigger to call.  [default: run]",
)
@click.option(
    "--payload",
    type=_FILE,
    help="The body of the request that run, on_start or on_handshake receives; - is stdin.",
)
@click.option("--load", metavar="PROPERTY", help="Load a property's options, or its children.")
@click.option("--search", metavar="TEXT", help="What the user searches for, with --load.")
@click.option("--check-auth", is_flag=True, help="Ask the piece whether the credentials work.")
@click.option(
    "--watch", is_flag=True, help="Run again whenever the piece or a given file is saved."
)
@click.option("--record", type=_CASSETTE, help="Keep the run's HTTP in a cassette.")
@click.option(
    "--replay", type=click.Path(exists=True, dir_okay=False), help="Answer HTTP from a cassette."
)
@click.option("--listen", is_flag=True, help="Enable a webhook and run it for each request.")
@click.option("--public-url", help=f"Where services reach this machine; or {FRONTEND_URL}.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Where --listen listens; 0 takes a free port.  [default: {DEFAULT_PORT}]",
)
@click.option("--limit", type=click.IntRange(min=1), help="End --listen after so many requests.")
# click passes what RunOptions declares.
def run(*, piece: str, name: str | None, **options: Any) -> Outcome:
    """Run an action or a trigger of a piece.

    NAME is called, and its result printed as JSON. Neither it nor PIECE nor a property is asked
    for: say them all on the command line.

    PIECE is a piece of this workspace, else one that is installed. It runs with the workspace's
    .venv if Piecekit is installed in it, else with the Python of this command. What the piece
    itself prints goes to standard error.

    With --load it is a property's options that are printed, and with --check-auth, where NAME is
    left out, whether the credentials work.
    """
    given = RunOptions(**options)
    given.check(name)
    is_watched = click.get_current_context().obj is PREPARED
    if not is_watched:
        _continue_in_workspace()
    if given.watch and not is_watched:
        from pieces_cli.running.watching import watch

        raise click.exceptions.Exit(watch(piece, given))
    with results_only() as stdout:
        results = Results(stdout)
        if given.listen:
            raise click.exceptions.Exit(_listen(piece, name, given, results))
        result, unkept = _result(piece, name, given, results)
        if not is_for_program():
            show_result(stdout, result)
    if unkept is None:
        return Outcome(data=result)
    show_error(unkept)
    return Outcome(data=result, problems=problems_of(unkept), exit_code=unkept.exit_code)


def _continue_in_workspace() -> None:
    from pieces_cli.interpreter import continue_in, piece_interpreter
    from pieces_engine.workspace.folders import find_workspace

    workspace = find_workspace()
    if workspace is not None:
        continue_in(piece_interpreter(workspace))


def _result(
    piece: str, name: str | None, options: RunOptions, results: Results
) -> tuple[JsonValue, PieceError | None]:
    """Return what was called returned, and why its HTTP was not kept after all."""
    import time

    from pieces_cli.running.calls import call_of
    from pieces_cli.running.cassettes import cassette
    from pieces_cli.running.event_loop import run_to_end
    from pieces_cli.running.local_run import find_local_piece
    from pieces_framework import PieceError

    local = find_local_piece(piece)
    call = call_of(local, name, options)
    returned: list[JsonValue] = []
    unkept = None
    try:
        with cassette(options, call.secrets):
            start_s = time.perf_counter()
            returned.append(run_to_end(call.start(), results))
            duration_s = time.perf_counter() - start_s
            click.echo(f"{call.label}: done in {duration_s:.2f} s ({local.origin})", err=True)
    except PieceError as error:
        if not returned:
            raise
        unkept = error
    return returned[0], unkept


def _listen(piece: str, name: str | None, options: RunOptions, results: Results) -> int:
    from pieces_cli.running.calls import local_run_of
    from pieces_cli.running.event_loop import run_to_end
    from pieces_cli.running.local_run import find_local_piece
    from pieces_framework import TriggerStrategy

    local_run = local_run_of(find_local_piece(piece), name, options)
    trigger = local_run.trigger
    if trigger is None or trigger.strategy is not TriggerStrategy.WEBHOOK:
        raise click.UsageError(f"--listen is for webhook triggers, and `{local_run.name}` is none")
    from pieces_cli.running.listen import listen

    return run_to_end(
        listen(
            local_run,
            results,
            port=DEFAULT_PORT if options.port is None else options.port,
            public_url=options.base_url(),
            limit=options.limit,
        ),
        results,
    )
