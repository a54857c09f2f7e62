"""A piece's metadata, taken in a process of its own: who asks never imports the piece itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from pieces_framework.errors import PieceError

from .child_processes import piece_environment, run_child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pieces_framework import JsonValue

    from .folders import PieceFolder

TIMEOUT_S: Final = 60.0
_TAIL_LINES: Final = 15
_ONLY_DECLARE: Final = "importing a piece must only declare it: move work into its functions"
# With quotes as an import says it, without as `python -m` does.
_NO_FRAMEWORK: Final = re.compile(r"No module named ('?)pieces_framework\1\)?$")


class ExtractionError(PieceError):
    """A piece could not be imported, or did not say what it is.

    Args:
        message: see `PieceError`.
        hint: see `PieceError`.
        rule: which rule of `pieces check` that breaks.
        problems: what the piece said itself, if it did: each problem of its declaration.
    """

    exit_code = 65  # EX_DATAERR
    code = "EXTRACTION"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        rule: str = "import-fails",
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.rule: Final = rule
        self.problems: Final = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """What a piece says of itself."""

    metadata: Mapping[str, JsonValue]
    i18n: Mapping[str, JsonValue]
    """By locale: the English texts and their translations."""
    framework: str
    """Version of the framework it was asked with: that of the workspace's interpreter."""
    tools: Sequence[str]
    """Tools of developers that are loaded when the piece is imported, such as `mypy`."""


def extract(piece: PieceFolder, python: Path, *, timeout_s: float = TIMEOUT_S) -> Extracted:
    """Import the piece with `python` and return its metadata.

    Raises:
        ExtractionError: if the piece is declared wrongly, cannot be imported, prints where the
            answer belongs or does not come to an end.
        ChildEndedError: if it was ended by `end_children`.
    """
    module = "pieces_framework.importing"
    command = [str(python), "-m", module, str(piece.path), piece.entry_point]
    environment = {**piece_environment(), "PYTHONIOENCODING": "utf-8"}
    try:
        done = run_child(command, cwd=piece.path, env=environment, timeout_s=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise ExtractionError(
            f"`{piece.name}` was still being imported after {timeout_s:g} s",
            hint=_ONLY_DECLARE,
        ) from error
    except OSError as error:
        raise ExtractionError(f"`{python}` cannot be started: {error.strerror}") from error
    return _answer(piece, python, done)


def _answer(
    piece: PieceFolder, python: Path, done: subprocess.CompletedProcess[bytes]
) -> Extracted:
    try:
        # Whatever it is, its shape is checked below.
        answer = cast("object", json.loads(done.stdout))
    except (ValueError, RecursionError):  # the latter: a piece wrote thousands of brackets
        answer = None
    match answer:
        case {"metadata": dict(), "i18n": dict(), "framework": str(), "tools": list()}:
            parts = cast("dict[str, Any]", answer)  # it came out of a JSON parser
            return Extracted(
                metadata=parts["metadata"],
                i18n=parts["i18n"],
                framework=parts["framework"],
                tools=[str(tool) for tool in parts["tools"]],
            )
        case {"errors": list(), "hint": str(hint)}:
            problems = [str(each) for each in cast("dict[str, Any]", answer)["errors"]]  # as above
            message = f"`{piece.name}`: {'; '.join(problems)}"
            raise ExtractionError(message, hint=hint, rule="definition", problems=problems)
        case _:
            raise _failure(piece, python, done)


def _failure(
    piece: PieceFolder, python: Path, done: subprocess.CompletedProcess[bytes]
) -> ExtractionError:
    said = done.stderr.decode(errors="replace").strip().splitlines()
    tail = "".join(f"\n  {line}" for line in said[-_TAIL_LINES:])
    if done.stdout:
        shown = done.stdout[:80].decode(errors="replace")
        return ExtractionError(
            f"`{piece.name}` wrote to standard output while it was imported: {shown!r}{tail}",
            hint=_ONLY_DECLARE,
            rule="import-prints",
        )
    if _NO_FRAMEWORK.search(said[-1] if said else ""):
        return ExtractionError(
            f"`{python}` has no pieces-framework{tail}",
            hint="install the piece into that environment, with the instance's `/simple/` as extra"
            f" index; or remove its folder: then `{sys.executable}` is used",
        )
    if done.returncode == 0:
        return ExtractionError(
            f"`{piece.name}` ended the interpreter while it was imported{tail}", hint=_ONLY_DECLARE
        )
    return ExtractionError(
        f"`{piece.name}` could not be imported (exit code {done.returncode}){tail}",
        hint="run its tests: they import it too",
    )
