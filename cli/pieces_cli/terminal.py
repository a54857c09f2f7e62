"""What only a terminal shows: colours, tables with lines, progress. Elsewhere it is plain text."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TextIO

from .reporting import reader_stream, say

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from rich.console import Console

Tone = Literal["good", "quiet", "bad", "plain"]
"""How a cell is coloured: done, nothing to do, failed, or not at all."""

_STYLES: Final = {"good": "green", "quiet": "dim", "bad": "red", "plain": ""}


def status_table(headers: Sequence[str], rows: Sequence[tuple[Sequence[str], Tone]]) -> None:
    """Say a table: one line for each row, columns aligned; the last column is coloured.

    Only in the command's own thread.

    Args:
        headers: the columns' names.
        rows: each with as many cells as `headers`, and the tone of its last cell.
    """
    stream = reader_stream()
    rows = [(tuple(map(_printable, cells)), tone) for cells, tone in rows]
    if not is_terminal(stream):
        for line in _plain_lines([headers, *(cells for cells, _ in rows)]):
            say(line)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(*headers, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for cells, tone in rows:
        table.add_row(*map(Text, cells[:-1]), Text(cells[-1], style=_STYLES[tone]))
    _console(stream).print(table)


@contextmanager
def progress(
    text: str, total: int, *, unit: Literal["bytes", "pieces"]
) -> Generator[Callable[[int], None]]:
    """Show on standard error, while the block runs, how far it is; nothing without a terminal.

    Yields a function that takes how many of `unit` are done; any thread may call it.

    Args:
        text: what is going on, such as `Uploading piece-gelato`.
        total: how many there are in all.
        unit: what is counted.
    """
    if not is_terminal(sys.stderr):
        yield lambda _: None
        return
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn

    count = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), count)
    with Progress(*columns, console=_console(sys.stderr), transient=True) as shown:
        task = shown.add_task(text, total=total)
        yield lambda done: shown.update(task, completed=done)


def is_terminal(stream: IO[Any]) -> bool:
    """Whether a person looks at the stream as it is written, and it can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def has_colours(stream: IO[Any]) -> bool:
    """Whether what is written to the stream may be coloured. Source: no-color.org."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def _printable(cell: str) -> str:
    """Return a cell without what would steer a terminal: it may quote what others say."""
    shown = (each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in cell)
    return "".join(shown)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False)


def _plain_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
