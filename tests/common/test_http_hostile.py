"""Servers that break the rules: a request ends in time, in an error of ours or a plain answer.

Every case is tried by `send_request`, by `stream` and with retries.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import os
import re
import socket
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from pydantic import BaseModel

from pieces_common import (
    BearerToken,
    HttpError,
    HttpMethod,
    ResponseType,
    RetryableHttpError,
    http_client,
)
from pieces_framework import FatalError, PieceError
from pieces_framework.call_scope import call_scope
from tests.common.hostile_server import (
    Conduct,
    Talk,
    answering,
    hostile_server,
    in_turn,
    outcome,
    response,
)

GET, POST = HttpMethod.GET, HttpMethod.POST
SLOW = "took longer than 0.3 s"
BROKEN = r"broke off \(\w+\)"
LARGE = "answered with more than the 100000 bytes"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way to be hostile, and how a GET with `timeout_s` and a limit of 100,000 bytes ends."""

    conduct: Conduct
    error: str = ""
    """What the message of the error says; none if there is an answer."""
    body: object = None
    """Of the answer, if there is one."""
    timeout_s: float = 10


async def whole(url: str, case: Case, retries: int = 0) -> object:
    answer = await http_client.send_request(
        GET, url, timeout_s=case.timeout_s, max_response_bytes=100_000, retries=retries
    )
    return answer.body


async def streamed(url: str, case: Case, retries: int = 0) -> bytes:
    async with http_client.stream(
        GET, url, timeout_s=case.timeout_s, max_response_bytes=100_000, retries=retries
    ) as answer:
        return b"".join([piece async for piece in answer.iter_bytes()])


async def drip_headers(talk: Talk) -> None:
    await talk.drip("HTTP/1.1 200 OK\n" + "X-Slow: yes\n" * 100)


async def drip_a_body(talk: Talk) -> None:
    await talk.send(response(length=1000))
    await talk.drip(b"1" * 1000)


async def send_half_a_body(talk: Talk) -> None:
    await talk.send(response(b"[1, 2", length=1000))
    await talk.say_nothing()


def resetting(before: bytes | str) -> Conduct:
    async def conduct(talk: Talk) -> None:
        await talk.send(before)
        talk.reset()

    return conduct


def endless(head: str, data: bytes) -> Conduct:
    async def conduct(talk: Talk) -> None:
        await talk.send(head)
        await talk.forever(data)

    return conduct


