"""Corrections of a `pyproject.toml`, in its text; what it says besides stays, letter by letter."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from pieces_framework.project import PROJECT_FILE, Project

if TYPE_CHECKING:
    from pieces_framework.checks import Finding

    from .source_tree import Files

_OLDEST: Final = ">=3.11"
_CERTAIN: Final = re.compile(r"(?:>=?\s*3(?:\.\d{1,3}){0,2}\s*,?)?\s*(<\s*4(?:\.0)?)?")
"""An oldest version, and none but the usual newest one: with others nobody knows what is meant."""
_KEY: Final = "requires-python"


def build_system(files: Files, _finding: Finding) -> Files:
    """Put hatchling on top, where the file names no build system and has no setuptools."""
    text = _text(files)
    if text is None or "build-system" in text or "tool.setuptools" in text:
        return files
    table = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    added = _with_ends_of(text, table)
    return {**files, PROJECT_FILE: f"{mark}{added}{text.removeprefix(mark)}".encode()}


def requires_python(files: Files, _finding: Finding) -> Files:
    """Ask for the oldest Python that the framework runs on: raise the bound, or add one."""
    text = _text(files)
    if text is None:
        return files
    project = Project(text.removeprefix("\ufeff"))
    asked = project.text("project", _KEY)
    wanted = _raised(asked) if asked else _OLDEST
    place = project.line_of("project", _KEY if asked else "version")
    if place is None:
        return files
    lines = text.splitlines(keepends=True)
    line = lines[place - 1]
    if asked:
        lines[place - 1] = line.replace(asked, wanted, 1)
    else:
        lines.insert(place, _with_ends_of(text, f'{_KEY} = "{wanted}"\n'))
    changed = "".join(lines)
    return {**files, PROJECT_FILE: changed.encode()} if _says(changed, text, wanted) else files


def _raised(asked: str) -> str:
    found = _CERTAIN.fullmatch(asked.strip())
    if found is None:
        return asked
    return f"{_OLDEST},{found.group(1)}" if found.group(1) else _OLDEST


def _says(changed: str, text: str, wanted: str) -> bool:
    """Whether the new text says what the old one did, but for the one value."""
    expected = _parsed(text)
    expected.get("project", {})[_KEY] = wanted
    return _parsed(changed) == expected


def _parsed(text: str) -> dict[str, Any]:  # as tomllib gives it
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return {}


def _text(files: Files) -> str | None:
    try:
        return files.get(PROJECT_FILE, b"").decode()
    except UnicodeDecodeError:
        return None


def _with_ends_of(text: str, added: str) -> str:
    return added.replace("\n", "\r\n") if "\r\n" in text else added
