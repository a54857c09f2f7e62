"""Where our polling differs from what was recorded, on purpose.

A rule says in which steps it holds and what then happens instead. A step in which it holds must
go the rule's way: the recorded way fails there too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pieces_framework.property.coercion import js_number
from tests.conformance.polling_step import Expected, Step

_LAST_POLL: Final = "lastPoll"
_LAST_ITEM: Final = "lastItem"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One deliberate difference."""

    name: str
    reason: str
    applies: Callable[[Step], bool]
    promise: Callable[[Step, Expected], Expected]
    """Turns what was recorded into what we do."""


def number(value: object) -> float | None:
    """Return the finite number that `value` is or, as text, writes; else `None`."""
    if isinstance(value, str):
        return js_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _polls_by_time(step: Step) -> bool:
    return (
        step.strategy == "TIMEBASED"
        and step.op == "poll"
        and step.store_before.get(_LAST_POLL) is not None
    )


def _bad_items(step: Step) -> list[int]:
    """Positions of the items whose stamp is no number."""
    if "items_error" in step.recorded or step.items is None:
        return []
    stamps = [item.get("epochMilliSeconds") for item in step.items]
    return [index for index, stamp in enumerate(stamps) if number(stamp) is None]


def _stored_is_no_number(step: Step) -> bool:
    stored = step.store_before.get(_LAST_POLL)
    return isinstance(stored, bool) or not isinstance(stored, int | float)


def _refuse(step: Step, expected: Expected, message: str) -> Expected:
    return replace(
        expected,
        result=None,
        fails=True,
        exact=False,
        message=message,
        store_after=step.store_before,
    )


def _refuse_item(step: Step, expected: Expected) -> Expected:
    if not expected.checkpoints:
        return expected  # it failed before it came to the items
    return _refuse(step, expected, f"item {_bad_items(step)[0]} ")


def _read_as_number(step: Step, expected: Expected) -> Expected:
    stored = number(step.store_before[_LAST_POLL])
    if stored is None:
        return _refuse(step, replace(expected, checkpoints=[]), f"`{_LAST_POLL}`")
    if expected.fails or step.items is None:
        return replace(expected, checkpoints=[stored])
    stamped = [(number(item.get("epochMilliSeconds")), item.get("data")) for item in step.items]
    times = [stored, *(stamp for stamp, _ in stamped if stamp is not None)]
    return replace(
        expected,
        checkpoints=[stored],
        result=[data for stamp, data in stamped if stamp is not None and stamp > stored],
        store_after={**step.store_before, _LAST_POLL: max(times)},
    )


def _stores_null_for_an_id(step: Step) -> bool:
    """The recorded store took an id that JSON lacks, and kept null in its place."""
    after = step.recorded["expect"]["store_after"]
    ids = [item.get("id") for item in step.items or []]
    return (
        step.strategy == "LAST_ITEM"
        and after.get(_LAST_ITEM, "") is None
        and after != step.store_before
        and any(isinstance(id_, float) and not math.isfinite(id_) for id_ in ids)
    )


RULES: Final = (
    Rule(
        name="numeric-checkpoint",
        reason="the items function always receives its checkpoint as a number: a stored text is "
        "read as one, and anything else that is stored is refused, the store left as it was",
        applies=lambda step: _polls_by_time(step) and _stored_is_no_number(step),
        promise=_read_as_number,
    ),
    Rule(
        name="finite-stamp",
        reason="a poll with an item whose time is no finite number is refused, naming the item, "
        "and the store left as it was; the original stores null and fails from the next poll on",
        applies=lambda step: _polls_by_time(step) and bool(_bad_items(step)),
        promise=_refuse_item,
    ),
    Rule(
        name="storable-id",
        reason="an id that is no JSON value is refused, and the store left as it was; the "
        "original stores null, and every item is new again in the next poll",
        applies=_stores_null_for_an_id,
        promise=lambda step, expected: _refuse(step, expected, f"`{_LAST_ITEM}`"),
    ),
)
