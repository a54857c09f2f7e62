"""The original helper in small: what it does in a step, by the polling rules and JavaScript's.

It says what must have been recorded in the steps in which we differ on purpose, where nothing of
our own can tell whether the record is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pieces_framework import JsonValue
from tests.conformance.ecmascript import (
    UNDEFINED,
    JsTypeError,
    Value,
    is_greater,
    is_nil,
    is_same,
    js_max,
    read_field,
    slice_from,
    through_json,
    to_number,
)
from tests.conformance.polling_step import CHECKPOINTS, Step
from tests.conformance.recorded import text

_STORE_KEYS: Final = {"TIMEBASED": "lastPoll", "LAST_ITEM": "lastItem"}
_TEST_ITEMS: Final = 5


class _PlainError(Exception):
    """JavaScript's `Error`, whose message is the helper's or the case's own."""


@dataclass(frozen=True, kw_only=True)
class Original:
    """What the original helper does in a step."""

    checkpoints: Sequence[JsonValue]
    """What each call of the items function receives."""
    result: JsonValue
    fails: bool
    message: str | None
    """Of its error, if that is a plain `Error`."""
    stores: Value
    """What it hands to the store to keep, before that makes JSON of it; else undefined."""
    store_after: Mapping[str, JsonValue]

    def problems(self, step: Step) -> list[str]:
        """What was recorded otherwise."""
        expect: Mapping[str, Any] = step.recorded["expect"]
        call: Mapping[str, Any] | None = expect["items_call"]
        key = CHECKPOINTS[step.strategy]
        found = [
            f"recorded {what}: the original gives {text(true)}, not {text(claimed)}"
            for what, true, claimed in (
                ("checkpoints", self.checkpoints, [] if call is None else [call.get(key)]),
                ("result", self.result, expect["result"]),
                ("store", self.store_after, expect["store_after"]),
            )
            if text(true) != text(claimed)
        ]
        error: Mapping[str, str] | None = expect["error"]
        message = error["message"] if error and error["name"] == "Error" else None
        if (error is not None, message) != (self.fails, self.message):
            true = (self.message or "a TypeError") if self.fails else "none"
            found.append(f"recorded error: the original raises {true}, not {error}")
        return found


def original(step: Step) -> Original:
    """Return what the original helper does in `step`."""
    run = _Run(step)
    result: JsonValue = None
    fails, message = False, None
    try:
        result = run.do()
    except JsTypeError:
        fails = True
    except _PlainError as error:
        fails, message = True, str(error)
    return Original(
        checkpoints=run.checkpoints,
        result=result,
        fails=fails,
        message=message,
        stores=run.stores,
        store_after=run.store,
    )


class _Run:
    def __init__(self, step: Step) -> None:
        self.step: Final = step
        self.key: Final = _STORE_KEYS[step.strategy]
        self.by_time: Final = step.strategy == "TIMEBASED"
        self.store: Final = dict(step.store_before)
        self.checkpoints: Final[list[JsonValue]] = []
        self.stores: Value = UNDEFINED

    def do(self) -> JsonValue:
        match self.step.op:
            case "enable":
                self.enable()
                return None
            case "poll":
                return self.poll_by_time() if self.by_time else self.poll_by_id()
            case "test":
                return _data(_listed(self.fetch(0 if self.by_time else None)))[:_TEST_ITEMS]
            case _:
                return None

    def enable(self) -> None:
        if self.step.is_republish and not is_nil(self.store.get(self.key)):
            return
        if self.by_time:
            self.put(self.step.recorded["now"])
            return
        items = self.fetch(None)
        newest = items[0] if items else UNDEFINED
        id_ = UNDEFINED if is_nil(newest) else read_field(newest, "id")
        if is_nil(id_):
            self.store.pop(self.key, None)
        else:
            self.put(id_)

    def poll_by_time(self) -> JsonValue:
        last = self.store.get(self.key)
        if is_nil(last):
            raise _PlainError("lastPoll doesn't exist in the store.")
        items = _listed(self.fetch(last))
        latest: JsonValue = last
        for item in items:
            latest = js_max(latest, read_field(item, "epochMilliSeconds"))
        self.put(latest)
        return _data(
            [item for item in items if is_greater(read_field(item, "epochMilliSeconds"), last)]
        )

    def poll_by_id(self) -> JsonValue:
        last = self.store.get(self.key)
        items = _listed(self.fetch(last))
        ids = (is_same(read_field(item, "id"), last) for item in items)
        first = next((index for index, same in enumerate(ids) if same), None)
        new = items if first is None or is_nil(last) else items[:first]
        if not is_nil(self.step.max_items):
            new = slice_from(new, -to_number(self.step.max_items))
        if new and not is_nil(new[0]):
            id_ = read_field(new[0], "id")
            if not is_nil(id_):
                self.put(id_)
        return _data(new)

    def fetch(self, checkpoint: JsonValue) -> list[Value] | None:
        self.checkpoints.append(checkpoint)
        if self.step.items_error is not None:
            raise _PlainError(self.step.items_error)
        return self.step.items

    def put(self, value: JsonValue) -> None:
        self.stores = value
        self.store[self.key] = through_json(value)


def _listed(items: list[Value] | None) -> list[Value]:
    if items is None:
        raise JsTypeError("null is not a list")
    return items


def _data(items: list[Value]) -> list[JsonValue]:
    data = (read_field(item, "data") for item in items)
    return [None if each is UNDEFINED else each for each in data]
