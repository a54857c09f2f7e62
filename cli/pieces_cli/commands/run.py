"""`pieces run`: call an action or a trigger of a piece on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from pieces_cli.reporting import INTERRUPTED, ReportingCommand, is_for_program
from pieces_cli.running.results import SCHEMA, Results, results_only

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from pieces_cli.running.local_run import LocalRun
    from pieces_engine import HookName
    from pieces_framework import JsonValue, WebhookPayload

T = TypeVar("T")

DEFAULT_PORT: Final = 4200
_FILE: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)
_STDIN: Final = "-"
_FRONTEND_URL: Final = "AP_FRONTEND_URL"
_HOOKS: Final = ["on_enable", "on_disable", "run", "test", "on_start", "on_handshake", "on_renew"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says, but for PIECE and NAME."""

    prop: Sequence[str]
    input_file: str | None
    hook: str | None
    payload: str | None
    listen: bool
    public_url: str | None
    port: int | None
    limit: int | None
    auth_env: str | None
    auth_file: str | None

    @property
    def base_url(self) -> str | None:
        """Where services reach this machine, or `None` if nothing says so.

        Raises:
            click.UsageError: if what says so is no HTTP address.
        """
        import os

        source, url = "--public-url", self.public_url
        if url is None:
            source, url = _FRONTEND_URL, os.environ.get(_FRONTEND_URL) or None
        if url is not None and not url.startswith(("http://", "https://")):
            raise click.UsageError(f"{source}: {url!r} does not begin with http:// or https://")
        return None if url is None else url.rstrip("/")


