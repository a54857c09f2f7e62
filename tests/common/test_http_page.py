"""The page about requests: its program runs, and its lists are those of the code."""

from __future__ import annotations

import inspect
import re

import pytest

from pieces_common import (
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_TIMEOUT_S,
    RequestOptions,
    http_client,
)
from pieces_common.http.redirects import MAX_REDIRECTS
from pieces_framework.secret_forms import MASK
from tests.common.pages import page, run_page
from tests.common.web_server import WebServer

NAME = "http.md"
PAGE = page(NAME)


@pytest.fixture
def shop(web: WebServer) -> str:
    web.answer("/orders/7", b'{"id": 7, "paid": true}')
    web.answer("/orders", b"[]")
    web.answer("/new-orders", b'{"why": "sold out"}', status=409)
    web.answer("/orders.csv", b"id;paid\n7;yes\n", headers={"Content-Type": "text/csv"})
    web.answer("/receipts", b'"thanks"')
    return web.url


async def test_the_examples_do_what_the_page_says(web: WebServer, shop: str) -> None:
    defined = await run_page(NAME, SHOP=shop)

    sent = {each.target: each for each in web.sent}
    assert (defined["order"].id, defined["order"].paid) == (7, True)
    assert "/orders?state=open&tag=new&tag=gift" in sent
    assert b"Content-Type: image/png" in sent["/receipts"].body
    assert b'filename="receipt.pdf"' in sent["/receipts"].body
    assert defined["table"].body == "id;paid\n7;yes\n"
    assert (defined["size"], defined["lines"]) == (14, ["id;paid", "7;yes"])
    assert f"\n{defined['refused'].json_text}\n" in PAGE


def test_every_keyword_is_in_the_table() -> None:
    table = PAGE.partition("| Keyword |")[2].partition("\n\n")[0]

    named = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    taken = set(inspect.signature(http_client.send_request).parameters)
    own = taken - {"self", "method", "url", "options"}
    assert sorted(named) == sorted(own | set(RequestOptions.__annotations__))


def test_the_page_says_what_the_code_does() -> None:
    assert f"| `timeout_s` | {DEFAULT_TIMEOUT_S:g} |" in PAGE
    assert f"| `max_response_bytes` | {DEFAULT_MAX_RESPONSE_BYTES // 2**20} MB |" in PAGE
    assert f"so `{MASK}` stands" in PAGE
    assert MAX_REDIRECTS == 10
    assert "Up to ten redirects" in PAGE
