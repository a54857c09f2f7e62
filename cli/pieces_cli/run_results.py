"""What `pieces run` prints: results as JSON, errors as text or in the `--json` document."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework import JsonValue, PieceError

SCHEMA: Final = "pieces.run/1"


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

    def items(self, items: JsonValue) -> None:
        """Write the list that one request led to."""
        self._write(items)

    def failure(self, error: PieceError | click.UsageError) -> None:
        """Write the `--json` document that says what failed."""
        problems = _problems(error)
        self._write({"schema": SCHEMA, "ok": False, "data": None, "problems": problems})

    def _write(self, value: JsonValue) -> None:
        import json

        text = json.dumps(value, ensure_ascii=False, indent=None if self._as_json else 2)
        # Half a surrogate pair has no UTF-8; its escaped form is what JSON writes for it.
        self._stream.write(f"{text}\n".encode("utf-8", "backslashreplace"))
        self._stream.flush()


def show_error(error: PieceError) -> None:
    """Print an error that does not end the command."""
    show_traceback(error)
    click.echo(f"error: {error.message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)


def show_traceback(error: PieceError) -> None:
    """Print where in the piece's own code `error` comes from, if it does."""
    from pieces_engine import AuthorCodeError

    if isinstance(error, AuthorCodeError):
        click.echo(error.traceback, err=True, nl=False)


def _problems(error: PieceError | click.UsageError) -> list[JsonValue]:
    from pieces_framework import DefinitionError, PropsError

    if isinstance(error, click.UsageError):
        return [_problem("usage", error.format_message(), "")]
    messages: Sequence[str] = [error.message]
    if isinstance(error, DefinitionError):
        messages = error.problems
    elif isinstance(error, PropsError):
        messages = [f"`{name}`: {reason}" for name, reason in error.problems.items()]
    rule = error.code.lower().replace("_", "-")
    return [_problem(rule, message, error.hint) for message in messages]


def _problem(rule: str, message: str, hint: str) -> JsonValue:
    return {
        "rule": rule,
        "severity": "error",
        "path": None,
        "line": None,
        "message": message,
        "hint": hint or None,
    }
