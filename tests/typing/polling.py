"""HTTP and polling: claims that hold, and mistakes that mypy and pyright both catch."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from typing import Any, Final, assert_type

from pydantic import BaseModel

from pieces_common import (
    DedupeStrategy,
    HttpMethod,
    HttpResponse,
    IdentifiedItem,
    LedgerItem,
    Polling,
    PollingContext,
    TimedItem,
    create_polling_trigger,
    http_client,
    polling_helper,
)
from pieces_framework import (
    JsonValue,
    NoProps,
    PieceAuth,
    PollingTriggerContext,
    Property,
    Props,
    Trigger,
    create_piece,
)

BY_TIME: Final = DedupeStrategy.TIMEBASED
BY_ID: Final = DedupeStrategy.LAST_ITEM
LEDGER: Final = DedupeStrategy.LEDGER

auth = PieceAuth.SecretText(display_name="API Key")
by_time = create_polling_trigger(
    name="t", display_name="T", description="", dedupe=DedupeStrategy.TIMEBASED, auth=auth
)
by_id = create_polling_trigger(
    name="i", display_name="I", description="", dedupe=DedupeStrategy.LAST_ITEM
)
in_ledger = create_polling_trigger(
    name="l", display_name="L", description="", dedupe=DedupeStrategy.LEDGER, auth=auth
)


class Limited(Props):
    """One property."""

    limit = Property.Number(display_name="Limit", required=True)


class Flavor(BaseModel):
    """What an answer holds."""


@create_polling_trigger(
    name="g",
    display_name="G",
    description="",
    dedupe=DedupeStrategy.TIMEBASED,
    auth=auth,
    props=Limited,
)
async def from_async_generator(context: PollingContext[str, Limited]) -> AsyncIterator[TimedItem]:
    assert_type(context.auth, str)
    assert_type(context.props_value.limit, float)
    yield TimedItem(1, {"any": "data"})


assert_type(
    from_async_generator,
    Trigger[str, Limited, PollingTriggerContext[str, Limited], PollingTriggerContext[str, Limited]],
)


@by_id
async def from_async_function(context: PollingContext) -> list[IdentifiedItem]:
    found = [IdentifiedItem("1", Flavor())]
    found.append(IdentifiedItem(2, None))
    return found


@by_id
def from_function(context: PollingContext) -> tuple[IdentifiedItem, ...]:
    return (IdentifiedItem(1, None),)


@by_id
def from_generator(context: PollingContext) -> Iterator[IdentifiedItem]:
    yield IdentifiedItem(1, None)


@create_polling_trigger(
    name="p",
    display_name="P",
    description="",
    dedupe=DedupeStrategy.LAST_ITEM,
    props={"limit": Property.Number(display_name="Limit")},
)
def from_plain_props(context: PollingContext[None, Mapping[str, Any]]) -> list[IdentifiedItem]:
    return []


@create_polling_trigger(
    name="w",
    display_name="W",
    description="",
    dedupe=DedupeStrategy.LEDGER,
    auth=auth,
    props=Limited,
    require_auth=False,
    newest_first=True,
    overlap_s=60,
)
async def with_a_ledger(context: PollingContext[str | None, Limited]) -> AsyncIterator[LedgerItem]:
    assert_type(context.auth, str | None)
    yield LedgerItem("1", 1, {"any": "data"})
    yield LedgerItem(1, "1.5", None)
    LedgerItem(None, 1, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    LedgerItem("1", None, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


assert_type(
    with_a_ledger,
    Trigger[
        str | None,
        Limited,
        PollingTriggerContext[str | None, Limited],
        PollingTriggerContext[str | None, Limited],
    ],
)


@in_ledger
async def an_iterator_of_pages(context: PollingContext[str]) -> AsyncIterable[LedgerItem]:
    return with_a_ledger_pages()


async def with_a_ledger_pages() -> AsyncIterator[LedgerItem]:
    yield LedgerItem(1, 1, 1)


create_piece(
    display_name="",
    logo_url="",
    auth=auth,
    actions=[],
    triggers=[
        from_async_generator,
        from_async_function,
        from_plain_props,
        with_a_ledger,
        an_iterator_of_pages,
    ],
)
create_polling_trigger(name="", display_name="", description="", dedupe=BY_TIME, newest_first=True)
create_polling_trigger(name="", display_name="", description="", dedupe=BY_TIME, overlap_s=6)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
create_polling_trigger(name="", display_name="", description="", dedupe=BY_ID, overlap_s=6)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
create_polling_trigger(name="", display_name="", description="", dedupe=BY_ID, newest_first=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
create_polling_trigger(name="", display_name="", description="", dedupe=LEDGER, overlap_s="6")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


@by_time  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
async def items_of_the_other_strategy(context: PollingContext[str]) -> list[IdentifiedItem]:
    return []


@by_id  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
async def yields_items_of_the_other(context: PollingContext) -> AsyncIterator[TimedItem]:
    yield TimedItem(1, 1)


@by_time  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
async def items_of_a_ledger_by_time(context: PollingContext[str]) -> list[LedgerItem]:
    return []


@in_ledger  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
async def items_by_time_in_a_ledger(context: PollingContext[str]) -> AsyncIterator[TimedItem]:
    yield TimedItem(1, 1)


@in_ledger  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def items_by_id_in_a_ledger(context: PollingContext[str]) -> Iterator[IdentifiedItem]:
    yield IdentifiedItem(1, 1)


@by_time  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def returns_no_items(context: PollingContext[str]) -> list[str]:
    return []


@by_time  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def may_return_none(context: PollingContext[str]) -> list[TimedItem] | None:
    return None


@by_time  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
async def auth_of_another_piece(context: PollingContext[int]) -> list[TimedItem]:
    return []


@by_time  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def props_that_were_not_declared(context: PollingContext[str, Limited]) -> list[TimedItem]:
    return []


async def timed(context: PollingContext[str]) -> list[TimedItem]:
    return []


polling = Polling(strategy=DedupeStrategy.TIMEBASED, items=timed)
assert_type(polling, Polling[str, NoProps])
Polling(strategy=DedupeStrategy.TIMEBASED, items=timed, newest_first=True)
Polling(strategy=DedupeStrategy.TIMEBASED, items=timed, overlap_s=60)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Polling(strategy=DedupeStrategy.LEDGER, items=timed)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
Polling(strategy=DedupeStrategy.LAST_ITEM, items=timed)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


async def hooks(right: PollingTriggerContext[str], wrong: PollingTriggerContext[int]) -> None:
    assert_type(await polling_helper.poll(polling, right, max_items_to_poll=3), list[object])
    assert_type(await polling_helper.poll(polling, right, now_ms=3), list[object])
    await polling_helper.poll(polling, wrong)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


async def requests() -> None:
    plain = await http_client.send_request(HttpMethod.GET, "", query_params={"a": [1, "b"]})
    assert_type(plain, HttpResponse[JsonValue])
    parsed = await http_client.send_request(HttpMethod.GET, "", body=[{"a": 1}], parse=Flavor)
    assert_type(parsed.body, Flavor)
    await http_client.send_request(HttpMethod.GET, "", parse=int)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    await http_client.send_request("GET", "")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
