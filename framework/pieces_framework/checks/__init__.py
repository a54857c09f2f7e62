"""Rules that a piece is checked by, without importing or running any of it.

`check` takes the files of a piece's folder, or of its wheel, and its metadata, and returns what is
wrong. Nothing asks by itself, and no finding keeps a piece from being published: that is for the
caller to decide. Each rule is explained on a page of `docs/reference/checks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from . import (
    coverage,
    dependencies,
    handling,
    hooks,
    leftovers,
    naming,
    packaging,
    secrets,
    source,
    texts,
    translations,
    waiting,
)
from .finding import Finding, Needs, Rule, Severity
from .ignores import UNUSED_IGNORE, without_ignored
from .piece_files import PieceFiles

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

__all__ = ["RULES", "Finding", "Needs", "Rule", "Severity", "check"]

_CHECKS: Final = (
    *naming.CHECKS,
    *texts.CHECKS,
    *packaging.CHECKS,
    *dependencies.CHECKS,
    *secrets.CHECKS,
    *source.CHECKS,
    *handling.CHECKS,
    *waiting.CHECKS,
    *hooks.CHECKS,
    *translations.CHECKS,
    *coverage.CHECKS,
    *leftovers.CHECKS,
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {rule.id: rule for rule in (*(each.rule for each in _CHECKS), UNUSED_IGNORE)}
)
"""Every rule by its id, by topic."""


def check(
    files: Mapping[str, bytes], metadata: Mapping[str, JsonValue] | None = None
) -> list[Finding]:
    """Return what is wrong with a piece, by path, line and rule; nothing if nothing is.

    Any bytes and any JSON will do. What cannot be read is reported by one rule and passed over by
    the others.

    Args:
        files: the content of each file by its path, relative to the piece's folder and with `/`:
            a source tree, or what is in a wheel. Where there is no `pyproject.toml`, rules about
            what only a source tree has are left out.
        metadata: the piece's wire metadata; `None` if it is not known, and rules about it are
            left out.

    Raises:
        TypeError: if the content of a file is no `bytes`.
    """
    for path, content in files.items():
        if not isinstance(content, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
            got = type(content).__name__
            raise TypeError(f"`{path}` is `{got}`, not `bytes`; read it by `Path.read_bytes`")
    piece = PieceFiles(files, metadata)
    checks = [each for each in _CHECKS if piece.satisfies(each.rule.needs)]
    found = {each.rule.finding(problem) for each in checks for problem in each.find(piece)}
    ran = {each.rule.id for each in checks} | {UNUSED_IGNORE.id}
    kept = without_ignored(piece, list(found), known=RULES.keys(), ran=ran)
    return sorted(kept, key=lambda each: (each.path, each.line or 0, each.rule, each.message))
