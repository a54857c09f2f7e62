"""What a request cannot be asked for, and a streamed body that fails."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from pieces_common import HttpMethod, RetryableHttpError, http_client
from pieces_framework import AuthorCodeError, FatalError
from tests.common.hostile_server import Talk, hostile_server
from tests.common.web_server import WebServer


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout_s": 0}, "`timeout_s` must be a number of seconds above 0, got 0"),
        ({"timeout_s": -1}, "`timeout_s` must be"),
        ({"timeout_s": math.nan}, "`timeout_s` must be"),
        ({"timeout_s": math.inf}, "`timeout_s` must be"),
        ({"timeout_s": "3"}, "`timeout_s` must be"),
        ({"retries": -1}, "`retries` must be a whole number, 0 or more, got -1"),
        ({"retries": 1.5}, "`retries` must be"),
        ({"max_response_bytes": -1}, "`max_response_bytes` must be"),
        ({"headers": [("a", "b")]}, "`headers` must be a dict whose keys are text, got list"),
        ({"headers": {1: "b"}}, "`headers` must be"),
        ({"rate_limit": "x"}, "`rate_limit` must be a `RateLimit`, got str"),
        ({"timeout": 3}, "a request takes no keyword `timeout`"),
    ],
    ids=str,
)
async def test_option_that_means_nothing_is_refused(
    web: WebServer,
    options: Any,
    message: str,
) -> None:
    url = web.answer("/", b"1")

    with pytest.raises(AuthorCodeError) as whole:
        await http_client.send_request(HttpMethod.GET, url, **options)
    with pytest.raises(AuthorCodeError) as streamed:
        async with http_client.stream(HttpMethod.GET, url, **options):
            pytest.fail("the block was entered")

    assert str(whole.value).startswith(f"`GET {url}`: {message}")
    assert str(streamed.value).startswith(f"`GET {url}`: {message}")
    assert web.sent == []


async def test_method_may_be_its_text(web: WebServer) -> None:
    method: Any = "DELETE"  # as it comes from a prop

    await http_client.send_request(method, web.answer("/"))

    assert web.sent[0].method == "DELETE"


async def test_method_that_is_none_is_refused(web: WebServer) -> None:
    method: Any = "get"

    with pytest.raises(AuthorCodeError, match="there is no method `get`"):
        await http_client.send_request(method, web.url)


async def test_url_that_is_no_text_is_refused() -> None:
    url: Any = None

    with pytest.raises(AuthorCodeError, match="the URL of a GET request is NoneType, not text"):
        await http_client.send_request(HttpMethod.GET, url)


class OfTheAuthorError(UnicodeError, ConnectionError):
    """What a network may raise as well."""


async def failing() -> AsyncGenerator[bytes]:
    yield b"a"
    raise OfTheAuthorError


async def test_error_of_the_stream_that_is_sent_comes_through(web: WebServer) -> None:
    with pytest.raises(OfTheAuthorError):
        await http_client.send_request(HttpMethod.POST, web.answer("/"), body=failing())


async def of_text() -> AsyncGenerator[Any]:
    yield "a"


async def test_stream_of_text_is_refused(web: WebServer) -> None:
    with pytest.raises(AuthorCodeError, match="yielded str, not bytes"):
        await http_client.send_request(HttpMethod.POST, web.answer("/"), body=of_text())


async def test_stream_that_is_not_sent_to_its_end_is_closed() -> None:
    is_closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield bytes(2**16)
        finally:
            is_closed.set()

    body = endless()
    async with hostile_server(Talk.say_nothing, reads_bodies=False) as server:
        with pytest.raises(RetryableHttpError):
            await http_client.send_request(HttpMethod.POST, server.url(), body=body, timeout_s=0.2)

        assert is_closed.is_set()


@pytest.mark.parametrize("host", ["a" * 64, "a..b"], ids=["long", "gap"])
async def test_host_that_no_name_can_be_is_refused(host: str) -> None:
    with pytest.raises(FatalError, match="is not an absolute URL"):
        await http_client.send_request(HttpMethod.GET, f"http://{host}/")
