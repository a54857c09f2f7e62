"""What an import leaves behind, of which no audit event tells enough: compared before and after."""

from __future__ import annotations

import os
import resource
import sys
import threading
from contextlib import suppress
from io import RawIOBase, TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from typing_extensions import override

from .guard import Mode

if TYPE_CHECKING:
    from .guard import Guard

_SHOWN: Final = 80
"""How much of what was printed a message shows."""
_PRINTED: Final = "printed"
_PRINTED_BYTES: Final = 64 * 1024 * 1024
"""How large a file may become meanwhile: what prints without end fills no disk."""


class ImportWatch:
    """While it is entered, a piece is imported; what that did is noted by the guard.

    Standard output and error lead into a file meanwhile, below and above Python.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard: Final = guard
        self._threads: Final = _frames().keys()
        self._environment: Final = dict(os.environ)
        self._folder: Final = _folder()
        self._children: Final = _ended_children()
        self._outputs: Final = sys.stdout, sys.stderr
        self._printed: Final = os.open(_PRINTED, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        Path(_PRINTED).unlink()
        self._descriptors: Final = os.dup(1), os.dup(2)
        self._limits: Final = resource.getrlimit(resource.RLIMIT_FSIZE)

    def __enter__(self) -> Self:
        for descriptor in (1, 2):
            os.dup2(self._printed, descriptor)
        sys.stdout, sys.stderr = (_Silencer(self._guard) for _ in range(2))
        _, most = self._limits
        if most == resource.RLIM_INFINITY or most > _PRINTED_BYTES:
            resource.setrlimit(resource.RLIMIT_FSIZE, (_PRINTED_BYTES, most))
        self._guard.mode = Mode.IMPORTING
        return self

    def __exit__(self, *_error: object) -> None:
        self._guard.mode = Mode.OFFLINE
        for output in self._outputs:
            with suppress(OSError, ValueError):
                output.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)
        sys.stdout, sys.stderr = self._outputs
        for descriptor, was in enumerate(self._descriptors, start=1):
            os.dup2(was, descriptor)
            os.close(was)
        _note_print(self._guard, os.pread(self._printed, _SHOWN, 0))
        os.close(self._printed)
        self._note_started()
        self._note_environment()
        self._guard.note_open_sockets()

    def _note_started(self) -> None:
        if _has_children() or _ended_children() != self._children:
            self._guard.note("import-starts-no-process", "it started a process")
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in _frames().items():
            if ident not in self._threads:
                what = f"it left the thread {names.get(ident, ident)!r} running"
                place = self._guard.code.calling(frame)
                self._guard.note("import-starts-no-process", what, place)

    def _note_environment(self) -> None:
        rule, touched = "import-keeps-environment", self._guard.touched
        now = dict(os.environ)
        for name in sorted(self._environment.keys() | now.keys()):
            if self._environment.get(name) != now.get(name):
                # Its value may be a secret.
                what = f"it changed the environment variable `{name}`"
                self._guard.note(rule, what, touched.get(("os.putenv", name)))
        if (folder := _folder()) != self._folder:
            what = f"it changed the working folder to `{folder}`"
            self._guard.note(rule, what, touched.get(("os.chdir", "")))


class _Silencer(TextIOBase):
    """Takes the place of an output of Python's, and notes that it was used, and where."""

    def __init__(self, guard: Guard) -> None:
        self._guard: Final = guard
        self.buffer: Final = _Sink(guard)
        """Takes bytes, as that of `sys.stdout` does."""

    @override
    def write(self, text: str, /) -> int:
        _note_print(self._guard, text[:_SHOWN])
        return len(text)


class _Sink(RawIOBase):
    def __init__(self, guard: Guard) -> None:
        self._guard: Final = guard

    @override
    def write(self, data: Any, /) -> int:  # whatever holds bytes
        _note_print(self._guard, bytes(data[:_SHOWN]))
        return len(data)


def _note_print(guard: Guard, printed: str | bytes) -> None:
    text = printed if isinstance(printed, str) else printed.decode(errors="replace")
    if text.strip():
        guard.note("import-prints-nothing", f"it printed {text.strip()!r}", guard.calling())


def _frames() -> dict[int, Any]:  # frames, by the thread's id
    """Every thread that runs Python, also one that `threading` does not know."""
    return sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _has_children() -> bool:
    """Whether a process that this one started runs still, or was not waited for."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _ended_children() -> int:
    """A number that grows with each process that was started and waited for."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt


def _folder() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return "a folder that is gone"
