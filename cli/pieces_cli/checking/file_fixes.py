"""Corrections that add or move a file, or add a heading to a changelog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pieces_framework.i18n import FOLDER
from pieces_framework.project import PROJECT_FILE, Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_framework.checks import Finding

    Files = Mapping[str, bytes]

_CHANGELOG: Final = "CHANGELOG.md"
_HEADING: Final = re.compile(r"^##[ \t]+\[?v?\d+\.\d+\.\d+", re.MULTILINE)
_SECOND_LEVEL: Final = re.compile(r"^##[ \t]", re.MULTILINE)


def py_typed(files: Files, finding: Finding) -> Files:
    """Add the empty file beside the package's `__init__.py`."""
    package = finding.path.partition("/")[0]
    return {**files, f"{package}/py.typed": b""}


def changelog_missing(files: Files, _finding: Finding) -> Files:
    """Add a changelog with a heading for the version; what it brought only its author knows."""
    version = _project(files).version
    return {**files, _CHANGELOG: f"# Changelog\n\n## {version}\n".encode()} if version else files


def changelog_version(files: Files, _finding: Finding) -> Files:
    """Add a heading for the version above the newest one.

    A changelog with another section above, such as `Unreleased`, is let be: that may be the text.
    """
    content, version = files.get(_CHANGELOG, b""), _project(files).version
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return files
    newest, first = _HEADING.search(text), _SECOND_LEVEL.search(text)
    if newest is None or first is None or first.start() != newest.start():
        return files
    end = "\r\n" if "\r\n" in text else "\n"
    at = newest.start()
    return {**files, _CHANGELOG: f"{text[:at]}## {version}{end}{end}{text[at:]}".encode()}


def translation_misplaced(files: Files, finding: Finding) -> Files:
    """Move the file into the package's folder for translations, if there is one package."""
    *_, name = finding.path.split("/")
    packages = {
        top
        for path in files
        if path.endswith("/__init__.py") and (top := path.partition("/")[0]).startswith("piece_")
    }
    if len(packages) != 1:
        return files
    target = f"{packages.pop()}/{FOLDER}/{name}"
    if target in files:
        return files
    moved = {path: content for path, content in files.items() if path != finding.path}
    return {**moved, target: files[finding.path]}


def _project(files: Files) -> Project:
    return Project(files.get(PROJECT_FILE, b"").decode("utf-8-sig", "replace"))
