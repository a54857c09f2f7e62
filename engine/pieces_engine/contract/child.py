"""The process of a probe, as the one that starts it sees it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Final

from .advice import ENDED, NEVER_STARTED, STRANGE_DECLARATION, STRANGE_WRITING, of_hang
from .verdict import NOWHERE, Place

if TYPE_CHECKING:
    from .probe import Job, Message

_START_S: Final = 60.0
"""How long an interpreter may take to start on a busy machine."""
_WHERE_S: Final = 1.0
"""How long a process that hangs may take to say where."""
_GRACE_S: Final = 0.3
"""What was written in time may be read this much later."""
_CHUNK_BYTES: Final = 65536
_PROBE: Final = "pieces_engine.contract.probe"


class LostError(Exception):
    """The process is no more: it hung and was killed, or it ended by itself.

    Args:
        how: as messages say it, after the name of what was looked at.
        place: the line of the piece that it was at, if it could say so.
        hint: what to do about it.
    """

    def __init__(self, how: str, place: Place = NOWHERE, *, hint: str) -> None:
        super().__init__(how)
        self.how: Final = how
        self.place: Final = place
        self.hint: Final = hint


class Child:
    """One probe.

    It runs in a session and a folder of its own; both are removed by `close`.

    Args:
        job: what it shall do.
        deadline_s: seconds for each step of it.
        hash_seed: by which its sets are ordered.
    """

    def __init__(self, job: Job, *, deadline_s: float, hash_seed: int) -> None:
        self._deadline_s: Final = deadline_s
        self._begun: Message | None = None
        self._is_timed = False
        self._is_closed = False
        self._limit = time.monotonic() + _START_S
        self._folder: Final = tempfile.mkdtemp(prefix="contract-")
        self._errors: Final[IO[bytes]] = tempfile.TemporaryFile()  # noqa: SIM115 -- see `close`
        self._buffer = b""
        self._token: Final = secrets.token_hex(8).encode()
        self._chunks: Final[SimpleQueue[bytes]] = SimpleQueue()
        outgoing, out = os.pipe()
        incoming, self._in = os.pipe()
        try:
            self._process: Final = subprocess.Popen(  # noqa: S603 -- our own module
                [sys.executable, "-P", "-W", "ignore", "-m", _PROBE],
                stdin=incoming,
                stdout=out,
                stderr=self._errors,
                cwd=self._folder,
                env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
                start_new_session=True,
            )
        finally:
            os.close(out)
            os.close(incoming)
        # It never waits for us: what it is timed by is its own work.
        reader = threading.Thread(target=_read_all, args=(outgoing, self._chunks), daemon=True)
        reader.start()
        self._write(self._token)
        self.send(job)

    @property
    def begun(self) -> Message:
        """What it said last that it looks at."""
        return self._begun or {"rule": "imports", "part": "", "path": "", "line": None}

    def send(self, message: Mapping[str, object]) -> None:
        """Write one line; that the process is gone is seen when it is read from."""
        self._write(json.dumps(message).encode())

    def receive(self) -> Message:
        """Wait for the next message.

        Raises:
            LostError: if the process ended, or took longer for one step than it may.
        """
        message = self._read(max(self._limit - time.monotonic(), _GRACE_S))
        if message["kind"] == "crash":
            self._kill()
            place = Place(path=message["path"], line=message["line"])
            raise LostError(message["how"], place, hint=STRANGE_DECLARATION)
        if self._is_timed and message.get("at", 0) > self._limit:
            self._kill()
            raise self._hung()
        if message["kind"] == "begin":
            self._begun, self._is_timed = message, True
            self._limit = message["at"] + self._deadline_s
        elif message["kind"] != "verdict":
            self._is_timed = False
            self._limit = time.monotonic() + _START_S
        return message

    def close(self) -> None:
        """End the process and all it started, and remove what it left."""
        if not self._is_closed:
            self._is_closed = True
            self._kill()
            os.close(self._in)
            self._errors.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, timeout_s: float) -> Message:
        end = time.monotonic() + timeout_s
        while b"\n" not in self._buffer:
            try:
                chunk = self._chunks.get(timeout=max(end - time.monotonic(), 0))
            except Empty:
                raise self._hung(self._where()) from None
            if not chunk:
                raise self._ended()
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        message = self._message(line)
        if message is None:
            self._kill()
            raise LostError("wrote into the suite's own pipe", hint=STRANGE_WRITING)
        return message

    def _message(self, line: bytes) -> Message | None:
        """Read a line of the probe; `None` for what something else wrote."""
        with contextlib.suppress(ValueError):
            if line.startswith(self._token):
                message: Message = json.loads(line.removeprefix(self._token))
                return message
        return None

    def _write(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._in, line + b"\n")

    def _hung(self, place: Place = NOWHERE) -> LostError:
        how = f"did not end within {self._deadline_s:g} s"
        return LostError(how, place, hint=of_hang(self.begun["rule"]))

    def _where(self) -> Place:
        """Ask a process that hangs at which line; one that does not even answer is nowhere."""
        self.send({"kind": "where"})
        end = time.monotonic() + _WHERE_S
        with contextlib.suppress(Empty):
            while chunk := self._chunks.get(timeout=max(end - time.monotonic(), 0)):
                self._buffer += chunk
                for line in self._buffer.split(b"\n")[:-1]:
                    said = self._message(line)
                    if said and said["kind"] == "where":
                        self._kill()
                        return Place(path=said["path"], line=said["line"])
        self._kill()
        return NOWHERE

    def _ended(self) -> LostError:
        end = time.monotonic() + _WHERE_S
        while not self._has_ended() and time.monotonic() < end:
            time.sleep(0.005)
        self._kill()
        if self._begun is None:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            how = f"cannot be looked at: {said[-1] if said else 'the probe did not start'}"
            return LostError(how, hint=NEVER_STARTED)
        status = self._process.returncode
        if status < 0:
            return LostError(f"ended the process: {signal.strsignal(-status)}", hint=ENDED)
        return LostError(f"ended the process with status {status}", hint=ENDED)

    def _has_ended(self) -> bool:
        """Whether it ended; its id stays taken until it is waited for."""
        state = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return os.waitid(os.P_PID, self._process.pid, state) is not None

    def _kill(self) -> None:
        """End the process, and what is left of its session, while the id is surely its own."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _read_all(descriptor: int, chunks: SimpleQueue[bytes]) -> None:
    """Take what a pipe gives until it ends, which empty bytes say."""
    with open(descriptor, "rb", buffering=0) as pipe:
        while chunk := pipe.read(_CHUNK_BYTES):
            chunks.put(chunk)
    chunks.put(b"")
