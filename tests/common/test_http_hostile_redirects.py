"""Redirects that try to carry credentials away: what the other host receives, and what is said."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import traceback
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

import pytest
import trustme

from pieces_common import (
    ApiKeyHeader,
    ApiKeyQuery,
    BasicAuth,
    BearerToken,
    HttpError,
    HttpMethod,
    RequestOptions,
    http_client,
)
from pieces_framework import PieceError
from pieces_framework.call_scope import call_scope
from tests.common.hostile_server import (
    Conduct,
    HostileServer,
    Talk,
    answering,
    hostile_server,
    outcome,
    response,
)
from tests.common.web_server import web_server

SECRET: Final = "planted secret/+=é"
"""Looks different in a query, in a header and in Base64."""
TOKEN: Final = "planted-token-4711"
STATUSES = ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE]


@dataclass(frozen=True)
class Planted:
    """A request with a secret in it."""

    options: RequestOptions
    query: str = ""
    user: str = ""
    secrets: tuple[str, ...] = field(default=(SECRET, TOKEN))

    def url(self, server: HostileServer) -> str:
        return f"http://{self.user}{server.host}/x{self.query}"


PLANTED: Mapping[str, Planted] = {
    "bearer": Planted({"authentication": BearerToken(TOKEN)}),
    "basic": Planted({"authentication": BasicAuth(TOKEN, SECRET)}),
    "key-in-a-header": Planted({"authentication": ApiKeyHeader("X-Api-Key", TOKEN)}),
    "key-in-the-query": Planted({"authentication": ApiKeyQuery("api_key", SECRET)}),
    "header": Planted({"headers": {"Authorization": f"Bearer {TOKEN}"}}),
    "header-of-its-own": Planted({"headers": {"X-Shop-Session": TOKEN}}),
    "cookie": Planted({"headers": {"Cookie": f"sid={TOKEN}"}}),
    "proxy-header": Planted({"headers": {"Proxy-Authorization": f"Basic {TOKEN}"}}),
    "referer": Planted({"headers": {"Referer": f"https://shop.test/?key={TOKEN}"}}),
    "query-params": Planted({"query_params": {"key": SECRET}}),
    "url-query": Planted({}, query=f"?key={TOKEN}"),
    "url-user": Planted({}, user=f"ada:{TOKEN}@"),
    "body": Planted({"body": {"password": SECRET, "token": TOKEN}}),
    "form": Planted(
        {
            "body": {"password": SECRET},
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        }
    ),
    "bytes": Planted({"body": TOKEN.encode()}),
}
planted_ones = pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())


def forms(secret: str) -> set[bytes]:
    """Return how a secret may look on the wire."""
    plain = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    pairs = [secret, f"{TOKEN}:{secret}", f"ada:{secret}"]
    encoded = {b64encode(each.encode()).decode() for each in pairs}
    return {each.encode() for each in plain | encoded}


def leaks(said: bytes, planted: Planted) -> list[bytes]:
    """Return the secrets that are in what was said."""
    return [each for secret in planted.secrets for each in forms(secret) if each in said]


async def whole(method: HttpMethod, url: str, options: RequestOptions) -> object:
    answer = await http_client.send_request(method, url, **options)
    return answer.body


async def streamed(method: HttpMethod, url: str, options: RequestOptions) -> object:
    async with http_client.stream(method, url, **options) as answer:
        return [piece async for piece in answer.iter_bytes()]


Send = Callable[[HttpMethod, str, RequestOptions], Awaitable[object]]
both = pytest.mark.parametrize("send", [whole, streamed])


def said(ended: object) -> bytes:
    """Return all that an error shows of itself."""
    if not isinstance(ended, PieceError):
        return b""
    shown = [str(ended), repr(ended), ended.hint, *traceback.format_exception(ended)]
    if isinstance(ended, HttpError):
        shown += [ended.url, ended.json_text]
    return "\n".join(shown).encode()


def redirecting(location: str, status: str) -> Conduct:
    return answering(response(b"moved", status=status, headers=f"Location: {location}\n"))


@planted_ones
@both
@pytest.mark.parametrize("status", STATUSES)
async def test_another_host_gets_no_secret(
    send: Send, planted: Planted, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    received = b""
    for method in METHODS:
        async with hostile_server(answering(response(b"[]"))) as other:
            conduct = redirecting(other.url("/stolen"), status)
            async with call_scope(), hostile_server(conduct) as server:
                ended = await outcome(send(method, planted.url(server), planted.options))
        assert leaks(server.received(), planted) != []
        assert leaks(said(ended), planted) == []
        received += other.received()

    keeps_its_body = status.startswith("30") and status[2] in "78" and "body" in planted.options
    assert received.startswith(b"" if keeps_its_body else b"GET /stolen HTTP/1.1")
    assert leaks(received, planted) == []
    assert leaks(caplog.text.encode(), planted) == []


@planted_ones
async def test_the_way_back_carries_no_secret_either(planted: Planted) -> None:
    """A host between two requests to ours must not choose what ours is sent with credentials."""
    first = True

    async def conduct(talk: Talk) -> None:
        nonlocal first
        headers = f"Location: {other.url('/between')}\n" if first else ""
        first = False
        await talk.send(response(b"[]", status="302 Found" if headers else "200", headers=headers))

    async with hostile_server(conduct) as server:
        back = redirecting(server.url("/admin/delete-all"), "302 Found")
        async with hostile_server(back) as other:
            await outcome(whole(HttpMethod.POST, planted.url(server), planted.options))

    assert server.requests[1].startswith(b"GET /admin/delete-all")
    assert leaks(server.requests[1], planted) == []


LOCATIONS = [
    "//{other}/stolen",
    "http:\\\\{other}/stolen",
    "http://{here}@{other}/stolen",
    "http://{here}\\@{other}/stolen",
    "http://{other}#@{here}/stolen",
    "http://{other}?@{here}/stolen",
    "HTTP://{other}/stolen",
    " http://{other}/stolen",
    "\thttp://{other}/stolen",
    "http:/{other}/stolen",
    "http:{other}/stolen",
    "/\\{other}/stolen",
    "\\\\{other}/stolen",
    "///{other}/stolen",
    "http://2130706433:{port}/stolen",
    "http://localhost:{port}/stolen",
]


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("name", ["bearer", "key-in-the-query", "cookie", "url-user"])
async def test_no_way_to_write_another_host_gets_a_secret(name: str, location: str) -> None:
    planted = PLANTED[name]
    async with hostile_server(answering(response(b"[]"))) as other:

        async def conduct(talk: Talk) -> None:
            target = location.format(other=other.host, here=server.host, port=other.port)
            is_first = len(server.requests) == 1
            await talk.send(
                response(
                    b"[]",
                    status="302 Found" if is_first else "200 OK",
                    headers=f"Location: {target}\n",
                )
            )

        async with hostile_server(conduct) as server:
            await outcome(whole(HttpMethod.GET, planted.url(server), planted.options))

    assert leaks(server.requests[0], planted) != []
    assert leaks(other.received(), planted) == []


NOWHERE = [
    "ftp://127.0.0.1/x",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,planted",
    "gopher://127.0.0.1:70/x",
    "mailto:ada@shop.test",
    "ws://127.0.0.1/x",
    "unix:///var/run/docker.sock",
    "http://",
    "http:///x",
    "http://[::1/x",
    "http://a b/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:port/",
    "http://\u00ad/",
    "http://xn--/",
    "http://%00/",
    "http://" + "a" * 300 + ".test/",
    "http://" + "a." * 200 + "test/",
    "http://shop.test/" + "a" * 70_000,
    "\x7f",
]


@pytest.mark.parametrize("location", NOWHERE, ids=lambda location: repr(location[:30]))
@both
async def test_a_redirect_to_nowhere_is_an_error(send: Send, location: str) -> None:
    planted = PLANTED["bearer"]
    async with hostile_server(redirecting(location, "302 Found")) as server:
        ended = await outcome(send(HttpMethod.GET, planted.url(server), planted.options))

    assert isinstance(ended, HttpError)
    assert leaks(said(ended), planted) == []
    assert len(str(ended)) < 1000


async def test_what_an_answer_sets_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = f"Set-Cookie: sid={TOKEN}\nLocation: /?code={TOKEN}\n"
    async with hostile_server(answering(response(b"[]", headers=headers))) as server:
        answer = await http_client.send_request(HttpMethod.GET, server.url())

    assert TOKEN in answer.headers["set-cookie"]
    assert "receive_response_headers.complete" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("is_hanging", [True, False])
async def test_the_body_of_a_redirect_does_not_matter(is_hanging: bool) -> None:  # noqa: FBT001
    async def conduct(talk: Talk) -> None:
        if b" /end " in talk.request:
            await talk.send(response(b'"end"'))
            return
        headers = "Location: /end\n"
        await talk.send(response(b"cut", status="302 Found", headers=headers, length=100))
        if is_hanging:
            await talk.say_nothing()

    async with hostile_server(conduct) as server:
        ended = await outcome(whole(HttpMethod.GET, server.url(), {}))

    assert ended == "end"


@pytest.mark.parametrize("location", ["/x", "", "?", "#part", "x", "/deeper/{count}"])
@both
async def test_a_redirect_without_an_end_is_an_error(send: Send, location: str) -> None:
    async def conduct(talk: Talk) -> None:
        target = location.format(count=len(server.requests))
        await talk.send(response(status="302 Found", headers=f"Location: {target}\n"))

    async with hostile_server(conduct) as server:
        ended = await outcome(send(HttpMethod.GET, server.url(), {}))

    assert isinstance(ended, HttpError)
    assert "redirects more than 10 times" in str(ended)
    assert len(server.requests) <= 11


@both
async def test_two_hosts_that_redirect_to_each_other_are_an_error(send: Send) -> None:
    planted = PLANTED["bearer"]

    async def to_other(talk: Talk) -> None:
        await redirecting(other.url(), "302 Found")(talk)

    async def to_server(talk: Talk) -> None:
        await redirecting(server.url(), "302 Found")(talk)

    async with hostile_server(to_other) as server, hostile_server(to_server) as other:
        ended = await outcome(send(HttpMethod.GET, server.url(), planted.options))

    assert isinstance(ended, HttpError)
    assert "redirects more than 10 times" in str(ended)
    assert leaks(other.received(), planted) == []


DOWNGRADED = """
import asyncio, sys
from pieces_common import BearerToken, HttpMethod, http_client

