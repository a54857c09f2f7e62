"""How much is fetched: no page after the one on which the checkpoint is passed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, TypeAlias

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
from pieces_framework import AuthorCodeError
from pieces_framework.testing import MemoryStore
from tests.common.polled import at, hook_context

Pages: TypeAlias = Sequence[Sequence[object]]
Made: TypeAlias = Callable[["Service"], Callable[[PollingContext], Any]]


class Service:
    """Has pages, and counts those that were fetched."""

    def __init__(self, *pages: Sequence[object]) -> None:
        self.pages = pages
        self.fetched = 0
        self.is_closed = False

    def page(self, number: int) -> Sequence[object]:
        self.fetched += 1
        return self.pages[number]

    def async_generator(self) -> Callable[[PollingContext], AsyncIterator[Any]]:
        async def items(context: PollingContext) -> AsyncIterator[object]:
            try:
                for number in range(len(self.pages)):
                    await asyncio.sleep(0)
                    for item in self.page(number):
                        yield item
            finally:
                await asyncio.sleep(0)
                self.is_closed = True

        return items

    def generator(self) -> Callable[[PollingContext], Iterator[Any]]:
        def items(context: PollingContext) -> Iterator[object]:
            assert threading.current_thread() is not threading.main_thread()
            try:
                for number in range(len(self.pages)):
                    yield from self.page(number)
            finally:
                self.is_closed = True

        return items

    def coroutine_of_a_generator(self) -> Callable[[PollingContext], Any]:
        made = self.generator()

        async def items(context: PollingContext) -> Iterator[object]:
            return made(context)

        return items

    def function_of_an_async_generator(self) -> Callable[[PollingContext], Any]:
        made = self.async_generator()

        def items(context: PollingContext) -> AsyncIterator[object]:
            return made(context)

        return items

    def iterable(self) -> Callable[[PollingContext], Any]:
        service = self

        class Listing:
            def __iter__(self) -> Iterator[object]:
                for number in range(len(service.pages)):
                    yield from service.page(number)
                    service.is_closed = True

        return lambda _: Listing()


LAZY = pytest.mark.parametrize(
    "make",
    [
        Service.async_generator,
        Service.generator,
        Service.coroutine_of_a_generator,
        Service.function_of_an_async_generator,
        Service.iterable,
    ],
)


def polling(strategy: DedupeStrategy, items: object, **options: Any) -> Polling[None, Any]:
    made: Any = Polling
    declared: Polling[None, Any] = made(strategy=strategy, items=items, **options)
    return declared


def timed(*seconds: int) -> list[TimedItem]:
    return [TimedItem(at(each), each) for each in seconds]


def identified(*ids: int) -> list[IdentifiedItem]:
    return [IdentifiedItem(each, each) for each in ids]


def in_ledger(*seconds: int) -> list[LedgerItem]:
    return [LedgerItem(each, at(each), each) for each in seconds]


async def polled(declared: Polling[None, Any], **stored: Any) -> list[object]:
    store = MemoryStore()
    for key, value in stored.items():
        await store.put(key, value)
    return await polling_helper.poll(declared, hook_context(store), now_ms=at(100))


@LAZY
async def test_by_id_the_last_page_is_that_of_the_last_item(make: Made) -> None:
    service = Service(identified(9, 8), identified(7, 6), identified(5, 4))

    found = await polled(polling(DedupeStrategy.LAST_ITEM, make(service)), lastItem=7)

    assert (found, service.fetched, service.is_closed) == ([9, 8], 2, True)


@LAZY
async def test_by_id_all_is_read_when_the_last_item_is_gone(make: Made) -> None:
    service = Service(identified(9, 8), identified(6, 5), identified(4))

    found = await polled(polling(DedupeStrategy.LAST_ITEM, make(service)), lastItem=7)

    assert (found, service.fetched) == ([9, 8, 6, 5, 4], 3)


@LAZY
async def test_by_id_no_more_than_one_item_is_read_on_enabling(make: Made) -> None:
    service = Service(identified(9), identified(8), identified(7))
    store = MemoryStore()

    await polling_helper.on_enable(
        polling(DedupeStrategy.LAST_ITEM, make(service)), hook_context(store)
    )

    assert (store.values(), service.fetched) == ({"lastItem": 9}, 1)


@LAZY
async def test_by_id_a_limit_counts_from_the_last_item(make: Made) -> None:
    service = Service(identified(9, 8), identified(7, 6), identified(5, 4))
    store = MemoryStore()
    await store.put("lastItem", 6)

    found = await polling_helper.poll(
        polling(DedupeStrategy.LAST_ITEM, make(service)),
        hook_context(store),
        max_items_to_poll=2,
    )

    assert (found, store.values(), service.fetched) == ([8, 7], {"lastItem": 8}, 2)


@LAZY
async def test_by_time_the_last_page_is_that_of_the_checkpoint(make: Made) -> None:
    service = Service(timed(9, 8), timed(7, 6), timed(5, 4))
    newest_first = polling(DedupeStrategy.TIMEBASED, make(service), newest_first=True)

    found = await polled(newest_first, lastPoll=at(7))

    assert (found, service.fetched, service.is_closed) == ([9, 8], 2, True)


@LAZY
async def test_by_time_all_is_read_where_no_order_is_promised(make: Made) -> None:
    service = Service(timed(9, 8), timed(7, 6), timed(10, 4))

    found = await polled(polling(DedupeStrategy.TIMEBASED, make(service)), lastPoll=at(7))

    assert (found, service.fetched) == ([9, 8, 10], 3)


@LAZY
async def test_with_a_ledger_the_last_page_is_older_than_the_overlap_twice(make: Made) -> None:
    service = Service(in_ledger(90, 95), in_ledger(84, 83), in_ledger(85, 79, 78), in_ledger(77, 2))
    newest_first = polling(DedupeStrategy.LEDGER, make(service), newest_first=True, overlap_s=5)
    ledger = {"after": at(84), "ids": ""}

    found = await polled(newest_first, ledger=ledger)

    assert (found, service.fetched, service.is_closed) == ([90, 95, 85], 3, True)


@LAZY
async def test_with_a_ledger_enabling_reads_three_overlaps_from_the_latest(make: Made) -> None:
    service = Service(in_ledger(90), in_ledger(79), in_ledger(83), in_ledger(74), in_ledger(2))
    newest_first = polling(DedupeStrategy.LEDGER, make(service), newest_first=True, overlap_s=5)
    store = MemoryStore()

    await polling_helper.on_enable(newest_first, hook_context(store), now_ms=at(100))

    assert (service.fetched, service.is_closed) == (4, True)


@LAZY
async def test_with_a_ledger_all_is_read_where_no_order_is_promised(make: Made) -> None:
    service = Service(in_ledger(90), in_ledger(2), in_ledger(91))
    ledger = {"after": at(84), "ids": ""}

    found = await polled(polling(DedupeStrategy.LEDGER, make(service)), ledger=ledger)

    assert (found, service.fetched) == ([90, 91], 3)


@pytest.mark.parametrize(
    ("strategy", "items"),
    [
        (DedupeStrategy.TIMEBASED, timed),
        (DedupeStrategy.LAST_ITEM, identified),
        (DedupeStrategy.LEDGER, in_ledger),
    ],
)
@LAZY
async def test_five_items_are_read_for_samples(
    make: Made, strategy: DedupeStrategy, items: Callable[..., list[object]]
) -> None:
    service = Service(items(9, 8, 7), items(6, 5), items(4))

    samples = await polling_helper.test(
        polling(strategy, make(service)), hook_context(MemoryStore())
    )

    assert (samples, service.fetched, service.is_closed) == ([9, 8, 7, 6, 5], 2, True)


def by_time_of(*seconds: int) -> Polling[None, Any]:
    async def items(context: PollingContext) -> list[TimedItem]:
        return timed(*seconds)

    return polling(DedupeStrategy.TIMEBASED, items, newest_first=True)


def by_ledger_of(*seconds: int) -> Polling[None, Any]:
    async def items(context: PollingContext) -> list[LedgerItem]:
        return in_ledger(*seconds)

    return polling(DedupeStrategy.LEDGER, items, newest_first=True, overlap_s=5)


PROMISING = pytest.mark.parametrize(
    ("promising", "stored"),
    [
        pytest.param(by_time_of, {"lastPoll": at(1)}, id="TIMEBASED"),
        pytest.param(by_ledger_of, {"ledger": {"after": at(1), "ids": ""}}, id="LEDGER"),
    ],
)


@PROMISING
async def test_what_arrives_while_a_poll_pages_is_no_broken_promise(
    promising: Callable[..., Polling[None, Any]], stored: dict[str, Any]
) -> None:
    store = MemoryStore()
    await store.put(*stored.copy().popitem())

    found = await polling_helper.poll(promising(8, 14, 9), hook_context(store))

    assert found == [8, 14, 9]


@PROMISING
async def test_samples_show_that_the_promised_order_is_broken(
    promising: Callable[..., Polling[None, Any]], stored: dict[str, Any]
) -> None:
    with pytest.raises(AuthorCodeError, match=r"item 1 of .* later than one before it"):
        await polling_helper.test(promising(2, 8), hook_context(MemoryStore()))


@pytest.mark.parametrize("fault", [TimedItem(float("nan"), 0), 5], ids=["time", "kind"])
@LAZY
async def test_reading_ends_at_an_item_that_is_none(make: Made, fault: object) -> None:
    service = Service(timed(9, 8), [fault, *timed(7)], timed(6))
    newest_first = polling(DedupeStrategy.TIMEBASED, make(service), newest_first=True)

    with pytest.raises(AuthorCodeError):
        await polled(newest_first, lastPoll=at(1))

    assert service.fetched == 2


@pytest.mark.parametrize("make", [Service.async_generator, Service.generator])
async def test_generator_is_closed_when_an_item_is_refused(make: Made) -> None:
    service = Service([*timed(9), 5], timed(6))

    with pytest.raises(AuthorCodeError, match="hold int"):
        await polled(polling(DedupeStrategy.TIMEBASED, make(service)), lastPoll=1)

    assert service.is_closed


class Cursor(Iterator[TimedItem]):
    """An iterator that is no generator, and has to be closed."""

    is_closed = False

    @override
    def __next__(self) -> TimedItem:
        return TimedItem(at(1), 1)

    def close(self) -> None:
        self.is_closed = True


class AsyncCursor(AsyncIterator[TimedItem]):
    """The same for `async for`."""

    is_closed = False

    @override
    async def __anext__(self) -> TimedItem:
        return TimedItem(at(1), 1)

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("cursor", [Cursor(), AsyncCursor()], ids=type)
async def test_other_iterators_are_closed_as_well(cursor: Cursor | AsyncCursor) -> None:
    def items(context: PollingContext) -> Cursor | AsyncCursor:
        return cursor

    await polled(polling(DedupeStrategy.TIMEBASED, items, newest_first=True), lastPoll=at(1))

    assert cursor.is_closed


async def test_cancelling_closes_an_async_generator() -> None:
    begun, is_closed = asyncio.Event(), asyncio.Event()

    async def items(context: PollingContext) -> AsyncIterator[TimedItem]:
        try:
            yield TimedItem(1, 1)
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            is_closed.set()

    task = asyncio.create_task(polled(polling(DedupeStrategy.TIMEBASED, items), lastPoll=1))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_closed.is_set()


async def test_cancelling_closes_a_generator_at_its_next_item() -> None:
    loop = asyncio.get_running_loop()
    begun, goes_on, is_closed = asyncio.Event(), threading.Event(), asyncio.Event()
    given: list[int] = []

    def items(context: PollingContext) -> Iterator[TimedItem]:
        try:
            loop.call_soon_threadsafe(begun.set)
            goes_on.wait()
            for number in range(9):
                given.append(number)
                yield TimedItem(number, number)
        finally:
            loop.call_soon_threadsafe(is_closed.set)

    task = asyncio.create_task(polled(polling(DedupeStrategy.TIMEBASED, items), lastPoll=1))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    goes_on.set()

    await asyncio.wait_for(is_closed.wait(), timeout=10)
    assert given == [0]


async def test_error_of_a_generator_in_a_thread_reaches_the_caller() -> None:
    def items(context: PollingContext) -> Iterator[TimedItem]:
        yield TimedItem(1, 1)
        raise LookupError("page 2")

    with pytest.raises(LookupError, match="page 2"):
        await polled(polling(DedupeStrategy.TIMEBASED, items), lastPoll=1)
