"""What `pieces run` prints on standard output: results, and nothing of what the piece prints."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from pieces_cli.documents import document, problem, problems_of, write_json
from pieces_cli.reporting import is_for_program, show_error
from pieces_cli.terminal import has_colours

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


def show_result(stream: BinaryIO, data: JsonValue) -> None:
    """Write a result for a reader: JSON, with colours where they are wanted."""
    if not has_colours(stream):
        write_json(stream, data, indent=2)
        return
    from rich.console import Console

    console = Console(force_terminal=True, soft_wrap=True)
    with console.capture() as coloured:
        console.print_json(data=data, ensure_ascii=False)
    # Half a surrogate pair has no UTF-8.
    stream.write(coloured.get().encode("utf-8", "backslashreplace"))
    stream.flush()


class Results:
    """Standard output of a command that runs something, perhaps for request after request.

    With `--json` each run is a document on a line of its own: of the result or of its error.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: Final = stream
        self._for_program: Final = is_for_program()

    def success(self, data: JsonValue) -> None:
        """Write the result of a run."""
        if self._for_program:
            write_json(self._stream, document(SCHEMA, ok=True, data=data))
        else:
            show_result(self._stream, data)

    def request_failure(self, error: PieceError) -> None:
        """Report an error that does not end the command."""
        show_error(error)
        if self._for_program:
            problems = problems_of(error)
            write_json(self._stream, document(SCHEMA, ok=False, problems=problems))

    def aborted(self) -> None:
        """Report that a signal ended the run.

        Also from a signal's handler: that may stand in the middle of a `print` of the piece, in
        which Python's own streams refuse another one.
        """
        with suppress(OSError):  # started without standard error
            os.write(_STDERR, b"aborted\n")
        if self._for_program:
            problems = [problem("aborted", "aborted")]
            write_json(self._stream, document(SCHEMA, ok=False, problems=problems))


def _is_descriptor(stream: TextIO | None, number: int) -> bool:
    try:
        return stream is not None and stream.fileno() == number  # `None`: started without it
    except OSError:  # it has none
        return False
