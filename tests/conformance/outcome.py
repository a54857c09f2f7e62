"""What running a case, and a file of cases, came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pieces_framework import JsonValue


@dataclass(frozen=True, kw_only=True)
class CaseOutcome:
    """One case. It failed if it has problems; else it differs if rules applied; else it passed."""

    id: str
    title: str
    problems: Sequence[str] = ()
    """What was not as it should be, step by step."""
    rules: frozenset[str] = frozenset()
    """Names of the deliberate differences that were met, and kept their promise or not."""
    not_run: str = ""
    """Why it was not run; then all else says nothing."""


@dataclass(frozen=True, kw_only=True)
class FileOutcome:
    """One file of cases."""

    file: str
    cases: Sequence[CaseOutcome]
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    """The reason of each deliberate difference, by its name."""

    @property
    def failed(self) -> list[CaseOutcome]:
        return [case for case in self.cases if case.problems]

    @property
    def differing(self) -> list[CaseOutcome]:
        return [case for case in self.cases if case.rules and not case.problems]

    @property
    def passed(self) -> int:
        return len(self.cases) - len(self.failed) - len(self.differing) - len(self.not_run)

    @property
    def not_run(self) -> list[CaseOutcome]:
        return [case for case in self.cases if case.not_run]

    @property
    def rule_counts(self) -> Counter[str]:
        """How many cases differ by each rule."""
        return Counter(rule for case in self.differing for rule in sorted(case.rules))

    def lines(self) -> list[str]:
        """The report for a reader."""
        counts = f"{self.passed} passed, {len(self.failed)} failed"
        return [
            f"{self.file}: {counts}, {len(self.differing)} differ on purpose",
            *(
                f"  differs by `{rule}` ({count}): {self.reasons[rule]}"
                for rule, count in sorted(self.rule_counts.items())
            ),
            *(
                f"  not run ({count}): {reason}"
                for reason, count in Counter(case.not_run for case in self.not_run).items()
            ),
            *(
                f"  FAILED {case.id} ({case.title}): {problem}"
                for case in self.failed
                for problem in case.problems
            ),
        ]

    def data(self) -> dict[str, JsonValue]:
        """The report for a program."""
        rules: list[JsonValue] = [
            {"rule": rule, "reason": self.reasons[rule], "count": count}
            for rule, count in sorted(self.rule_counts.items())
        ]
        not_run: list[JsonValue] = [
            {"reason": reason, "count": count}
            for reason, count in Counter(case.not_run for case in self.not_run).items()
        ]
        return {
            "file": self.file,
            "passed": self.passed,
            "failed": len(self.failed),
            "differ": len(self.differing),
            "rules": rules,
            "not_run": not_run,
        }

    def problem_data(self) -> list[JsonValue]:
        """The failures, in the form of every command's `problems`."""
        return [
            {
                "rule": "conformance",
                "severity": "error",
                "path": self.file,
                "line": None,
                "message": f"{case.id} ({case.title}): {problem}",
                "hint": "",
            }
            for case in self.failed
            for problem in case.problems
        ]
