"""Paths inside of a wheel: what every file system takes, and no two that are one on some."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .limits import Limits
    from .rules import Refusals

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def check_paths(paths: Iterable[str], limits: Limits, refuse: Refusals) -> None:
    """Look at each path, then at all of them together. Folders end in `/`.

    Raises:
        ArtifactError: if one could be unpacked outside of its place, or over another.
    """
    every = list(paths)
    for path in every:
        _check_path(path, limits, refuse)
    _refuse_twins("path-repeated", every, str, refuse)
    _refuse_twins("path-unicode", every, _composed, refuse)
    _refuse_twins("path-case", every, _folded, refuse)
    files = {_folded(path) for path in every if not path.endswith("/")}
    for path in every:
        for folder in _folders(path):
            if _folded(folder) in files:
                raise refuse("path-file-and-folder", f"it holds {folder!r} as file and as folder")


def _check_path(path: str, limits: Limits, refuse: Refusals) -> None:
    parts = path.removesuffix("/").split("/")
    checks = {
        "path-too-long": len(path.encode()) > limits.path_bytes,
        "path-control": not path.isascii() or not path.isprintable(),
        "path-absolute": path.startswith("/"),
        "path-parent": ".." in parts,
        "path-drive": ":" in path,
        "path-backslash": "\\" in path,
        "path-segment": not {"", "."}.isdisjoint(parts),
    }
    if not any(checks.values()):
        return
    for rule, broken in checks.items():
        if broken and (rule != "path-control" or _has_unseen(path)):
            raise refuse(rule, f"it holds the unsafe path {path[:200]!r}")


def _has_unseen(path: str) -> bool:
    return any(unicodedata.category(character) in _UNSEEN for character in path)


def _refuse_twins(
    rule: str, paths: Iterable[str], form: Callable[[str], str], refuse: Refusals
) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        key = form(path)
        if key in seen:
            raise refuse(rule, f"it holds two files of one name, {seen[key]!r} and {path!r}")
        seen[key] = path


def _composed(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def _folded(path: str) -> str:
    """Return the form by which systems compare that ignore case: those also drop final dots."""
    folded = _composed(_composed(path).casefold())
    return "/".join(part.rstrip(". ") for part in folded.split("/"))


def _folders(path: str) -> Iterable[str]:
    place = path.find("/")
    while place >= 0:
        yield path[:place]
        place = path.find("/", place + 1)
