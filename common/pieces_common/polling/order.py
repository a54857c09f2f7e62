"""The promise of an author whose items come newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pieces_framework import AuthorCodeError

from .declaration import Polling

AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")


def check_order(polling: Polling[AuthT, PropsT], stamps: Sequence[float]) -> None:
    """Refuse samples of which one is later than one before it, if `polling` promises otherwise.

    With `LEDGER` the order may be off by the overlap. No poll is refused so: what arrives while a
    poll pages through a list stands there after what is older.

    Raises:
        AuthorCodeError: it names the place of the first.
    """
    if not polling.newest_first or not stamps:
        return
    earliest = stamps[0]
    for index, stamp in enumerate(stamps):
        if stamp > earliest + polling.overlap_ms:
            raise AuthorCodeError(
                f"item {index} of the trigger's items is later than one before it, "
                "though `newest_first` promises otherwise",
                hint="give the newest first, or leave out `newest_first`",
            )
        earliest = min(earliest, stamp)
