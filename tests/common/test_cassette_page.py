"""The page about cassettes: its program runs, and its lists are those of the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from pieces_common import HttpMethod, ResponseType, http_client
from pieces_common.secret_names import SecretNames
from pieces_common.testing import DEFAULT_MAX_AGE, record, replay
from pieces_common.testing.exchange import ANSWER_HEADERS
from pieces_common.testing.scrubbing import PLACEHOLDER
from pieces_common.testing.seen_secrets import MIN_CHARACTERS
from pieces_framework.secret_forms import MIN_SECRET_CHARACTERS
from tests.common.pages import page, run_page
from tests.common.web_server import WebServer

NAME = "cassettes.md"
PAGE = page(NAME)


@pytest.fixture(autouse=True)
def shop(web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    web.answer("/orders", b'[{"id": 7, "paid": true}]')
    return web.url


async def test_the_example_records_and_replays(web: WebServer, shop: str) -> None:
    defined = await run_page(NAME, SHOP=shop)

    assert defined["replayed"] == [{"id": 7, "paid": True}]
    assert len(web.sent) == 1


async def test_one_word_turns_a_replay_into_a_recording(web: WebServer, shop: str) -> None:
    test = 'with replay("orders.json", secrets='
    for word in ("replay", "record"):
        defined = await run_page(NAME, replace={test: test.replace("replay", word)}, SHOP=shop)
        web.sent.clear()

        await defined["test_orders_are_listed"]()

        assert len(web.sent) == (word == "record")


def test_the_page_says_which_keywords_both_take() -> None:
    taken = {each: set(inspect.signature(each).parameters) for each in (record, replay)}
    both, rest = PAGE.partition("share the path, ")[2].split(", and one block", 1)
    only = rest.partition("Only `record` has ")[2].partition(".\n")[0].partition("; ")

    named = [set(re.findall(r"`([a-z_]+)`", text)) for text in (both, only[0], only[2])]
    assert named[0] | {"path"} == taken[record] & taken[replay]
    assert named[1] == taken[record] - taken[replay]
    assert named[2] - {"replay"} == taken[replay] - taken[record]


def test_the_page_says_what_the_code_does() -> None:
    names = PAGE.partition("that are called like ")[2].partition("; `key`")[0]

    known = SecretNames()
    assert [name for name in re.findall(r"`([^`]+)`", names) if not known.anywhere(name)] == []
    assert len(re.findall(r"`([^`]+)`", names)) > 5
    assert f"`{PLACEHOLDER}` stands" in PAGE
    assert f"{MIN_SECRET_CHARACTERS} characters are needed" in PAGE
    assert f"It needs {MIN_CHARACTERS} characters" in PAGE
    assert f": {DEFAULT_MAX_AGE.days} days" in PAGE


def test_the_page_names_every_header_that_is_kept() -> None:
    shown = set(re.findall(r"`([a-z-]+)`", PAGE))

    unnamed = {name for name in ANSWER_HEADERS - shown if not re.search("range|page|total", name)}
    assert unnamed == set()


@pytest.mark.parametrize(("kept", "cookie"), [([], None), (["set-cookie"], PLACEHOLDER)])
async def test_a_replay_differs_as_the_page_says(
    web: WebServer, kept: list[str], cookie: str | None
) -> None:
    body = b'{"price":2.50, "sum":1E2, "id":12345678901234567890, "name":"\\u00e9", "price":3.0}'
    url = web.answer("/order", body, headers={"Set-Cookie": "sid=s0; Path=/"})
    with record("order.json", keep_headers=kept):
        await http_client.send_request(HttpMethod.GET, url)

    with replay("order.json"):
        answer = await http_client.send_request(
            HttpMethod.GET, url, response_type=ResponseType.TEXT
        )

    assert answer.body == '{"price": 3.0, "sum": 100.0, "id": 12345678901234567890, "name": "é"}'
    assert answer.headers.get("set-cookie") == cookie
