"""`LEDGER` keeps its promise in a tenth of the histories that `make histories` tries."""

from __future__ import annotations

import pytest

from pieces_common.testing import Arrival, Fault, History, Poll, play
from tests.common.histories import MIN_POLLS, OVERLAP_S, TRIALS, Trial, prove

MINUTE = 60_000


@pytest.mark.parametrize("trial", TRIALS, ids=[trial.choice.dedupe.name for trial in TRIALS])
def test_the_ledger_keeps_its_promise(trial: Trial) -> None:
    seed = 5

    proof = prove(170, seed=seed, trials=(trial,))

    shown = {fault.name: proof.faults[fault] for fault in Fault}
    print(f"{trial.name}: seed {seed}, {proof.tried} histories, {proof.polls} polls, {shown}")
    assert proof.broken is None, proof.broken.text()
    assert proof.tried >= 170
    assert proof.polls >= MIN_POLLS * proof.tried
    assert {fault for fault in trial.habits.faults if proof.faults[fault] < 5} == set()


@pytest.mark.parametrize("trial", TRIALS, ids=[trial.name.split(";")[0] for trial in TRIALS])
def test_an_item_as_late_as_the_overlap_allows_is_delivered(trial: Trial) -> None:
    late = Arrival(id="a", created_ms=MINUTE, visible_ms=MINUTE + OVERLAP_S * 1000)
    fresh = Arrival(id="b", created_ms=10 * MINUTE, visible_ms=10 * MINUTE)
    polls = (Poll(at_ms=late.visible_ms - 1), Poll(at_ms=late.visible_ms))

    outcome = play(History(arrivals=(late, fresh), polls=polls), trial.choice, promise_s=OVERLAP_S)

    assert outcome.owed == {"a": 1, "b": 0}
    assert outcome.is_right


def test_a_late_item_is_delivered_that_stands_below_one_too_old_to_matter() -> None:
    old = Arrival(id="a", created_ms=390_000, visible_ms=390_000, misplaced_ms=OVERLAP_S * 1000)
    late = Arrival(id="b", created_ms=410_000, visible_ms=1_005_000)
    fresh = Arrival(id="c", created_ms=1_000_000, visible_ms=1_000_000)
    polls = tuple(Poll(at_ms=at_ms) for at_ms in (500_000, 1_000_000, 1_010_000))
    (trial,) = (each for each in TRIALS if each.name.endswith("among older ones"))

    outcome = play(
        History(arrivals=(old, late, fresh), polls=polls), trial.choice, promise_s=OVERLAP_S
    )

    assert [each.delivered for each in outcome.polls] == [("a",), ("c",), ("b",)]
    assert [each.id for each in outcome.polls[-1].listed] == ["c", "a", "b"]
    assert outcome.is_right
