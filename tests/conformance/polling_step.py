"""One step of a polling case: what was recorded of it, and what our helper does in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pieces_common import (
    DedupeStrategy,
    IdentifiedItem,
    Polling,
    PollingContext,
    TimedItem,
    polling_helper,
)
from pieces_framework import (
    JsonValue,
    NoProps,
    PieceError,
    PollingTriggerContext,
    TriggerStrategy,
    create_trigger,
)
from pieces_framework.testing import make_context
from tests.conformance import recorded
from tests.conformance.polling_store import CaseStore

CHECKPOINTS: Final = {"TIMEBASED": "lastFetchEpochMS", "LAST_ITEM": "lastItemId"}
OPS: Final = frozenset({"enable", "disable", "poll", "test"})


class ItemsFailed(Exception):  # noqa: N818 -- planted by a case, not a fault
    """Raised by the items function of a case that asks for it."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A recorded step, and the store as it was recorded before it."""

    strategy: str
    """`TIMEBASED` or `LAST_ITEM`."""
    store_before: Mapping[str, JsonValue]
    recorded: Mapping[str, Any]
    """As the file's `format` says."""

    @property
    def op(self) -> str:
        """`enable`, `disable`, `poll` or `test`."""
        return str(self.recorded["op"])

    @property
    def items(self) -> list[Any] | None:
        """What the items function returns, in the recorded form."""
        items: list[Any] | None = self.recorded.get("items")
        return items

    @property
    def items_error(self) -> str | None:
        """The message of the error that the items function raises instead."""
        return str(self.recorded["items_error"]) if "items_error" in self.recorded else None

    @property
    def is_republish(self) -> bool:
        """Whether a flow that was on is published again."""
        return bool(self.recorded.get("is_republish"))

    @property
    def max_items(self) -> Any:  # whatever the case has in a number's place
        """The `max_items_to_poll` handed on; `None` if there is none."""
        return self.recorded.get("max_items_to_poll")

    def check(self) -> None:
        """Refuse a step that cannot be run.

        Raises:
            TypeError: if its items are neither a list nor null.
            ValueError: if its strategy or its op is unknown.
        """
        if self.strategy not in CHECKPOINTS:
            raise ValueError(f"unknown strategy {self.strategy!r}")
        if self.op not in OPS:
            raise ValueError(f"unknown op {self.op!r}")
        if not isinstance(self.recorded.get("items"), list | None):
            raise TypeError("its items are neither a list nor null")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What our helper did."""

    checkpoints: Sequence[JsonValue]
    """What each call of the items function received."""
    result: JsonValue
    error: Exception | None
    store_after: Mapping[str, JsonValue]
    writes: Sequence[JsonValue] = ()
    """The puts and deletes, as of `store_ops`."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What it should have done."""

    checkpoints: Sequence[JsonValue]
    result: JsonValue
    fails: bool
    message: str = ""
    """A part of the error's message; empty when any will do."""
    exact: bool = False
    """Whether it is all of the message."""
    store_after: Mapping[str, JsonValue]
    writes: Sequence[JsonValue] | None = None
    """The puts and deletes; `None` when any will do."""

    def problems(self, seen: Seen) -> list[str]:
        """What of `seen` is otherwise."""
        found = [
            f"{what}: expected {recorded.text(expected)}, got {recorded.text(got)}"
            for what, expected, got in (
                ("checkpoints received by items", self.checkpoints, seen.checkpoints),
                ("result", self.result, seen.result),
                ("store", self.store_after, seen.store_after),
                ("writes", seen.writes if self.writes is None else self.writes, seen.writes),
            )
            if recorded.text(expected) != recorded.text(got)
        ]
        if isinstance(seen.error, PieceError | ItemsFailed):
            message = str(seen.error)
            fits = message == self.message if self.exact else self.message in message
            if not (self.fails and fits):
                wanted = f"one with {self.message!r}" if self.fails else "none"
                found.append(f"error: expected {wanted}, got {message!r}")
        elif seen.error is not None:
            found.append(f"the helper crashed: {seen.error!r}")
        elif self.fails:
            found.append(f"error: expected one with {self.message!r}, got none")
        return found


def expected_of(step: Step) -> Expected:
    """What the recorded outcome demands.

    Of an error only a plain `Error` has a message to compare, and of the calls of the store those
    that write: how often it is read is nobody's business. Whether `files` was handed to the
    items function is not compared until our contexts carry files.
    """
    expect = step.recorded["expect"]
    call: Mapping[str, Any] | None = expect["items_call"]
    error: Mapping[str, str] | None = expect["error"]
    message = error["message"] if error and error["name"] == "Error" else None
    calls: list[JsonValue] | None = expect.get("store_ops")
    return Expected(
        checkpoints=[] if call is None else [call.get(CHECKPOINTS[step.strategy])],
        result=expect["result"],
        fails=error is not None,
        message=message or "",
        exact=message is not None,
        store_after=expect["store_after"],
        writes=None if calls is None else [each for each in calls if _writes(each)],
    )


def _writes(call: JsonValue) -> bool:
    return recorded.fields(call).get("op") != "get"


@create_trigger(
    name="nothing_new",
    display_name="Nothing New",
    description="Whose context the helper receives",
    strategy=TriggerStrategy.POLLING,
)
async def _nothing_new(_context: PollingTriggerContext) -> list[JsonValue]:
    return []


async def run(step: Step) -> Seen:
    """Do the step with our helper, beginning with the store as it was recorded."""
    store = CaseStore(step.store_before)
    received: list[JsonValue] = []
    context = make_context(_nothing_new, store=store, is_republish=step.is_republish)
    result, error = None, None
    try:
        result = await _call(step, _polling(step, received), context)
    except Exception as raised:  # noqa: BLE001 -- a crash is a failed case, not the end of the run
        error = raised
    return Seen(
        checkpoints=received,
        result=result,
        error=error,
        store_after=store.contents,
        writes=store.writes,
    )


def _polling(step: Step, received: list[JsonValue]) -> Polling[None, NoProps]:
    def give(checkpoint: JsonValue, kind: Any, key: str) -> Any:  # items as the case has them
        received.append(checkpoint)
        if step.items_error is not None:
            raise ItemsFailed(step.items_error)
        return None if step.items is None else [_item(item, kind, key) for item in step.items]

    async def timed(context: PollingContext) -> list[TimedItem]:
        items: list[TimedItem] = give(context.last_fetch_epoch_ms, TimedItem, "epochMilliSeconds")
        return items

    async def identified(context: PollingContext) -> list[IdentifiedItem]:
        items: list[IdentifiedItem] = give(context.last_item_id, IdentifiedItem, "id")
        return items

    if step.strategy == "TIMEBASED":
        return Polling(strategy=DedupeStrategy.TIMEBASED, items=timed)
    return Polling(strategy=DedupeStrategy.LAST_ITEM, items=identified)


def _item(item: Any, kind: Any, key: str) -> Any:
    """As JavaScript sees `item`: null has no fields at all, a number or a text none of these."""
    if item is None:
        return None
    fields = recorded.fields(item)
    return kind(fields.get(key), fields.get("data"))


async def _call(
    step: Step, polling: Polling[None, NoProps], context: PollingTriggerContext
) -> Any:  # JSON, as the case's data is
    match step.op:
        case "enable":
            return await polling_helper.on_enable(polling, context, now_ms=step.recorded.get("now"))
        case "disable":
            return await polling_helper.on_disable(polling, context)
        case "poll":
            return await polling_helper.poll(polling, context, max_items_to_poll=step.max_items)
        case _:
            return await polling_helper.test(polling, context)
