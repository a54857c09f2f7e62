"""Triggers of `create_polling_trigger` in the hands of `PollingDriver`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from pieces_common import (
    DedupeStrategy,
    IdentifiedItem,
    LedgerItem,
    PollingContext,
    TimedItem,
    create_polling_trigger,
)
from pieces_framework import PieceError
from pieces_framework.testing import CronSchedule, PollingDriver

FAR_MS = 4_000_000_000_000
"""Later than any moment at which these tests enable a trigger."""


class Tickets:
    """What a service has, newest first."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)

    def add(self, number: int) -> None:
        self.numbers.insert(0, number)

    def by_id(self) -> PollingDriver:
        @create_polling_trigger(
            name="by_id", display_name="", description="", dedupe=DedupeStrategy.LAST_ITEM
        )
        def by_id(context: PollingContext) -> list[IdentifiedItem]:
            return [IdentifiedItem(number, {"n": number}) for number in self.numbers]

        return PollingDriver(by_id)

    def by_time(self) -> PollingDriver:
        @create_polling_trigger(
            name="by_time", display_name="", description="", dedupe=DedupeStrategy.TIMEBASED
        )
        def by_time(context: PollingContext) -> list[TimedItem]:
            return [TimedItem(FAR_MS + number, {"n": number}) for number in self.numbers]

        return PollingDriver(by_time)

    def in_ledger(self) -> PollingDriver:
        @create_polling_trigger(
            name="in_ledger",
            display_name="",
            description="",
            dedupe=DedupeStrategy.LEDGER,
            newest_first=True,
            overlap_s=60,
        )
        async def in_ledger(context: PollingContext) -> AsyncIterator[LedgerItem]:
            for number in self.numbers:
                yield LedgerItem(number, FAR_MS + number, {"n": number})

        return PollingDriver(in_ledger)


STRATEGIES = pytest.mark.parametrize(
    "drive",
    [Tickets.by_id, Tickets.by_time, Tickets.in_ledger],
    ids=["LAST_ITEM", "TIMEBASED", "LEDGER"],
)


@STRATEGIES
async def test_each_item_comes_once(drive: Callable[[Tickets], PollingDriver]) -> None:
    tickets = Tickets()
    driver = drive(tickets)
    await driver.enable()
    first = await driver.tick()
    tickets.add(1)
    tickets.add(2)

    assert [first, *await driver.ticks(2)] == [[], [{"n": 2}, {"n": 1}], []]


@STRATEGIES
async def test_a_restart_brings_nothing_twice(
    drive: Callable[[Tickets], PollingDriver],
) -> None:
    tickets = Tickets()
    driver = drive(tickets)
    await driver.enable()
    tickets.add(1)
    await driver.tick()
    driver.restart()
    tickets.add(2)

    assert await driver.tick() == [{"n": 2}]


@STRATEGIES
async def test_what_came_while_a_flow_was_republished_is_found(
    drive: Callable[[Tickets], PollingDriver],
) -> None:
    tickets = Tickets()
    driver = drive(tickets)
    await driver.enable()
    tickets.add(1)
    await driver.tick()
    tickets.add(2)
    await driver.republish()

    assert await driver.tick() == [{"n": 2}]


@pytest.mark.parametrize("drive", [Tickets.by_id, Tickets.in_ledger], ids=["LAST_ITEM", "LEDGER"])
async def test_what_came_while_a_flow_was_off_is_skipped(
    drive: Callable[[Tickets], PollingDriver],
) -> None:
    tickets = Tickets(1)
    driver = drive(tickets)
    await driver.enable()
    await driver.disable()
    tickets.add(2)
    await driver.enable()

    assert await driver.tick() == []


async def test_samples_leave_the_checkpoint_alone() -> None:
    tickets = Tickets(3, 2, 1)
    driver = tickets.by_id()
    await driver.enable()
    tickets.add(4)

    samples = await driver.samples()

    assert samples == [{"n": 4}, {"n": 3}, {"n": 2}, {"n": 1}]
    assert await driver.tick() == [{"n": 4}]


async def test_it_is_polled_when_the_host_polls() -> None:
    driver = Tickets().by_time()
    await driver.enable()

    assert driver.schedule == CronSchedule(expression="*/5 * * * *", timezone="UTC")


async def test_a_ticket_that_is_listed_late_is_found() -> None:
    tickets = Tickets()
    driver = tickets.in_ledger()
    await driver.enable()
    tickets.add(9)
    await driver.tick()
    tickets.numbers.append(2)

    assert await driver.ticks(2) == [[{"n": 2}], []]


async def test_a_poll_that_fails_is_made_up_for_by_the_next() -> None:
    answers: list[list[IdentifiedItem]] = [[IdentifiedItem(1, "a")]]

    @create_polling_trigger(
        name="flaky", display_name="", description="", dedupe=DedupeStrategy.LAST_ITEM
    )
    def flaky(context: PollingContext) -> list[IdentifiedItem]:
        if not answers:
            raise ConnectionError("gone")
        return answers.pop()

    driver = PollingDriver(flaky)
    await driver.enable()
    with pytest.raises(ConnectionError, match="gone"):
        await driver.tick()
    answers.append([IdentifiedItem(2, "b"), IdentifiedItem(1, "a")])

    assert await driver.tick() == ["b"]


async def test_a_poll_before_the_trigger_is_enabled_is_found() -> None:
    with pytest.raises(PieceError, match="`tick` is for an enabled trigger"):
        await Tickets().by_time().tick()
