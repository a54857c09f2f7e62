"""Which kinds of faults come about in a history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .history import Fault, History, Poll
from .service import full_reading, listed_at


def faults_of(history: History) -> frozenset[Fault]:
    """Return the kinds that come about, whoever polls."""
    return frozenset(fault for fault, comes_about in _TESTS.items() if comes_about(history))


def _delay(history: History) -> bool:
    return any(each.visible_ms > each.created_ms for each in history.arrivals)


def _reorder(history: History) -> bool:
    for poll in (history.enabling, *history.polls):
        stamps = [each.epoch_ms for each in listed_at(history, poll, poll.at_ms)]
        if stamps != sorted(stamps, reverse=True):
            return True
    return False


def _repaginate(history: History) -> bool:
    return any(_is_repaginated(history, poll) for poll in (history.enabling, *history.polls))


def _is_repaginated(history: History, poll: Poll) -> bool:
    given = [each.id for each in full_reading(history, poll)]
    if len(given) > len(set(given)):
        return True
    if poll.fails_at_page is not None:
        return False
    end_ms = poll.at_ms + len(given) // history.page_size * history.page_ms
    at_start = {each.id for each in listed_at(history, poll, poll.at_ms)}
    at_end = {each.id for each in listed_at(history, poll, end_ms)}
    return not (at_start & at_end) <= set(given)


def _deletion(history: History) -> bool:
    return any(each.deleted_ms is not None for each in history.arrivals)


def _edit(history: History) -> bool:
    return any(edit.by_ms for each in history.arrivals for edit in each.edits)


def _shared_stamp(history: History) -> bool:
    stamps = {history.stamp_ms(each) for each in history.arrivals}
    return len(stamps) < len(history.arrivals) or any(
        each.created_ms % history.granularity_ms for each in history.arrivals
    )


def _zone(history: History) -> bool:
    return any(each.stamp_error_ms for each in history.arrivals) or any(
        each.shift_ms for each in (history.enabling, *history.polls)
    )


def _fail_midway(history: History) -> bool:
    return any(each.fails_at_page is not None for each in history.polls)


def _republish(history: History) -> bool:
    return any(each.republished for each in history.polls)


def _clock(history: History) -> bool:
    return history.host_ahead_ms != 0


_TESTS: Final[Mapping[Fault, Callable[[History], bool]]] = {
    Fault.DELAY: _delay,
    Fault.REORDER: _reorder,
    Fault.REPAGINATE: _repaginate,
    Fault.DELETION: _deletion,
    Fault.EDIT: _edit,
    Fault.SHARED_STAMP: _shared_stamp,
    Fault.ZONE: _zone,
    Fault.FAIL_MIDWAY: _fail_midway,
    Fault.REPUBLISH: _republish,
    Fault.CLOCK: _clock,
}
