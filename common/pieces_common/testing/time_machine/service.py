"""The simulated service: what it lists, page by page, while time goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

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

    Each reading begins at the time of the poll; to read a page takes `History.page_ms`.
    """

    def __init__(self, history: History, poll: Poll) -> None:
        self._history = history
        self._poll = poll
        self.failed = False
        """Whether a reader was refused a page."""

    def page(self, number: int = 1) -> list[Listed]:
        """Return one page, 1 the first. It is empty past the end.

        Raises:
            RetryableError: if it is the one that fails.
        """
        try:
            return _page(self._history, self._poll, number - 1)
        except RetryableError:
            self.failed = True
            raise

    def __iter__(self) -> Iterator[Listed]:
        for number in count(1):
            page = self.page(number)
            yield from page
            if len(page) < self._history.page_size:
                return


def _page(history: History, poll: Poll, index: int) -> list[Listed]:
    listed = listed_at(history, poll, poll.at_ms + index * history.page_ms)
    start = index * history.page_size
    page = listed[start : start + history.page_size]
    is_last = len(page) < history.page_size
    if poll.fails_at_page is not None and (is_last or index >= poll.fails_at_page):
        raise RetryableError(f"page {index + 1} of the list could not be read")
    return page


def listed_at(history: History, poll: Poll, at_ms: int) -> list[Listed]:
    """Return all that the service would list to the poll at that moment, in its order."""

    def place(numbered: tuple[int, Arrival]) -> tuple[int, int, int]:
        number, arrival = numbered
        stamp_ms = history.stamp_ms(arrival, at_ms)
        return stamp_ms + arrival.misplaced_ms, arrival.created_ms, number

    there = sorted(
        (each for each in enumerate(history.arrivals) if _is_listed(each[1], at_ms)),
        key=place,
        reverse=poll.order is not Order.OLDEST_FIRST,
    )
    if poll.order is Order.MIXED:
        there = there[1::2] + there[::2]
    return [
        Listed(each.id, ENABLED_AT_MS + history.stamp_ms(each, at_ms) + poll.shift_ms)
        for _, each in there
    ]


def full_reading(history: History, poll: Poll) -> tuple[Listed, ...]:
    """Return what a reader of all pages is given, to the page that fails."""
    given: list[Listed] = []
    with suppress(RetryableError):
        for listed in Listing(history, poll):
            given.append(listed)  # noqa: PERF402 -- what came before the page that fails is kept
    return tuple(given)


def _is_listed(arrival: Arrival, at_ms: int) -> bool:
    return arrival.visible_ms <= at_ms and (
        arrival.deleted_ms is None or at_ms < arrival.deleted_ms
    )