asyncio.run(http_client.send_request(
    HttpMethod.GET, sys.argv[1], authentication=BearerToken("planted-token-4711")
))
"""


async def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    environment = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    async with hostile_server(answering(response(b"[]"))) as plain:
        with web_server(authority=authority) as secure:
            secure.answer("/x", status=302, headers={"Location": plain.url()})
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", DOWNGRADED, f"{secure.url}/x"),
                stderr=asyncio.subprocess.PIPE,
                env=environment,
            )
            _, shown = await child.communicate()

    assert b"redirects from https to http" in shown
    assert secure.sent[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert plain.requests == []
    assert TOKEN.encode() not in shown.replace(DOWNGRADED.encode(), b"")


@planted_ones
@both
@pytest.mark.parametrize(
    "echoed", [answering(response(status="200 OK", length=9)), answering("BANANA\n\n")]
)
async def test_an_answer_that_breaks_off_shows_no_secret(
    send: Send, planted: Planted, echoed: Conduct, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with hostile_server(echoed) as server:
        ended = await outcome(send(HttpMethod.POST, planted.url(server), planted.options))

    assert isinstance(ended, HttpError)
    assert leaks(said(ended), planted) == []
    assert leaks(caplog.text.encode(), planted) == []


@pytest.mark.parametrize("name", sorted(PLANTED.keys() - {"bytes", "referer"}))
@both
@pytest.mark.parametrize("status", ["400 Bad", "500 Oops"])
async def test_an_error_that_repeats_the_request_shows_no_secret(
    send: Send, name: str, status: str
) -> None:
    """Of bytes, and of a query inside of a header, nobody knows what is secret."""
    planted = PLANTED[name]

    async def echo(talk: Talk) -> None:
        await talk.send(response(talk.request, status=status))

    async with hostile_server(echo) as server:
        ended = await outcome(send(HttpMethod.POST, planted.url(server), planted.options))

    assert isinstance(ended, HttpError)
    assert leaks(said(ended), planted) == []
