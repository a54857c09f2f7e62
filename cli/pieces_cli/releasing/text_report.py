"""The report of a diff for a reader at a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pieces_framework.versions.report import BEHAVIOUR, change_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .piece_diffs import PieceDiff, Verdict

CODE_ONLY: Final = "Only the code changed; what the piece declares is as before."
_SAID: Final[dict[Verdict, str]] = {
    "new": "new piece",
    "too-low": "too low",
    "not-compared": "cannot be compared",
}


def text_report(diffs: Sequence[PieceDiff], origin: str) -> Iterator[str]:
    """Return a line for each piece, below it what changed, and a count of the verdicts.

    Args:
        diffs: the pieces; at least one.
        origin: what they were compared with, as messages say it.
    """
    yield f"Compared with {origin}."
    for diff in diffs:
        yield f"{diff.piece.name} {_versions(diff)}: {said_verdict(diff)}"
        if diff.step:
            yield from (f"  {line}" for line in change_lines(diff.step.comparison) or [CODE_ONLY])
    if any(diff.step for diff in diffs):
        yield from ("", BEHAVIOUR)
    counts = Counter(_SAID.get(diff.verdict, diff.verdict) for diff in diffs)
    yield from ("", ", ".join(f"{count} {said}" for said, count in counts.items()))


def said_verdict(diff: PieceDiff) -> str:
    """Return what is to be said of a piece's version: `too low: name it 0.2.0`."""
    said = _SAID.get(diff.verdict, diff.verdict)
    return f"{said}: name it {diff.lowest}" if diff.verdict == "too-low" else said


def _versions(diff: PieceDiff) -> str:
    if diff.old is None or diff.new is None or diff.old == diff.new:
        return diff.piece.version
    return f"{diff.old} -> {diff.new}"
