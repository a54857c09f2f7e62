"""The report of a diff for a pull request. Nothing that a piece says can become markup in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pieces_framework.versions import Severity
from pieces_framework.wire import printable

from .text_report import CODE_ONLY, said_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pieces_framework.versions import Change

    from .piece_diffs import PieceDiff

MARKER: Final = "<!-- piecekit: pieces diff -->"
"""The first line, by which a bot finds its comment again."""
_MAX_CHANGES: Final = 50
"""Of one severity and piece."""
_MAX_CHARACTERS: Final = 60_000
"""A comment of the usual hosts takes 65 536."""
_SEVERITIES: Final = {
    Severity.BREAKING: "Breaking",
    Severity.FEATURE: "New",
    Severity.FIX: "Fixes",
}


def markdown_report(diffs: Sequence[PieceDiff], origin: str) -> str:
    """Return a table of the pieces that changed, then what changed in each, the worst first.

    Args:
        diffs: the pieces.
        origin: what they were compared with, as messages say it.
    """
    changed = [diff for diff in diffs if diff.verdict != "unchanged"]
    head = [MARKER, "## Changes of pieces", "", f"Compared with {_safe(origin)}.", ""]
    if changed:
        head += ["| Piece | Before | Now | Version |", "|---|---|---|---|"]
        head += [_row(diff) for diff in changed]
        head.append("")
    if same := len(diffs) - len(changed):
        head.append(f"Unchanged: {same} of {len(diffs)}.")
        head.append("")
    return "\n".join([*head, *_bounded(changed, sum(map(len, head)))])


def _row(diff: PieceDiff) -> str:
    verdict = said_verdict(diff)
    if diff.verdict == "too-low":
        verdict = f"**{verdict}**"
    if diff.error:
        verdict = f"{verdict}: {_safe(diff.error.messages[0])}"
    return f"| {_safe(diff.piece.name)} | {diff.old or ''} | {diff.new or ''} | {verdict} |"


def _bounded(diffs: Sequence[PieceDiff], length: int) -> Iterator[str]:
    steps = [diff for diff in diffs if diff.step]
    for place, diff in enumerate(steps):
        block = "\n".join(_details(diff))
        length += len(block)
        if length > _MAX_CHARACTERS:
            yield f"Details of {len(steps) - place} more are left out: run `pieces diff`."
            return
        yield block


def _details(diff: PieceDiff) -> Iterator[str]:
    changes = diff.step.comparison.changes if diff.step else ()
    counts = Counter(change.severity for change in changes)
    said = ", ".join(
        f"{_SEVERITIES[severity].lower()} {counts[severity]}"
        for severity in _SEVERITIES
        if counts[severity]
    )
    opened = " open" if diff.verdict == "too-low" else ""
    yield f"<details{opened}><summary>{_safe(diff.piece.name)}: {said or 'code'}</summary>"
    yield ""
    for severity in _SEVERITIES:
        yield from _group(severity, [each for each in changes if each.severity is severity])
    if not changes:
        yield from (CODE_ONLY, "")
    yield from ("</details>", "")


def _group(severity: Severity, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    yield from (f"**{_SEVERITIES[severity]}**", "")
    for change in changes[:_MAX_CHANGES]:
        hint = f"; {_safe(change.hint)}" if change.hint else ""
        ours = ", ours" if change.ours else ""
        said = f"{_safe(change.message)} ({change.rule}{ours}: {_safe(change.source)}){hint}"
        yield f"- {_safe(change.path)}: {said}"
    more = len(changes) - _MAX_CHANGES
    if more > 0:
        yield f"- and {more} more"
    yield ""


def _safe(text: str) -> str:
    """Return text in which no character is markup, a mention or the start of a link.

    >>> _safe("a|b <i>")
    'a&#124;b &#60;i&#62;'
    """
    return "".join(map(_character, printable(text)))


def _character(each: str) -> str:
    if each.isalnum() or each in " ,":
        return each
    # Hosts look for mentions in the text that is shown: no width, but no mention.
    return f"&#{ord(each)};" + ("&#8203;" if each in "@#" else "")
