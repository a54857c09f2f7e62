"""The simulated service: what it lists, page by page, while time goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pieces_framework import RetryableError

from .history import ENABLED_AT_MS, Arrival, History, Order, Poll


@dataclass(frozen=True, slots=True)
class Listed:
    """An item as the service shows it in a page."""

    id: str
    epoch_ms: int
    """Its stamp as shown."""


class Listing:
    """The service's list as one reader sees it: pages are asked for as far as it is read.

    Each reading starts at the poll's time.
    """

    def __init__(self, history: History, poll: Poll) -> None:
        self._history = history
        self._poll = poll
        self.read: list[Listed] = []
        """What the readers have been given, oldest reading first."""

    def __iter__(self) -> Iterator[Listed]:
        for page in pages(self._history, self._poll):
            for listed in page:
                self.read.append(listed)
                yield listed


def pages(history: History, poll: Poll) -> Iterator[list[Listed]]:
    """Read the service's list by page number, until a page is not full.

    Raises:
        RetryableError: in place of the page that fails.
    """
    number = 0
    while True:
        listed = listed_at(history, poll, poll.at_ms + number * history.page_ms)
        start = number * history.page_size
        page = listed[start : start + history.page_size]
        is_last = len(page) < history.page_size
        if poll.fails_at_page is not None and (is_last or number >= poll.fails_at_page):
            raise RetryableError(f"page {number + 1} of the list could not be read")
        yield page
        if is_last:
            return
        number += 1


def listed_at(history: History, poll: Poll, at_ms: int) -> list[Listed]:
    """Return all that the service would list to the poll at that moment, in its order."""

    def place(numbered: tuple[int, Arrival]) -> tuple[int, int, int]:
        number, arrival = numbered
        return history.stamp_ms(arrival) + arrival.misplaced_ms, arrival.created_ms, number

    there = sorted(
        (each for each in enumerate(history.arrivals) if _is_listed(each[1], at_ms)),
        key=place,
        reverse=poll.order is not Order.OLDEST_FIRST,
    )
    if poll.order is Order.MIXED:
        there = there[1::2] + there[::2]
    return [
        Listed(each.id, ENABLED_AT_MS + history.stamp_ms(each) + poll.shift_ms) for _, each in there
    ]


def full_reading(history: History, poll: Poll) -> tuple[Listed, ...]:
    """Return what a reader of all pages is given, to the page that fails."""
    given: list[Listed] = []
    try:
        for page in pages(history, poll):
            given += page
    except RetryableError:
        pass  # what came before it is what was given
    return tuple(given)


def _is_listed(arrival: Arrival, at_ms: int) -> bool:
    return arrival.visible_ms <= at_ms and (
        arrival.deleted_ms is None or at_ms < arrival.deleted_ms
    )
