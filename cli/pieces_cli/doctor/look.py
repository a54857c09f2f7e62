"""One thing that `pieces doctor` looks at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pieces_framework import JsonValue, PieceError


class State(Enum):
    """What a look found."""

    OK = "ok"
    WARNING = "warning"
    """Something recommended or optional is not there."""
    MISSING = "missing"
    """Something needed is not there, or does not work."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was looked at, and what was found."""

    name: str
    """Such as `interpreter`: what a program knows it by; several looks may share it."""
    state: State
    message: str
    hint: str = ""
    """What mends it, best a command; empty if all is well."""

    def document(self) -> JsonValue:
        """Return the look as JSON."""
        return {
            "look": self.name,
            "state": self.state.value,
            "message": self.message,
            "hint": self.hint or None,
        }


def ok(name: str, message: str) -> Look:
    """Return a look that found all well."""
    return Look(name=name, state=State.OK, message=message)


def warning(name: str, message: str, hint: str) -> Look:
    """Return a look that found something absent that one can do without."""
    return Look(name=name, state=State.WARNING, message=message, hint=hint)


def missing(name: str, message: str, hint: str) -> Look:
    """Return a look that found something absent that is needed."""
    return Look(name=name, state=State.MISSING, message=message, hint=hint)


def failed(name: str, error: PieceError) -> Look:
    """Return a look that ended with an error."""
    return missing(name, "; ".join(error.messages), error.hint)
