"""Lists in pages: which requests are sent for them, when, and where they end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, assert_type
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pieces_common import (
    BearerToken,
    HttpError,
    HttpMethod,
    HttpResponse,
    paginate_cursor,
    paginate_links,
    paginate_offset,
    paginate_pages,
)
from pieces_common.http.pagination_walk import MAX_EMPTY_PAGES
from pieces_framework import AuthorCodeError, FatalError, JsonValue
from tests.common.hostile_server import HostileServer, Talk, hostile_server, response

GET, POST = HttpMethod.GET, HttpMethod.POST
ORDERS = [{"id": number} for number in range(7)]
PAGES = [ORDERS[:3], ORDERS[3:6], ORDERS[6:]]


@dataclass(frozen=True)
class Asked:
    """A request as a service reads it."""

    target: str
    query: Mapping[str, str]
    body: Any  # JSON of a test's own making


@dataclass(frozen=True)
class Answer:
    """A body, and a header that says what the next page is."""

    body: JsonValue
    header: str = ""


def service(
    answer: Callable[[Asked], JsonValue | Answer],
) -> AbstractAsyncContextManager[HostileServer]:
    """Serve what `answer` returns."""

    async def conduct(talk: Talk) -> None:
        answered = answer(read(talk.request))
        if not isinstance(answered, Answer):
            answered = Answer(answered)
        header = f"{answered.header}\n" if answered.header else ""
        await talk.send(response(json.dumps(answered.body).encode(), headers=header))

    return hostile_server(conduct)


def read(request: bytes) -> Asked:
    head, _, body = request.partition(b"\r\n\r\n")
    target = head.split(b" ")[1].decode()
    query = dict(parse_qsl(urlsplit(target).query))
    return Asked(target, query, json.loads(body) if body else None)


def targets(server: HostileServer) -> list[str]:
    return [read(request).target for request in server.requests]


async def every(items: AsyncIterator[Any]) -> list[Any]:
    async with asyncio.timeout(20):  # a list without an end fails its test
        return [item async for item in items]


def linked(asked: Asked) -> Answer:
    """Page by a `Link` header to `/orders?page=N`."""
    number = int(asked.query.get("page", "0"))
    more = number + 1 < len(PAGES)
    return Answer(PAGES[number], f'Link: </orders?page={number + 1}>; rel="next"' if more else "")


def by_cursor(asked: Asked) -> JsonValue:
    """Page by a cursor in the query or the body."""
    fields: dict[str, str] = asked.body or {}
    given = asked.query.get("cursor") or fields.get("cursor", "c0")
    number = int(given.removeprefix("c"))
    after = f"c{number + 1}" if number + 1 < len(PAGES) else None
    return {"data": {"orders": PAGES[number]}, "meta": {"next": after}}


def numbered(asked: Asked) -> JsonValue:
    """Page by a number from 1 on."""
    number = int(asked.query.get("page") or asked.body["page"])
    return PAGES[number - 1] if number <= len(PAGES) else []


def by_offset(asked: Asked) -> JsonValue:
    """Page by how many were there before."""
    offset = int(asked.query.get("offset") or asked.body["offset"])
    return ORDERS[offset : offset + int(asked.query.get("limit", "3"))]


async def test_links_are_followed_to_the_last_page() -> None:
    async with service(linked) as server:
        items = await every(paginate_links(GET, server.url("/orders"), query_params={"limit": 3}))

    assert items == ORDERS
    assert targets(server) == ["/orders?limit=3", "/orders?page=1", "/orders?page=2"]


async def test_a_link_may_stand_in_the_body() -> None:
    def answer(asked: Asked) -> JsonValue:
        number = int(asked.query.get("page", "0"))
        after = f"?page={number + 1}" if number + 1 < len(PAGES) else ""
        return {"results": PAGES[number], "next": after}

    async with service(answer) as server:
        url = server.url("/orders")
        items = await every(paginate_links(GET, url, items="results", next_url="next"))

    assert items == ORDERS
    assert targets(server) == ["/orders", "/orders?page=1", "/orders?page=2"]


async def test_a_link_may_be_found_by_a_function() -> None:
    def answer(asked: Asked) -> JsonValue:
        return {"value": [asked.target], "@odata.nextLink": "/b" if asked.target == "/a" else None}

    def odata(answered: HttpResponse[JsonValue]) -> JsonValue:
        assert isinstance(answered.body, Mapping)
        return answered.body["@odata.nextLink"]

    async with service(answer) as server:
        items = await every(paginate_links(GET, server.url("/a"), items="value", next_url=odata))

    assert items == ["/a", "/b"]


@pytest.mark.parametrize("in_body", [False, True])
async def test_a_cursor_is_sent_until_there_is_none(in_body: bool) -> None:  # noqa: FBT001
    async with service(by_cursor) as server:
        items = await every(
            paginate_cursor(
                POST,
                server.url("/orders"),
                cursor="meta.next",
                items="data.orders",
                body={"state": "paid"},
                in_body=in_body,
            )
        )

    asked = [read(request) for request in server.requests]
    assert items == ORDERS
    assert [each.query.get("cursor") for each in asked] == (
        [None] * 3 if in_body else [None, "c1", "c2"]
    )
    assert [each.body for each in asked] == [
        {"state": "paid"} | ({"cursor": cursor} if in_body and cursor else {})
        for cursor in (None, "c1", "c2")
    ]


async def test_a_cursor_may_stand_in_a_header() -> None:
    def answer(asked: Asked) -> Answer:
        return Answer([asked.target], "" if asked.query else "X-Next: 2")

    async with service(answer) as server:
        items = await every(
            paginate_cursor(
                GET,
                server.url("/a"),
                cursor=lambda answered: answered.headers.get("x-next"),
                send_as="from",
            )
        )

    assert items == ["/a", "/a?from=2"]


async def test_an_empty_page_with_a_cursor_is_not_the_end() -> None:
    def answer(asked: Asked) -> JsonValue:
        number = int(asked.query.get("cursor", "0"))
        return {"items": ["last"] if number == 5 else [], "next": number + 1 if number < 5 else 0}

    async with service(answer) as server:
        items = await every(paginate_cursor(GET, server.url(), cursor="next", items="items"))

    assert items == ["last"]


async def test_empty_pages_come_to_an_end() -> None:
    def answer(asked: Asked) -> JsonValue:
        return {"items": [], "next": int(asked.query.get("cursor", "0")) + 1}

    async with service(answer) as server:
        with pytest.raises(FatalError, match=f"{MAX_EMPTY_PAGES} pages in a row without an item"):
            await every(paginate_cursor(GET, server.url(), cursor="next", items="items"))

    assert len(server.requests) == MAX_EMPTY_PAGES


async def test_only_empty_pages_in_a_row_are_counted() -> None:
    last = MAX_EMPTY_PAGES + 10

    def answer(asked: Asked) -> JsonValue:
        number = int(asked.query.get("cursor", "0"))
        return {"items": [number] if number % 50 == 49 else [], "next": (number + 1) % last}

    async with service(answer) as server:
        items = await every(paginate_cursor(GET, server.url(), cursor="next", items="items"))

    assert items == [49, 99]


@pytest.mark.parametrize("end", [None, "", False, 0])
async def test_each_kind_of_no_cursor_is_the_end(end: JsonValue) -> None:
    async with service(lambda _: {"items": [1], "next": end}) as server:
        items = await every(paginate_cursor(GET, server.url(), cursor="next", items="items"))

    assert items == [1]
    assert len(server.requests) == 1


@pytest.mark.parametrize("in_body", [False, True])
async def test_pages_are_counted_up_to_an_empty_one(in_body: bool) -> None:  # noqa: FBT001
    async with service(numbered) as server:
        items = await every(paginate_pages(POST, server.url("/orders"), in_body=in_body))

    asked = [read(request) for request in server.requests]
    sent = [each.body if in_body else dict(each.query) for each in asked]
    assert items == ORDERS
    assert [int(each["page"]) for each in sent] == [1, 2, 3, 4]


async def test_pages_may_begin_at_another_number_under_another_name() -> None:
    async with service(lambda asked: [["a"], ["b"], []][int(asked.query["p"])]) as server:
        items = await every(
            paginate_pages(
                GET, server.url("/x?a=1"), send_as="p", first=0, query_params=[("b", 2), ("p", 9)]
            )
        )

    assert items == ["a", "b"]
    assert targets(server) == ["/x?a=1&b=2&p=0", "/x?a=1&b=2&p=1", "/x?a=1&b=2&p=2"]


async def test_a_service_that_says_whether_there_is_more_is_not_asked_in_vain() -> None:
    def answer(asked: Asked) -> JsonValue:
        number = int(asked.query["page"])
        return {"items": PAGES[number - 1], "has_more": number < len(PAGES)}

    async with service(answer) as server:
        items = await every(paginate_pages(GET, server.url(), items="items", more="has_more"))

    assert items == ORDERS
    assert len(server.requests) == len(PAGES)


@given(st.integers(1, 9), st.integers(0, 7))
async def test_an_offset_is_what_has_come(limit: int, first: int) -> None:
    async with service(by_offset) as server:
        items = await every(
            paginate_offset(GET, server.url(), first=first, query_params={"limit": limit})
        )

    assert items == ORDERS[first:]


async def test_an_offset_may_go_in_the_body() -> None:
    async with service(by_offset) as server:
        items = await every(paginate_offset(POST, server.url("/orders"), in_body=True))

    assert items == ORDERS
    assert [read(request).body for request in server.requests] == [
        {"offset": 0},
        {"offset": 3},
        {"offset": 6},
        {"offset": 7},
    ]


async def test_no_request_is_sent_before_it_is_needed() -> None:
    async with service(linked) as server:
        items = paginate_links(GET, server.url("/orders"))
        sent = [len(server.requests)]
        sent += [len(server.requests) async for _ in items]
        sent.append(len(server.requests))

    assert sent == [0, 1, 1, 1, 2, 2, 2, 3, 3]


async def test_who_stops_early_sends_no_more() -> None:
    async with service(linked) as server:
        items = paginate_links(GET, server.url("/orders"))
        async for item in items:
            if item == ORDERS[2]:
                break
        await items.aclose()

    assert len(server.requests) == 1


async def test_no_more_pages_are_read_than_allowed() -> None:
    async with service(linked) as server:
        items = await every(paginate_links(GET, server.url("/orders"), max_pages=2))

    assert items == ORDERS[:6]
    assert len(server.requests) == 2


@pytest.mark.parametrize("max_pages", [0, -1, 1.5, "3", True])
def test_what_is_no_number_of_pages_is_refused(max_pages: Any) -> None:
    with pytest.raises(AuthorCodeError, match=r"`GET https://shop\.test`: `max_pages` must be"):
        paginate_pages(GET, "https://shop.test", max_pages=max_pages)


class Order(BaseModel):
    """An item."""

    id: int


async def test_items_can_be_of_a_model() -> None:
    async with service(linked) as server:
        orders = [
            assert_type(order, Order)
            async for order in paginate_links(GET, server.url("/orders"), parse=Order)
        ]

    assert [order.id for order in orders] == [order["id"] for order in ORDERS]


@pytest.mark.parametrize("parse", [int, dict, list[Order], Order(id=1), Order.model_validate])
def test_what_is_no_model_is_refused(parse: Any) -> None:
    with pytest.raises(AuthorCodeError, match="`parse` must be a subclass"):
        paginate_links(GET, "https://shop.test", parse=parse)


async def test_an_item_that_does_not_fit_its_model_is_named() -> None:
    body: JsonValue = {"orders": [{"id": 1}, {"id": "secret-of-the-service"}]}

    async with service(lambda _: body) as server:
        with pytest.raises(FatalError, match=r"^item 1 of .* is not `Order`: `id`") as caught:
            await every(paginate_pages(GET, server.url(), items="orders", parse=Order))

    assert "secret-of-the-service" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "got"),
    [({"order": []}, "NoneType"), ({"orders": {}}, "dict"), ({"orders": "a"}, "str")],
)
async def test_what_is_no_list_of_items_is_not_taken_for_an_empty_one(
    body: JsonValue, got: str
) -> None:
    async with service(lambda _: body) as server:
        with pytest.raises(FatalError, match=f"no list at `orders`, but {got}"):
            await every(paginate_pages(GET, server.url(), items="orders"))


async def test_an_error_of_a_later_page_comes_after_the_items_before_it() -> None:
    async def conduct(talk: Talk) -> None:
        if b"page=1" in talk.request:
            await talk.send(response(status="404 Not Found"))
        await talk.send(response(b"[1, 2]", headers="Link: <?page=1>; rel=next\n"))

    async with hostile_server(conduct) as server:
        items = paginate_links(GET, server.url())
        seen = [await anext(items), await anext(items)]
        with pytest.raises(HttpError):
            await anext(items)

    assert seen == [1, 2]


async def test_a_link_that_repeats_ends_in_an_error() -> None:
    async with service(lambda _: Answer([1], "Link: </orders?page=1>; rel=next")) as server:
        with pytest.raises(FatalError, match="leads in a circle"):
            await every(paginate_links(GET, server.url("/orders")))

    assert len(server.requests) == 2


async def test_a_cursor_that_repeats_ends_in_an_error() -> None:
    cycle = {"": "a", "a": "b", "b": "c", "c": "a"}

    async with service(lambda asked: {"next": cycle[asked.query.get("cursor", "")]}) as server:
        with pytest.raises(FatalError, match="leads in a circle"):
            await every(paginate_cursor(GET, server.url(), cursor="next", items=lambda _: [1]))

    assert len(server.requests) == 4


@pytest.mark.parametrize("paginate", [paginate_pages, paginate_offset])
async def test_a_service_that_ignores_the_number_ends_in_an_error(
    paginate: Callable[..., AsyncIterator[JsonValue]],
) -> None:
    async with service(lambda _: ORDERS) as server:
        with pytest.raises(FatalError, match="the same items twice"):
            await every(paginate(GET, server.url()))

    assert len(server.requests) == 2


@pytest.mark.parametrize("cursor", [True, [1], {"a": 1}])
async def test_what_is_no_cursor_is_refused(cursor: JsonValue) -> None:
    async with service(lambda _: {"next": cursor}) as server:
        with pytest.raises(FatalError, match="a cursor that is no text and no number"):
            await every(paginate_cursor(GET, server.url(), cursor="next", items=lambda _: [1]))


async def test_what_is_no_link_is_refused() -> None:
    async with service(lambda _: {"next": 7}) as server:
        with pytest.raises(FatalError, match="a link that is no text"):
            await every(paginate_links(GET, server.url(), next_url="next", items=lambda _: [1]))


async def test_a_body_that_is_no_object_takes_no_number() -> None:
    with pytest.raises(AuthorCodeError, match="no place for `page`: its body is no object"):
        paginate_pages(POST, "https://shop.test/orders", body=[1], in_body=True)


async def test_a_link_to_another_host_is_refused_and_gets_nothing() -> None:
    token = BearerToken("sk-very-secret")
    async with service(lambda _: []) as other:
        link = f"Link: <{other.url('/steal?a=b')}>; rel=next"
        async with service(lambda _: Answer([1], link)) as server:
            items = paginate_links(GET, server.url(), authentication=token)
            with pytest.raises(FatalError, match=r"of another service, `http://127.0.0.1"):
                await every(items)

    assert other.requests == []
