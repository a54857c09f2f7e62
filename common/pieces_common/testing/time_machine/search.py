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


def smallest_loss(
    subject: Subject,
    habits: Habits = ANY_HABITS,
    *,
    promise_s: float = math.inf,
    wrong: Callable[[Outcome], bool] = _is_wrong,
    polls: tuple[int, int] = (1, 5),
    items: tuple[int, int] = (0, 5),
    seed: int = 0,
    examples: int = 1000,
) -> Outcome | None:
    """Search for a history that goes wrong with `subject`, and make it as small as it can be.

    The same seed finds the same history. Nothing is written to disk.

    Args:
        subject: a `Choice`, or a strategy of your own.
        habits: what the service is like.
        promise_s: how late the subject promises to deliver; see `play`.
        wrong: tells what goes wrong, where only some of it matters: all that is not `is_right`.
        polls: how many polls a history has, at least and at most.
        items: how many items the service gets, at least and at most.
        seed: where the search begins.
        examples: how many histories to try before it is taken to hold.

    Returns:
        What became of the smallest history found, or `None` if none went wrong.

    Raises:
        FatalError: if Hypothesis is not installed.
    """
    hypothesis = _hypothesis()

    def goes_wrong(history: History) -> bool:
        return wrong(play(history, subject, promise_s=promise_s))

    try:
        found: History = hypothesis.find(
            histories(habits, polls=polls, items=items),
            goes_wrong,
            settings=hypothesis.settings(
                max_examples=examples,
                database=None,
                deadline=None,
                suppress_health_check=list(hypothesis.HealthCheck),
            ),
            random=Random(seed),  # noqa: S311 -- it shall be predictable
        )
    except hypothesis.errors.NoSuchExample:
        return None
    found = _reduced(found, goes_wrong, polls=polls[0], items=items[0])
    return play(found, subject, promise_s=promise_s)


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
