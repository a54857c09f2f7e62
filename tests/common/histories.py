"""Tries `LEDGER` in many histories, and shows in which small ones the other strategies lose.

`python -m tests.common.histories --count 10000 --seed 0` does both, and exits with 1 if `LEDGER`
breaks its promise in one history, which it prints.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import accumulate, count, cycle

from pieces_common import DedupeStrategy
from pieces_common.testing import (
    Fault,
    Habits,
    Listed,
    Order,
    Outcome,
    PollingChoice,
    smallest_failure,
)

OVERLAP_S = 600
MIN_POLLS = 5
_BATCH = 250
"""Each batch of histories has a seed of its own."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One way of using `LEDGER`, and what it shall stand."""

    name: str
    choice: PollingChoice
    habits: Habits
    by_either_clock: bool = False
    """Whether the promise holds by the clock of a service that is hours behind the host."""

    def covers(self, outcome: Outcome) -> bool:
        """Whether each reading of the list was in the order that `newest_first` promises.

        An item that comes between two pages may stand below one that is older by more.
        """
        most_s = self.habits.max_disorder_s
        if not self.choice.newest_first or most_s is None:
            return True
        readings = (outcome.on_enabling, *(each.listed for each in outcome.polls))
        return all(_disorder_ms(reading) <= most_s * 1000 for reading in readings)


def _disorder_ms(reading: Sequence[Listed]) -> int:
    """Return how much later an item is than the oldest before it, at most."""
    stamps = [each.epoch_ms for each in reading]
    return max(
        (late - old for old, late in zip(accumulate(stamps, min), stamps, strict=True)), default=0
    )


def _hours_apart(max_disorder_s: float | None = None) -> Habits:
    """Stamps are right by the service's clock: whether one is ahead of that nobody can tell."""
    return Habits(
        faults=set(Fault) - {Fault.ZONE, Fault.EDIT},
        max_delay_s=2 * OVERLAP_S,
        max_disorder_s=max_disorder_s,
        max_clock_error_s=8 * 3600,
    )


TRIALS = (
    Trial(
        name="reads all",
        choice=PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=OVERLAP_S),
        habits=Habits(max_delay_s=2 * OVERLAP_S, max_edit_s=OVERLAP_S),
    ),
    Trial(
        name="reads what the checkpoint asks for; zones differ by no more than the overlap",
        choice=PollingChoice(
            dedupe=DedupeStrategy.LEDGER, overlap_s=OVERLAP_S, uses_checkpoint=True
        ),
        habits=Habits(
            poll_every_s=100,
            max_delay_s=2 * OVERLAP_S,
            max_edit_s=OVERLAP_S,
            max_shift_s=OVERLAP_S / 2,
        ),
    ),
    Trial(
        name="reads the newest first, as many pages as needed; the order is off by the overlap",
        choice=PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=OVERLAP_S, newest_first=True),
        habits=Habits(
            max_delay_s=2 * OVERLAP_S,
            max_edit_s=OVERLAP_S,
            max_disorder_s=OVERLAP_S,
        ),
    ),
    Trial(
        name="reads the newest first; late items stand among older ones",
        choice=PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=OVERLAP_S, newest_first=True),
        habits=Habits(
            faults=[Fault.DELAY, Fault.REORDER],
            poll_every_s=100,
            max_delay_s=OVERLAP_S,
            max_disorder_s=OVERLAP_S,
        ),
    ),
    Trial(
        name="reads all; the clocks differ by hours",
        choice=PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=OVERLAP_S),
        habits=_hours_apart(),
        by_either_clock=True,
    ),
    Trial(
        name="reads the newest first; the clocks differ by hours",
        choice=PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=OVERLAP_S, newest_first=True),
        habits=_hours_apart(max_disorder_s=OVERLAP_S),
        by_either_clock=True,
    ),
)


@dataclass
class Proof:
    """What was tried, and how it ended."""

    tried: int = 0
    polls: int = 0
    faults: Counter[Fault] = field(default_factory=Counter[Fault])
    """How many histories each kind came about in."""
    broken: Outcome | None = None
    """What became of the smallest history that `LEDGER` breaks its promise in."""


def prove(histories: int, *, seed: int, trials: tuple[Trial, ...] = TRIALS) -> Proof:
    """Try so many histories or some more, as long as the promise is kept."""
    proof = Proof()

    def breaks(trial: Trial, outcome: Outcome) -> bool:
        if not trial.covers(outcome):
            return False
        proof.tried += 1
        proof.polls += len(outcome.polls)
        proof.faults.update(outcome.faults)
        return not outcome.is_right

    for batch, trial in zip(count(seed), cycle(trials)):
        if proof.tried >= histories:
            return proof
        proof.broken = smallest_failure(
            trial.choice,
            trial.habits,
            promise_s=OVERLAP_S,
            by_either_clock=trial.by_either_clock,
            wrong=partial(breaks, trial),
            polls=(MIN_POLLS, 9),
            items=(4, 12),
            seed=batch,
            examples=_BATCH,
        )
        if proof.broken:
            return proof
    raise AssertionError  # `cycle` has no end


