"""Processes that run the code of pieces: each has a group of its own, and none outlives us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NoReturn

from pieces_framework.errors import PieceError

from .orphan_watch import ORPHANS

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

_lock: Final = threading.Lock()
_running: Final[set[subprocess.Popen[bytes]]] = set()
_ending: Final = threading.Event()
_OURS: Final = ("AP_", "PGPASS", "TWINE_", "UV_PUBLISH_", "ACTIONS_ID_TOKEN_REQUEST_")
"""How the variables begin that publish, or that an instance or its database goes by."""


class ChildEndedError(PieceError):
    """A child was ended, or not begun, since who wanted it ends."""

    exit_code = 130  # as after Ctrl-C
    code = "ENDED"

    def __init__(self) -> None:
        super().__init__("it is being ended: the piece is not imported to the end")


def piece_environment() -> dict[str, str]:
    """Return our environment for a process that runs a piece's code: without what is ours."""
    # Settings are read in any case of letters.
    environ = os.environ.items()
    return {name: value for name, value in environ if not name.upper().startswith(_OURS)}


def run_child(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout_s: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a process to its end, and end then what it has left running in its group.

    Ctrl-C at a terminal does not reach it: it is for us. If we end first, however, it ends too.

    Raises:
        ChildEndedError: if `end_children` was called.
        subprocess.TimeoutExpired: if it did not come to its end.
        OSError: if it cannot be started.
    """
    # Files, not pipes: what a child leaves running could hold a pipe open.
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr, terminable():
        with _lock:
            if _ending.is_set():
                raise ChildEndedError
            ORPHANS.begin()
            process = subprocess.Popen(  # noqa: S603 -- the author's interpreter and code
                command,
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                process_group=0,
            )
            ORPHANS.begun(-process.pid)
            _running.add(process)
        _wait(process, timeout_s)
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(
            command, process.returncode, stdout.read(), stderr.read()
        )


@contextmanager
def watched(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Have a process that is in our own group end if we end before the block does."""
    ORPHANS.begin()
    ORPHANS.begun(process.pid)
    try:
        yield
    finally:
        ORPHANS.ended(process.pid)


@contextmanager
def child_pool(workers: int) -> Generator[ThreadPoolExecutor]:
    """Give threads that run children; what is left by an exception, such as Ctrl-C, ends at once.

    While it is open, SIGTERM is such an exception too.
    """
    pool = ThreadPoolExecutor(workers)
    try:
        with terminable():
            yield pool
    except BaseException:
        end_children(pool)
        raise
    pool.shutdown()


def end_children(pool: ThreadPoolExecutor) -> None:
    """End the children that the threads of a pool wait for, and then the threads.

    What has not begun does not begin. A thread that waits for no child comes to its end.
    """
    pool.shutdown(wait=False, cancel_futures=True)
    with _lock:
        _ending.set()
        for process in _running:
            _kill(process)
    try:
        pool.shutdown()
    finally:
        _ending.clear()


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    given_up = threading.Event()

    def give_up() -> None:
        given_up.set()
        _kill(process)

    # A wait with a timeout would look only now and then whether the child has ended.
    timer = threading.Timer(timeout_s, give_up)
    timer.start()
    try:
        process.wait()
    finally:
        timer.cancel()
        _kill(process)
        process.wait()
        with _lock:
            ORPHANS.ended(-process.pid)
            _running.discard(process)
    if _ending.is_set():
        raise ChildEndedError
    if given_up.is_set():
        raise subprocess.TimeoutExpired(process.args, timeout_s)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):  # the latter: on macOS, if all have ended
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def terminable() -> Generator[None]:
    """Let SIGTERM leave the block by `SystemExit`, so that everything is tidied up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminated(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)  # as shells count
