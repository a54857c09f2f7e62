"""Verdicts: whether a promise is kept. They travel from the probe to the plugin as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from .promises import PROMISES


class Status(StrEnum):
    """How a promise stands."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_RUN = "not run"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of a file."""

    path: str = ""
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


NOWHERE: Final = Place()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found out about one promise of the piece, or of one of its parts."""

    rule: str
    part: str = ""
    """The action or trigger; empty for the piece itself."""
    status: Status
    message: str = ""
    path: str = ""
    line: int | None = None
    hint: str = ""
    """What to do; empty if the promise itself says it best."""

    def document(self) -> dict[str, Any]:  # its fields
        """Return it as JSON; `of` reads it."""
        return asdict(self)

    @staticmethod
    def of(document: dict[str, Any]) -> Verdict:  # as above
        """Read what `document` wrote."""
        status = Status(document.pop("status"))
        return Verdict(status=status, **document)

    def text(self) -> str:
        """Return what a user reads: what broke, where, what it says and what to do."""
        promise = PROMISES[self.rule]
        place = Place(path=self.path, line=self.line)
        lines = [f"{self.rule}: {self.message}", f"  at       {place}" if self.path else ""]
        lines += [f"  promise: {promise.says}", f"  hint:    {self.hint or promise.hint}"]
        return "\n".join(filter(None, lines))


def broken(
    rule: str, message: str, place: Place = NOWHERE, *, part: str = "", hint: str = ""
) -> Verdict:
    """Return the verdict that a promise is broken."""
    return Verdict(
        rule=rule,
        part=part,
        status=Status.BROKEN,
        message=message,
        path=place.path,
        line=place.line,
        hint=hint,
    )


def not_run(rule: str, why: str, *, part: str = "") -> Verdict:
    """Return the verdict that nothing is known of a promise, such as `not run: …`."""
    return Verdict(rule=rule, part=part, status=Status.NOT_RUN, message=why)


def waits_for(rule: str, other: str, *, part: str = "") -> Verdict:
    """Return that `rule` was not looked at, because `other` is broken."""
    return not_run(rule, f"not run: `{other}` is broken", part=part)


def kept(rule: str, *, part: str = "") -> Verdict:
    """Return the verdict that a promise is kept."""
    return Verdict(rule=rule, part=part, status=Status.KEPT)