OK = "HTTP/1.1 200 OK\n"
JSON = "Content-Type: application/json\n"
CHUNKED = OK + "Transfer-Encoding: chunked\n\n"
SLOW_CASES = {
    "drips-headers": Case(conduct=drip_headers, error=SLOW, timeout_s=0.3),
    "drips-body": Case(conduct=drip_a_body, error=SLOW, timeout_s=0.3),
    "never-answers": Case(conduct=Talk.say_nothing, error=SLOW, timeout_s=0.3),
    "stops-in-the-body": Case(conduct=send_half_a_body, error=SLOW, timeout_s=0.3),
    "endless-informational": Case(
        conduct=endless("", b"HTTP/1.1 100 Continue\r\n\r\n" * 99), error=SLOW, timeout_s=0.3
    ),
}
BROKEN_OFF = {
    "reset-before-answer": Case(conduct=resetting(b""), error=BROKEN),
    "reset-in-headers": Case(conduct=resetting(OK + "X-Cut: a"), error=BROKEN),
    "reset-in-body": Case(conduct=resetting(response(b"[1, 2", length=1000)), error=BROKEN),
    "reset-in-chunk": Case(conduct=resetting(CHUNKED + "5\n[1, "), error=BROKEN),
    "hangs-up-before-answer": Case(conduct=answering(b""), error=BROKEN),
    "hangs-up-in-status": Case(conduct=answering("HTTP/1.1 2"), error=BROKEN),
    "hangs-up-in-headers": Case(conduct=answering(OK + "X-Cut: a"), error=BROKEN),
    "hangs-up-in-body": Case(conduct=answering(response(b"[1, 2", length=1000)), error=BROKEN),
    "hangs-up-before-the-last-chunk": Case(conduct=answering(CHUNKED + "2\n[]\n"), error=BROKEN),
}
ENDLESS = {
    "endless-body": Case(conduct=endless(OK + "\n", b"1" * 9999), error=LARGE),
    "endless-body-of-a-length": Case(
        conduct=endless(OK + f"Content-Length: {10**15}\n\n", b"1" * 9999), error=LARGE
    ),
    "endless-chunks": Case(conduct=endless(CHUNKED, b"5\r\n11111\r\n" * 999), error=LARGE),
    "one-endless-chunk": Case(conduct=endless(CHUNKED + "FFFFFFFFFF\n", b"1" * 9999), error=LARGE),
    "endless-chunk-size": Case(conduct=endless(CHUNKED, b"0" * 9999), error=BROKEN),
    "endless-chunk-extension": Case(conduct=endless(CHUNKED + "5;a=", b"1" * 9999), error=BROKEN),
    "endless-trailers": Case(conduct=endless(CHUNKED + "0\n", b"X-A: b\r\n" * 999), error=BROKEN),
    "endless-headers": Case(conduct=endless(OK, b"X-A: b\r\n" * 999), error=BROKEN),
    "one-endless-header": Case(conduct=endless(OK + "X-A: ", b"1" * 9999), error=BROKEN),
    "endless-status": Case(conduct=endless("HTTP/1.1 200 ", b"1" * 9999), error=BROKEN),
}
MALFORMED_ANSWERS: dict[str, bytes | str] = {
    "not-http": "BANANA\n\n",
    "of-the-first-http": "<html>no headers</html>",
    "status-of-letters": "HTTP/1.1 abc OK\n\n",
    "status-of-two-digits": "HTTP/1.1 99 OK\n\n",
    "status-of-four-digits": "HTTP/1.1 2000 OK\n\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
    "zeros": b"\0" * 1000,
    "large-header": OK + f"X-A: {'1' * 2**20}\n\n",
    "nul-in-header": OK + "X-A: a\0b\nContent-Length: 0\n\n",
    "nul-in-header-name": OK + "X-\0A: a\nContent-Length: 0\n\n",
    "cr-in-header": OK + "X-A: a\rb\nContent-Length: 0\n\n",
    "header-without-colon": OK + "X-A\nContent-Length: 0\n\n",
    "header-with-blank-before-colon": OK + "Content-Length : 0\n\n",
    "two-lengths": OK + "Content-Length: 2\nContent-Length: 3\n\n[]",
    "negative-length": OK + "Content-Length: -1\n\n[]",
    "length-of-letters": OK + "Content-Length: two\n\n[]",
    "chunk-size-of-letters": CHUNKED + "zz\n[]\n0\n\n",
    "negative-chunk-size": CHUNKED + "-2\n[]\n0\n\n",
    "chunk-size-of-many-digits": CHUNKED + "1" * 40 + "\n[]\n0\n\n",
    "chunk-longer-than-it-says": CHUNKED + "2\n[], and more\n0\n\n",
    "unknown-transfer-encoding": OK + "Transfer-Encoding: smoke\n\n[]",
}
MALFORMED = {
    name: Case(conduct=answering(answer), error=BROKEN)
    for name, answer in MALFORMED_ANSWERS.items()
}
ODD = {
    "cut-json": Case(conduct=answering(response(b'{"a": [1,')), body='{"a": [1,'),
    "html": Case(conduct=answering(response(b"<html>", headers=JSON)), body="<html>"),
    "of-a-later-http": Case(conduct=answering("HTTP/9.9 200 OK\n\n[]"), body=[]),
    "no-reason": Case(conduct=answering(response(b"[]", status="200")), body=[]),
    "status-that-nobody-knows": Case(conduct=answering(response(b"[]", status="299 ?")), body=[]),
    "bare-line-feeds": Case(conduct=answering(b"HTTP/1.1 200 OK\nX: y\n\n[1]"), body=[1]),
    "length-and-chunks": Case(
        conduct=answering(OK + "Content-Length: 99\nTransfer-Encoding: chunked\n\n2\n[]\n0\n\n"),
        body=[],
    ),
    "more-than-its-length": Case(conduct=answering(response(b"[1][2]", length=3)), body=[1]),
    "body-of-204": Case(conduct=answering(response(b"[1]", status="204 No Content")), body=None),
    "deep-json": Case(conduct=answering(response(b"[" * 90_000)), body="[" * 90_000),
    "deep-whole-json": Case(
        conduct=answering(response(b"[" * 49_999 + b"]" * 49_999)), body="[" * 49_999 + "]" * 49_999
    ),
    "number-of-many-digits": Case(conduct=answering(response(b"1" * 9_000)), body="1" * 9_000),
}  # fmt: skip
ANSWERED = {
    "html-500": Case(
        conduct=answering(response(b"<html>", status="500 Oops")), error="answered 500 Internal"
    ),
    "html-403": Case(
        conduct=answering(response(b"<html>", status="403 No")), error="answered 403 Forbidden"
    ),
    "status-999": Case(conduct=answering(response(status="999 ?")), error="answered 999$"),
    "endless-500": Case(
        conduct=endless("HTTP/1.1 500 Oops\n\n", b"1" * 9999), error="answered 500"
    ),
    "deep-500": Case(
        conduct=answering(response(b"[" * 90_000, status="500 Oops")), error="answered 500"
    ),
}
CASES = SLOW_CASES | BROKEN_OFF | ENDLESS | MALFORMED | ODD | ANSWERED
cases = pytest.mark.parametrize(
    "case", [pytest.param(case, id=name) for name, case in CASES.items()]
)


