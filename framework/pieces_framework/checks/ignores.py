"""Ignores: comments by which an author says that a finding is meant.

`# pieces: ignore[rule-id]` on the line of the finding silences it, in Python and TOML. Several
rules are written `[one, two]`. In Markdown the comment is `<!-- pieces: ignore[rule-id] -->`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .finding import Finding, Needs, Place, Problem, Rule, Severity
from .piece_files import PieceFiles

_IGNORE: Final = re.compile(r"(?:#|<!--) ?pieces: ?ignore\[([^\]\n]{0,400})\]")
UNUSED_IGNORE: Final = Rule(
    id="unused-ignore",
    severity=Severity.WARNING,
    needs=Needs.FILES,
    hint="drop it, or correct the name of the rule",
    description=(
        "An ignore silences a finding of a rule there is.\n\n"
        "What it names must be found on its line. Nothing silences this rule, and a rule that "
        "cannot judge what it was given, such as a wheel without its tests, is not asked for."
    ),
)


@dataclass(frozen=True)
class _Ignore:
    place: Place
    rule: str


def without_ignored(
    piece: PieceFiles, findings: Sequence[Finding], *, known: Collection[str], ran: Collection[str]
) -> list[Finding]:
    """Return the findings that no ignore silences, and one for each ignore that silences none.

    Args:
        piece: where the ignores are.
        findings: what the rules found.
        known: the ids of all rules.
        ran: the ids of those that could judge; an ignore of another is let be.
    """
    ignores = set(_ignores(piece))
    found = {_Ignore(Place(each.path, each.line), each.rule) for each in findings}
    kept = [
        each for each in findings if _Ignore(Place(each.path, each.line), each.rule) not in ignores
    ]
    for ignore in ignores - found:
        if ignore.rule not in known:
            message = f"there is no rule {ignore.rule[:60]!r} to ignore"
        elif ignore.rule in ran:
            message = f"there is no finding of `{ignore.rule}` here to ignore"
        else:
            continue
        kept.append(UNUSED_IGNORE.finding(Problem(ignore.place, message)))
    return kept


def _ignores(piece: PieceFiles) -> Iterator[_Ignore]:
    for path, text in piece.texts.items():
        if not _IGNORE.search(text):
            continue
        for number, line in _lines(piece, path, text):
            for found in _IGNORE.finditer(line):
                for rule in found.group(1).split(","):
                    yield _Ignore(Place(path, number), rule.strip())


def _lines(piece: PieceFiles, path: str, text: str) -> Iterable[tuple[int, str]]:
    """Return what may be an ignore: in Python comments only, for a text may hold one too."""
    if path.endswith(".py"):
        return piece.module(path).comments
    return enumerate(text.splitlines(), 1) if path.endswith((".toml", ".md")) else ()
