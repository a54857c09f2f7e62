"""Corrections that add or move a file, or add a heading to a changelog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pieces_cli.releasing.changelog import CHANGELOG_FILE, with_entry
from pieces_framework.i18n import FOLDER
from pieces_framework.versions import Version, VersionError

from .source_tree import project_of

if TYPE_CHECKING:
    from pieces_framework.checks import Finding

    from .source_tree import Files


def py_typed(files: Files, finding: Finding) -> Files:
    """Add the empty file beside the package's `__init__.py`."""
    package = finding.path.partition("/")[0]
    return {**files, f"{package}/py.typed": b""}


def changelog_missing(files: Files, _finding: Finding) -> Files:
    """Add a changelog with a heading for the version; what it brought only its author knows."""
    version = project_of(files).version
    text = f"# Changelog\n\n## {version}\n"
    return {**files, CHANGELOG_FILE: text.encode()} if version else files


def changelog_version(files: Files, _finding: Finding) -> Files:
    """Add a heading for the version above the newest one.

    A changelog with a section `Unreleased` is let be: that may be the text.
    """
    try:
        text = files.get(CHANGELOG_FILE, b"").decode()
        version = Version.parse(project_of(files).version)
    except (UnicodeDecodeError, VersionError):
        return files
    added = with_entry(text, version, [])
    if not set(text.splitlines()) <= set(added.splitlines()):  # a heading took another's place
        return files
    return {**files, CHANGELOG_FILE: added.encode()}


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
