"""`pieces i18n`: the texts of pieces, for translators, and what they made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.reporting import Outcome, ReportingCommand, say, show_error

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from pieces_cli.translations import TextFile
    from pieces_engine.workspace.folders import Workspace
    from pieces_framework import JsonValue

_WRONG: Final = 65  # EX_DATAERR


@click.group()
def i18n() -> None:
    """Extract the texts of pieces, and check their translations."""


@i18n.command("extract", cls=ReportingCommand, schema="pieces.i18n.extract/1")
@click.argument("pieces", metavar="[PIECE]...", nargs=-1)
@click.option(
    "--locale",
    "locales",
    metavar="LOCALE",
    multiple=True,
    help="Make or update i18n/LOCALE.json too, such as de or zh-TW; repeatable.",
)
def extract_texts(pieces: Sequence[str], locales: Sequence[str]) -> Outcome:
    """Write the English texts of pieces to their i18n/translation.json.

    Without PIECE these are all pieces of the workspace.

    In the file of a LOCALE what is translated stays. A text that is new there has an empty
    translation: it is shown in English until somebody translates it. What the piece does not have
    any more is named and kept at the end, unless its translation is empty.

    The pieces are imported with the workspace's .venv if Piecekit is installed in it, else with
    the Python of this command. If one of them fails, nothing is written.
    """
    from pieces_cli.changes import write_together
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.reporting import NO_PIECE
    from pieces_cli.translations import text_files
    from pieces_engine.workspace.extraction import extract
    from pieces_engine.workspace.folders import require_workspace

    _check_locales(locales)
    workspace = require_workspace()
    selected = workspace.select(pieces)
    if not selected:
        say(NO_PIECE)
    python = piece_interpreter(workspace)
    files = [
        file
        for piece in selected
        for file in text_files(piece, extract(piece, python).metadata, sorted(set(locales)))
    ]
    changed = {file.path: file.content for file in files if not file.is_written}
    write_together(
        {path: content for path, content in changed.items() if not path.exists()},
        {path: content for path, content in changed.items() if path.exists()},
    )
    return _extracted(workspace, files, changed.keys())


@i18n.command("check", cls=ReportingCommand, schema="pieces.i18n.check/1")
@click.argument("pieces", metavar="[PIECE]...", nargs=-1)
def check_translations(pieces: Sequence[str]) -> Outcome:
    """Check the translations of pieces.

    Without PIECE these are all pieces of the workspace. The rules are those of `pieces check` whose
    names begin with "translation-".

    The exit code is 65 if there is an error; missing and unused translations are none.
    """
    from dataclasses import replace

    from pieces_cli.documents import problems_of
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.reporting import NO_PIECE, shown_path
    from pieces_cli.translations import findings
    from pieces_engine.workspace.folders import require_workspace
    from pieces_framework.checks import Severity
    from pieces_framework.errors import PieceError

    workspace = require_workspace()
    selected = workspace.select(pieces)
    if not selected:
        say(NO_PIECE)
    python = piece_interpreter(workspace)
    problems: list[JsonValue] = []
    failed = 0
    for piece in selected:
        try:
            found = findings(piece, python)
        except PieceError as error:
            show_error(error)
            problems += problems_of(error)
            failed += 1
            continue
        for finding in found:
            say(replace(finding, path=shown_path(piece.path / finding.path)).text())
            path = workspace.place(piece.path / finding.path).as_posix()
            problems.append(replace(finding, path=path).document())
        failed += any(finding.severity is Severity.ERROR for finding in found)
    say(f"{len(selected)} checked, {failed} with errors")
    checked: list[JsonValue] = [
        {"piece": piece.name, "package": piece.distribution} for piece in selected
    ]
    return Outcome(data={"pieces": checked}, problems=problems, exit_code=_WRONG if failed else 0)


def _check_locales(locales: Sequence[str]) -> None:
    if not locales:
        return
    from pieces_framework.checks.translations import is_locale

    for locale in locales:
        if not is_locale(locale):
            raise click.BadParameter(
                f"{locale!r} is no locale, such as de or zh-TW.", param_hint="--locale"
            )


def _extracted(
    workspace: Workspace, files: Sequence[TextFile], changed: Collection[Path]
) -> Outcome:
    from pieces_cli.documents import problem
    from pieces_cli.reporting import shown_path

    documents: list[JsonValue] = []
    problems: list[JsonValue] = []
    for file in files:
        place, shown = workspace.place(file.path).as_posix(), shown_path(file.path)
        verb = "written" if file.path in changed else "unchanged"
        say(f"{shown}: {verb}, {file.translated} of {file.texts} texts")
        for key in file.unused:
            message = f"the piece does not have {key!r} any more; its translation is kept"
            say(f"{shown}: note: {message}")
            problems.append(problem("translation-unused", message, severity="note", path=place))
        documents.append(
            {
                "path": place,
                "changed": file.path in changed,
                "texts": file.texts,
                "translated": file.translated,
                "unused": list(file.unused),
            }
        )
    return Outcome(data={"files": documents}, problems=problems)
