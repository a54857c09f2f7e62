"""The one place where what a command did, or an error, becomes output and an exit code."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from typing_extensions import override

from .documents import document, problem, problems_of, write_json

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import TextIO

    from pieces_framework import JsonValue
    from pieces_framework.errors import PieceError

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of SIGINT, as shells count."""

NO_PIECE: Final = "There is no piece yet: make one with `pieces create`."
"""What a command says that had nothing to do; it ends well."""
_STEERING: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FLAG: Final = "--json"
_FOR_PROGRAM: Final = "pieces_cli.for_program"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a command returns: the content of its `--json` document, and its exit code.

    What a reader is to see of it has been said already.
    """

    data: JsonValue = None
    problems: Sequence[JsonValue] = ()
    exit_code: int = 0
    ok: bool | None = None
    """Whether all went well; `None` where the exit code says so."""


class ReportingCommand(click.Command):
    """A command whose errors end as `error: …`, `hint: …` and an exit code.

    With a `schema`, such as `pieces.check/1`, it has the flag `--json`: then standard output is
    one document of that schema, made of the `Outcome` that its function returns or of the error.
    """

    def __init__(self, *args: Any, schema: str = "", **options: Any) -> None:  # as click takes them
        super().__init__(*args, **options)
        self.schema: Final = schema
        if schema:
            flag = click.Option(
                [_FLAG],
                is_flag=True,
                expose_value=False,
                help="Print one JSON document, errors too; all else goes to standard error.",
            )
            self.params.append(flag)

    @override
    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # as click takes them
    ) -> click.Context:
        for_program = bool(self.schema) and _FLAG in args
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if for_program:
                self._write(document(self.schema, ok=False, problems=problems_of(error)))
                raise click.exceptions.Exit(error.exit_code) from error
            raise
        context.meta[_FOR_PROGRAM] = for_program
        return context

    @override
    def invoke(self, ctx: click.Context) -> object:
        with self._reported():
            returned: object = super().invoke(ctx)
        if not isinstance(returned, Outcome):
            return returned
        if is_for_program():
            ok = returned.exit_code == 0 if returned.ok is None else returned.ok
            self._write(
                document(self.schema, ok=ok, data=returned.data, problems=returned.problems)
            )
        if returned.exit_code:
            raise click.exceptions.Exit(returned.exit_code)
        return returned

    @contextmanager
    def _reported(self) -> Generator[None]:
        try:
            yield
        except (KeyboardInterrupt, click.Abort):
            click.echo("aborted", err=True)
            self._write_failure([problem("aborted", "aborted")])
            raise click.exceptions.Exit(INTERRUPTED) from None
        except click.UsageError as error:
            if not is_for_program():
                raise
            self._write_failure(problems_of(error))
            raise click.exceptions.Exit(error.exit_code) from error
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:
            # Here, and not on top: the framework is loaded only once a command has failed.
            from pieces_framework.errors import PieceError

            if not isinstance(error, PieceError):
                raise
            show_error(error)
            self._write_failure(problems_of(error))
            raise click.exceptions.Exit(error.exit_code) from error

    def _write_failure(self, problems: Sequence[JsonValue]) -> None:
        if is_for_program():
            self._write(document(self.schema, ok=False, problems=problems))

    def _write(self, value: JsonValue) -> None:
        write_json(sys.stdout.buffer, value)


def is_for_program() -> bool:
    """Whether the running command was given `--json`."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_FOR_PROGRAM))


def say(text: str = "", *, end: str = "\n") -> None:
    """Show a reader a line: on standard output, with `--json` on standard error.

    Only in the command's own thread.
    """
    click.echo(f"{text}{end}", file=reader_stream(), nl=False)


def shown_path(path: Path) -> str:
    """Return how messages for a reader call a path: from the current folder on, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def reader_stream() -> TextIO:
    """Return where lines for a reader go: standard output, with `--json` standard error."""
    return sys.stderr if is_for_program() else sys.stdout


def show_error(error: PieceError) -> None:
    """Print on standard error where in a piece's code it comes from, its messages and its hint."""
    from pieces_framework.errors import AuthorCodeError

    if isinstance(error, AuthorCodeError):
        click.echo(error.traceback, err=True, nl=False)
    for message in error.messages:
        click.echo(f"error: {_printable(message)}", err=True)
    if error.hint:
        click.echo(f"hint: {_printable(error.hint)}", err=True)


def _printable(text: str) -> str:
    """Return a text without what would steer a terminal: messages quote what others say."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)
