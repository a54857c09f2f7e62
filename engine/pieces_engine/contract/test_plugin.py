"""What `pieces test` adds to a run of pytest: `-p pieces_engine.contract.test_plugin`.

It notes each test's outcome in a file, one line of JSON for each report, and with
`--pieces-offline` it fails whatever reaches for another machine.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final, TextIO

import pytest

from .network import LOOPBACK_ONLY, blocked

_NAME: Final = "pieces-test-outcomes"


class Outcomes:
    """Notes reports, as they come, for the one who started pytest.

    Args:
        path: the file to write.
        root: what the paths in reports are relative to.
    """

    def __init__(self, path: str, root: Path) -> None:
        self._file: Final[TextIO] = open(path, "w", encoding="utf-8", errors="replace")  # noqa: SIM115, PTH123 -- see `close`
        self._root: Final = root

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a phase of a test."""
        file, line, _ = report.location
        self._note(report, file, None if line is None else line + 1)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be collected."""
        if report.failed:
            self._note(report, report.nodeid.partition("::")[0], None)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def _note(
        self, report: pytest.TestReport | pytest.CollectReport, file: str, line: int | None
    ) -> None:
        noted = {
            "test": report.nodeid,
            "outcome": report.outcome,
            "path": os.path.normpath(self._root / file),
            "line": line,
            "duration_s": getattr(report, "duration", 0.0),
            "is_call": report.when == "call",
            "message": _message(report) if report.failed else "",
        }
        self._file.write(json.dumps(noted) + "\n")
        self._file.flush()


class Offline:
    """Refuses what reaches for another machine, and fails the test meanwhile.

    The test fails even if a thread made the attempt, or the error was passed over.
    """

    def __init__(self) -> None:
        self._process: Final = os.getpid()
        self._attempts: Final[list[str]] = []
        sys.addaudithook(self._refuse)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let a phase of a test fail in which something was refused."""
        report = yield
        if self._attempts and self._attempts[0] not in _message(report):
            report.outcome = "failed"
            report.longrepr = f"{report.longreprtext}\n{self._attempts[0]}".lstrip()
        self._attempts.clear()
        return report

    def _refuse(self, event: str, arguments: tuple[Any, ...]) -> None:  # as each event has them
        why = blocked(event, arguments)
        if why and os.getpid() != self._process:
            # What ends a test would end a forked process, and a pool would start it anew for ever.
            raise OSError(errno.ENETUNREACH, why)
        if why:
            self._attempts.append(why)
            # Not an error that a piece may catch and pass over.
            pytest.fail(why)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what only `pieces test` passes."""
    group = parser.getgroup("pieces test")
    group.addoption("--pieces-outcomes", metavar="PATH", help="written for `pieces test`")
    group.addoption("--pieces-offline", action="store_true", help="reach no other machine")


def pytest_configure(config: pytest.Config) -> None:
    """Cut the network, and begin to note; of several processes only the first one notes."""
    if config.getoption("--pieces-offline"):
        os.environ[LOOPBACK_ONLY] = "1"  # for the processes of the contract suite
        config.pluginmanager.register(Offline())
    path = config.getoption("--pieces-outcomes")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(path, config.rootpath), _NAME)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Finish the file."""
    outcomes = config.pluginmanager.unregister(name=_NAME)
    if isinstance(outcomes, Outcomes):
        outcomes.close()


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(getattr(crash, "message", "") or report.longreprtext)
