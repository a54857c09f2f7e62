"""Draws histories. Imports Hypothesis: to be imported by functions only.

Draws are made so that the simplest of each is what happens where nothing goes wrong: Hypothesis
then leaves of a history what is needed, and nothing besides.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from hypothesis import strategies as st

from .habits import Habits
from .history import Arrival, Edit, Fault, History, Order, Poll

_GAPS = (1, 1, 1, 2, 4, 8)
"""From one poll to the next, in the host's own interval."""
_STEPS = (0, 0, 0, 1, -1, 2, -2, 3, -3, 4, -4, -5)
"""From a poll to what happens near it, in fifths of the host's interval."""
_PARTS = 12
"""In how many steps a length of time is drawn: few, so that lengths meet and bounds are hit."""
_JUST_MS = 7
"""How long before a poll something just happened; nothing else is drawn at that time."""
_WRITTEN, _SHOWN, _EACH_POLL = range(3)
"""Kinds of a wrong zone: for a while items are written down in it, or shown in it, or each poll has
its own."""


@dataclass(frozen=True, kw_only=True)
class _Scene:
    """What the parts of one history are drawn for."""

    habits: Habits
    faults: Collection[Fault]
    """Those that may happen in it."""
    moments_ms: Sequence[int] = ()
    """The enabling and all polls."""
    busy_ms: int = 0
    """The one of them during which items come and go."""

    @property
    def step_ms(self) -> int:
        return max(1, _ms(self.habits.poll_every_s) // 5)

    @property
    def page_ms(self) -> int:
        return _ms(self.habits.page_s) if Fault.REPAGINATE in self.faults else 0


@st.composite
def histories(
    draw: st.DrawFn, *, habits: Habits, polls: tuple[int, int], items: tuple[int, int]
) -> History:
    """Draw one history of a service with these habits."""
    is_only = len(set(habits.faults)) == 1
    faults = {each for each in Fault if each in habits.faults and (is_only or draw(st.booleans()))}
    scene = _Scene(habits=habits, faults=faults)
    gaps = draw(st.lists(st.sampled_from(_GAPS), min_size=polls[0], max_size=polls[1]))
    times = [0, *accumulate(gap * _ms(habits.poll_every_s) for gap in gaps)]
    busy_ms = draw(st.sampled_from((*times[1:], 0))) if Fault.REPAGINATE in faults else 0
    scene = replace(scene, moments_ms=times, busy_ms=busy_ms)
    arrivals = _arrivals(draw, scene, items)
    enabling, *answered = _polls(draw, scene)
    if Fault.ZONE in faults:
        arrivals, enabling, answered = _in_wrong_zone(draw, scene, arrivals, enabling, answered)
    return History(
        arrivals=tuple(arrivals),
        polls=tuple(answered),
        enabling=enabling,
        page_size=draw(st.integers(1, habits.page_size)),
        page_ms=scene.page_ms,
        granularity_ms=_drawn_granularity(draw, scene),
        host_ahead_ms=_error(draw, habits.max_clock_error_s) if Fault.CLOCK in faults else 0,
    )


def _polls(draw: st.DrawFn, scene: _Scene) -> list[Poll]:
    order = st.just(Order.NEWEST_FIRST)
    if Fault.REORDER in scene.faults and scene.habits.max_disorder_s is None:
        order = st.sampled_from(Order)
        if draw(st.booleans()):
            order = st.just(draw(order))
    enabling = Poll(at_ms=0, order=draw(order))
    return [enabling, *(_poll(draw, scene, at_ms, order) for at_ms in scene.moments_ms[1:])]


def _poll(draw: st.DrawFn, scene: _Scene, at_ms: int, order: st.SearchStrategy[Order]) -> Poll:
    pages = st.none() | st.integers(0, 2)
    return Poll(
        at_ms=at_ms,
        order=draw(order),
        fails_at_page=draw(pages) if Fault.FAIL_MIDWAY in scene.faults else None,
        republished=Fault.REPUBLISH in scene.faults and draw(st.booleans()),
    )


def _arrivals(draw: st.DrawFn, scene: _Scene, size: tuple[int, int]) -> list[Arrival]:
    unique = None if Fault.SHARED_STAMP in scene.faults else _created_ms
    fresh = _fresh_arrivals(scene)[: size[1] * 2 // 3] if draw(st.booleans()) else []
    least, most = max(0, size[0] - len(fresh)), size[1] - len(fresh)
    drawn = draw(st.lists(_arrival(scene), min_size=least, max_size=most, unique_by=unique))
    drawn += fresh
    drawn.sort(key=_created_ms)
    return [replace(each, id=_name(number)) for number, each in enumerate(drawn)]


def _fresh_arrivals(scene: _Scene) -> list[Arrival]:
    """One item just before each poll, the last ones first: what is late is overtaken by them."""
    times = [at_ms - _JUST_MS for at_ms in reversed(scene.moments_ms[1:])]
    return [Arrival(id="", created_ms=at_ms, visible_ms=at_ms) for at_ms in times]


@st.composite
def _arrival(draw: st.DrawFn, scene: _Scene) -> Arrival:
    habits, faults = scene.habits, scene.faults
    created_ms = _moment(draw, scene)
    visible_ms = created_ms
    if Fault.DELAY in faults and draw(st.booleans()):
        visible_ms += _length(draw, habits.max_delay_s)
    deleted_ms = None
    if Fault.DELETION in faults and draw(st.booleans()):
        deleted_ms = visible_ms + draw(st.integers(1, 20)) * scene.step_ms
    elif Fault.REPAGINATE in faults and draw(st.booleans()):
        deleted_ms = _between_pages(draw, scene)
    misplaced_ms = 0
    if Fault.REORDER in faults and habits.max_disorder_s is not None and draw(st.booleans()):
        misplaced_ms = _length(draw, habits.max_disorder_s)
    edits: tuple[Edit, ...] = ()
    if Fault.EDIT in faults and draw(st.booleans()):
        edits = draw(_edits(scene))
    return Arrival(
        id="",
        created_ms=created_ms,
        edits=edits,
        visible_ms=visible_ms,
        deleted_ms=deleted_ms if deleted_ms is not None and deleted_ms > visible_ms else None,
        misplaced_ms=misplaced_ms,
    )


@st.composite
def _edits(draw: st.DrawFn, scene: _Scene) -> tuple[Edit, ...]:
    times = draw(st.lists(st.sampled_from(scene.moments_ms), min_size=1, max_size=3, unique=True))
    max_s = scene.habits.max_edit_s
    return tuple(Edit(at_ms=at_ms, by_ms=_error(draw, max_s)) for at_ms in sorted(times))


def _moment(draw: st.DrawFn, scene: _Scene) -> int:
    """A time near a poll."""
    if Fault.REPAGINATE in scene.faults and draw(st.booleans()):
        return _between_pages(draw, scene)
    moment_ms = draw(st.sampled_from(scene.moments_ms))
    steps = draw(st.sampled_from(_STEPS))
    return moment_ms + steps * scene.step_ms + draw(st.sampled_from((0, 0, 1, scene.step_ms // 2)))


def _between_pages(draw: st.DrawFn, scene: _Scene) -> int:
    half_pages = draw(st.integers(1, 5))
    return scene.busy_ms + half_pages * scene.page_ms // 2


def _in_wrong_zone(
    draw: st.DrawFn, scene: _Scene, arrivals: list[Arrival], enabling: Poll, polls: list[Poll]
) -> tuple[list[Arrival], Poll, list[Poll]]:
    kind = draw(st.sampled_from((_WRITTEN, _SHOWN, _EACH_POLL)))
    if kind == _EACH_POLL:
        shifted = [replace(each, shift_ms=_zone_error(draw, scene)) for each in (enabling, *polls)]
        return arrivals, shifted[0], shifted[1:]
    error_ms = _zone_error(draw, scene)
    from_ms = draw(st.sampled_from(scene.moments_ms))
    until_ms = draw(st.none() | st.sampled_from(scene.moments_ms))

    def error_at(at_ms: int) -> int:
        return error_ms if from_ms <= at_ms and (until_ms is None or at_ms < until_ms) else 0

    if kind == _SHOWN:
        shown = [replace(each, shift_ms=error_at(each.at_ms)) for each in (enabling, *polls)]
        return arrivals, shown[0], shown[1:]
    written = [replace(each, stamp_error_ms=error_at(each.created_ms)) for each in arrivals]
    return written, enabling, polls


def _drawn_granularity(draw: st.DrawFn, scene: _Scene) -> int:
    if Fault.SHARED_STAMP not in scene.faults:
        return 1
    return draw(st.sampled_from((1, max(1, _ms(scene.habits.granularity_s)))))


def _length(draw: st.DrawFn, max_s: float) -> int:
    return _ms(max_s) * draw(st.integers(0, _PARTS)) // _PARTS


def _error(draw: st.DrawFn, max_s: float) -> int:
    return _ms(max_s) * draw(st.integers(-_PARTS, _PARTS)) // _PARTS


def _zone_error(draw: st.DrawFn, scene: _Scene) -> int:
    max_s = scene.habits.max_shift_s
    if draw(st.booleans()):
        return _error(draw, max_s)
    # Of minutes rather than hours: less than an overlap, so that promises are to be kept.
    bound = min(2 * _PARTS, _ms(max_s) // scene.step_ms)
    return draw(st.integers(-bound, bound)) * scene.step_ms


def _created_ms(arrival: Arrival) -> int:
    return arrival.created_ms


def _name(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number] if number < len(letters) else f"item{number + 1}"


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
