"""The simulated service: each fault does what it says."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

import pytest

from pieces_common import DedupeStrategy
from pieces_common.testing import (
    Arrival,
    Edit,
    Fault,
    Habits,
    History,
    Order,
    Outcome,
    Poll,
    PollingChoice,
    play,
)
from pieces_framework import AuthorCodeError

MINUTE = 60_000
ENABLED_AT_MS = 1_767_225_600_000  # 2026-01-01, 00:00 UTC


def item(id_: str, minute: float, **more: Any) -> Arrival:
    created_ms = round(minute * MINUTE)
    return Arrival(
        id=id_, created_ms=created_ms, visible_ms=more.pop("visible", created_ms), **more
    )


class Circumstances(TypedDict, total=False):
    page_size: int
    page_ms: int
    granularity_ms: int
    host_ahead_ms: int


def life(
    *arrivals: Arrival, poll: Poll | None = None, **circumstances: Unpack[Circumstances]
) -> Outcome:
    """One poll, five minutes after the enabling."""
    polls = (poll or Poll(at_ms=5 * MINUTE),)
    history = History(arrivals=arrivals, polls=polls, **circumstances)
    return play(history, PollingChoice(dedupe=DedupeStrategy.TIMEBASED))


def listed(outcome: Outcome) -> str:
    return "".join(each.id for each in outcome.polls[0].listed)


def stamps(outcome: Outcome) -> list[float]:
    """In minutes after the enabling, in the order of the list."""
    return [(each.epoch_ms - ENABLED_AT_MS) / MINUTE for each in outcome.polls[0].listed]


def test_items_are_listed_newest_first_with_the_time_of_their_creation() -> None:
    outcome = life(item("a", 1), item("b", 3), item("c", 2))

    assert listed(outcome) == "bca"
    assert stamps(outcome) == [3, 2, 1]
    assert outcome.faults == set()


def test_a_delayed_item_is_listed_from_its_time_on_with_its_old_stamp() -> None:
    late = item("a", 1, visible=5 * MINUTE)
    later = item("b", 1.5, visible=5 * MINUTE + 1)

    outcome = life(late, later)

    assert (listed(outcome), stamps(outcome)) == ("a", [1])
    assert outcome.faults == {Fault.DELAY}


@pytest.mark.parametrize(
    ("order", "expected"),
    [(Order.OLDEST_FIRST, "abc"), (Order.MIXED, "bca"), (Order.NEWEST_FIRST, "cba")],
)
def test_a_poll_may_be_answered_in_another_order(order: Order, expected: str) -> None:
    outcome = life(
        item("a", 1), item("b", 2), item("c", 3), poll=Poll(at_ms=5 * MINUTE, order=order)
    )

    assert listed(outcome) == expected
    assert outcome.faults == ({Fault.REORDER} if expected != "cba" else set())


def test_an_item_may_be_listed_above_newer_ones() -> None:
    outcome = life(item("a", 1, misplaced_ms=2 * MINUTE), item("b", 2))

    assert (listed(outcome), stamps(outcome)) == ("ab", [1, 2])
    assert outcome.faults == {Fault.REORDER}


def test_an_item_that_arrives_between_two_pages_pushes_one_onto_both() -> None:
    outcome = life(item("a", 1), item("b", 5 + 1 / 120), page_size=1, page_ms=1000)

    assert listed(outcome) == "aa"
    assert outcome.faults == {Fault.REPAGINATE}


def test_an_item_that_goes_between_two_pages_pulls_one_off_both() -> None:
    goes = item("b", 2, deleted_ms=5 * MINUTE + 500)

    outcome = life(item("a", 1), goes, page_size=1, page_ms=1000)

    assert listed(outcome) == "b"
    assert outcome.faults == {Fault.REPAGINATE, Fault.DELETION}


def test_pages_that_take_no_time_show_one_moment() -> None:
    outcome = life(item("a", 1), item("b", 2), item("c", 3), page_size=1)

    assert listed(outcome) == "cba"


def test_a_deleted_item_is_listed_no_longer() -> None:
    outcome = life(item("a", 1, deleted_ms=5 * MINUTE), item("b", 2, deleted_ms=5 * MINUTE + 1))

    assert listed(outcome) == "b"
    assert outcome.faults == {Fault.DELETION}


def test_an_items_stamp_is_changed_and_moves_it_in_the_list() -> None:
    edited = item("a", 1, edits=(Edit(at_ms=5 * MINUTE, by_ms=2 * MINUTE),))
    later = item("c", 1, edits=(Edit(at_ms=5 * MINUTE + 1, by_ms=-MINUTE),))

    outcome = life(edited, item("b", 2), later)

    assert (listed(outcome), stamps(outcome)) == ("abc", [3, 2, 1])
    assert outcome.faults == {Fault.EDIT, Fault.SHARED_STAMP}
    assert "\n0:05:00      item a gets the stamp 0:03:00\n" in outcome.text()


def test_stamps_are_rounded_down_and_shared() -> None:
    outcome = life(item("a", 1.25), item("b", 1.5), granularity_ms=MINUTE)

    assert (listed(outcome), stamps(outcome)) == ("ba", [1, 1])
    assert outcome.faults == {Fault.SHARED_STAMP}


def test_stamps_of_an_instant_are_shared() -> None:
    assert life(item("a", 1), item("b", 1)).faults == {Fault.SHARED_STAMP}


def test_an_item_may_be_written_down_in_the_wrong_zone() -> None:
    outcome = life(item("a", 1, stamp_error_ms=60 * MINUTE), item("b", 2))

    assert (listed(outcome), stamps(outcome)) == ("ab", [61, 2])
    assert outcome.faults == {Fault.ZONE}


def test_a_poll_may_be_shown_all_stamps_in_the_wrong_zone() -> None:
    outcome = life(item("a", 1), item("b", 2), poll=Poll(at_ms=5 * MINUTE, shift_ms=-60 * MINUTE))

    assert stamps(outcome) == [-58, -59]
    assert outcome.faults == {Fault.ZONE}


@pytest.mark.parametrize(("page", "expected"), [(0, ""), (1, "c"), (2, "cb"), (9, "cba")])
def test_a_poll_fails_in_place_of_a_page(page: int, expected: str) -> None:
    outcome = life(
        item("a", 1),
        item("b", 2),
        item("c", 3),
        poll=Poll(at_ms=5 * MINUTE, fails_at_page=page),
        page_size=1,
    )

    assert listed(outcome) == expected
    assert (outcome.polls[0].failed, outcome.polls[0].delivered) == (True, ())
    assert outcome.faults == {Fault.FAIL_MIDWAY}


def test_a_hosts_clock_shows_another_time() -> None:
    behind = life(item("a", 1), host_ahead_ms=-2 * MINUTE)
    ahead = life(item("a", 1), host_ahead_ms=2 * MINUTE)

    assert (behind.polls[0].delivered, ahead.polls[0].delivered) == (("a",), ())
    assert ahead.faults == {Fault.CLOCK}


def test_a_flow_is_published_again_before_a_poll() -> None:
    outcome = life(item("a", 1), poll=Poll(at_ms=5 * MINUTE, republished=True))

    assert outcome.polls[0].delivered == ("a",)
    assert outcome.faults == {Fault.REPUBLISH}


@pytest.mark.parametrize(
    "habits", [{"page_size": 0}, {"max_delay_s": -1}, {"granularity_s": 0}, {"poll_every_s": 0}]
)
def test_habits_that_no_service_has_are_refused(habits: dict[str, Any]) -> None:
    start = rf"^`Habits\({next(iter(habits))}=\.\.\.\)` must be positive"

    with pytest.raises(AuthorCodeError, match=start):
        Habits(**habits)
