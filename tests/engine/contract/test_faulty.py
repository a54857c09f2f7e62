"""Each promise, and a piece that breaks it: it is found, with its place, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pieces_engine.contract.promises import PROMISES

from .fault import SECRET, Fault
from .faulty import FAULTS as OTHERS
from .faulty_imports import FAULTY_IMPORTS
from .lost import LOST
from .running import Report, run_pytest

FAULTS = (*OTHERS, *FAULTY_IMPORTS)


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces")


@pytest.fixture(scope="module")
def report(top: Path) -> Report:
    folders = [fault.write(top) for fault in FAULTS]
    return run_pytest(top, *(f"--piece={folder}" for folder in folders))


@pytest.fixture(scope="module")
def lost(top: Path) -> Report:
    folders = [fault.write(top) for fault in LOST]
    return run_pytest(top, "--contract-deadline=1", *(f"--piece={folder}" for folder in folders))


def test_every_promise_has_a_piece_that_breaks_it() -> None:
    assert {fault.rule for fault in FAULTS} == set(PROMISES)


def test_advice_names_no_placeholder() -> None:
    assert [promise for promise in PROMISES.values() if "_..." in promise.hint] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_broken_promise_is_found_and_no_other(fault: Fault, top: Path, report: Report) -> None:
    check(fault, top, report)


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
def test_a_piece_that_hangs_exits_or_floods_is_no_more_than_broken(
    fault: Fault, top: Path, lost: Report
) -> None:
    check(fault, top, lost)


def test_a_secret_of_the_service_is_in_no_report(top: Path, report: Report) -> None:
    assert "*** fails" in report.output
    assert SECRET not in report.output
    assert SECRET not in (top / "report.xml").read_text()


def check(fault: Fault, top: Path, report: Report) -> None:
    failed = report.failed(fault.name)
    node = f"{fault.part}::{fault.rule}" if fault.part else fault.rule
    assert list(failed) == [node], report.output
    assert fault.says in failed[node]
    assert fault.place(top) in failed[node]
    assert PROMISES[fault.rule].says in failed[node]
    assert (fault.hint or PROMISES[fault.rule].hint) in failed[node].partition("hint:")[2]
    assert str(top) not in failed[node]
    assert "Traceback" not in failed[node]
