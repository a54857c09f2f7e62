"""`pieces test`: the tests of pieces and the contract suite, on this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
from typing_extensions import override

from pieces_cli.reporting import Outcome, ReportingCommand, is_for_program, say, show_error

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOR_PYTEST: Final = "pieces_cli.for_pytest"


class _PassingOn(ReportingCommand):
    """A command that leaves what follows `--` to another one."""

    @override
    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # as click takes them
    ) -> click.Context:
        end = args.index("--") if "--" in args else len(args)
        context = super().make_context(info_name, args[:end], parent, **extra)
        context.meta[_FOR_PYTEST] = args[end + 1 :]
        return context


@click.command(cls=_PassingOn, schema="pieces.test/1")
@click.argument("names", metavar="[PIECE]... [-- PYTEST_ARG...]", nargs=-1)
@click.option("--live", is_flag=True, help="Let tests reach other machines than this one.")
@click.pass_context
def test(context: click.Context, names: tuple[str, ...], live: bool) -> Outcome:  # noqa: FBT001 -- click's
    """Run the tests of pieces, and the contract suite.

    Without a name all pieces of the workspace are tested.

    It is one run of pytest, with the workspace's Python and settings. What
    follows -- goes to pytest: `pieces test gelato -- -k flavor -x`.

    Without --live a test fails that reaches for any machine but this one,
    from whatever thread. In a process that it forks, such an attempt raises
    an error there; programs that it starts are not watched.

    The exit code is 1 if a test fails, or if no test has run.
    """
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.reporting import NO_PIECE
    from pieces_cli.testing.outcomes import by_piece
    from pieces_cli.testing.pytest_run import run_pytest
    from pieces_cli.testing.report import counts, exit_code, failure, problems, show
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    pieces = workspace.select(names)
    if not pieces:
        say(NO_PIECE)
        return Outcome(data={"pieces": []})
    arguments: Sequence[str] = context.meta[_FOR_PYTEST]
    run = run_pytest(
        workspace,
        pieces,
        python=piece_interpreter(workspace),
        live=live,
        arguments=arguments,
        is_quiet=is_for_program(),
    )
    outcomes = by_piece(run.tests, pieces)
    show(outcomes)
    if error := failure(run):
        show_error(error)
    return Outcome(
        data={"pieces": [counts(each) for each in outcomes]},
        problems=problems(workspace, run),
        exit_code=exit_code(run),
    )
