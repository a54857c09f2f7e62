"""Tables and progress, at a terminal and elsewhere."""

from __future__ import annotations

import io
import sys

import click
import pytest
from click.testing import CliRunner
from typing_extensions import override

from pieces_cli.reporting import ReportingCommand
from pieces_cli.terminal import progress, status_table


class Terminal(io.StringIO):
    """A stream that passes for a terminal."""

    @override
    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make one terminal of standard output and standard error, and return what it shows."""
    shown = Terminal()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, shown)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return shown


def show() -> None:
    status_table(
        ("PIECE", "OUTCOME"),
        [(("gelato", "uploaded"), "good"), (("ice", "failed: [red]no[/red]"), "bad")],
    )


def test_a_table_elsewhere_is_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show()

    assert capsys.readouterr().out == (
        "PIECE   OUTCOME\ngelato  uploaded\nice     failed: [red]no[/red]\n"
    )


def test_a_cell_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    status_table(("OUTCOME",), [(("failed: \x1b]0;title\x07",), "bad")])

    assert capsys.readouterr().out == "OUTCOME\nfailed: \ufffd]0;title\ufffd\n"


def test_rich_is_not_loaded_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)

    show()


def test_a_table_at_a_terminal_has_coloured_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)

    show()

    assert "\x1b[32muploaded" in terminal.getvalue()
    assert "\x1b[31mfailed: [red]no[/red]\x1b[0m" in terminal.getvalue()


def test_no_colour_is_shown_to_who_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")

    show()

    assert "\x1b[3" not in terminal.getvalue()


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = at_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")

    show()

    assert terminal.getvalue().splitlines()[1] == "gelato  uploaded"


def test_with_json_the_table_goes_to_standard_error() -> None:
    command = click.command(cls=ReportingCommand, schema="pieces.show/1")(show)

    result = CliRunner().invoke(command, ["--json"])

    assert "gelato  uploaded" in result.stderr
    assert "gelato" not in result.stdout


def test_progress_at_a_terminal_is_shown_and_then_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = at_terminal(monkeypatch)

    with progress("Uploading", 2_000_000, unit="bytes") as step:
        step(2_000_000)

    assert "Uploading" in terminal.getvalue()
    assert "2.0/2.0 MB" in terminal.getvalue()


def test_progress_elsewhere_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Syncing", 3, unit="pieces") as step:
        step(3)

    assert capsys.readouterr() == ("", "")
