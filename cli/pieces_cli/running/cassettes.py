"""`--record` and `--replay`: the HTTP of one run, kept in a file."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .options import RunOptions


def cassette(
    options: RunOptions, secrets: Callable[[], Sequence[str]]
) -> AbstractContextManager[None]:
    """Return the block in which the run's HTTP is recorded or replayed, if it is to be.

    A recording may be of any age, and part of it may be left unused: it is to show what the code
    does now. A test of the piece is where those count.

    Raises:
        CassetteError: as `pieces_common.testing` does.
    """
    if options.record is not None:
        from pieces_common.testing import record

        return record(options.record, secrets=secrets())
    if options.replay is not None:
        from pieces_common.testing import replay

        return replay(options.replay, secrets=secrets(), max_age=None, allow_unused=True)
    return nullcontext()
