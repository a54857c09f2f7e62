"""Editing Python text at the places its syntax tree names, without touching the rest."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BYTE_ORDER_MARK: Final = codecs.BOM_UTF8.decode()


@dataclass(frozen=True)
class Change:
    """Text that takes the place of what stands between two offsets."""

    start: int
    end: int
    text: str


class SourceTextError(PieceError):
    """A file is no text that can be read, or no Python."""

    exit_code = 65  # EX_DATAERR
    code = "SOURCE_TEXT"


def read_text(path: Path) -> str:
    """Return a file's text, its byte order mark included.

    Raises:
        SourceTextError: if it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceTextError(f"`{path}` cannot be read as UTF-8 text: {error}") from error


def parse(text: str, *, path: str) -> ast.Module:
    """Return the syntax tree of a file's text.

    Raises:
        SourceTextError: if it is not Python.
    """
    try:
        return ast.parse(text.removeprefix(BYTE_ORDER_MARK))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # ValueError: a null
        raise SourceTextError(
            f"`{path}` is not valid Python: {error}", hint="correct the file, then try again"
        ) from error


class SourceText:
    """A module's text. An offset counts characters from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        # Python's own idea of a line; `str.splitlines` breaks at form feeds and more.
        self._lines = io.StringIO(text, newline="").readlines()
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def changed(self, changes: Iterable[Change]) -> str:
        """Return the text with every change made; they must not overlap."""
        text = self.text
        for change in sorted(changes, key=lambda change: change.start, reverse=True):
            text = text[: change.start] + change.text + text[change.end :]
        return text

    def line_start(self, line: int) -> int:
        """Return the offset at which a line, counted from 1, begins."""
        return self._starts[line - 1]

    def line_end(self, offset: int) -> int:
        """Return the offset at which the line of `offset` ends, before its line break."""
        match = re.compile(r"[\r\n]|$").search(self.text, offset)
        return match.start() if match else len(self.text)

    def indentation(self, line: int) -> str:
        """Return the white space that a line, counted from 1, begins with."""
        text = self._lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def start(self, node: ast.expr | ast.keyword) -> int:
        """Return the offset at which a node begins."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.keyword | ast.stmt) -> int:
        """Return the offset behind a node."""
        return self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def segment(self, node: ast.expr | ast.keyword) -> str:
        """Return a node's own text."""
        return self.text[self.start(node) : self.end(node)]

    def has_comment(self, start: int, end: int) -> bool:
        """Whether a comment begins between two offsets."""
        return any(start <= at < end for at, text in self._tokens if text.startswith("#"))

    def ends_of(self, character: str, start: int, end: int) -> list[int]:
        """Return the offsets behind each token between two offsets that is `character`."""
        return [at + 1 for at, text in self._tokens if start <= at < end and text == character]

    def _offset(self, line: int, column: int) -> int:
        # The columns of a syntax tree count UTF-8 bytes.
        text = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(text)

    @cached_property
    def _tokens(self) -> list[tuple[int, str]]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text, newline="").readline)
        return [
            (self._starts[token.start[0] - 1] + token.start[1], token.string) for token in tokens
        ]