@click.command("run", cls=ReportingCommand, schema=SCHEMA)
@click.argument("piece")
@click.argument("name")
@click.option(
    "--prop", multiple=True, metavar="NAME=VALUE", help="Set a property; overrides --input."
)
@click.option(
    "--input", "input_file", type=_FILE, help="A JSON object with the properties; - is stdin."
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
@click.option("--listen", is_flag=True, help="Enable a webhook and run it for each request.")
@click.option("--public-url", help=f"Where services reach this machine; or {_FRONTEND_URL}.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Where --listen listens; 0 takes a free port.  [default: {DEFAULT_PORT}]",
)
@click.option("--limit", type=click.IntRange(min=1), help="End --listen after so many requests.")
@click.option(
    "--auth-env",
    metavar="VARIABLE",
    help="The variable that holds the text of a secret, or the JSON of a connection.",
)
@click.option(
    "--auth-file",
    type=_FILE,
    help="The file that holds the text of a secret, or the JSON of a connection; - is stdin.",
)
def run(*, piece: str, name: str, **options: Any) -> None:  # click passes what Options declares
    """Run NAME, an action or a trigger of PIECE, and print its result as JSON.

    PIECE is a piece of this workspace, else one that is installed. It runs with the workspace's
    .venv if Piecekit is installed in it, else with the Python of this command. What the piece
    itself prints goes to standard error.
    """
    _continue_in_workspace()
    with results_only() as stdout:
        results = Results(stdout, as_json=is_for_program())
        exit_code = _run(piece, name, Options(**options), results)
    if exit_code:
        raise click.exceptions.Exit(exit_code)


def _continue_in_workspace() -> None:
    from pieces_cli.interpreter import continue_in, piece_interpreter
    from pieces_cli.workspace import find_workspace

    workspace = find_workspace()
    if workspace is not None:
        continue_in(piece_interpreter(workspace))


def _run(piece: str, name: str, options: Options, results: Results) -> int:
    import time

    from pieces_cli.running.local_run import LocalRun, find_local_piece
    from pieces_cli.running.values import check_names, read_auth, read_props

    _check_combination(options)
    auth = read_auth(options.auth_env, options.auth_file)
    props = read_props(options.input_file, options.prop)
    local_run = LocalRun(local=find_local_piece(piece), name=name, auth=auth, props=props)
    check_names(local_run, options.prop)
    if options.listen:
        return _listen(local_run, options, results)
    label, work = _work(local_run, options)
    start_s = time.perf_counter()
    result = _await(work)
    duration_s = time.perf_counter() - start_s
    click.echo(f"{label}: done in {duration_s:.2f} s ({local_run.local.origin})", err=True)
    results.success(result)
    return 0


def _check_combination(options: Options) -> None:
    files = [options.input_file, options.payload, options.auth_file]
    if files.count(_STDIN) > 1:
        raise click.UsageError("only one of --input, --payload and --auth-file can be stdin")
    if options.listen:
        if options.hook or options.payload:
            raise click.UsageError("--listen calls the hooks itself: drop --hook and --payload")
    elif options.port is not None or options.limit is not None:
        raise click.UsageError("--port and --limit belong to --listen")


def _work(local_run: LocalRun, options: Options) -> tuple[str, Coroutine[Any, Any, JsonValue]]:
    """Return what messages call the run, and the run, not yet started."""
    from pieces_engine import HookName
    from pieces_framework import TriggerStrategy

    trigger = local_run.trigger
    if trigger is None:
        if options.hook or options.payload:
            raise click.UsageError(f"`{local_run.name}` is an action: it has no hooks or payload")
        return local_run.label, local_run.run_action()
    hook = HookName(options.hook or "run")
    has_url = trigger.strategy in {TriggerStrategy.WEBHOOK, TriggerStrategy.APP_WEBHOOK}
    takes_payload = trigger.strategy is not TriggerStrategy.POLLING and hook in {
        HookName.RUN,
        HookName.ON_START,
        HookName.ON_HANDSHAKE,
    }
    if options.payload and not takes_payload:
        raise click.UsageError("--payload goes with the hook `run` of a webhook trigger")
    registers = hook in {HookName.ON_ENABLE, HookName.ON_DISABLE, HookName.ON_RENEW}
    if has_url and registers and not options.base_url:
        raise click.UsageError(
            f"`{hook.value}` tells the service a URL: give --public-url or set {_FRONTEND_URL}"
        )
    label = f"{local_run.label} {hook.value}"
    payload = _payload(options.payload)
    if not has_url:
        return label, local_run.run_hook(hook, payload=payload)
    base_url = options.base_url or f"http://127.0.0.1:{DEFAULT_PORT}"
    return label, _run_webhook(local_run, hook, base_url, payload)


async def _run_webhook(
    local_run: LocalRun, hook: HookName, base_url: str, payload: WebhookPayload | None
) -> JsonValue:
    url = f"{base_url}{await local_run.webhook_path()}"
    return await local_run.run_hook(hook, webhook_url=url, payload=payload)


def _payload(file: str | None) -> WebhookPayload | None:
    from pieces_cli.running.values import read_bytes
    from pieces_framework.payload import read_payload

    return None if file is None else read_payload(read_bytes("--payload", file))


def _listen(local_run: LocalRun, options: Options, results: Results) -> int:
    from pieces_framework import TriggerStrategy

    trigger = local_run.trigger
    if trigger is None or trigger.strategy is not TriggerStrategy.WEBHOOK:
        raise click.UsageError(f"--listen is for webhook triggers, and `{local_run.name}` is none")
    from pieces_cli.running.listen import listen

    return _await(
        listen(
            local_run,
            results,
            port=DEFAULT_PORT if options.port is None else options.port,
            public_url=options.base_url,
            limit=options.limit,
        )
    )


def _await(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, as `asyncio.run` does, but let Ctrl-C end it whatever it does."""
    import asyncio
    import os
    import threading

    runner = asyncio.Runner()
    try:
        return runner.run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):
        if threading.active_count() > 1:
            # A plain `def` of the piece may run in a thread: none can be stopped, and Python
            # would wait for it.
            click.echo("aborted", err=True)
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt from None
    finally:
        runner.close()
