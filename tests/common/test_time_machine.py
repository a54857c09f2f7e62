"""The judge and the search: what goes wrong is seen, whoever does it, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings

from pieces_common import DedupeStrategy
from pieces_common.testing import (
    Arrival,
    Fault,
    Habits,
    History,
    Listed,
    Poll,
    PollingChoice,
    Running,
    histories,
    play,
    smallest_failure,
)
from pieces_framework import FatalError, RetryableError

MINUTE = 60_000
BY_TIME = PollingChoice(dedupe=DedupeStrategy.TIMEBASED)
BY_ID = PollingChoice(dedupe=DedupeStrategy.LAST_ITEM)
LEDGER = PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=600)


def item(id_: str, minute: int, visible: int | None = None) -> Arrival:
    shown = minute if visible is None else visible
    return Arrival(id=id_, created_ms=minute * MINUTE, visible_ms=shown * MINUTE)


def polled(*minutes: int) -> tuple[Poll, ...]:
    return tuple(Poll(at_ms=minute * MINUTE) for minute in minutes)


@dataclass
class Scripted:
    """A trigger that remembers nothing by itself: each poll does what the script says."""

    deliveries: Sequence[Sequence[str]]
    reads: bool = True
    error: Exception | None = None
    keeps_on_failure: bool = False
    polls: int = 0
    stored: int = 0

    def start(self) -> Running:
        return replace(self)

    async def enable(self, listing: Iterable[Listed], *, now_ms: int, is_republish: bool) -> None:
        if self.reads:
            list(listing)

    async def poll(self, listing: Iterable[Listed], *, now_ms: int) -> Sequence[str]:
        self.polls += 1
        if self.keeps_on_failure:
            self.stored += 1
        if self.error:
            raise self.error
        list(listing)
        return self.deliveries[self.polls - 1]

    def kept(self) -> object:
        return self.stored


def test_what_every_poll_delivers_once_is_right() -> None:
    history = History(arrivals=(item("a", 1), item("b", 6)), polls=polled(5, 10))

    outcome = play(history, Scripted([["a"], ["b"]]))

    assert outcome.is_right
    assert outcome.owed == {"a": 0, "b": 1}
    assert [each.delivered for each in outcome.polls] == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("deliveries", "lost"),
    [(["", ""], ("a",)), (["", "a"], ("a",)), (["a", ""], ())],
    ids=["never", "a poll too late", "in time"],
)
def test_an_item_must_come_with_the_first_poll_that_lists_it(
    deliveries: list[str], lost: tuple[str, ...]
) -> None:
    history = History(arrivals=(item("a", 1),), polls=polled(5, 10))

    outcome = play(history, Scripted(deliveries))

    assert outcome.lost == lost


@pytest.mark.parametrize("reads", [True, False])
def test_what_was_there_on_enabling_is_not_owed_and_must_not_come(*, reads: bool) -> None:
    history = History(arrivals=(item("a", -1),), polls=polled(5))

    quiet = play(history, Scripted([[]], reads=reads))
    loud = play(history, Scripted([["a"]], reads=reads))

    assert (quiet.owed, quiet.is_right) == ({}, True)
    assert (loud.repeated, loud.is_right) == (("a",), False)


@pytest.mark.parametrize("deliveries", [[["a", "a"], []], [["a"], ["a"]]])
def test_nothing_may_come_twice(deliveries: list[list[str]]) -> None:
    history = History(arrivals=(item("a", 1),), polls=polled(5, 10))

    outcome = play(history, Scripted(deliveries))

    assert (outcome.repeated, outcome.lost) == (("a",), ())


@pytest.mark.parametrize(("promise_s", "owed"), [(240, {"a": 0}), (239.999, {})])
def test_a_promise_covers_what_is_just_late_enough(promise_s: float, owed: dict[str, int]) -> None:
    history = History(arrivals=(item("a", 1, visible=5),), polls=polled(5, 10))

    outcome = play(history, Scripted([[], []]), promise_s=promise_s)

    assert outcome.owed == owed


@pytest.mark.parametrize(("promise_s", "repeated"), [(3600, ("a",)), (3599, ())])
def test_a_promise_covers_what_moves_by_no_more(
    promise_s: float, repeated: tuple[str, ...]
) -> None:
    shifted = Poll(at_ms=10 * MINUTE, shift_ms=60 * MINUTE)
    history = History(arrivals=(item("a", 1),), polls=(*polled(5), shifted))

    outcome = play(history, Scripted([["a"], ["a"]]), promise_s=promise_s)

    assert outcome.repeated == repeated


def test_a_poll_that_the_service_fails_owes_nothing_and_must_change_nothing() -> None:
    history = History(arrivals=(item("a", 1),), polls=(Poll(at_ms=5 * MINUTE, fails_at_page=0),))

    idle = play(history, Scripted([[]]))
    busy = play(history, Scripted([[]], keeps_on_failure=True))

    assert (idle.owed, idle.is_right) == ({}, True)
    assert (busy.polls[0].changed, busy.is_right) == (True, False)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FatalError("broken"), "FatalError: broken"),
        (RetryableError("busy"), "RetryableError: busy"),
        (KeyError("key"), "KeyError: 'key'"),
    ],
)
def test_a_trigger_that_fails_by_itself_is_wrong(error: Exception, said: str) -> None:
    history = History(arrivals=(), polls=polled(5))

    outcome = play(history, Scripted([[]], error=error))

    assert (outcome.polls[0].error, outcome.is_right) == (said, False)
    assert f"poll 1, listed: nothing; the trigger fails: {said}" in outcome.text()


def test_a_trigger_that_cannot_be_enabled_is_wrong() -> None:
    class Broken(Scripted):
        async def enable(
            self, listing: Iterable[Listed], *, now_ms: int, is_republish: bool
        ) -> None:
            raise KeyError("key")

    found = smallest_failure(Broken([]), Habits(faults=[]))

    assert found is not None
    assert (found.error, found.polls) == ("KeyError: 'key'", ())
    assert found.text().endswith("\nFAILED: the enabling: KeyError: 'key'")


def test_a_trigger_may_fail_when_the_service_does_by_whatever_error() -> None:
    class Wrapping(Scripted):
        async def poll(self, listing: Iterable[Listed], *, now_ms: int) -> Sequence[str]:
            try:
                return [each.id for each in listing]
            except RetryableError as error:
                raise FatalError("no list") from error

    history = History(arrivals=(item("a", 1),), polls=(Poll(at_ms=5 * MINUTE, fails_at_page=0),))

    outcome = play(history, Wrapping([]))

    assert (outcome.polls[0].failed, outcome.polls[0].error) == (True, "")
    assert outcome.is_right


@pytest.mark.parametrize("first", [0, 1], ids=["on enabling", "later"])
def test_a_service_is_judged_by_its_own_clock_if_it_lists_anything_on_enabling(first: int) -> None:
    history = History(
        arrivals=(item("old", first), item("a", 1)), polls=polled(5), host_ahead_ms=600 * MINUTE
    )

    by_host = play(history, Scripted([[]]), promise_s=600)
    by_either = play(history, Scripted([[]]), promise_s=600, by_either_clock=True)

    assert by_host.owed == {}
    assert by_either.owed == ({"a": 0} if first == 0 else {})


def test_a_promise_by_either_clock_is_no_weaker_than_by_the_hosts() -> None:
    history = History(
        arrivals=(item("old", -1), item("a", 1)), polls=polled(30), host_ahead_ms=-600 * MINUTE
    )

    outcome = play(history, Scripted([[]]), promise_s=600, by_either_clock=True)

    assert outcome.owed == {"a": 0}


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_choice_of_newest_first_reads_no_more_pages_than_it_needs(*, newest_first: bool) -> None:
    old = [item("a", -62), item("b", -61), item("c", -2)]
    poll = Poll(at_ms=5 * MINUTE, fails_at_page=3)
    history = History(arrivals=(*old, item("d", 1)), polls=(poll,), page_size=1)

    outcome = play(history, replace(LEDGER, newest_first=newest_first))

    assert outcome.polls[0].failed is not newest_first
    assert outcome.polls[0].delivered == (("d",) if newest_first else ())


def test_each_play_starts_anew() -> None:
    history = History(arrivals=(item("a", 1),), polls=polled(5, 10))

    first, second = play(history, LEDGER), play(history, LEDGER)

    assert first == second
    assert first.is_right


def test_an_overlap_a_little_shorter_than_the_delay_is_found_wrong_by_default() -> None:
    choice = PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=600)

    found = smallest_failure(choice, Habits(faults=[Fault.DELAY], max_delay_s=900), seed=1)

    assert found is not None
    assert (len(found.lost), len(found.history.arrivals)) == (1, 2)


def test_an_overlap_shorter_than_promised_is_caught() -> None:
    found = smallest_failure(
        replace(LEDGER, overlap_s=1), Habits(faults=[Fault.DELAY]), promise_s=600
    )

    assert found is not None
    assert len(found.lost) == 1
    assert len(found.history.arrivals) == 1


def test_a_strategy_that_forgets_is_caught() -> None:
    class Forgetful(Scripted):
        async def poll(self, listing: Iterable[Listed], *, now_ms: int) -> Sequence[str]:
            return [each.id for each in listing]

    found = smallest_failure(Forgetful([]), Habits(faults=[]))

    assert found is not None
    assert (len(found.repeated), found.lost) == (1, ())
    assert len(found.history.arrivals) == 1


def test_only_what_matters_is_searched_for() -> None:
    habits = Habits(faults=[Fault.DELETION])

    losses = smallest_failure(BY_ID, habits, wrong=lambda outcome: bool(outcome.lost), examples=200)
    any_wrong = smallest_failure(BY_ID, habits, examples=200)

    assert losses is None
    assert any_wrong is not None
    assert any_wrong.repeated


def test_smaller_histories_are_searched_for_until_none_is_found() -> None:
    class LosesInItsSecondPoll(Scripted):
        async def poll(self, listing: Iterable[Listed], *, now_ms: int) -> Sequence[str]:
            self.polls += 1
            return [] if self.polls == 2 else [each.id for each in listing]

    found = smallest_failure(
        LosesInItsSecondPoll([]),
        Habits(faults=[]),
        wrong=lambda outcome: bool(outcome.lost),
        polls=(1, 9),
    )

    assert found is not None
    assert (len(found.history.polls), len(found.history.arrivals)) == (2, 1)


def test_a_seed_finds_the_same_history_again() -> None:
    habits = Habits(faults=[Fault.ZONE])

    found = [smallest_failure(BY_TIME, habits, seed=7) for _ in range(2)]

    assert found[0] is not None
    assert found[0] == found[1]


@pytest.mark.parametrize("choice", [BY_TIME, BY_ID, LEDGER], ids=lambda each: each.dedupe.name)
def test_nothing_is_lost_where_nothing_goes_wrong(choice: PollingChoice) -> None:
    assert smallest_failure(choice, Habits(faults=[]), examples=150) is None


@given(histories(Habits(faults=[Fault.DELAY, Fault.ZONE])))
@settings(max_examples=60)
def test_histories_keep_to_their_habits(history: History) -> None:
    outcome = play(history, LEDGER)

    assert outcome.faults <= {Fault.DELAY, Fault.ZONE, Fault.SHARED_STAMP, Fault.REORDER}
    assert len(history.polls) >= 5
    assert all(0 <= each.visible_ms - each.created_ms <= 1_800_000 for each in history.arrivals)
    assert history.text().count("poll ") == len(history.polls)


def test_the_story_of_a_loss() -> None:
    arrivals = (item("old", -1), item("late", 1, visible=6), item("new", 2))
    history = History(
        arrivals=arrivals,
        polls=(Poll(at_ms=3 * MINUTE, fails_at_page=0), *polled(5, 10)),
    )

    outcome = play(history, BY_TIME)

    assert outcome.text().splitlines() == [
        "-0:01:00  item old is created",
        " 0:00:00  the trigger is enabled, listed: old@-0:01:00",
        " 0:01:00  item late is created, listed from 0:06:00 on",
        " 0:02:00  item new is created",
        " 0:03:00  poll 1, listed: nothing, then a page fails",
        " 0:05:00  poll 2, listed: new@0:02:00 old@-0:01:00; delivered: new",
        " 0:10:00  poll 3, listed: new@0:02:00 late@0:01:00 old@-0:01:00; delivered: nothing",
        "LOST: late, listed by poll 3",
    ]


def test_the_story_of_a_history_says_what_is_special() -> None:
    history = History(
        arrivals=(Arrival(id="a", created_ms=61_500, visible_ms=61_500, deleted_ms=62_000),),
        polls=(Poll(at_ms=5 * MINUTE, shift_ms=-1000, republished=True),),
        page_size=1,
        page_ms=1500,
        granularity_ms=MINUTE,
        host_ahead_ms=-2000,
    )

    assert history.text().splitlines() == [
        "stamps are rounded down to 60 s",
        "items to a page: 1; time to read one: 1.5 s",
        "the host's clock is 2 s behind the service's",
        "0:00:00      the trigger is enabled, listed: nothing",
        "0:01:01.500  item a is created, with the stamp 0:01:00",
        "0:01:02      item a is deleted",
        "0:05:00      the flow is published again",
        "0:05:00      poll 1, listed (stamps -1 s off): nothing",
    ]


@pytest.mark.parametrize(
    ("subject", "last"),
    [
        pytest.param(Scripted([["a"]]), "nothing was lost or repeated", id="right"),
        pytest.param(Scripted([["a", "a"]]), "REPEATED: a, delivered by poll 1 and poll 1", id="2"),
        pytest.param(
            Scripted([[]], error=FatalError("broken")),
            "FAILED: poll 1, though the service answered it",
            id="failed",
        ),
    ],
)
def test_the_story_ends_with_the_verdict(subject: Scripted, last: str) -> None:
    outcome = play(History(arrivals=(item("a", 1),), polls=polled(5)), subject)

    assert outcome.text().splitlines()[-1] == last


def test_the_story_of_a_failed_poll_that_changed_something() -> None:
    poll = Poll(at_ms=5 * MINUTE, fails_at_page=0)

    outcome = play(History(arrivals=(), polls=(poll,)), Scripted([[]], keeps_on_failure=True))

    assert outcome.text().endswith("CHANGED: poll 1 failed, yet what is stored is another")


def test_the_story_of_what_was_there_already() -> None:
    outcome = play(History(arrivals=(item("a", -1),), polls=polled(5)), Scripted([["a"]]))

    assert outcome.text().endswith("REPEATED: a, listed on enabling, then delivered by poll 1")


def test_importing_it_does_not_load_hypothesis() -> None:
    program = "import sys, pieces_common.testing; print('hypothesis' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout == "False\n"


@pytest.mark.parametrize("search", [histories, lambda: smallest_failure(LEDGER)])
def test_a_missing_hypothesis_is_named_with_its_extra(
    search: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    assert callable(search)

    with pytest.raises(FatalError, match="needs Hypothesis, which is not installed") as caught:
        search()

    assert caught.value.hint == "install the extra `pieces-common[time-machine]`"
