"""What happens at a service and at the host that polls it. Times are ms since the enabling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

ENABLED_AT_MS: Final = 1_767_225_600_000
"""What epoch the trigger is enabled at: 2026-01-01, 00:00 UTC."""


class Fault(Enum):
    """What a service, its network or a host may do to a polling trigger."""

    DELAY = "an item is listed later than its stamp says"
    REORDER = "the list is not in the order of the stamps"
    REPAGINATE = "items arrive or go between two pages of a poll: one is listed twice, or not"
    DELETION = "an item is deleted"
    EDIT = "the stamp of an item is changed"
    SHARED_STAMP = "several items have the same stamp, or stamps are rounded down"
    ZONE = "stamps are written, or shown, in the wrong time zone"
    FAIL_MIDWAY = "a page of a poll fails"
    REPUBLISH = "the flow is published again while it is on"
    CLOCK = "the host's clock is ahead of the service's, or behind it"


class Order(Enum):
    """How a service lists its items in one poll."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    MIXED = "in no order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change of an item's stamp."""

    at_ms: int
    """From when on the service shows it."""
    by_ms: int
    """How much later than at first the stamp then is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An item of the service."""

    id: str
    created_ms: int
    visible_ms: int
    """From when on the service lists it."""
    deleted_ms: int | None = None
    """From when on the service lists it no longer."""
    stamp_error_ms: int = 0
    """How much later than its true time the service wrote down for it, once and for all."""
    edits: tuple[Edit, ...] = ()
    """From the first to the last."""
    misplaced_ms: int = 0
    """How much newer than its stamp it is taken for where the service sorts its list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll of the trigger, and how the service answers it."""

    at_ms: int
    order: Order = Order.NEWEST_FIRST
    shift_ms: int = 0
    """How much later than written down the service shows every stamp to this poll."""
    fails_at_page: int | None = None
    """The page, 0 the first, in whose place the service fails; the last one if there are fewer."""
    republished: bool = False
    """Whether the flow was published again just before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that happens. The trigger is enabled at 0 ms."""

    arrivals: tuple[Arrival, ...]
    """In the order in which the service took them in."""
    polls: tuple[Poll, ...]
    """From the first to the last."""
    enabling: Poll = Poll(at_ms=0)
    """How the service answers while the trigger is enabled."""
    page_size: int = 100
    page_ms: int = 0
    """What it takes to read one page: what happens meanwhile moves the pages that follow."""
    granularity_ms: int = 1
    """What stamps are rounded down to, e.g. 60,000 for a service that writes down minutes."""
    host_ahead_ms: int = 0
    """How much the host's clock is ahead of the service's."""

    def stamp_ms(self, arrival: Arrival, at_ms: int | None = None) -> int:
        """Return what the service has for the item's time at a moment; at first, if not given."""
        time_ms = arrival.created_ms
        if at_ms is not None and arrival.edits:
            done = [edit.by_ms for edit in arrival.edits if edit.at_ms <= at_ms]
            time_ms += done[-1] if done else 0
        return time_ms // self.granularity_ms * self.granularity_ms + arrival.stamp_error_ms

    def host_time_ms(self, at_ms: int) -> int:
        """Return what the host's clock shows, as epoch milliseconds."""
        return ENABLED_AT_MS + at_ms + self.host_ahead_ms

    def text(self) -> str:
        """Tell what happens, a line for each event, with times in h:mm:ss since the enabling."""
        from .story import told

        return told(self)
