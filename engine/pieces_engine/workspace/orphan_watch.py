"""A process that outlives us, to end the children that we could not: after `kill -9`, or a crash.

It is told each child that begins, and that ends. When it is told no more, since we have ended,
however that was, it kills those that are left. One is enough for all children.

Run as a program it is that process. It imports little, to start in a moment.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class OrphanWatch:
    """The watch over our children. Threads may share it.

    A child is a number as `os.kill` takes it: a process, or with a minus a group of them.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def begun(self, child: int) -> None:
        """Watch over a child."""
        self._tell(f"begun {child}\n")

    def ended(self, child: int) -> None:
        """Leave a child alone from now on: its number may soon be another's."""
        self._tell(f"ended {child}\n")

    def begin(self) -> None:
        """Start the process, if there is none.

        Raises:
            OSError: if it cannot be started.
        """
        with self._lock:
            if self._process is not None or sys.platform == "win32":
                return
            self._process = subprocess.Popen(  # noqa: S603 -- ourselves
                [sys.executable, "-I", "-S", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # what ends our group, or our terminal's, leaves it running
            )
            atexit.register(self._end)

    def _tell(self, line: str) -> None:
        if self._process and self._process.stdin:
            with suppress(BrokenPipeError):  # somebody has ended it: there is no watch then
                # Not through the buffer: a line that a signal interrupts must not be half sent.
                os.write(self._process.stdin.fileno(), line.encode())

    def _end(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait()


ORPHANS: Final = OrphanWatch()
"""The one of this process."""


def children_left(lines: Iterable[str]) -> set[int]:
    """Return the children that have begun and not ended.

    >>> children_left(["begun 12", "begun -13", "ended 12"])
    {-13}
    """
    left: set[int] = set()
    for line in lines:
        what, child = line.split()
        (left.add if what == "begun" else left.discard)(int(child))
    return left


def main() -> None:
    """Wait until the last line, then end what is left."""
    for child in children_left(sys.stdin):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
