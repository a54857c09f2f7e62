"""What keeps a probe's process in bounds: an audit hook that cuts the network and sees writes.

An audit hook stays for good, which is why this is only for a process of its own.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import weakref
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from .network import LOOKUPS, NETWORK, blocked
from .verdict import NOWHERE, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROCESSES: Final = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile"}
    | {"os.fork", "os.forkpty", "pty.spawn"}
)
_CHANGES: Final = frozenset(
    {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
    | {"os.chmod", "os.chown", "os.utime", "os.setxattr", "sqlite3.connect"}
)
_WRITING_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_COMPILED: Final = re.compile(r"(^|/)__pycache__(/[^/]*\.pyc(\.\d+)?)?$")
"""Bytecode is Python's own to write: the folder, a file of it, and what is renamed to one."""


class Mode(Enum):
    """What the process may do."""

    OPEN = "open"
    """Everything."""
    LOOPBACK = "loopback"
    """Everything but to reach another machine."""
    OFFLINE = "offline"
    """Everything but to reach any host, this machine included."""
    IMPORTING = "importing"
    """As `OFFLINE`; and what an import must not do is noted."""


class Code:
    """The files of a piece, to find the line of them that runs.

    Args:
        root: the folder of its package, or its one module.
    """

    def __init__(self, root: str) -> None:
        self._root: Final = os.path.realpath(root) if root else ""

    def holds(self, file: str) -> bool:
        """Whether a file is the piece's own."""
        path = os.path.realpath(file)
        return bool(self._root) and (path == self._root or path.startswith(self._root + os.sep))

    def calling(self, frame: FrameType | None) -> Place:
        """Return the innermost line of the piece on the way to `frame`."""
        while frame is not None:
            if self.holds(frame.f_code.co_filename):
                return Place(path=frame.f_code.co_filename, line=frame.f_lineno)
            frame = frame.f_back
        return NOWHERE

    def raising(self, error: BaseException) -> Place:
        """Return the innermost line of the piece through which `error` went."""
        place = NOWHERE
        trace = error.__traceback__
        while trace is not None:
            if self.holds(trace.tb_frame.f_code.co_filename):
                place = Place(path=trace.tb_frame.f_code.co_filename, line=trace.tb_lineno)
            trace = trace.tb_next
        return place

    def running(self) -> Place:
        """Return a line of the piece that some thread is at."""
        frames = sys._current_frames().values()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return next((place for frame in frames if (place := self.calling(frame)).path), NOWHERE)


class Guard:
    """The audit hook of this process. Make one only.

    Args:
        code: the piece's files.
    """

    def __init__(self, code: Code) -> None:
        self.code: Final = code
        self.mode = Mode.OPEN
        self.asked_network = False
        """Whether the network was asked for since this was last set to false."""
        self.refused: tuple[str, Place] | None = None
        """What reached for another machine in `LOOPBACK`, as a message, and where; the first."""
        self.noted: Final[dict[str, tuple[str, Place]]] = {}
        """By promise, the first thing an import did against it, and where."""
        self.touched: Final[dict[tuple[str, str], Place]] = {}
        """Where an import touched the working folder or a variable, by event and name."""
        self._sockets: Final[list[tuple[weakref.ref[socket.socket], Place]]] = []
        sys.addaudithook(self._audit)

    def note(self, rule: str, what: str, place: Place | None = None) -> None:
        """Note what an import did against a promise; the first of it stays."""
        self.noted.setdefault(rule, (what, place or NOWHERE))

    def note_open_sockets(self) -> None:
        """Note a socket that an import has opened and not closed.

        One that is closed again was a trial, such as whether there is IPv6.
        """
        for reference, place in self._sockets:
            opened = reference()
            if opened is not None and opened.fileno() != -1:
                self.note("import-opens-no-socket", "it left a socket open", place)

    def calling(self) -> Place:
        """Return the innermost line of the piece on the way to the caller."""
        return self.code.calling(sys._getframe())  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:  # as each event has them
        if self.mode is Mode.OPEN:
            return
        if self.mode is Mode.LOOPBACK:
            if why := blocked(event, arguments):
                self.refused = self.refused or (why, self.calling())
                raise ConnectionRefusedError(why)
            return
        if event in NETWORK:
            self.asked_network = True
            self._note("import-opens-no-socket", f"it called `{event}`{_to(arguments)}")
            if event in LOOKUPS:
                raise socket.gaierror(socket.EAI_AGAIN, "the contract suite has no network")
            raise ConnectionRefusedError("the contract suite has no network")
        if self.mode is Mode.IMPORTING:
            self._audit_import(event, arguments)

    def _audit_import(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _PROCESSES:
            command = arguments[0] if arguments else ""
            self._note("import-starts-no-process", f"it started {command!r} (`{event}`)")
        elif event in _CHANGES or (event == "open" and _is_writing(*arguments[:3])):
            paths = [os.fsdecode(each) for each in arguments if isinstance(each, str | bytes)]
            if paths and not any(_is_harmless(path) for path in paths):
                self._note("import-writes-no-file", f"it changed `{paths[0]}` (`{event}`)")
        elif event == "socket.__new__" and isinstance(arguments[0], socket.socket):
            self._sockets.append((weakref.ref(arguments[0]), self.calling()))
        elif event in {"os.putenv", "os.unsetenv"}:
            self.touched["os.putenv", os.fsdecode(arguments[0])] = self.calling()
        elif event == "os.chdir":
            self.touched[event, ""] = self.calling()

    def _note(self, rule: str, what: str) -> None:
        if self.mode is Mode.IMPORTING and rule not in self.noted:
            self.note(rule, what, self.calling())


def code_root(entry_point: str) -> str:
    """Return the folder of the package that an entry point names, or its file; empty if none."""
    from importlib.util import find_spec

    try:
        spec = find_spec(entry_point.partition(":")[0].partition(".")[0])
    except (ImportError, ValueError):
        return ""
    if spec is None or spec.origin is None:
        return ""
    file = Path(spec.origin)
    return str(file.parent if file.name == "__init__.py" else file)


def _is_writing(path: object, mode: object, flags: object) -> bool:
    if isinstance(path, int):  # a descriptor that is open already
        return False
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING_FLAGS)


def _is_harmless(path: str) -> bool:
    return bool(_COMPILED.search(path)) or path in {os.devnull, ":memory:"}


def _to(arguments: tuple[Any, ...]) -> str:  # of an event
    return "".join(_addresses(arguments))


def _addresses(arguments: tuple[Any, ...]) -> Iterator[str]:  # of an event
    for argument in arguments[:2]:
        if isinstance(argument, str | tuple):
            yield f" for {argument!r}"
            return