@dataclass(frozen=True, kw_only=True)
class KnownLoss:
    """What a strategy of one value cannot stand, and the size of the smallest such history."""

    name: str
    dedupe: DedupeStrategy
    fault: Fault
    wrong: Callable[[Outcome], bool]
    items: int
    polls: int

    @cache  # noqa: B019 -- they are as many as are written below
    def smallest(self, seed: int = 0) -> Outcome | None:
        """Search for it where nothing else goes wrong."""
        choice = PollingChoice(dedupe=self.dedupe)
        return smallest_failure(
            choice,
            Habits(faults=[self.fault]),
            wrong=self.wrong,
            polls=(1, 4),
            items=(0, 4),
            seed=seed,
            examples=3000,
        )


def _loses_later_item(outcome: Outcome) -> bool:
    """Whether it loses one that even its stamp tells to be later than the enabling."""
    arrivals = (each for each in outcome.history.arrivals if each.id in outcome.lost)
    return any(outcome.history.stamp_ms(each) > 0 for each in arrivals)


def _loses_rightly_stamped_item(outcome: Outcome) -> bool:
    history = outcome.history
    wrong = {each.id for each in history.arrivals if each.stamp_error_ms}
    first = {id_: history.polls[index] for id_, index in outcome.owed.items()}
    return any(id_ not in wrong and not first[id_].shift_ms for id_ in outcome.lost)


def _loses(outcome: Outcome) -> bool:
    return bool(outcome.lost)


def _repeats(outcome: Outcome) -> bool:
    return bool(outcome.repeated)


def _loses_in_oldest_first(outcome: Outcome) -> bool:
    history = outcome.history
    orders = {each.order for each in (history.enabling, *history.polls)}
    return bool(outcome.lost) and orders == {Order.OLDEST_FIRST}


def _repeats_in_one_poll(outcome: Outcome) -> bool:
    return any(len(each.delivered) > len(set(each.delivered)) for each in outcome.polls)


_BY_TIME, _BY_ID = DedupeStrategy.TIMEBASED, DedupeStrategy.LAST_ITEM
KNOWN_LOSSES = (
    KnownLoss(
        name="an item is listed after a later one was seen",
        dedupe=_BY_TIME,
        fault=Fault.DELAY,
        wrong=_loses_later_item,
        items=2,
        polls=2,
    ),
    KnownLoss(
        name="an item has the stamp of one seen before it",
        dedupe=_BY_TIME,
        fault=Fault.SHARED_STAMP,
        wrong=_loses_later_item,
        items=2,
        polls=2,
    ),
    KnownLoss(
        name="a stamp was in the future",
        dedupe=_BY_TIME,
        fault=Fault.ZONE,
        wrong=_loses_rightly_stamped_item,
        items=2,
        polls=2,
    ),
    KnownLoss(
        name="the host's clock is ahead when the trigger is enabled",
        dedupe=_BY_TIME,
        fault=Fault.CLOCK,
        wrong=_loses,
        items=1,
        polls=1,
    ),
    KnownLoss(
        name="an item is listed below one seen before it",
        dedupe=_BY_ID,
        fault=Fault.DELAY,
        wrong=_loses,
        items=2,
        polls=1,
    ),
    KnownLoss(
        name="the last item is deleted",
        dedupe=_BY_ID,
        fault=Fault.DELETION,
        wrong=_repeats,
        items=2,
        polls=1,
    ),
    KnownLoss(
        name="the oldest item comes first",
        dedupe=_BY_ID,
        fault=Fault.REORDER,
        wrong=_loses_in_oldest_first,
        items=2,
        polls=1,
    ),
    KnownLoss(
        name="an item is on two pages",
        dedupe=_BY_ID,
        fault=Fault.REPAGINATE,
        wrong=_repeats_in_one_poll,
        items=2,
        polls=1,
    ),
    KnownLoss(
        name="the flow is published again before its first poll that lists anything",
        dedupe=_BY_ID,
        fault=Fault.REPUBLISH,
        wrong=_loses,
        items=1,
        polls=1,
    ),
)


def _report(histories: int, seed: int) -> Iterator[str]:
    """Give the lines to print.

    Raises:
        SystemExit: if the promise of `LEDGER` was broken.
    """
    yield f"seed {seed}: LEDGER with an overlap of {OVERLAP_S} s"
    started_s = time.monotonic()
    proof = prove(histories, seed=seed)
    yield (
        f"{proof.tried:,} histories, {proof.polls:,} polls, {time.monotonic() - started_s:.0f} s;"
        " histories in which each kind of fault came about:"
    )
    for fault in Fault:
        yield f"  {fault.name:<13}{proof.faults[fault]:>7,}"
    if proof.broken:
        yield f"LEDGER breaks its promise:\n{proof.broken.text()}"
        raise SystemExit(1)
    yield "nothing was lost or repeated\n\nThe smallest histories in which the others go wrong:"
    for loss in KNOWN_LOSSES:
        found = loss.smallest(seed)
        yield f"\n{loss.dedupe.name}: {loss.name}\n{found.text() if found else 'not found'}"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many histories to try")
    parser.add_argument("--seed", type=int, default=0, help="where the search begins")
    asked = parser.parse_args()
    for line in _report(asked.count, asked.seed):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
