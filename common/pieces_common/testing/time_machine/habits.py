"""What a service is like, as far as its author knows: the bounds of the histories to try."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pieces_framework import AuthorCodeError

from .history import Fault


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Which faults a service and its host are capable of, and how far they go."""

    faults: Collection[Fault] = tuple(Fault)
    """What may happen; nothing else does."""
    poll_every_s: float = 300
    """How often the host polls. Now and then it misses some polls."""
    max_delay_s: float = 1800
    """`DELAY`: how long an item stays out of the list at most."""
    max_edit_s: float = 1800
    """`EDIT`: how far a stamp is moved from what it was at first, at most."""
    granularity_s: float = 60
    """`SHARED_STAMP`: what stamps are rounded down to."""
    max_shift_s: float = 8 * 3600
    """`ZONE`: how far stamps are off at most."""
    max_disorder_s: float | None = None
    """`REORDER`: how much later than an item before it an item may be; `None` for any order."""
    max_clock_error_s: float = 120
    """`CLOCK`: how far the host's clock is ahead or behind at most."""
    page_size: int = 2
    """How many items a page has at most: few items then show what many pages do."""
    page_s: float = 1
    """`REPAGINATE`: what it takes to read a page."""

    def __post_init__(self) -> None:
        spans = {
            name: value for name, value in vars(self).items() if isinstance(value, int | float)
        }
        for name, value in spans.items():
            if value < 0 or (value == 0 and name in {"poll_every_s", "granularity_s", "page_size"}):
                raise AuthorCodeError(f"`Habits({name}=...)` must be positive, got {value!r}")