def check(case: Case, ended: object) -> None:
    if not case.error:
        assert not isinstance(ended, PieceError)
        return
    assert isinstance(ended, FatalError if case.error == LARGE else HttpError)
    assert isinstance(ended, RetryableHttpError) or case.error not in {SLOW, BROKEN}
    assert re.search(case.error, str(ended))


@cases
async def test_a_request_ends(case: Case) -> None:
    async with hostile_server(case.conduct) as server:
        ended = await outcome(whole(server.url(), case))

    check(case, ended)
    assert case.error or ended == case.body


@cases
async def test_a_stream_ends(case: Case) -> None:
    async with hostile_server(case.conduct) as server:
        ended = await outcome(streamed(server.url(), case))

    check(case, ended)


async def test_requests_that_are_repeated_end() -> None:
    async def ended(name: str, case: Case) -> tuple[str, object, int]:
        async with hostile_server(case.conduct) as server:
            end = await outcome(whole(server.url(), case, retries=2))
        return name, end, len(server.requests)

    for name, end, requests in await asyncio.gather(*itertools.starmap(ended, CASES.items())):
        check(CASES[name], end)
        is_passing = isinstance(end, RetryableHttpError)
        # A client that gives up after 0.3 s may do so before a busy server has read its request.
        assert name in SLOW_CASES or requests == (3 if is_passing else 1), name
        assert is_passing == ("after 3 tries" in getattr(end, "__notes__", [])), name


async def test_a_connection_is_not_used_again_after_any_of_it() -> None:
    """What a broken answer left behind must not be taken for the next one."""
    good = answering(response(b'"good"'))
    for name, case in CASES.items():
        async with call_scope(), hostile_server(in_turn([case.conduct, good])) as server:
            await outcome(whole(server.url(), case))
            answer = await outcome(whole(server.url(), Case(conduct=good)))

        assert answer == "good", name


class Order(BaseModel):
    """What a service should answer."""

    id: int


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": 1',
        b"<html>",
        b"[" * 100_000,
        b'{"id": ' + b"[" * 100_000,
        b"",
        b"\xff\xfe",
        b'{"id": ' + b"1" * 10_000 + b"}",
    ],
    ids=["cut", "html", "deep", "deep-field", "empty", "not-utf-8", "many-digits"],
)
async def test_what_does_not_fit_a_model_is_named_not_repeated(body: bytes) -> None:
    async with hostile_server(answering(response(body))) as server:
        ended = await outcome(http_client.send_request(GET, server.url(), parse=Order))

    assert isinstance(ended, FatalError)
    assert "is not `Order`" in str(ended)
    assert len(str(ended)) < 500


CHARSETS = [
    *("utf-16", "utf-32", "utf-7", "latin-1", "cp037", "idna", "punycode", "undefined", "rot13"),
    *("unicode_escape", "raw_unicode_escape", "hex", "zip", "base64", "mbcs", "nonsense", "", "é"),
    *("../../etc/passwd", "'utf-8", '"utf-8"', "UTF-8;", "a" * 5000),
]


