"""Paths inside of a wheel: what every file system takes, and no two that are one on some."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .limits import Limits
    from .rules import Refusals

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_FINAL_DOTS: Final = re.compile(r"(?<![. ])[. ]+(?=/|\Z)")


def check_paths(paths: Iterable[str], limits: Limits, refuse: Refusals) -> None:
    """Look at each path, then at all of them together. Folders end in `/`.

    Raises:
        ArtifactError: if one could be unpacked outside of its place, or over another.
    """
    every = list(paths)
    for path in every:
        _check_path(path, limits, refuse)
    _refuse_twins("path-repeated", every, every, refuse)
    _refuse_twins("path-unicode", every, map(_composed, every), refuse)
    folded = [_folded(path) for path in every]
    _refuse_twins("path-case", every, folded, refuse)
    _refuse_files_as_folders(folded, every, refuse)


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


def _refuse_twins(rule: str, paths: Iterable[str], forms: Iterable[str], refuse: Refusals) -> None:
    seen: dict[str, str] = {}
    for path, key in zip(paths, forms, strict=True):
        if key in seen:
            raise refuse(rule, f"it holds two files of one name, {seen[key]!r} and {path!r}")
        seen[key] = path


def _refuse_files_as_folders(folded: Iterable[str], paths: Iterable[str], refuse: Refusals) -> None:
    """Compare each path with the next only: NUL sorts first, so a folder's content follows it.

    Looking up every folder of every path would cost much where they nest deeply.
    """
    keys = (form.replace("/", "\0") for form in folded)
    ordered = sorted(zip(keys, paths, strict=True))
    for (key, path), (next_key, _) in pairwise(ordered):
        if not path.endswith("/") and next_key.startswith(f"{key}\0"):
            raise refuse("path-file-and-folder", f"it holds {path!r} as file and as folder")


def _composed(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def _folded(path: str) -> str:
    """Return the form by which systems compare that ignore case: those also drop final dots."""
    return _FINAL_DOTS.sub("", _composed(_composed(path).casefold()))
