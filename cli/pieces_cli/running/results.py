"""What `pieces run` prints on standard output: results, and nothing of what the piece prints."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, BinaryIO, Final

from pieces_cli.documents import document, problems_of, write_json
from pieces_cli.reporting import show_error

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    from pieces_framework import JsonValue, PieceError

SCHEMA: Final = "pieces.run/1"
_STDOUT: Final = 1
_STDERR: Final = 2


@contextmanager
def results_only() -> Generator[BinaryIO]:
    """Yield standard output; what anything else writes there goes to standard error meanwhile.

    That holds for the processes that a piece starts too, unless standard output is not the
    descriptor of that name.
    """
    if not (_is_descriptor(sys.stdout, _STDOUT) and _is_descriptor(sys.stderr, _STDERR)):
        stream = sys.stdout.buffer
        with redirect_stdout(sys.stderr):
            yield stream
        return
    with os.fdopen(os.dup(_STDOUT), "wb") as stream, redirect_stdout(sys.stderr):
        os.dup2(_STDERR, _STDOUT)
        try:
            yield stream
        finally:
            os.dup2(stream.fileno(), _STDOUT)


class Results:
    """Standard output, where nothing but results goes.

    Args:
        stream: where to write, in UTF-8.
        as_json: whether it is for a program: a line for each document, and the result wrapped in
            the one that also reports errors.
    """

    def __init__(self, stream: BinaryIO, *, as_json: bool) -> None:
        self._stream: Final = stream
        self._as_json: Final = as_json

    def success(self, data: JsonValue) -> None:
        """Write the result of a run."""
        if self._as_json:
            write_json(self._stream, document(SCHEMA, ok=True, data=data))
        else:
            write_json(self._stream, data, indent=2)

    def request_failure(self, error: PieceError) -> None:
        """Report an error that does not end the command."""
        show_error(error)
        if self._as_json:
            problems = problems_of(error)
            write_json(self._stream, document(SCHEMA, ok=False, problems=problems))


def _is_descriptor(stream: TextIO | None, number: int) -> bool:
    try:
        return stream is not None and stream.fileno() == number  # `None`: started without it
    except OSError:  # it has none
        return False
