"""The polling helper where the recorded cases do not look: forms of functions, errors, clock."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, Final

import pytest
from typing_extensions import override

from pieces_common import (
    DedupeStrategy,
    IdentifiedItem,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
    polling_helper,
)
from pieces_framework import (
    AuthorCodeError,
    FatalError,
    NoProps,
    PieceAuth,
    PollingTriggerContext,
    StorableValue,
    StoreScope,
    TriggerStrategy,
    create_trigger,
)
from pieces_framework.testing import MemoryStore, make_context


@create_trigger(
    name="tick",
    display_name="",
    description="",
    strategy=TriggerStrategy.POLLING,
    auth=PieceAuth.SecretText(display_name="Key"),
)
def tick(context: PollingTriggerContext[str]) -> list[object]:
    return []


def make(store: MemoryStore, *, is_republish: bool = False) -> PollingTriggerContext[str]:
    return make_context(tick, auth="k", store=store, is_republish=is_republish)


async def stored(key: str, value: Any) -> MemoryStore:
    store = MemoryStore()
    await store.put(key, value)
    return store


ITEMS = [TimedItem(3, "c"), TimedItem(2, "b")]
CALLERS: list[str] = []


async def async_generator(context: PollingContext[str]) -> AsyncIterator[TimedItem]:
    CALLERS.append(threading.current_thread().name)
    for item in ITEMS:
        yield item


async def async_function(context: PollingContext[str]) -> list[TimedItem]:
    CALLERS.append(threading.current_thread().name)
    return ITEMS


def function(context: PollingContext[str]) -> tuple[TimedItem, ...]:
    CALLERS.append(threading.current_thread().name)
    return tuple(ITEMS)


def generator(context: PollingContext[str]) -> Iterator[TimedItem]:
    CALLERS.append(threading.current_thread().name)
    yield from ITEMS


def identified(context: PollingContext[str]) -> list[IdentifiedItem]:
    CALLERS.append(threading.current_thread().name)
    return []


@pytest.mark.parametrize(
    ("polling", "in_thread"),
    [
        pytest.param(
            Polling(strategy=DedupeStrategy.TIMEBASED, items=async_generator), False, id="async-gen"
        ),
        pytest.param(
            Polling(strategy=DedupeStrategy.TIMEBASED, items=async_function), False, id="async-def"
        ),
        pytest.param(Polling(strategy=DedupeStrategy.TIMEBASED, items=function), True, id="def"),
        pytest.param(
            Polling(strategy=DedupeStrategy.TIMEBASED, items=generator), True, id="generator"
        ),
        pytest.param(
            Polling(strategy=DedupeStrategy.TIMEBASED, items=partial(generator)),
            True,
            id="partial",
        ),
    ],
)
async def test_every_form_of_function_gives_its_items(
    polling: Polling[str, NoProps], *, in_thread: bool
) -> None:
    CALLERS.clear()

    found = await polling_helper.poll(polling, make(await stored("lastPoll", 2)))

    assert found == ["c"]
    assert [name != threading.main_thread().name for name in CALLERS] == [in_thread]


async def test_function_receives_auth_props_store_and_checkpoint() -> None:
    received: list[PollingContext[str]] = []
    context = make(await stored("lastPoll", 7))

    def items(context: PollingContext[str]) -> list[TimedItem]:
        received.append(context)
        return []

    await polling_helper.poll(Polling(strategy=DedupeStrategy.TIMEBASED, items=items), context)

    (got,) = received
    assert (got.auth, got.props_value, got.store) == ("k", context.props_value, context.store)
    assert (got.last_fetch_epoch_ms, got.last_item_id) == (7, None)


async def test_enabling_takes_the_machines_time() -> None:
    store = MemoryStore()
    before = time.time_ns() // 1_000_000

    await polling_helper.on_enable(
        Polling(strategy=DedupeStrategy.TIMEBASED, items=function), make(store)
    )

    assert before <= (await store.get("lastPoll", int) or 0) <= time.time_ns() // 1_000_000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(None, "are NoneType, not a list of `TimedItem`", id="none"),
        pytest.param(7, "are int, not a list of `TimedItem`", id="number"),
        pytest.param([{"epoch_ms": 1}], "hold dict, not `TimedItem`", id="dicts"),
        pytest.param([IdentifiedItem(1, 2)], "hold IdentifiedItem, not `TimedItem`", id="kind"),
    ],
)
@pytest.mark.parametrize("hook", [polling_helper.poll, polling_helper.test])
async def test_what_is_no_list_of_items_is_refused(given: Any, said: str, hook: Any) -> None:
    store = await stored("lastPoll", 1)
    polling: Polling[str, NoProps] = Polling(
        strategy=DedupeStrategy.TIMEBASED, items=lambda context: given
    )

    with pytest.raises(AuthorCodeError, match=said):
        await hook(polling, make(store))

    assert await store.get("lastPoll", int) == 1


@pytest.mark.parametrize(
    "epoch_ms",
    [
        None,
        float("nan"),
        float("inf"),
        float("-inf"),
        "",
        "soon",
        "NaN",
        True,
        [5],
        "1e999",
        "\x1f7",
    ],
    ids=repr,
)
async def test_time_that_is_no_number_is_refused_by_the_items_place(epoch_ms: Any) -> None:
    store = await stored("lastPoll", 1)

    async def items(context: PollingContext[str]) -> list[TimedItem]:
        return [TimedItem(5, "good"), TimedItem(epoch_ms, "bad")]

    with pytest.raises(AuthorCodeError, match="item 1 of the trigger's items") as caught:
        await polling_helper.poll(
            Polling(strategy=DedupeStrategy.TIMEBASED, items=items), make(store)
        )

    assert repr(epoch_ms) in str(caught.value)
    assert await store.get("lastPoll", int) == 1


@pytest.mark.parametrize(
    ("strategy", "item", "said"),
    [
        pytest.param(DedupeStrategy.TIMEBASED, TimedItem("soon", 1), "`epoch_ms` 'soon'", id="t"),
        pytest.param(DedupeStrategy.LEDGER, LedgerItem(1, "soon", 1), "`epoch_ms` 'soon'", id="l"),
        pytest.param(DedupeStrategy.LEDGER, LedgerItem(True, 1, 1), "`id` True", id="id"),
    ],
)
async def test_samples_are_refused_that_a_poll_would_refuse(
    strategy: Any, item: Any, said: str
) -> None:
    async def items(context: PollingContext[str]) -> Any:
        return [item]

    polling = Polling(strategy=strategy, items=items)

    with pytest.raises(AuthorCodeError, match=f"item 0 of the trigger's items has {said}"):
        await polling_helper.test(polling, make(MemoryStore()))


async def test_each_poll_by_time_writes_its_checkpoint_down() -> None:
    class CountingStore(MemoryStore):
        puts: Final[list[tuple[str, StorableValue]]] = []

        @override
        async def put(
            self, key: str, value: StorableValue, scope: StoreScope = StoreScope.FLOW
        ) -> None:
            self.puts.append((key, value))
            await super().put(key, value, scope)

    store = CountingStore()
    await store.put("lastPoll", 3)
    polling = Polling(strategy=DedupeStrategy.TIMEBASED, items=function)
    await polling_helper.poll(polling, make(store))
    await polling_helper.poll(polling, make(store))

    assert store.puts == [("lastPoll", 3)] * 3


@pytest.mark.parametrize("epoch_ms", ["x" * 5000, "9" * 5000, 10**5000, [1] * 5000], ids=type)
async def test_error_repeats_no_more_than_the_start_of_a_long_time(epoch_ms: Any) -> None:
    polling: Polling[str, NoProps] = Polling(
        strategy=DedupeStrategy.TIMEBASED, items=lambda context: [TimedItem(epoch_ms, "bad")]
    )

    with pytest.raises(AuthorCodeError) as caught:
        await polling_helper.poll(polling, make(await stored("lastPoll", 1)))

    assert len(str(caught.value)) < 160


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        pytest.param(None, ["c", "b", "a"], id="none"),
        pytest.param(0.9, ["c", "b", "a"], id="less-than-one"),
        pytest.param(1.9, ["a"], id="fraction"),
        pytest.param(-1.9, ["b", "a"], id="negative-fraction"),
    ],
)
async def test_fraction_of_a_limit_is_cut_off(limit: Any, found: list[str]) -> None:
    polling: Polling[str, NoProps] = Polling(
        strategy=DedupeStrategy.LAST_ITEM,
        items=lambda context: [IdentifiedItem(letter, letter) for letter in "cba"],
    )

    got = await polling_helper.poll(polling, make(MemoryStore()), max_items_to_poll=limit)

    assert got == found


@pytest.mark.parametrize("limit", ["2", float("nan"), float("inf"), [], 10**400], ids=type)
async def test_limit_that_is_no_number_is_refused_before_the_fetch(limit: Any) -> None:
    CALLERS.clear()

    with pytest.raises(AuthorCodeError, match="`max_items_to_poll` is "):
        await polling_helper.poll(
            Polling(strategy=DedupeStrategy.LAST_ITEM, items=identified),
            make(MemoryStore()),
            max_items_to_poll=limit,
        )

    assert CALLERS == []


@pytest.mark.parametrize("checkpoint", ["soon", True, [1], {}])
async def test_stored_time_that_is_no_number_is_refused_before_the_fetch(checkpoint: Any) -> None:
    store = await stored("lastPoll", checkpoint)
    CALLERS.clear()

    with pytest.raises(FatalError, match="store key `lastPoll`"):
        await polling_helper.poll(
            Polling(strategy=DedupeStrategy.TIMEBASED, items=function), make(store)
        )

    assert CALLERS == []
    assert await store.get("lastPoll", object) == checkpoint


async def test_error_of_the_function_reaches_the_caller_as_it_is() -> None:
    async def items(context: PollingContext[str]) -> AsyncIterator[IdentifiedItem]:
        yield IdentifiedItem(2, "b")
        raise LookupError("page 2")

    store = await stored("lastItem", 1)

    with pytest.raises(LookupError, match="page 2"):
        await polling_helper.poll(
            Polling(strategy=DedupeStrategy.LAST_ITEM, items=items), make(store)
        )

    assert await store.get("lastItem", int) == 1


async def test_poll_takes_a_hundred_thousand_items() -> None:
    count = 100_000
    store = await stored("lastPoll", count - 3)

    def items(context: PollingContext[str]) -> Iterator[TimedItem]:
        return (TimedItem(number, number) for number in range(count, 0, -1))

    found = await polling_helper.poll(
        Polling(strategy=DedupeStrategy.TIMEBASED, items=items), make(store)
    )

    assert found == [count, count - 1, count - 2]
    assert await store.get("lastPoll", int) == count
