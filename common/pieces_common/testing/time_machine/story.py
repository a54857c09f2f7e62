"""Tells a history, and what became of it, in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .history import ENABLED_AT_MS, History, Order, Poll
from .service import Listed, full_reading

if TYPE_CHECKING:
    from .play import Outcome, PollOutcome


def told(history: History, outcome: Outcome | None = None) -> str:
    """Return a line for each event, in the order of time; with an outcome, what it came to."""
    polls = outcome.polls if outcome else [None] * len(history.polls)
    events = sorted((*_items(history), *_polls(history, polls)), key=lambda one: one[0])
    times = _column([at_ms for at_ms, _ in events])
    lines = [f"{time}  {said}" for time, (_, said) in zip(times, events, strict=True)]
    return "\n".join([*_circumstances(history), *lines, *(_verdict(outcome) if outcome else ())])


def _column(times_ms: Sequence[int]) -> list[str]:
    """Return the times, with their seconds below one another."""
    parts = [_time(each).partition(".") for each in times_ms]
    before = max(len(whole) for whole, _, _ in parts)
    after = max(len(point + rest) for _, point, rest in parts)
    return [f"{whole:>{before}}{point + rest:<{after}}" for whole, point, rest in parts]


def _circumstances(history: History) -> Iterator[str]:
    if history.granularity_ms > 1:
        yield f"stamps are rounded down to {_seconds(history.granularity_ms)}"
    if history.page_ms:
        yield f"items to a page: {history.page_size}; time to read one: {_seconds(history.page_ms)}"
    if history.host_ahead_ms:
        side = "ahead of" if history.host_ahead_ms > 0 else "behind"
        yield f"the host's clock is {_seconds(abs(history.host_ahead_ms))} {side} the service's"


def _items(history: History) -> Iterator[tuple[int, str]]:
    for each in history.arrivals:
        said = f"item {each.id} is created"
        if history.stamp_ms(each) != each.created_ms:
            said += f", with the stamp {_time(history.stamp_ms(each))}"
        if each.visible_ms != each.created_ms:
            said += f", listed from {_time(each.visible_ms)} on"
        yield each.created_ms, said
        for edit in each.edits:
            stamp = _time(history.stamp_ms(each, edit.at_ms))
            yield edit.at_ms, f"item {each.id} gets the stamp {stamp}"
        if each.deleted_ms is not None:
            yield each.deleted_ms, f"item {each.id} is deleted"


def _polls(history: History, outcomes: Iterable[PollOutcome | None]) -> Iterator[tuple[int, str]]:
    yield 0, f"the trigger is enabled{_listing(history, history.enabling)}"
    for number, (poll, outcome) in enumerate(zip(history.polls, outcomes, strict=False), start=1):
        if poll.republished:
            yield poll.at_ms, "the flow is published again"
        said = f"poll {number}{_listing(history, poll)}"
        if poll.fails_at_page is not None and (outcome is None or outcome.failed):
            said += ", then a page fails"
        elif outcome is not None and outcome.error:
            said += f"; the trigger fails: {outcome.error}"
        elif outcome is not None:
            said += f"; delivered: {' '.join(outcome.delivered) or 'nothing'}"
        yield poll.at_ms, said


def _listing(history: History, poll: Poll) -> str:
    items = " ".join(map(_item, full_reading(history, poll))) or "nothing"
    order = "" if poll.order is Order.NEWEST_FIRST else f" ({poll.order.value})"
    shift = f" (stamps {_seconds(poll.shift_ms)} off)" if poll.shift_ms else ""
    return f", listed{order}{shift}: {items}"


def _item(listed: Listed) -> str:
    return f"{listed.id}@{_time(listed.epoch_ms - ENABLED_AT_MS)}"


def _verdict(outcome: Outcome) -> Iterator[str]:
    for id_ in outcome.lost:
        yield f"LOST: {id_}, listed by poll {outcome.owed[id_] + 1}"
    known = {listed.id for listed in outcome.on_enabling}
    for id_ in outcome.repeated:
        numbers = [
            number
            for number, each in enumerate(outcome.polls, start=1)
            for delivered in each.delivered
            if delivered == id_
        ]
        polls = " and ".join(f"poll {number}" for number in numbers)
        before = "listed on enabling, then " if id_ in known else ""
        yield f"REPEATED: {id_}, {before}delivered by {polls}"
    for number, each in enumerate(outcome.polls, start=1):
        if each.changed:
            yield f"CHANGED: poll {number} failed, yet what is stored is another"
        if each.error:
            yield f"FAILED: poll {number}, though the service answered it"
    if outcome.error:
        yield f"FAILED: the enabling: {outcome.error}"
    if outcome.is_right:
        yield "nothing was lost or repeated"


def _time(ms: int) -> str:
    seconds, rest = divmod(abs(ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    text = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{'-' if ms < 0 else ''}{text}{f'.{rest:03}' if rest else ''}"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g} s"
