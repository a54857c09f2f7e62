"""The strategy `LEDGER`: what is delivered, once, and what is not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from typing_extensions import override

from pieces_common import (
    DedupeStrategy,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
    polling_helper,
)
from pieces_framework import AuthorCodeError, FatalError, StorableValue, StoreError, StoreScope
from pieces_framework.testing import MemoryStore
from tests.common.polled import OVERLAP_S, Shop, at, hook_context, item


async def enabled(*items: LedgerItem, overlap_s: float = OVERLAP_S) -> Shop:
    """A shop whose trigger was enabled at 0, with these items there."""
    shop = Shop(*items, overlap_s=overlap_s)
    await shop.enable(0)
    return shop


async def test_what_enabling_lists_is_not_delivered() -> None:
    shop = await enabled(item("new", 0), item("old", -5), item("older", -5000))

    assert await shop.poll(1) == []


@pytest.mark.parametrize("seconds", [-0.001, -9, -10, -10.001, -11, -19, -20, -25, -5000])
async def test_what_enabling_lists_may_move_by_the_overlap(seconds: float) -> None:
    shop = await enabled(item("a", seconds))
    shop.items = [item("a", seconds + OVERLAP_S)]

    assert await shop.poll(11) == []


@pytest.mark.parametrize("behind_s", [0, 9, 15, 29, 35, 100, 8 * 3600])
@pytest.mark.parametrize("newest_first", [False, True])
async def test_service_whose_clock_is_behind_loses_and_repeats_nothing(
    behind_s: float, *, newest_first: bool
) -> None:
    """Its function pages, and leaves out what is older than the checkpoint, rounded down."""

    async def items(context: PollingContext) -> AsyncIterator[LedgerItem]:
        since_ms = context.last_fetch_epoch_ms // 7000 * 7000
        yield item("dated ahead", 3e9)
        for seconds in range(now_s, -100, -1):
            if at(seconds - behind_s) >= since_ms or not asks_for_less:
                yield item(seconds, seconds - behind_s)

    polling = Polling(
        strategy=DedupeStrategy.LEDGER, items=items, newest_first=newest_first, overlap_s=OVERLAP_S
    )
    # A function that asks for less hides what is further behind.
    asks_for_less = behind_s < 3 * OVERLAP_S
    context, now_s = hook_context(MemoryStore()), 0
    await polling_helper.on_enable(polling, context, now_ms=at(now_s))
    found: list[object] = []
    for now_s in range(1, 60):
        found += await polling_helper.poll(polling, context, now_ms=at(now_s))

    assert found == list(range(1, 60))


async def test_before_its_first_item_a_service_may_be_behind_by_the_overlap() -> None:
    shop = await enabled()
    shop.items = [item("a", -OVERLAP_S), item("b", -OVERLAP_S - 0.001)]

    assert await shop.poll(1) == ["a"]


async def test_new_items_come_in_the_order_they_are_listed() -> None:
    shop = await enabled(item("a", 0))
    shop.items = [item("c", 3), item("b", 1), item("d", 2), item("a", 0)]

    assert await shop.poll(5) == ["c", "b", "d"]


async def test_nothing_comes_twice() -> None:
    shop = await enabled()
    shop.items = [item("a", 1)]

    assert [await shop.poll(seconds) for seconds in (2, 3, 11, 12, 30, 1000)] == [["a"], *[[]] * 5]


async def test_item_of_the_same_time_comes_in_a_later_poll() -> None:
    shop = await enabled()
    shop.items = [item("a", 1)]
    await shop.poll(1)
    shop.items.append(item("b", 1))

    assert await shop.poll(2) == ["b"]


@pytest.mark.parametrize(("late_s", "found"), [(10, ["late"]), (10.001, [])])
async def test_item_may_be_as_late_as_the_overlap(late_s: float, found: list[str]) -> None:
    shop = await enabled()
    shop.items = [item("a", 20)]
    await shop.poll(20)
    shop.items.append(item("late", 20 - late_s))

    assert await shop.poll(20) == found


async def test_lateness_does_not_count_while_the_service_has_nothing_later() -> None:
    shop = await enabled(item("a", 0))
    await shop.poll(500)
    shop.items.append(item("late", -9))

    assert await shop.poll(1000) == ["late"]


async def test_id_that_is_twice_on_a_page_comes_once() -> None:
    shop = await enabled()
    shop.items = [item("a", 2), item("b", 1), item("a", 1), item("a", 3)]

    assert await shop.poll(5) == ["a", "b"]


async def test_known_item_may_move_by_the_overlap_again_and_again() -> None:
    shop = await enabled()
    found: list[object] = []
    for seconds in (1, 11, 21, 15, 31, 41):
        shop.items = [item("a", seconds), item(seconds, seconds)]
        found += await shop.poll(seconds)

    assert found == ["a", 1, 11, 21, 15, 31, 41]


async def test_known_item_counts_from_the_latest_of_its_times() -> None:
    shop = await enabled()
    found: list[object] = []
    for seconds, moved in ((20, 20), (20, 11), (35, None), (35, 30)):
        shop.items = [item("b", seconds)] if moved is None else [item("a", moved)]
        found += await shop.poll(seconds)

    assert found == ["a", "b"]


async def test_fraction_of_a_millisecond_does_not_shorten_the_memory() -> None:
    shop = await enabled()
    shop.items = [LedgerItem("a", at(1) + 0.5, "a"), LedgerItem("b", at(21) + 1, "b")]
    await shop.poll(22)
    shop.items = [LedgerItem("a", at(11) + 0.5, "a")]

    assert await shop.poll(22) == []


async def test_old_item_that_moves_by_more_is_new_again() -> None:
    shop = await enabled()
    shop.items = [item("a", 1)]
    first = await shop.poll(1)
    shop.items = [item("a", 1), item("b", 100)]
    await shop.poll(100)
    shop.items = [item("a", 100)]

    assert (first, await shop.poll(101)) == (["a"], ["a"])


async def test_ids_of_two_types_are_two() -> None:
    shop = await enabled()
    shop.items = [item(1, 1), item("1", 1), item(1.0, 1), item(1.5, 1), item("\ud800", 1)]

    assert await shop.poll(1) == [1, "1", 1.5, "\ud800"]


@pytest.mark.parametrize(
    "item_id", [None, True, [1], {"a": 1}, float("nan"), float("inf"), 10**400], ids=type
)
async def test_id_that_is_neither_text_nor_a_number_is_refused(item_id: Any) -> None:
    shop = await enabled()
    before = shop.stored
    shop.items = [item("good", 1), item(item_id, 1)]

    with pytest.raises(AuthorCodeError, match="item 1 of the trigger's items has `id` "):
        await shop.poll(1)
    assert shop.stored == before


@pytest.mark.parametrize("epoch_ms", [float("nan"), "soon", None, True, 10**400], ids=type)
async def test_time_that_is_no_number_is_refused(epoch_ms: Any) -> None:
    shop = await enabled()
    before = shop.stored
    shop.items = [LedgerItem("a", epoch_ms, "a")]

    with pytest.raises(AuthorCodeError, match="item 0 of the trigger's items has `epoch_ms` "):
        await shop.poll(1)
    assert shop.stored == before


async def test_items_of_another_strategy_are_refused() -> None:
    shop = Shop()
    shop.items = [TimedItem(1, 1)]  # type: ignore[list-item] # pyright: ignore[reportAttributeAccessIssue]

    with pytest.raises(AuthorCodeError, match="hold TimedItem, not `LedgerItem`"):
        await shop.enable(0)
    assert shop.stored is None


async def test_times_may_be_text_or_fractions() -> None:
    shop = await enabled()
    shop.items = [LedgerItem("text", str(at(1)), "t"), LedgerItem("part", at(1) + 0.25, "p")]
    first = await shop.poll(2)
    shop.items.append(item("c", 11))
    await shop.poll(11)
    shop.items.append(LedgerItem("late", at(1) + 0.0, "l"))

    assert (first, await shop.poll(11)) == (["t", "p"], ["l"])


async def test_time_in_the_future_hides_nothing() -> None:
    shop = await enabled()
    shop.items = [item("2100", 3e9), LedgerItem("never", 1e300, "never")]
    first = await shop.poll(1)
    shop.items += [item("b", 2), item("late", -7)]

    assert (first, await shop.poll(3)) == (["2100", "never"], ["b", "late"])


@pytest.mark.parametrize("behind_s", [OVERLAP_S, 2.5 * OVERLAP_S, 8 * 3600])
async def test_one_item_dated_ahead_does_not_hide_a_service_whose_clock_is_behind(
    behind_s: float,
) -> None:
    shop = await enabled(item("old", -1 - behind_s), item("ahead at first", 3e9))
    found: list[object] = []
    for seconds in range(1, 40):
        shop.items += [item(seconds, seconds - behind_s), item(f"ahead {seconds}", 3e9)]
        found += [each for each in await shop.poll(seconds) if isinstance(each, int)]

    assert found == list(range(1, 40))


async def test_clock_that_goes_back_brings_nothing_twice() -> None:
    shop = await enabled()
    shop.items = [item("a", 100), item("b", 95)]
    await shop.poll(100)
    shop.items.append(item("c", 91))

    assert [await shop.poll(50), await shop.poll(101)] == [["c"], []]


async def test_nothing_comes_back_when_the_latest_item_is_deleted() -> None:
    shop = await enabled()
    shop.items = [item("a", 50)]
    await shop.poll(50)
    shop.items.append(item("b", 100))
    await shop.poll(100)
    shop.items.pop()

    assert [await shop.poll(101), await shop.poll(102)] == [[], []]


async def test_listing_is_asked_for_from_the_overlap_on() -> None:
    shop = await enabled(item("a", -2))
    await shop.poll(5)
    shop.items.append(item("b", 6))
    await shop.poll(7)
    await shop.poll(8)

    before = [at(-30) - 1, at(-12) - 1, at(-12) - 1, at(-4) - 1]
    assert shop.asked == before


async def test_failed_poll_changes_nothing() -> None:
    shop = await enabled()
    shop.items = [item("a", 1)]
    before, shop.has_failed = shop.stored, True

    with pytest.raises(ConnectionError, match="gone"):
        await shop.poll(100)

    shop.has_failed = False
    assert shop.stored == before
    assert await shop.poll(100) == ["a"]


class FullStore(MemoryStore):
    """Takes no more."""

    @override
    async def put(
        self, key: str, value: StorableValue, scope: StoreScope = StoreScope.FLOW
    ) -> None:
        raise StoreError("full")


async def test_nothing_is_delivered_that_could_not_be_written_down() -> None:
    shop = await enabled()
    shop.items = [item("a", 1)]
    kept, shop.store = shop.store, FullStore()
    await MemoryStore.put(shop.store, "ledger", kept.values()["ledger"])

    with pytest.raises(StoreError, match="full"):
        await shop.poll(1)

    shop.store = kept
    assert await shop.poll(2) == ["a"]


async def test_failed_enabling_leaves_the_ledger() -> None:
    shop = await enabled()
    before, shop.has_failed = shop.stored, True

    with pytest.raises(ConnectionError, match="gone"):
        await shop.enable(50)
    assert shop.stored == before


async def test_trigger_that_was_never_enabled_is_not_polled() -> None:
    shop = Shop()

    with pytest.raises(FatalError, match="`ledger` doesn't exist in the store") as caught:
        await shop.poll(1)

    assert shop.asked == []
    assert "`--hook on_enable`" in caught.value.hint


@pytest.mark.parametrize(
    "stored",
    [
        5,
        [],
        {},
        {"after": 1},
        {"after": 1, "ids": 5},
        {"after": 1, "ids": "é"},
        {"after": 1, "ids": "AAAA"},
        {"after": True, "ids": ""},
        {"after": "1", "ids": ""},
    ],
    ids=str,
)
async def test_ledger_that_is_none_is_refused_before_the_fetch(stored: Any) -> None:
    shop = Shop()
    await shop.store.put("ledger", stored)

    with pytest.raises(FatalError, match=r"store key `ledger` holds .*, not a ledger") as caught:
        await shop.poll(1)

    assert (shop.asked, shop.stored, caught.value.hint) == (
        [],
        stored,
        "enable the trigger again",
    )


async def test_publishing_again_replaces_what_is_no_ledger() -> None:
    shop = Shop(item("a", 1))
    await shop.store.put("ledger", "damaged")
    await shop.enable(2, is_republish=True)
    shop.items.append(item("b", 3))

    assert await shop.poll(4) == ["b"]


async def test_enabling_again_begins_anew() -> None:
    shop = await enabled()
    shop.items = [item("a", 50)]
    await shop.enable(50)

    assert await shop.poll(51) == []


async def test_publishing_again_keeps_the_ledger() -> None:
    shop = await enabled()
    shop.items = [item("a", 50)]
    await shop.enable(50, is_republish=True)

    assert await shop.poll(51) == ["a"]


async def test_published_without_a_ledger_it_begins_anew() -> None:
    shop = Shop(item("a", 1))
    await shop.enable(2, is_republish=True)

    assert await shop.poll(3) == []


async def test_trigger_that_was_by_time_goes_on_from_its_checkpoint() -> None:
    shop = Shop(item("c", 7), item("b", 5), item("a", 4))
    await shop.store.put("lastPoll", at(5))
    await shop.enable(100, is_republish=True)
    shop.items.append(item("late", 3))

    assert await shop.poll(101) == ["c", "late"]


async def test_checkpoint_by_time_does_not_count_once_there_was_one_by_id() -> None:
    shop = Shop(item("b", 5))
    await shop.store.put("lastPoll", at(1))
    await shop.store.put("lastItem", "a")
    await shop.enable(100, is_republish=True)

    assert await shop.poll(101) == []


@pytest.mark.parametrize("overlap_s", [1, 5, 30, 3600])
async def test_overlap_may_change_from_version_to_version(overlap_s: float) -> None:
    shop = await enabled()
    shop.items = [item("a", 95), item("b", 100)]
    first = await shop.poll(100)
    changed = Shop(*shop.items, item("c", 100), overlap_s=overlap_s)
    changed.store = shop.store

    assert (first, await changed.poll(101), await changed.poll(102)) == (["a", "b"], ["c"], [])


async def test_samples_are_the_first_five_and_leave_the_ledger_alone() -> None:
    shop = Shop(*(item(number, 1) for number in range(9)))

    samples = await polling_helper.test(shop.polling, hook_context(shop.store))

    assert samples == [0, 1, 2, 3, 4]
    assert shop.store.values() == {}


async def test_items_that_are_none_at_all_are_refused_on_enabling() -> None:
    async def nothing(context: PollingContext) -> Any:
        return None

    polling = Polling(strategy=DedupeStrategy.LEDGER, items=nothing)
    store = MemoryStore()

    with pytest.raises(AuthorCodeError, match="are NoneType, not a list of `LedgerItem`"):
        await polling_helper.on_enable(polling, hook_context(store))
    assert store.values() == {}


async def test_without_a_moment_given_the_machines_clock_counts() -> None:
    async def none(context: PollingContext) -> list[LedgerItem]:
        return []

    store = MemoryStore()
    before = time.time_ns() // 1_000_000
    polling = Polling(strategy=DedupeStrategy.LEDGER, items=none)
    await polling_helper.on_enable(polling, hook_context(store))
    await polling_helper.poll(polling, hook_context(store))

    ledger: Any = store.values()["ledger"]
    assert before - 1 <= ledger["after"] + 3_600_000 <= time.time_ns() // 1_000_000
