"""What a run of pytest came to, piece by piece."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pieces_engine.workspace.folders import PieceFolder

HowEnded = Literal["passed", "failed", "skipped"]

_PLACE: Final = re.compile(r"^  at +(.+?):(\d+)$", re.MULTILINE)
"""Where a message of the contract suite says that a promise is broken."""


@dataclass(kw_only=True)
class EndedTest:
    """How one test ended; or a file that could not be collected."""

    name: str
    """As pytest has it: `tests/test_gelato.py::test_metadata`."""
    path: Path
    line: int | None
    """Counted from 1."""
    outcome: HowEnded = "skipped"
    duration_s: float = 0.0
    message: str = ""
    """Why it failed."""


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """How one run of pytest ended."""

    exit_code: int
    """pytest's own; negative if a signal ended it."""
    tests: Sequence[EndedTest]


@dataclass(kw_only=True)
class PieceOutcome:
    """How the tests of one piece ended; or those that lie in none, such as the workspace's."""

    piece: PieceFolder | None
    tests: list[EndedTest] = field(default_factory=list[EndedTest])

    @property
    def duration_s(self) -> float:
        """Seconds that its tests took, with their fixtures."""
        return sum(each.duration_s for each in self.tests)

    def count(self, outcome: HowEnded) -> int:
        """Return how many tests ended so."""
        return sum(each.outcome == outcome for each in self.tests)


def read_outcomes(path: Path, exit_code: int) -> RunOutcome:
    """Read what the plugin has noted; nothing if pytest did not come so far."""
    tests: dict[str, EndedTest] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        noted: dict[str, Any] = json.loads(line)  # as our own plugin writes it
        test = tests.setdefault(
            noted["test"],
            EndedTest(name=noted["test"], path=Path(noted["path"]), line=noted["line"]),
        )
        _add(test, noted)
    return RunOutcome(exit_code=exit_code, tests=list(tests.values()))


def by_piece(tests: Iterable[EndedTest], pieces: Sequence[PieceFolder]) -> list[PieceOutcome]:
    """Sort tests by the pieces whose folders they lie in; last come those that lie in none."""
    found = {piece.path: PieceOutcome(piece=piece) for piece in pieces}
    others = PieceOutcome(piece=None)
    for test in tests:
        folder = next((path for path in found if test.path.is_relative_to(path)), None)
        (others if folder is None else found[folder]).tests.append(test)
    return [*found.values(), *([others] if others.tests else [])]


def _add(test: EndedTest, noted: Mapping[str, Any]) -> None:
    """Add a phase of a test: it fails if one fails, and has passed if what it calls has."""
    test.duration_s += noted["duration_s"]
    if noted["outcome"] == "failed":
        test.outcome, test.message = "failed", noted["message"]
        if place := _PLACE.search(test.message):
            test.path, test.line = Path.cwd() / place.group(1), int(place.group(2))
    elif noted["outcome"] == "passed" and noted["is_call"] and test.outcome != "failed":
        test.outcome = "passed"
