"""How an error leaves the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from pieces_cli.reporting import Outcome, ReportingCommand, say
from pieces_framework import ConnectionRejectedError, DefinitionError, PieceError


def raising(error: BaseException) -> Callable[[], None]:
    def callback() -> None:
        raise error

    return callback


def invoke_alone(error: BaseException) -> Result:
    return CliRunner().invoke(ReportingCommand("it", callback=raising(error)))


def invoke_in_groups(error: BaseException) -> Result:
    command = ReportingCommand("it", callback=raising(error))
    inner = click.Group("inner", commands={"it": command})
    outer = click.Group("outer", commands={"inner": inner})
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


def for_program(callback: Callable[[], object], *args: str) -> Result:
    return CliRunner().invoke(
        ReportingCommand("it", callback=callback, schema="pieces.it/1"), ["--json", *args]
    )


def test_with_json_an_outcome_is_the_document_and_lines_go_to_stderr() -> None:
    def callback() -> Outcome:
        say("one line")
        return Outcome(data={"word": "日本"}, exit_code=65)

    result = for_program(callback)

    assert json.loads(result.stdout) == {
        "schema": "pieces.it/1",
        "ok": False,
        "data": {"word": "日本"},
        "problems": [],
    }
    assert (result.exit_code, result.stderr) == (65, "one line\n")


def test_without_json_lines_go_to_stdout_and_there_is_no_document() -> None:
    def callback() -> Outcome:
        say("one line")
        return Outcome(data=1)

    result = CliRunner().invoke(ReportingCommand("it", callback=callback, schema="pieces.it/1"))

    assert (result.exit_code, result.stdout, result.stderr) == (0, "one line\n", "")


@pytest.mark.parametrize(
    ("error", "exit_code", "rule"),
    [
        pytest.param(PieceError("no", hint="do"), 1, "piece-error", id="plain"),
        pytest.param(
            ConnectionRejectedError("no", hint="do"), 77, "connection-rejected", id="connection"
        ),
        pytest.param(click.UsageError("no"), 2, "usage", id="usage"),
        pytest.param(KeyboardInterrupt(), 130, "aborted", id="ctrl-c"),
    ],
)
def test_with_json_an_error_is_a_document_too(
    error: BaseException, exit_code: int, rule: str
) -> None:
    result = for_program(raising(error))

    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"], document["data"]) == (exit_code, False, None)
    assert [each["rule"] for each in document["problems"]] == [rule]


def test_with_json_a_line_that_cannot_be_read_is_a_document_too() -> None:
    result = for_program(lambda: None, "--nothing-like-it")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"][0]["rule"] == "usage"


def test_with_json_a_bug_is_not_hidden() -> None:
    result = for_program(raising(ZeroDivisionError()))

    assert isinstance(result.exception, ZeroDivisionError)
