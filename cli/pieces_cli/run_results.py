"""What `pieces run` prints: results as JSON, errors as text or in the `--json` document."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from .reporting import show_error

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
            self._write({"schema": SCHEMA, "ok": True, "data": data, "problems": []})
        else:
            self._write(data)

    def failure(self, error: PieceError | click.UsageError) -> None:
        """Write the `--json` document that says what failed."""
        problems = _problems(error)
        self._write({"schema": SCHEMA, "ok": False, "data": None, "problems": problems})

    def request_failure(self, error: PieceError) -> None:
        """Report an error that does not end the command."""
        show_traceback(error)
        show_error(error)
        if self._as_json:
            self.failure(error)

    def _write(self, value: JsonValue) -> None:
        import json

        text = json.dumps(value, ensure_ascii=False, indent=None if self._as_json else 2)
        # Half a surrogate pair has no UTF-8; its escaped form is what JSON writes for it.
        self._stream.write(f"{text}\n".encode("utf-8", "backslashreplace"))
        self._stream.flush()


def show_traceback(error: PieceError) -> None:
    """Print where in the piece's own code `error` comes from, if it does."""
    from pieces_framework import AuthorCodeError

    if isinstance(error, AuthorCodeError):
        click.echo(error.traceback, err=True, nl=False)


def _is_descriptor(stream: TextIO | None, number: int) -> bool:
    try:
        return stream is not None and stream.fileno() == number  # `None`: started without it
    except OSError:  # it has none
        return False


def _problems(error: PieceError | click.UsageError) -> list[JsonValue]:
    from pieces_framework import AuthorCodeError

    if isinstance(error, click.UsageError):
        return [_problem("usage", error.format_message())]
    rule = error.code.lower().replace("_", "-")
    path, line = (error.path, error.line) if isinstance(error, AuthorCodeError) else ("", None)
    return [
        _problem(rule, message, hint=error.hint, path=path, line=line) for message in error.messages
    ]


def _problem(
    rule: str, message: str, *, hint: str = "", path: str = "", line: int | None = None
) -> JsonValue:
    return {
        "rule": rule,
        "severity": "error",
        "path": path or None,
        "line": line,
        "message": message,
        "hint": hint or None,
    }
