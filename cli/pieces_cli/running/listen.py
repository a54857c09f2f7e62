"""`pieces run --listen`: a webhook trigger, live on this machine.

Imported only when it listens, so unlike the other commands it may import what it needs on top.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

import click
import uvicorn
from typing_extensions import override

from pieces_engine import HookName
from pieces_framework import PieceError

from .webhook_endpoint import WebhookEndpoint

if TYPE_CHECKING:
    from .local_run import LocalRun
    from .results import Results

HOST: Final = "127.0.0.1"


class ListenError(PieceError):
    """The port cannot be listened on."""

    code = "LISTEN"


async def listen(
    local_run: LocalRun, results: Results, *, port: int, public_url: str | None, limit: int | None
) -> int:
    """Enable the trigger, run it for each request, and disable it at the end.

    It ends after `limit` requests, or with SIGINT or SIGTERM: the first lets requests that are
    running finish, each further one gives up on what is being waited for.

    Args:
        local_run: a webhook trigger.
        results: what takes the list of each run, and the error of each that fails.
        port: where to listen on the loopback address; 0 takes a free port.
        public_url: what services see in front of it, without a slash at its end; the listener
            itself if `None`.
        limit: after how many requests to end; `None` for never.

    Returns:
        The exit code: 0, or 128 and the signal's number.

    Raises:
        ListenError: if it cannot listen.
        PieceError: what `on_enable` or `on_disable` raised.
    """
    path = await local_run.webhook_path()
    with _listening_socket(port) as listening:
        base = public_url or f"http://{HOST}:{listening.getsockname()[1]}"
        endpoint = WebhookEndpoint(local_run, results, base_url=base, path=path, limit=limit)
        stopping = _Stopping(endpoint)
        with stopping.on_signals():
            await _session(local_run, endpoint, listening, stopping)
    return 0 if stopping.signal is None else 128 + stopping.signal


async def _session(
    local_run: LocalRun, endpoint: WebhookEndpoint, listening: socket.socket, stopping: _Stopping
) -> None:
    is_enabled = False
    try:
        # It serves before `on_enable`: services call the URL back before they accept it.
        async with _serving(endpoint, listening):
            await local_run.run_hook(HookName.ON_ENABLE, webhook_url=endpoint.url)
            is_enabled = stopping.is_gentle = True
            click.echo(f"listening on {endpoint.url}", err=True)
            click.echo(_how_to_try(endpoint), err=True)
            await endpoint.done.wait()
    except asyncio.CancelledError:
        if not is_enabled:
            _say_how_to_disable(local_run, endpoint)
        raise
    finally:
        if is_enabled:
            await _disable(local_run, endpoint)


async def _disable(local_run: LocalRun, endpoint: WebhookEndpoint) -> None:
    try:
        await local_run.run_hook(HookName.ON_DISABLE, webhook_url=endpoint.url)
    except BaseException:
        _say_how_to_disable(local_run, endpoint)
        raise
    click.echo(f"stopped after {_requests(endpoint.handled)}; on_disable is done", err=True)


def _say_how_to_disable(local_run: LocalRun, endpoint: WebhookEndpoint) -> None:
    command = f"pieces run {local_run.label} --hook on_disable --public-url {endpoint.base_url}"
    click.echo(
        f"on_disable is not done; to run it, with the same properties and credentials: {command}",
        err=True,
    )


def _how_to_try(endpoint: WebhookEndpoint) -> str:
    json_type = "-H 'Content-Type: application/json'"
    return (
        f"try it: curl {json_type} -d '{{}}' {endpoint.url}\n"
        "Ctrl-C disables the trigger and ends this"
    )


def _requests(number: int) -> str:
    return f"{number} request" if number == 1 else f"{number} requests"


class _Stopping:
    """SIGINT and SIGTERM, turned into the end of the session that makes it."""

    def __init__(self, endpoint: WebhookEndpoint) -> None:
        self._endpoint: Final = endpoint
        self._task: Final = asyncio.current_task()
        self.is_gentle = False
        """Whether the next signal lets requests finish, rather than cancelling the session."""
        self.signal: int | None = None
        """The first signal that came."""

    @contextmanager
    def on_signals(self) -> Generator[None]:
        """Listen for the signals until the block ends."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._arrived, number)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _arrived(self, number: int) -> None:
        self.signal = self.signal or number
        if self.is_gentle and not self._endpoint.done.is_set():
            click.echo(f"stopping{self._waiting()}", err=True)
            self._endpoint.done.set()
        elif self._task is not None:
            self._task.cancel()

    def _waiting(self) -> str:
        if not self._endpoint.open:
            return ""
        return f": waiting for {_requests(self._endpoint.open)}; Ctrl-C again to stop at once"


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone: the session has its own way to end."""
        yield


@asynccontextmanager
async def _serving(endpoint: WebhookEndpoint, listening: socket.socket) -> AsyncGenerator[None]:
    """Serve while the block runs; at its end finish the requests that are running."""
    config = uvicorn.Config(
        endpoint, http="h11", ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@contextmanager
def _listening_socket(port: int) -> Generator[socket.socket]:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            # Here rather than in the server: a port can be taken between the two calls.
            listening.listen()
        except OSError as error:
            raise ListenError(
                f"cannot listen on {HOST}:{port}: {error.strerror}",
                hint="choose another --port; 0 takes a free one",
            ) from error
        yield listening
