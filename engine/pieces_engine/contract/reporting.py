"""What pytest's report says of promises that were not looked at."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest

from .live_request import FIXTURE
from .nodes import ContractItem
from .service import ContractService


class Reporting:
    """Shows a skipped promise at its piece, and counts those that lack the fixture."""

    def __init__(self) -> None:
        self._lacking = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Name the line of the piece in place of the one that skips, and which promise it is."""
        report = yield
        if isinstance(item, ContractItem) and report.skipped and isinstance(report.longrepr, tuple):
            place, (_, _, reason) = item.promised.place, report.longrepr
            names = " :: ".join(item.names)
            report.longrepr = (os.fspath(place.path), place.line or 0, f"{reason} ({names})")
            self._lacking += item.lacks_fixture
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many promises only a service can show."""
        if self._lacking:
            promises = "promise" if self._lacking == 1 else "promises"
            terminalreporter.write_line(
                f"{self._lacking} {promises} not run: write the fixture `{FIXTURE}`"
                f" (`{sys.executable} -m pydoc {ContractService.__module__}`)"
            )
