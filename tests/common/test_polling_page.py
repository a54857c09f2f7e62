"""The page about polling: its program runs, and its numbers are those of the code."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pieces_common import DEFAULT_OVERLAP_S, DedupeStrategy
from pieces_common.polling.hooks import TEST_ITEMS
from pieces_common.polling.ledger import MAX_IDS
from pieces_framework.storage import MAX_VALUE_BYTES
from pieces_framework.testing import PollingDriver
from tests.common.pages import page, run_page


class Orders:
    """A service with pages of two orders."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.pages: list[int] = []
        self.since_s = 0

    def place(self, *, id: int, age_s: float) -> None:  # noqa: A002 -- as on the page
        self.orders.append({"id": id, "created_ms": round((time.time() - age_s) * 1000)})
        self.orders.sort(key=lambda order: -order["created_ms"])

    async def page(self, number: int) -> list[dict[str, Any]]:
        self.pages.append(number)
        return self.orders[number * 2 - 2 : number * 2]

    async def since(self, since_s: int) -> list[dict[str, Any]]:
        self.since_s = since_s
        return [order for order in self.orders if order["created_ms"] >= since_s * 1000]


@pytest.fixture
def service() -> Orders:
    return Orders()


async def program(service: Orders) -> dict[str, Any]:
    return await run_page(
        "polling.md",
        fetch_page=service.page,
        fetch_since=service.since,
        place_order=service.place,
    )


async def test_the_examples_do_what_the_page_says(service: Orders) -> None:
    defined = await program(service)

    assert [order["id"] for order in service.orders] == [7, 8]
    assert defined["driver"].items == [service.orders[0], service.orders[1]]


async def test_the_paging_example_stops_at_what_is_old(service: Orders) -> None:
    for number in range(20):
        service.place(id=100 + number, age_s=2000 + number)
    defined = await program(service)
    service.pages.clear()

    await defined["driver"].tick()

    assert service.pages == [1, 2]


async def test_the_example_that_asks_for_less_finds_what_is_late(service: Orders) -> None:
    defined = await program(service)
    driver = PollingDriver(defined["new_order_since"])
    await driver.enable()
    service.place(id=9, age_s=3500)

    assert await driver.tick() == [service.orders[-1]]
    assert time.time() - service.since_s > DEFAULT_OVERLAP_S


async def test_the_hooks_of_ones_own_find_all_at_once(service: Orders) -> None:
    defined = await program(service)
    driver = PollingDriver(defined["new_orders"])
    await driver.enable()
    service.place(id=10, age_s=-1)
    service.place(id=11, age_s=-2)

    assert await driver.ticks(2) == [[service.orders[:2]], []]
    assert await driver.samples() == [service.orders[:2]]


def test_the_page_says_what_the_code_does() -> None:
    text = page("polling.md")

    assert f"{MAX_IDS:,} ids are remembered" in text
    assert f"the {MAX_VALUE_BYTES // 1024} KB of a store's value" in text
    assert f"`overlap_s` is {DEFAULT_OVERLAP_S:.0f} by default" in text
    assert TEST_ITEMS == 5
    assert "Testing a trigger reads the first five items" in text
    assert [name for name in DedupeStrategy.__members__ if f"| `{name}` |" not in text] == []
