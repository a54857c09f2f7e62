"""Searches histories: needs Hypothesis, which the extra `pieces-common[time-machine]` brings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Final

from pieces_framework import FatalError

from .habits import Habits
from .history import History
from .play import Outcome, play
from .subject import Subject

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

ANY_HABITS: Final = Habits()
_SMALLER_EXAMPLES: Final = 100
"""How many histories to try of each smaller size: there are not many of a few polls and items."""


def histories(
    habits: Habits = ANY_HABITS,
    *,
    polls: tuple[int, int] = (5, 9),
    items: tuple[int, int] = (3, 12),
) -> SearchStrategy[History]:
    """Return a Hypothesis strategy of the histories of a service.

    Args:
        habits: what the service is like.
        polls: how many polls a history has, at least and at most.
        items: how many items the service gets, at least and at most.

    Raises:
        FatalError: if Hypothesis is not installed.
    """
    _hypothesis()
    from . import generation

    return generation.histories(habits=habits, polls=polls, items=items)


def _is_wrong(outcome: Outcome) -> bool:
    return not outcome.is_right


def smallest_failure(
    subject: Subject,
    habits: Habits = ANY_HABITS,
    *,
    promise_s: float = math.inf,
    by_either_clock: bool = False,
    wrong: Callable[[Outcome], bool] = _is_wrong,
    polls: tuple[int, int] = (1, 5),
    items: tuple[int, int] = (0, 5),
    seed: int = 0,
    examples: int = 2000,
) -> Outcome | None:
    """Search for a history that goes wrong with `subject`, and for ever smaller ones.

    The same seed finds the same history. Nothing is written to disk.

    Args:
        subject: a `PollingChoice`, a `TriedPolling`, or a strategy of your own.
        habits: what the service is like.
        promise_s: how late the subject promises to deliver; see `play`.
        by_either_clock: promises it by the service's clock as well; see `play`.
        wrong: tells what goes wrong, where only some of it matters: all that is not `is_right`.
        polls: how many polls a history has, at least and at most.
        items: how many items the service gets, at least and at most.
        seed: where the search begins.
        examples: how many histories to try before it is taken to hold.

    Returns:
        What became of the smallest history found, or `None` if none went wrong. A hundred
        with fewer polls, and a hundred with as many and fewer items, did not.

    Raises:
        FatalError: if Hypothesis is not installed.
    """

    def lived(history: History) -> Outcome:
        return play(history, subject, promise_s=promise_s, by_either_clock=by_either_clock)

    def goes_wrong(history: History) -> bool:
        return wrong(lived(history))

    found: History | None = None
    sizes = [(polls[1], items[1])]
    while sizes:
        most_polls, most_items = sizes.pop(0)
        smaller = _found(
            histories(habits, polls=(polls[0], most_polls), items=(items[0], most_items)),
            goes_wrong,
            seed=seed,
            examples=min(examples, _SMALLER_EXAMPLES) if found else examples,
        )
        if smaller is None:
            continue
        found = _reduced(smaller, goes_wrong, polls=polls[0], items=items[0])
        sizes = _smaller_sizes(found, polls=polls[0], items=items)
    return lived(found) if found else None


def _smaller_sizes(
    history: History, *, polls: int, items: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return how many polls and items there may be in what is smaller: fewer polls come first."""
    sizes: list[tuple[int, int]] = []
    if len(history.polls) > polls:
        sizes.append((len(history.polls) - 1, items[1]))
    if len(history.arrivals) > items[0]:
        sizes.append((len(history.polls), len(history.arrivals) - 1))
    return sizes


def _found(
    drawn: SearchStrategy[History],
    goes_wrong: Callable[[History], bool],
    *,
    seed: int,
    examples: int,
) -> History | None:
    hypothesis = _hypothesis()
    try:
        found: History = hypothesis.find(
            drawn,
            goes_wrong,
            settings=hypothesis.settings(
                max_examples=examples,
                # Without `explain`, which traces every line to say what nobody is shown.
                phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
                database=None,
                deadline=None,
                suppress_health_check=list(hypothesis.HealthCheck),
            ),
            random=Random(seed),  # noqa: S311 -- it shall be predictable
        )
    except hypothesis.errors.NoSuchExample:
        return None
    return found


def _reduced(
    history: History, goes_wrong: Callable[[History], bool], *, polls: int, items: int
) -> History:
    """Leave out what is not needed, one by one: Hypothesis sees no histories, only draws."""
    for smaller in _without_one(history):
        enough = len(smaller.polls) >= polls and len(smaller.arrivals) >= items
        if enough and goes_wrong(smaller):
            return _reduced(smaller, goes_wrong, polls=polls, items=items)
    return history


def _without_one(history: History) -> Iterator[History]:
    for index in range(len(history.polls)):
        yield replace(history, polls=history.polls[:index] + history.polls[index + 1 :])
    names = [each.id for each in history.arrivals]
    for index in range(len(names)):
        rest = history.arrivals[:index] + history.arrivals[index + 1 :]
        named = [replace(each, id=name) for each, name in zip(rest, names, strict=False)]
        yield replace(history, arrivals=tuple(named))


def _hypothesis() -> ModuleType:
    try:
        import hypothesis
    except ImportError as error:
        raise FatalError(
            "the search of histories needs Hypothesis, which is not installed",
            hint="install the extra `pieces-common[time-machine]`",
        ) from error
    return hypothesis
