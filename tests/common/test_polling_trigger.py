"""`create_polling_trigger`: one function becomes a trigger with all its hooks."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from pieces_common import (
    DedupeStrategy,
    IdentifiedItem,
    Polling,
    PollingContext,
    TimedItem,
    create_polling_trigger,
)
from pieces_framework import (
    DefinitionError,
    PieceAuth,
    Property,
    Props,
    TriggerStrategy,
    create_piece,
)
from pieces_framework.testing import MemoryStore, make_context

auth = PieceAuth.SecretText(display_name="API Key")


class Account(Props):
    """Whose orders."""

    account = Property.ShortText(display_name="Account", required=True)


@create_polling_trigger(
    name="new_order",
    display_name="New Order",
    description="Triggers for each order",
    dedupe=DedupeStrategy.TIMEBASED,
    auth=auth,
    props=Account,
    sample_data={"order": 1},
)
async def new_order(context: PollingContext[str, Account]) -> AsyncIterator[TimedItem]:
    yield TimedItem(4_000_000_000_000, [context.auth, context.props_value.account])


@create_polling_trigger(
    name="new_ticket",
    display_name="New Ticket",
    description="Triggers for each ticket",
    dedupe=DedupeStrategy.LAST_ITEM,
    props={"limit": Property.Number(display_name="Limit", default_value=3)},
)
def new_ticket(context: PollingContext[None, Mapping[str, Any]]) -> list[IdentifiedItem]:
    return [IdentifiedItem(number, f"t{number}") for number in range(context.props_value["limit"])]


def test_an_unknown_keyword_is_one_of_the_decorator_used() -> None:
    options: Any = {"name": "t", "display_name": "T", "description": "", "colour": "red"}

    with pytest.raises(DefinitionError) as caught:
        create_polling_trigger(dedupe=DedupeStrategy.TIMEBASED, **options)(lambda _: [])

    said = re.sub(r"\(\S+:\d+\)", "(HERE)", str(caught.value))
    assert said.startswith(
        "trigger `t` (HERE) is given `colour`, which `create_polling_trigger` does not take; it"
        " takes `dedupe`, `auth`, `props`, `require_auth`, "
    )


async def nothing(context: PollingContext) -> list[Any]:
    return []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"dedupe": 0}, "the strategy must be a `DedupeStrategy`, got int", id="int"),
        pytest.param(
            {"dedupe": DedupeStrategy.LAST_ITEM, "newest_first": True},
            "`newest_first` is not for `LAST_ITEM`, whose items always are",
            id="newest-first",
        ),
        pytest.param(
            {"dedupe": DedupeStrategy.LEDGER, "newest_first": "x"},
            "`newest_first` must be `True` or `False`, got 'x'",
            id="newest-first-text",
        ),
        pytest.param(
            {"dedupe": DedupeStrategy.TIMEBASED, "overlap_s": 5},
            "`overlap_s` is for `LEDGER`, not for `TIMEBASED`",
            id="overlap-by-time",
        ),
        pytest.param(
            {"dedupe": DedupeStrategy.LAST_ITEM, "newest_first": True, "overlap_s": 5},
            "`overlap_s` is for `LEDGER`, not for `LAST_ITEM`",
            id="both",
        ),
    ],
)
def test_an_option_that_is_none_of_the_strategy_is_refused(
    options: dict[str, Any], said: str
) -> None:
    named: Any = {"name": "t", "display_name": "T", "description": ""}

    with pytest.raises(DefinitionError) as caught:
        create_polling_trigger(**named, **options)(nothing)

    said_of_trigger = [re.sub(r"\(\S+:\d+\)", "(HERE)", each) for each in caught.value.problems]
    assert f"trigger `t` (HERE): {said}" in said_of_trigger


@pytest.mark.parametrize(
    "overlap_s", [0, -1, True, "5", [1], math.nan, math.inf, 1e9, 10**400, 10**5000], ids=type
)
def test_an_overlap_that_is_no_time_is_refused(overlap_s: Any) -> None:
    with pytest.raises(DefinitionError, match="`overlap_s` must be a positive number of seconds"):
        Polling(strategy=DedupeStrategy.LEDGER, items=nothing, overlap_s=overlap_s)


async def test_hooks_share_one_checkpoint() -> None:
    store = MemoryStore()
    context = make_context(new_order, auth="k", props={"account": "a"}, store=store)
    await new_order.on_enable.run(context)
    enabled = await store.get("lastPoll", int)

    found = await new_order.run(context)

    assert enabled is not None
    assert found == [["k", "a"]]
    assert await new_order.run(context) == []


async def test_test_hook_leaves_the_store_alone() -> None:
    store = MemoryStore()
    context = make_context(new_ticket, props={"limit": 9}, store=store)

    samples = await new_ticket.test.run(context)

    assert samples == ["t0", "t1", "t2", "t3", "t4"]
    assert await store.get("lastItem", object) is None


async def test_disabling_keeps_the_checkpoint() -> None:
    store = MemoryStore()
    await store.put("lastItem", 1)

    await new_ticket.on_disable.run(make_context(new_ticket, store=store))

    assert await store.get("lastItem", int) == 1


@pytest.mark.parametrize(("is_republish", "kept"), [(True, 5), (False, 0)])
async def test_publishing_again_keeps_the_checkpoint(*, is_republish: bool, kept: int) -> None:
    store = MemoryStore()
    await store.put("lastItem", 5)
    context = make_context(new_ticket, store=store, is_republish=is_republish)

    await new_ticket.on_enable.run(context)

    assert await store.get("lastItem", int) == kept


def test_declaration_reaches_the_metadata() -> None:
    piece = create_piece(
        display_name="Shop", logo_url="", auth=auth, actions=[], triggers=[new_order, new_ticket]
    )

    metadata: Any = piece.metadata()["triggers"]

    assert metadata["new_order"] == {
        "name": "new_order",
        "displayName": "New Order",
        "description": "Triggers for each order",
        "requireAuth": True,
        "props": {"account": Account.account.metadata()},
        "type": "POLLING",
        "handshakeConfiguration": {"strategy": "NONE"},
        "renewConfiguration": {"strategy": "NONE"},
        "testStrategy": "TEST_FUNCTION",
        "sampleData": {"order": 1},
    }
    assert new_ticket.strategy is TriggerStrategy.POLLING
    assert metadata["new_ticket"]["props"].keys() == {"limit"}


def test_a_faulty_declaration_is_shown_where_the_author_wrote_it() -> None:
    @create_polling_trigger(
        name="late", display_name="", description="", dedupe=DedupeStrategy.TIMEBASED
    )
    def late(context: PollingContext) -> list[TimedItem]:
        return []

    assert late.where.startswith(f"trigger `late` ({__file__}:")
