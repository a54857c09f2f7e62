"""What is tried: a trigger of the author's own reads the simulated service; a choice is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from pieces_common import (
    DedupeStrategy,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
    create_polling_trigger,
)
from pieces_common.testing import (
    Arrival,
    Fault,
    Habits,
    History,
    Poll,
    PollingChoice,
    SimulatedService,
    TriedPolling,
    play,
    smallest_failure,
)
from pieces_framework import (
    AuthorCodeError,
    DefinitionError,
    PieceAuth,
    PollingTriggerContext,
    TriggerStrategy,
    create_trigger,
)
from pieces_framework.testing import make_context

MINUTE = 60_000


def item(id_: str, minute: int) -> Arrival:
    return Arrival(id=id_, created_ms=minute * MINUTE, visible_ms=minute * MINUTE)


def polled(*minutes: int) -> tuple[Poll, ...]:
    return tuple(Poll(at_ms=minute * MINUTE) for minute in minutes)


def orders_trigger(service: SimulatedService, *, pages: int) -> TriedPolling:
    """Tries a trigger that reads no more than so many pages."""

    @create_polling_trigger(
        name="new_order",
        display_name="New Order",
        description="Triggers for each new order",
        dedupe=DedupeStrategy.LEDGER,
        newest_first=True,
        overlap_s=1800,
    )
    async def new_order(context: PollingContext) -> AsyncIterator[LedgerItem]:
        for number in range(1, pages + 1):
            for each in service.page(number):
                yield LedgerItem(each.id, each.epoch_ms, {"id": each.id})

    return TriedPolling(new_order, service=service, id_of=lambda order: order["id"])


def test_a_trigger_of_ones_own_is_tried_with_its_own_mistakes() -> None:
    habits = Habits(faults=[Fault.DELAY], page_size=1)

    right = smallest_failure(orders_trigger(SimulatedService(), pages=9), habits, examples=100)
    wrong = smallest_failure(orders_trigger(SimulatedService(), pages=1), habits, examples=300)

    assert right is None
    assert wrong is not None
    assert wrong.lost


def test_a_service_is_read_by_iteration_too_and_starts_anew_for_each_history() -> None:
    service = SimulatedService()

    async def recent(context: PollingContext) -> list[TimedItem]:
        since_s = int(context.last_fetch_epoch_ms // 1000)
        return [
            TimedItem(each.epoch_ms, each.id) for each in service if each.epoch_ms >= since_s * 1000
        ]

    tried = TriedPolling(Polling(strategy=DedupeStrategy.TIMEBASED, items=recent), service=service)
    history = History(arrivals=(item("a", 1), item("b", 6)), polls=polled(5, 10))

    outcomes = [play(history, tried) for _ in range(2)]

    for outcome in outcomes:
        assert [each.delivered for each in outcome.polls] == [("a",), ("b",)]


def test_the_function_receives_the_context_that_is_given() -> None:
    service = SimulatedService()
    auth = PieceAuth.SecretText(display_name="Key", required=True)

    @create_polling_trigger(
        name="new_order",
        display_name="New Order",
        description="Triggers for each new order",
        auth=auth,
        dedupe=DedupeStrategy.LEDGER,
    )
    async def new_order(context: PollingContext[str]) -> list[LedgerItem]:
        return [LedgerItem(each.id, each.epoch_ms, f"{context.auth}/{each.id}") for each in service]

    tried = TriedPolling(
        new_order,
        service=service,
        id_of=lambda text: text.removeprefix("key/"),
        context=make_context(new_order, auth="key"),
    )

    outcome = play(History(arrivals=(item("a", 1),), polls=polled(5)), tried)

    assert outcome.polls[0].delivered == ("a",)


def test_a_page_that_fails_is_the_services_fault_and_a_page_past_the_end_is_empty() -> None:
    service = SimulatedService()
    sizes: list[int] = []

    async def read(context: PollingContext) -> list[TimedItem]:
        sizes.extend(len(service.page(number)) for number in (1, 2, 3))
        return []

    polls = (*polled(5), Poll(at_ms=10 * MINUTE, fails_at_page=1))
    history = History(arrivals=(item("a", -1),), polls=polls, page_size=1)
    polling = Polling(strategy=DedupeStrategy.TIMEBASED, items=read)

    outcome = play(history, TriedPolling(polling, service=service))

    assert sizes == [1, 0, 0, 1]
    assert [each.failed for each in outcome.polls] == [False, True]
    assert outcome.is_right


def test_a_service_that_nothing_is_tried_with_cannot_be_read() -> None:
    with pytest.raises(AuthorCodeError, match="no trigger is tried with") as caught:
        SimulatedService().page()

    assert caught.value.hint == "give the same one to `TriedPolling(..., service=...)`"


def test_a_trigger_with_hooks_of_its_own_is_tried_by_its_polling() -> None:
    @create_trigger(
        name="mine", display_name="Mine", description="", strategy=TriggerStrategy.POLLING
    )
    def mine(context: PollingTriggerContext) -> list[object]:
        return []

    with pytest.raises(AuthorCodeError, match=r"`mine`.* was not made by `create_polling_trigger`"):
        TriedPolling(mine, service=SimulatedService())


def test_a_choice_that_is_none_of_the_strategys_is_refused() -> None:
    with pytest.raises(DefinitionError, match="`overlap_s` is for `LEDGER`"):
        PollingChoice(dedupe=DedupeStrategy.TIMEBASED, overlap_s=5)


def test_a_choice_of_newest_first_is_refused_for_ids() -> None:
    with pytest.raises(DefinitionError, match="`newest_first` is not for `LAST_ITEM`"):
        PollingChoice(dedupe=DedupeStrategy.LAST_ITEM, newest_first=True)
