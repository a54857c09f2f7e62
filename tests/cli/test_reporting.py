"""How an error leaves the command line."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from pieces_cli.reporting import ReportingCommand, ReportingGroup
from pieces_framework import ConnectionRejectedError, DefinitionError, PieceError


def raising(error: BaseException) -> Callable[[], None]:
    def callback() -> None:
        raise error

    return callback


def invoke_alone(error: BaseException) -> Result:
    return CliRunner().invoke(ReportingCommand("it", callback=raising(error)))


def invoke_in_groups(error: BaseException) -> Result:
    command = click.Command("it", callback=raising(error))
    inner = ReportingGroup("inner", commands={"it": command})
    outer = ReportingGroup("outer", commands={"inner": inner})
    return CliRunner().invoke(outer, ["inner", "it"])


@pytest.mark.parametrize("invoke", [invoke_alone, invoke_in_groups])
@pytest.mark.parametrize(
    ("error", "exit_code", "stderr"),
    [
        pytest.param(PieceError("no"), 1, "error: no\n", id="plain"),
        pytest.param(PieceError("no", hint="do"), 1, "error: no\nhint: do\n", id="hint"),
        pytest.param(DefinitionError(["a", "b"]), 65, "error: a\nerror: b\n", id="definition"),
        pytest.param(ConnectionRejectedError("no"), 77, "error: no\n", id="connection"),
        pytest.param(KeyboardInterrupt(), 130, "aborted\n", id="ctrl-c"),
    ],
)
def test_an_error_is_a_line_for_each_problem_and_an_exit_code(
    invoke: Callable[[BaseException], Result],
    error: BaseException,
    exit_code: int,
    stderr: str,
) -> None:
    result = invoke(error)

    assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", stderr)


@pytest.mark.parametrize("invoke", [invoke_alone, invoke_in_groups])
def test_a_usage_error_stays_clicks_own(invoke: Callable[[BaseException], Result]) -> None:
    result = invoke(click.UsageError("wrong"))

    assert result.exit_code == 2
    assert "Error: wrong\n" in result.stderr


def test_a_bug_is_not_hidden() -> None:
    result = invoke_alone(ZeroDivisionError())

    assert isinstance(result.exception, ZeroDivisionError)