@pytest.mark.parametrize("charset", CHARSETS, ids=lambda name: name[:9])
@pytest.mark.parametrize("status", ["200 OK", "500 Oops"])
async def test_a_lying_charset_harms_nothing(charset: str, status: str) -> None:
    header = f"Content-Type: application/json; charset={charset}\n"
    answer = response('{"a": "é😀\\ud800"}'.encode(), headers=header, status=status)
    async with hostile_server(answering(answer)) as server:
        whole_ended = await outcome(http_client.send_request(GET, server.url()))
        text_ended = await outcome(
            http_client.send_request(GET, server.url(), response_type=ResponseType.TEXT)
        )
        lines_ended = await outcome(lines(server.url()))

    for ended in (whole_ended, text_ended, lines_ended):
        assert isinstance(ended, HttpError) == (status != "200 OK")
        assert not isinstance(ended, HttpError) or ended.json_text


async def lines(url: str) -> list[str]:
    async with http_client.stream(GET, url) as answer:
        return [line async for line in answer.iter_lines()]


@pytest.mark.parametrize("depth", [50, 200, 300, 450, 700, 900, 1000, 5000, 100_000])
async def test_the_document_of_a_deep_error_can_be_made(depth: int) -> None:
    body = b"[" * depth + b"]" * depth
    async with hostile_server(answering(response(body, status="400 No"))) as server:
        ended = await outcome(
            http_client.send_request(POST, server.url(), authentication=BearerToken("sk-secret-1"))
        )

    assert isinstance(ended, HttpError)
    assert ended.error_message()["response"]
    assert ended.json_text


async def test_a_server_that_never_accepts_is_given_up() -> None:
    with contextlib.ExitStack() as opened:
        listening = opened.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):  # one more than its queue holds
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/x"

        whole_ended = await outcome(http_client.send_request(GET, url, timeout_s=0.3))
        stream_ended = await outcome(lines_within(url, 0.3))

    for ended in (whole_ended, stream_ended):
        assert isinstance(ended, RetryableHttpError)
        assert SLOW in str(ended)


async def lines_within(url: str, timeout_s: float) -> list[str]:
    async with http_client.stream(GET, url, timeout_s=timeout_s) as answer:
        return [line async for line in answer.iter_lines()]


IN_CLEAR_TEXT = """
import asyncio, sys
from pieces_common import RetryableHttpError, http_client
try:
    asyncio.run(http_client.send_request("GET", sys.argv[1]))
except RetryableHttpError as error:
    print(error)
"""


async def test_an_answer_that_goes_on_unencrypted_breaks_off(tmp_path: Path) -> None:
    async def conduct(talk: Talk) -> None:
        await talk.send(response(b"[", length=100))
        talk.send_unencrypted(b"no record of TLS" * 9)

    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
    with certificate.tempfile() as own:
        tls.load_cert_chain(own)
    async with hostile_server(conduct, tls=tls) as server:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", IN_CLEAR_TEXT, server.url()),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem")},
        )
        shown, _ = await child.communicate()

    assert shown.decode() == f"`GET {server.url()}` broke off (SSLError)\n"


async def test_an_error_whose_body_hangs_keeps_its_status() -> None:
    async def conduct(talk: Talk) -> None:
        await talk.send(response(b"[1", status="401 No", length=100))
        await talk.say_nothing()

    async with hostile_server(conduct) as server:
        ended = await outcome(http_client.send_request(GET, server.url(), timeout_s=0.3))

    assert isinstance(ended, HttpError)
    assert (ended.status, ended.body) == (401, None)


async def test_the_time_until_the_headers_counts_for_the_rest_of_a_stream() -> None:
    async def conduct(talk: Talk) -> None:
        await asyncio.sleep(0.3)
        await talk.send(response(b"[", length=2))
        await asyncio.sleep(0.3)
        await talk.send(b"]")

    async with hostile_server(conduct) as server:
        ended = await outcome(lines_within(server.url(), 0.5))

    assert "took longer than 0.5 s" in str(ended)


