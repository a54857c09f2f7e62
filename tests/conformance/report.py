"""Runs the files of cases in a folder, and reports."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from tests.conformance import (
    enum_cases,
    metadata_cases,
    naming_cases,
    polling_cases,
    props_cases,
    recorded,
    schema_cases,
    version_cases,
)
from tests.conformance.outcome import CaseOutcome, FileOutcome

if TYPE_CHECKING:
    import io

OWN_CASES: Final = Path(__file__).parent / "cases"
RUNNERS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], FileOutcome]]] = {
    "cli_naming_vectors.json": naming_cases.run_file,
    "enums.json": enum_cases.run_file,
    "polling_vectors.json": polling_cases.run_file,
    "property_processor_vectors.json": props_cases.run_old,
    "props_processor_vectors.json": props_cases.run_newest,
    "version_resolution_vectors.json": version_cases.run_file,
    "wire_schemas.json": schema_cases.run_file,
}
"""What can be run, by the name of the file."""
FOLDERS: Final[Mapping[str, Callable[[Path], list[FileOutcome]]]] = {
    "metadata": metadata_cases.run_folder,
}
"""What can be run of folders, by their names."""


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="Run recorded cases against our code.")
    parser.add_argument("folder", nargs="?", type=Path, default=OWN_CASES, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    if not folder.is_dir():
        parser.error(f"{folder} is not a folder")
    entries = sorted(entry.name for entry in folder.iterdir())
    outcomes = [each for name in entries for each in outcomes_of(folder / name)]
    not_run = [name for name in entries if name not in {**RUNNERS, **FOLDERS}]
    _print(
        [json.dumps(_document(outcomes, not_run), indent=2)]
        if arguments.json
        else [
            *(line for outcome in outcomes for line in outcome.lines()),
            *(f"{name}: not run" for name in not_run),
        ]
    )
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def _print(lines: list[str]) -> None:
    """Print `lines` as far as someone reads them."""
    output = cast("io.TextIOWrapper", sys.stdout)  # a program's own always is one
    output.reconfigure(errors="backslashreplace")  # a case may hold half a character
    try:
        for line in lines:
            print(line)
        output.flush()
    except BrokenPipeError:
        # What is left unwritten would be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


def outcomes_of(path: Path) -> list[FileOutcome]:
    """Run a file or a folder; none if we do not know how."""
    if path.name in FOLDERS:
        return FOLDERS[path.name](path)
    return [_run_file(path)] if path.name in RUNNERS else []


def _run_file(path: Path) -> FileOutcome:
    try:
        outcome = RUNNERS[path.name](path.name, recorded.read(path))
    except (
        AttributeError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        return _unread(path, f"cannot be read as a file of cases: {type(error).__name__}: {error}")
    return outcome if outcome.cases else _unread(path, "holds no case")


def _unread(path: Path, problem: str) -> FileOutcome:
    unread = CaseOutcome(id="-", title="the file itself", problems=[problem])
    return FileOutcome(file=path.name, cases=[unread])


def _document(outcomes: list[FileOutcome], not_run: list[str]) -> dict[str, Any]:
    return {
        "schema": "pieces.conformance/1",
        "ok": not any(outcome.failed for outcome in outcomes),
        "data": {"files": [outcome.data() for outcome in outcomes], "not_run": not_run},
        "problems": [problem for outcome in outcomes for problem in outcome.problem_data()],
    }
