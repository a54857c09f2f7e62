"""What a rule finds, and the rule itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from pieces_framework.wire import JsonValue

if TYPE_CHECKING:
    from .piece_files import PieceFiles


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    """Surely wrong; a piece should not be published with it."""
    WARNING = "warning"
    """Usually wrong; where it is meant, an ignore says so."""
    NOTE = "note"
    """Good to have, and no fault to be without."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding of one rule."""

    rule: str
    severity: Severity
    path: str
    """Of the file, relative to the piece's folder, with `/`."""
    line: int | None
    """Counted from 1; `None` where the finding is about the whole file."""
    message: str
    hint: str

    def text(self, label: str = "") -> str:
        """Return the finding as a terminal shows it: `PATH:LINE: SEVERITY: MESSAGE [RULE]`.

        Further lines of the message, and the hint, are indented below it.

        Args:
            label: what stands for the severity; its word if not given.
        """
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        first, *rest = self.message.splitlines() or [""]
        said = f"{place}: {label or self.severity.value}: {first} [{self.rule}]"
        return "\n".join([said, *(f"  {line}" for line in [*rest, f"hint: {self.hint}"])])

    def document(self) -> dict[str, JsonValue]:
        """Return the finding as JSON: one of the `problems` that commands and the server report."""
        return {**vars(self), "severity": self.severity.value}


@dataclass(frozen=True)
class Place:
    """Where something is: a path relative to the piece's folder, and a line of it."""

    path: str
    line: int | None = None


@dataclass(frozen=True)
class Problem:
    """What a rule yields; id, severity and hint are the rule's."""

    place: Place
    message: str


class Needs(Enum):
    """What a rule must be given to judge anything; the value says when it is asked."""

    FILES = "always asked"
    PROJECT_FILE = "asked where there is a `pyproject.toml`"
    SOURCE_TREE = "asked where there is a source tree"
    METADATA = "asked where there is the metadata"
    SOURCE_AND_METADATA = "asked where there is a source tree and the metadata"
    IMPORT = "asked by `pieces check`, which imports the piece in a process of its own"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. Its description is the docstring of the function that looks for findings."""

    id: str
    severity: Severity
    needs: Needs
    hint: str
    description: str

    def finding(self, problem: Problem) -> Finding:
        """Return a problem as a finding of this rule."""
        return Finding(
            rule=self.id,
            severity=self.severity,
            path=problem.place.path,
            line=problem.place.line,
            message=problem.message,
            hint=self.hint,
        )


class Check:
    """A rule together with the function that looks for its findings."""

    def __init__(self, rule: Rule, find: Callable[[PieceFiles], Iterable[Problem]]) -> None:
        self.rule: Final = rule
        self.find: Final = find


def check_for(
    rule_id: str, severity: Severity, *, hint: str, needs: Needs = Needs.FILES
) -> Callable[[Callable[[PieceFiles], Iterable[Problem]]], Check]:
    """Make a check of a function; its docstring is what the rule's page says."""

    def made(find: Callable[[PieceFiles], Iterable[Problem]]) -> Check:
        description = inspect.cleandoc(find.__doc__ or "")
        rule = Rule(id=rule_id, severity=severity, needs=needs, hint=hint, description=description)
        return Check(rule, find)

    return made
