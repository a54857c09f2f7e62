"""The one place where an error becomes lines on standard error and an exit code."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Generator

    from pieces_framework.errors import PieceError

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of SIGINT, as shells count."""


class ReportingCommand(click.Command):
    """A command whose `PieceError` ends as `error: …`, `hint: …` and its exit code."""

    @override
    def invoke(self, ctx: click.Context) -> object:
        with _reported():
            return super().invoke(ctx)


class ReportingGroup(click.Group):
    """A group that reports the errors of all its commands, of whatever class they are."""

    @override
    def invoke(self, ctx: click.Context) -> object:
        with _reported():
            return super().invoke(ctx)


def show_error(error: PieceError) -> None:
    """Print a line for each problem of `error`, and one for its hint."""
    for message in error.messages:
        click.echo(f"error: {message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)


@contextmanager
def _reported() -> Generator[None]:
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        click.echo("aborted", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:
        # Here, and not on top: the framework is loaded only once a command has failed.
        from pieces_framework.errors import PieceError

        if not isinstance(error, PieceError):
            raise
        show_error(error)
        raise click.exceptions.Exit(error.exit_code) from error
