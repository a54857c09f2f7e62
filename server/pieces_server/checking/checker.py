"""Asking processes of their own what is wrong with a piece, within a time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pieces_server.errors import ChecksFailedError

from .child import CPU_S

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_framework.wire import JsonValue

_CHILDREN: Final = 2
"""How many check at once: a piece that takes all its time must not stop the others."""
_CHUNK_BYTES: Final = 64 * 1024
_KEPT_VARIABLES: Final = ("LD_LIBRARY_PATH", "PATH")


class Checker:
    """Rules applied to wheels. Threads may share it.

    A process that checks is started when it is needed and kept. One that takes too long, or dies,
    is ended, and the next wheel gets a new one.

    Args:
        wait_s: how long a wheel may take.
    """

    def __init__(self, *, wait_s: float = CPU_S) -> None:
        self._wait_s = wait_s
        self._free = threading.Semaphore(_CHILDREN)
        self._idle: deque[_Child] = deque()

    def findings(self, path: Path, *, label: str) -> Sequence[dict[str, JsonValue]]:
        """Return what rules find in a piece's wheel that was read and found sound.

        A finding is as `Finding.document` has it. Notes are left out, errors come first.

        Args:
            path: the wheel.
            label: how messages call it.

        Raises:
            ChecksFailedError: if a finding is an error, or if the checks take too long or too much.
        """
        with self._free:
            child = self._take()
            try:
                answer = child.ask(path, self._wait_s)
            except BaseException as error:
                child.end()
                if not isinstance(error, OSError):
                    raise
                what = f"the checks of `{label}` failed: {error}"
                raise ChecksFailedError(what, findings=()) from error
            self._idle.append(child)
        if "failed" in answer:
            what = f"the checks of `{label}` failed: {answer['failed']}"
            raise ChecksFailedError(what, findings=())
        findings: list[dict[str, JsonValue]] = answer["findings"]
        errors = [each for each in findings if each["severity"] == "error"]
        if errors:
            what = f"{errors[0]['path']}: {errors[0]['message']}"
            more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
            raise ChecksFailedError(
                f"`{label}` does not pass the checks: {what}{more}", findings=findings
            )
        return findings

    def close(self) -> None:
        """End the processes that have nothing to do."""
        while self._idle:
            self._idle.popleft().end()

    def _take(self) -> _Child:
        while True:
            try:
                child = self._idle.pop()
            except IndexError:
                return _Child()
            if child.is_alive():
                return child
            child.end()


class _Child:
    """A process that checks."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "pieces_server.checking.child"],
                env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                start_new_session=True,  # Ctrl-C is for the server, whose end is seen here
            )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    # Any: the answer is JSON of our own making, in two forms that `child` describes.
    def ask(self, path: Path, wait_s: float) -> dict[str, Any]:
        """Return the answer about a wheel.

        Raises:
            OSError: if there is none, or not in time.
        """
        self._socket.sendall(json.dumps(str(path)).encode() + b"\n")
        deadline = time.monotonic() + wait_s
        answer = bytearray()
        while not answer.endswith(b"\n"):
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                chunk = self._socket.recv(_CHUNK_BYTES)
            except TimeoutError as error:
                raise TimeoutError(f"they take longer than {wait_s:g} s") from error
            except ConnectionError:
                chunk = b""
            if not chunk:
                raise ConnectionError("they ended their process")
            answer += chunk
        found: dict[str, Any] = json.loads(answer)
        return found

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
