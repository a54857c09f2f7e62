"""Pieces for the rules of `pieces_framework.checks` to judge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from docs.check_examples import piece
from pieces_framework import JsonValue
from pieces_framework.checks import Finding, check


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but caches, as `check` takes them."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix(): (folder / path).read_bytes()
        for path in paths
        if not any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    }


def small_files(**changed: str | bytes | None) -> dict[str, bytes]:
    """Return the files of the piece that examples change, without a fault.

    Args:
        **changed: text of files to change or add, by path; `None` takes one away.
    """
    files = {path: text.encode() for path, text in piece()[0].items()}
    for path, content in changed.items():
        if content is None:
            del files[path]
        else:
            files[path] = content.encode() if isinstance(content, str) else content
    return files


def small_metadata() -> Mapping[str, JsonValue]:
    """Return the metadata of that piece."""
    return piece()[1]


def findings(**changed: str | bytes | None) -> list[Finding]:
    """Check that piece with some of its files changed."""
    return check(small_files(**changed), small_metadata())


def found(**changed: str | bytes | None) -> list[tuple[str, str, int | None]]:
    """Check that piece with some of its files changed; return rules and places."""
    return [(each.rule, each.path, each.line) for each in findings(**changed)]


def found_in(code: str, *dependencies: str) -> list[tuple[str, int | None]]:
    """Check that piece with a module more; return the rules that find something, and the lines.

    Args:
        code: the module.
        *dependencies: what the piece asks for besides.
    """
    anchor = '    "pieces-framework~=0.1.0",\n'
    more = "".join(f'    "{each}",\n' for each in dependencies)
    project = piece()[0]["pyproject.toml"].replace(anchor, anchor + more)
    changed = {"pyproject.toml": project, "piece_gelato/api.py": code}
    return [(rule, line) for rule, _, line in found(**changed)]
