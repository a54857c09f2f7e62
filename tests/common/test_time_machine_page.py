"""The page about the time machine: its program runs, and its lists are those of the code."""

from __future__ import annotations

import re

import pytest

from pieces_common.testing import Fault, Habits
from tests.common.pages import page, run_page_without_loop

NAME = "time-machine.md"
PAGE = page(NAME)


def test_the_program_runs_and_prints_what_the_page_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    defined = run_page_without_loop(NAME)

    defined["test_no_order_is_lost"]()

    printed = capsys.readouterr().out.splitlines()
    shown = PAGE.partition("```text\n")[2].partition("```")[0].splitlines()
    assert printed[-1].partition(":")[0] == shown[-1].partition(":")[0] == "LOST"
    assert len(printed) <= len(shown) + 3


def test_the_page_names_every_fault_and_how_far_it_goes() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` (\|.*\|.*)\|$", PAGE, re.MULTILINE))
    fields = set(re.findall(r"`([a-z_]+)`", " ".join(rows.values()).replace("|", " ")))

    assert list(rows) == [fault.name for fault in Fault]
    assert fields | {"faults", "poll_every_s"} == set(Habits.__dataclass_fields__)
