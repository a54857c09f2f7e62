"""Rules about what happens when a piece is imported, which files alone do not tell."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pieces_framework.checks import Finding, Needs, Rule, Severity
from pieces_framework.checks.finding import Place, Problem
from pieces_framework.checks.translations import texts_in
from pieces_framework.i18n import FOLDER, SOURCE_NAME, texts_of
from pieces_framework.project import PROJECT_FILE

from .source_tree import package_folder, project_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pieces_engine.workspace.extraction import ExtractionError
    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue

    from .source_tree import Files

_CORRECT: Final = "correct the declaration; the piece cannot be run or built otherwise"


def _rule(rule_id: str, severity: Severity, *, hint: str, description: str) -> Rule:
    return Rule(
        id=rule_id, severity=severity, needs=Needs.IMPORT, hint=hint, description=description
    )


DEFINITION: Final = _rule(
    "definition",
    Severity.ERROR,
    hint=_CORRECT,
    description=(
        "The piece can be imported, and is declared rightly.\n\n"
        "Each problem of the declaration is a finding: what `create_piece` and its like refuse, a "
        "module that raises, a translation that cannot be read."
    ),
)
IMPORT_FAILS: Final = _rule(
    "import-fails",
    Severity.ERROR,
    hint="importing a piece must only declare it: move work into its functions",
    description=(
        "Importing the piece comes to an end, in time and with the process alive.\n\n"
        "It neither waits, nor ends the interpreter, nor crashes it."
    ),
)
IMPORT_PRINTS: Final = _rule(
    "import-prints",
    Severity.ERROR,
    hint="importing a piece must only declare it: move work into its functions",
    description=(
        "Importing the piece writes nothing past Python to standard output.\n\n"
        "There the host that imports it expects an answer. What `print` writes is led elsewhere; "
        "`print-call` and the contract suite find that."
    ),
)
IMPORT_LOADS_TOOL: Final = _rule(
    "import-loads-tool",
    Severity.WARNING,
    hint="import it in tests only, or for types only: below `if TYPE_CHECKING:`",
    description=(
        "Importing the piece loads no type checker and no test tool.\n\n"
        "Looked for are mypy, pyright, ruff, pytest and hypothesis, whoever imports them. Where "
        "the piece is installed they are missing, or slow down each start."
    ),
)
TRANSLATION_STALE: Final = _rule(
    "translation-stale",
    Severity.ERROR,
    hint="`pieces i18n extract` writes it anew",
    description=(
        "An `i18n/translation.json` that is there says what the piece says.\n\n"
        "It holds the English texts that translators work from. A text that was changed in the "
        "code alone is translated as it was, and the translation is never shown."
    ),
)

IMPORT_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            DEFINITION,
            IMPORT_FAILS,
            IMPORT_PRINTS,
            IMPORT_LOADS_TOOL,
            TRANSLATION_STALE,
        )
    }
)
"""Every rule by its id. No comment ignores their findings."""

_PLACE: Final = re.compile(r"[`(]([^`()\n]+?)(?::(\d{1,9}))?[`)]")
"""Where a message names a file: `FILE`, `FILE:LINE` or (FILE:LINE)."""


def failed_import(piece: PieceFolder, files: Files, error: ExtractionError) -> list[Finding]:
    """Return a finding for each problem that an import came upon."""
    rule = IMPORT_RULES[error.rule]
    problems = error.problems or error.messages
    return [_finding(piece, files, rule, problem, error.hint) for problem in problems]


def loaded_tools(piece: PieceFolder, files: Files, tools: Sequence[str]) -> list[Finding]:
    """Return a finding for each tool that an import has loaded."""
    return [
        _finding(piece, files, IMPORT_LOADS_TOOL, f"importing the piece loads `{tool}`", "")
        for tool in tools
    ]


def stale_texts(
    piece: PieceFolder, files: Files, metadata: Mapping[str, JsonValue]
) -> list[Finding]:
    """Return a finding if the piece's file of English texts does not say what the piece says."""
    source = package_folder(piece) / FOLDER / f"{SOURCE_NAME}.json"
    path = source.relative_to(piece.path).as_posix()
    if path not in files:
        return []
    wanted, written = texts_of(metadata), texts_in(files[path])
    if written == wanted:
        return []
    if isinstance(written, str):
        message = written
    else:
        new = len(wanted.keys() - written.keys())
        gone = len(written.keys() - wanted.keys())
        message = f"the file is not what the piece says (new texts: {new}, gone: {gone})"
    return [TRANSLATION_STALE.finding(Problem(Place(path), message))]


def _finding(piece: PieceFolder, files: Files, rule: Rule, problem: str, hint: str) -> Finding:
    path, line, named = next(_places(piece, problem), (PROJECT_FILE, 0, ""))
    if not named:
        project = project_of(files)
        line = project.entry_point_line(next((each.key for each in project.entry_points), "")) or 0
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        path=path,
        line=line or None,
        message=problem.removesuffix(f" {named}"),
        hint=hint or rule.hint,
    )


def _places(piece: PieceFolder, problem: str) -> Iterator[tuple[str, int, str]]:
    """Yield each file of the piece that a message names: its path, its line or 0, and the text."""
    for found in _PLACE.finditer(problem):
        path = Path(piece.path, found.group(1))
        if Path(found.group(1)).is_absolute() and path.is_relative_to(piece.path):
            yield path.relative_to(piece.path).as_posix(), int(found.group(2) or 0), found.group()