async def test_a_server_that_does_not_read_is_given_up() -> None:
    async with hostile_server(Talk.say_nothing, reads_bodies=False) as server:
        ended = await outcome(
            http_client.send_request(POST, server.url(), body=b"1" * 2**25, timeout_s=0.5)
        )

    assert isinstance(ended, RetryableHttpError)
    assert "took longer than 0.5 s" in str(ended)


async def test_an_answer_before_the_body_was_read_ends_the_request() -> None:
    async def refuse(talk: Talk) -> None:
        await talk.send(response(status="413 Too Large"))

    async with hostile_server(refuse, reads_bodies=False) as server:
        ended = await outcome(
            http_client.send_request(POST, server.url(), body=b"1" * 2**25, timeout_s=10)
        )

    assert isinstance(ended, HttpError)
    assert ended.status in {413, 0}  # 0 where the connection's end overtakes the answer


async def test_leaving_a_stream_ends_an_endless_body() -> None:
    async with hostile_server(endless(OK + "\n", b"1" * 9999)) as server:
        first = await outcome(first_piece(server.url()))

    assert isinstance(first, bytes)
    assert first.strip(b"1") == b""


async def first_piece(url: str) -> bytes:
    async with http_client.stream(GET, url) as answer:
        return await anext(answer.iter_bytes())


@pytest.mark.parametrize(
    "asked",
    ["-1", "-99999999999", "9" * 400, "1e308", "inf", "nan", "1, 2", "٣", "0x10", "", " ", "soon",
     "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 99999 07:28:00 GMT", "21 Oct 0001 00:00 +2359",
     "Wed, 21 Oct " + "9" * 30 + " 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 +" + "9" * 30,
     "Wed, 31 Dec 9999 23:59:59 -2359", "Wed, 21 Oct 2015 07:28:00 " + "GMT" * 1000, "1" * 5000,
     "Wed, 21 Oct 2015 99:99:99 GMT", "(" * 5000, "\x7f", "Wed, 00 Oct 2015"],
)  # fmt: skip
@pytest.mark.parametrize("status", ["429 Slow", "503 Busy"])
async def test_an_absurd_retry_after_harms_nothing(asked: str, status: str) -> None:
    header = f"Retry-After: {asked}\n".encode().decode("latin-1")
    answer = response(status=status, headers=header)
    async with hostile_server(answering(answer)) as server:
        ended = await outcome(http_client.send_request(POST, server.url()))

    assert isinstance(ended, RetryableHttpError)
    assert ended.retry_after_s is None or 0 <= ended.retry_after_s < math.inf


@pytest.mark.parametrize("asked", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
@pytest.mark.parametrize("method", [GET, POST])
async def test_a_service_that_recovers_is_asked_again(asked: str, method: HttpMethod) -> None:
    busy = answering(response(b"later", status="429 Slow", headers=f"Retry-After: {asked}\n"))
    good = answering(response(b'"good"'))

    async def order() -> object:
        answer = await http_client.send_request(method, server.url(), body={"id": 1}, retries=2)
        return answer.body

    async with hostile_server(in_turn([busy, busy, good])) as server:
        ended = await outcome(order())

    assert ended == "good"
    assert [request.endswith(b'{"id":1}') for request in server.requests] == [True] * 3


async def test_a_service_that_asks_for_an_age_is_not_waited_for() -> None:
    busy = answering(response(status="503 Busy", headers="Retry-After: 86400\n"))
    async with hostile_server(busy) as server:
        ended = await outcome(http_client.send_request(GET, server.url(), retries=5))

    assert isinstance(ended, RetryableHttpError)
    assert ended.retry_after_s == 86400
    assert len(server.requests) == 1


@pytest.mark.parametrize("in_a_scope", [False, True])
async def test_cookies_are_not_kept(in_a_scope: bool) -> None:  # noqa: FBT001
    cookies = "Set-Cookie: sid=planted; Path=/\nSet-Cookie: b=planted; Domain=127.0.0.1\n"
    scope = call_scope() if in_a_scope else contextlib.nullcontext()
    async with hostile_server(answering(response(b"[]", headers=cookies))) as server, scope:
        for _ in range(2):
            await http_client.send_request(GET, server.url())
            await lines(server.url())

    assert len(server.requests) == 4
    assert b"planted" not in server.received()
    assert b"cookie" not in server.received().lower()
