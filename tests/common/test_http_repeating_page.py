"""The page about retries, rate limits and pages: its program runs, its rules are the code's."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from pieces_common import HttpMethod, RetryableHttpError
from pieces_common.http.errors import NO_ANSWER
from pieces_common.http.pagination_walk import MAX_EMPTY_PAGES
from pieces_common.http.retries import FIRST_WAIT_S, MAX_WAIT_S, with_retries
from pieces_framework.testing import PollingDriver
from tests.common.hostile_server import HostileServer, Talk, hostile_server, response
from tests.common.pages import page, run_page
from tests.common.virtual_time import run

NAME = "http-repeating.md"
PAGE = page(NAME)
PROSE = " ".join(PAGE.split())
FAR_MS = 4_000_000_000_000
"""Later than any moment at which a test enables a trigger."""


class Shop:
    """The service of the page. Orders come newest first, two at a time."""

    def __init__(self) -> None:
        self.orders = 5
        self.targets = list[str]()
        self.is_busy = True

    async def conduct(self, talk: Talk) -> None:
        head, _, body = talk.request.partition(b"\r\n\r\n")
        target = head.split(b" ")[1].decode()
        self.targets.append(target)
        query = dict(parse_qsl(urlsplit(target).query))
        path = urlsplit(target).path
        if path == "/report" and self.is_busy:
            self.is_busy = False
            await talk.send(response(status="503 Busy", headers="Retry-After: 0\n"))
        body_of_answer, headers = self.answer(path, query, body)
        await talk.send(response(json.dumps(body_of_answer).encode(), headers=headers))

    def answer(self, path: str, query: Mapping[str, str], body: bytes) -> tuple[object, str]:
        match path:
            case "/orders":
                return self.page_of_orders(int(query.get("before", self.orders + 1)))
            case "/events":
                return self.events(query.get("after"))
            case "/search":
                return {"hits": ["a", "b", "c"][json.loads(body)["offset"] :][:2]}, ""
            case _:
                return {"path": path}, ""

    def page_of_orders(self, before: int) -> tuple[object, str]:
        numbers = [number for number in (before - 1, before - 2) if number > 0]
        page = [{"id": number, "created_ms": FAR_MS + number} for number in numbers]
        link = f"Link: </orders?before={numbers[-1]}>; rel=next\n" if numbers[-1] > 1 else ""
        return page, link

    @staticmethod
    def events(after: str | None) -> tuple[object, str]:
        following = {None: "a", "a": "b", "b": None}[after]
        return {"data": {"events": [f"after {after}"]}, "meta": {"next": following}}, ""


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Shop, HostileServer]]:
    shop = Shop()
    async with hostile_server(shop.conduct) as server:
        yield shop, server


async def program(server: HostileServer) -> dict[str, Any]:
    return await run_page(NAME, SHOP=server.url("").removesuffix("/"))


async def test_the_program_runs(shop: tuple[Shop, HostileServer]) -> None:
    defined = await program(shop[1])

    assert defined["report"].body == {"path": "/report"}
    assert defined["newest"] == [5, 4, 3]
    assert defined["events"] == ["after None", "after a", "after b"]
    assert defined["found"] == ["a", "b", "c"]
    assert await defined["order"]("token", 7) == {"path": "/orders/7"}
    assert shop[0].targets.count("/report") == 2


async def test_its_trigger_requests_no_more_pages_than_it_needs(
    shop: tuple[Shop, HostileServer],
) -> None:
    defined = await program(shop[1])
    driver = PollingDriver(defined["new_order"], auth="token")
    await driver.enable()
    first = await driver.tick()
    shop[0].orders += 1
    shop[0].targets.clear()

    second = await driver.tick()

    assert [order["id"] for order in [*first, *second] if isinstance(order, dict)] == [
        5,
        4,
        3,
        2,
        1,
        6,
    ]
    assert shop[0].targets == ["/orders"]


ROW = re.compile(r"^\| (answered|did not) ?(.*?) \| (again|not again) \| (.*?) \|$", re.MULTILINE)
STATUSES = {"429 or 503": [429, 503], "another 5xx": [500, 502, 504, 599]}


def test_the_table_says_what_is_repeated() -> None:
    rows = ROW.findall(PAGE)
    for verb, what, idempotent, other in rows:
        for status in [NO_ANSWER] if verb == "did not" else STATUSES.get(what, []):
            assert (tries(status, HttpMethod.PUT) == 2) == (idempotent == "again")
            assert (tries(status, HttpMethod.PATCH) == 2) == (other == "again")

    assert [what for _, what, _, _ in rows][:2] == list(STATUSES)
    assert len(rows) == 4


def tries(status: int, method: HttpMethod) -> int:
    """Return how often a request is sent that fails with `status` and may be repeated once."""
    count = 0

    async def fails() -> None:
        nonlocal count
        count += 1
        raise RetryableHttpError("failed", status=status, method=method, url="")

    with pytest.raises(RetryableHttpError):
        run(with_retries(fails, method=method, retries=1))
    return count


def test_the_page_says_how_long_is_waited() -> None:
    assert (FIRST_WAIT_S, MAX_WAIT_S) == (0.5, 60)
    assert "up to half a second" in PROSE
    assert "up to a minute" in PROSE


def test_the_page_says_when_a_list_has_no_end() -> None:
    assert MAX_EMPTY_PAGES == 100
    assert "a hundred pages in a row" in PROSE
