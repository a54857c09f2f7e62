"""The strategy `LEDGER` with more ids than a store's value holds."""

from __future__ import annotations

import json

import pytest

from pieces_common import LedgerItem
from pieces_common.polling.ledger import MAX_IDS
from pieces_framework import AuthorCodeError
from pieces_framework.storage import MAX_VALUE_BYTES
from tests.common.polled import OVERLAP_S, Shop, at, item


async def enabled(overlap_s: float = OVERLAP_S) -> Shop:
    shop = Shop(overlap_s=overlap_s)
    await shop.enable(0)
    return shop


async def test_all_ids_that_are_kept_fit_in_the_store() -> None:
    shop = await enabled(overlap_s=366 * 24 * 3600)
    shop.items = [LedgerItem(f"{number:0>500}", 1e300, number) for number in range(MAX_IDS)]

    assert len(await shop.poll(1)) == MAX_IDS
    assert await shop.poll(2) == []
    assert MAX_VALUE_BYTES * 0.9 < len(json.dumps(shop.stored)) < MAX_VALUE_BYTES * 0.95


async def test_more_ids_than_are_kept_are_delivered_once() -> None:
    shop = await enabled()
    shop.items = [item(number, number % 7 + number / 1e5) for number in range(MAX_IDS * 2)]

    assert len(await shop.poll(8)) == MAX_IDS * 2
    assert await shop.poll(9) == []


async def test_the_overlap_shrinks_to_the_ids_that_are_kept() -> None:
    shop = await enabled()
    shop.items = [item(number, number / 1e4) for number in range(MAX_IDS + 1000)]
    await shop.poll(3)
    shop.items = [item("late", 0.1), item("less late", 0.101)]

    assert await shop.poll(4) == ["less late"]


async def test_more_items_in_the_future_than_are_kept_are_refused() -> None:
    shop = await enabled()
    before = shop.stored
    shop.items = [item(number, 10) for number in range(MAX_IDS + 1)]

    with pytest.raises(AuthorCodeError, match=f"more than {MAX_IDS} .* in the future"):
        await shop.poll(9)

    assert shop.stored == before
    assert len(await shop.poll(10)) == MAX_IDS + 1


async def test_a_hundred_thousand_items_are_told_from_three_new_ones() -> None:
    shop = await enabled(overlap_s=100)
    shop.items = [item(number, number / 1e4) for number in range(100_000, 0, -1)]
    first = await shop.poll(10)
    shop.items = [item("c", 11), item("b", 11), item("a", 10.5), *shop.items]

    assert (len(first), await shop.poll(11)) == (100_000, ["c", "b", "a"])
    assert shop.asked[-1] >= at(7)
