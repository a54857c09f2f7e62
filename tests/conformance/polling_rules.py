"""Where our polling differs from what was recorded, on purpose.

A rule says in which steps it holds and what then happens instead. Where one holds, the record
must be what the original does, worked out apart from it, and our helper must go the rule's way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pieces_framework import JsonValue
from tests.conformance.ecmascript import (
    UNDEFINED,
    Value,
    exact_number,
    is_same,
    read_field,
    through_json,
    to_number,
)
from tests.conformance.original import Original, original
from tests.conformance.polling_step import Expected, Step
from tests.conformance.recorded import text

_LAST_POLL: Final = "lastPoll"
_LAST_ITEM: Final = "lastItem"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One deliberate difference."""

    name: str
    reason: str
    applies: Callable[[Step, Original], bool]
    promise: Callable[[Step, Expected], Expected]
    """Turns what the original does, or what a rule before makes of it, into what we do."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a step's record, and our helper, are held against."""

    expected: Expected
    rules: frozenset[str]
    """Names of the rules that hold."""
    untrue: tuple[str, ...]
    """What of the record the original would not do. Only told where a rule holds."""


def judge(step: Step, expected: Expected) -> Verdict:
    """Return what is to happen in `step`, where `expected` was recorded."""
    does = original(step)
    held = [rule for rule in RULES if rule.applies(step, does)]
    if held:
        expected = Expected(
            checkpoints=does.checkpoints,
            result=does.result,
            fails=does.fails,
            message=does.message or "",
            exact=does.message is not None,
            store_after=does.store_after,
        )
    for rule in held:
        expected = rule.promise(step, expected)
    return Verdict(
        expected=expected,
        rules=frozenset(rule.name for rule in held),
        untrue=tuple(does.problems(step)) if held else (),
    )


def _number(value: Value) -> int | float | None:
    """The finite number that `value` is or, as text, writes, not rounded; else `None`."""
    if isinstance(value, str):
        return exact_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


def _checkpoint(step: Step) -> Value:
    """The checkpoint that a poll by time begins with; `None` if there is none, or no such poll."""
    polls_by_time = step.strategy == "TIMEBASED" and step.op == "poll"
    return step.store_before.get(_LAST_POLL) if polls_by_time else None


def _stamps(step: Step) -> list[Value]:
    return [read_field(item, "epochMilliSeconds") for item in step.items or []]


def _counts(step: Step, does: Original) -> bool:
    """Whether both helpers come to compare the items' times with the checkpoint."""
    return _number(_checkpoint(step)) is not None and not does.fails


def _has_bad_stamp(step: Step, does: Original) -> bool:
    return _counts(step, does) and None in map(_number, _stamps(step))


def _spoils_checkpoint(does: Original) -> bool:
    return does.store_after.get(_LAST_POLL) is None


def _is_rounded(value: Value) -> bool:
    return isinstance(value, str) and exact_number(value) != to_number(value)


def _has_bad_limit(step: Step) -> bool:
    limit = step.max_items
    return (
        (step.strategy, step.op) == ("LAST_ITEM", "poll")
        and limit is not None
        and not (isinstance(limit, int | float) and math.isfinite(limit))
    )


def _has_null_item(step: Step) -> bool:
    """Whether a null is among the items that the step looks at."""
    return step.items_error is None and None in _items_read(step)


def _items_read(step: Step) -> Sequence[Value]:
    items = step.items or []
    if step.op == "enable":
        return items[:1]
    if step.op != "poll" or step.strategy != "LAST_ITEM":
        return items
    last = step.store_before.get(_LAST_ITEM)
    if last is None:
        return items
    matches = (
        index
        for index, item in enumerate(items)
        if item is not None and is_same(read_field(item, "id"), last)
    )
    return items[: next(matches, len(items))]


def _overlooks_null_item(step: Step, does: Original) -> bool:
    fails_at_once = does.fails and text(does.store_after) == text(step.store_before)
    fetches = bool(does.checkpoints) and not _has_bad_limit(step)
    return fetches and _has_null_item(step) and not fails_at_once


def _loses_an_id(step: Step, does: Original) -> bool:
    """Whether it hands the store an id with NaN or infinity in it, at any depth."""
    return (
        step.strategy == "LAST_ITEM"
        and does.stores is not UNDEFINED
        and text(through_json(does.stores)) != text(does.stores)
        and not _has_bad_limit(step)
        and not _has_null_item(step)
    )


def _refuse(step: Step, expected: Expected, message: str) -> Expected:
    return replace(
        expected,
        result=None,
        fails=True,
        exact=False,
        message=message,
        store_after=step.store_before,
    )


def _refuse_before_fetch(step: Step, expected: Expected, message: str) -> Expected:
    return _refuse(step, replace(expected, checkpoints=[]), message)


def _refuse_stamp(step: Step, expected: Expected) -> Expected:
    first_bad = [_number(stamp) for stamp in _stamps(step)].index(None)
    return _refuse(step, expected, f"item {first_bad} ")


def _count_exactly(step: Step, expected: Expected) -> Expected:
    checkpoint = _number(_checkpoint(step))
    assert checkpoint is not None
    expected = replace(expected, checkpoints=[checkpoint])
    if expected.fails:
        return expected
    latest, new = checkpoint, list[JsonValue]()
    for item, stamp in zip(step.items or [], map(_number, _stamps(step)), strict=True):
        if stamp is None:
            return expected  # a rule on stamps goes on from here
        latest = max(latest, stamp)
        if stamp > checkpoint:
            new.append(item.get("data"))
    return replace(expected, result=new, store_after={**step.store_before, _LAST_POLL: latest})


RULES: Final = (
    Rule(
        name="numeric-checkpoint",
        reason="a checkpoint stored as text of a number is handed to the items function, and "
        "compared, as that number; the original hands over the text, and compares text with text "
        "letter by letter",
        applies=lambda step, _: (
            isinstance(_checkpoint(step), str) and _number(_checkpoint(step)) is not None
        ),
        promise=_count_exactly,
    ),
    Rule(
        name="checkpoint-is-a-number",
        reason="a stored checkpoint that is neither a finite number nor text of one is refused "
        "before the fetch, and the store left as it was; the original fetches with it",
        applies=lambda step, _: (
            _checkpoint(step) is not None and _number(_checkpoint(step)) is None
        ),
        promise=lambda step, expected: _refuse_before_fetch(step, expected, f"`{_LAST_POLL}`"),
    ),
    Rule(
        name="exact-time",
        reason="a time or a checkpoint of more than 53 bits that is text keeps its value; the "
        "original rounds it",
        applies=lambda step, does: (
            _counts(step, does)
            and not _has_bad_stamp(step, does)
            and any(map(_is_rounded, [_checkpoint(step), *_stamps(step)]))
        ),
        promise=_count_exactly,
    ),
    Rule(
        name="finite-stamp",
        reason="a poll with an item whose time comes to NaN or infinity is refused, naming the "
        "first item whose time is no number, and the store left as it was; the original stores "
        "null and fails from the next poll on",
        applies=lambda step, does: _has_bad_stamp(step, does) and _spoils_checkpoint(does),
        promise=_refuse_stamp,
    ),
    Rule(
        name="stamp-is-a-number",
        reason="a poll with an item whose time is neither a finite number nor text of one is "
        "refused, naming the first such item, and the store left as it was; the original counts "
        "it as the number JavaScript makes of it, and polls on",
        applies=lambda step, does: _has_bad_stamp(step, does) and not _spoils_checkpoint(does),
        promise=_refuse_stamp,
    ),
    Rule(
        name="storable-id",
        reason="an id with NaN or infinity in it is refused, and the store left as it was; the "
        "original stores null in its place, and in the next poll every item is new",
        applies=_loses_an_id,
        promise=lambda step, expected: _refuse(step, expected, f"`{_LAST_ITEM}`"),
    ),
    Rule(
        name="item-not-null",
        reason="a null in the place of an item that is looked at is refused, and the store left "
        "as it was; the original goes on without it, or fails after it has moved the checkpoint",
        applies=_overlooks_null_item,
        promise=lambda step, expected: _refuse(step, expected, "NoneType"),
    ),
    Rule(
        name="limit-is-a-number",
        reason="a limit that is no finite number is refused before the fetch, and the store left "
        "as it was; to the original it is the number JavaScript makes of it",
        applies=lambda step, _: _has_bad_limit(step),
        promise=lambda step, expected: _refuse_before_fetch(step, expected, "`max_items_to_poll`"),
    ),
)
