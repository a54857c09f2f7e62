"""What becomes of an answer."""

from __future__ import annotations

import gzip
import zlib
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from pieces_common import HttpMethod, ResponseType, RetryableHttpError, http_client
from pieces_framework import AuthorCodeError, FatalError, JsonValue
from tests.common.web_server import WebServer, raw_server


class Flavor(BaseModel):
    """What some answers hold."""

    name: str
    stock: int


@pytest.mark.parametrize(
    ("content", "body"),
    [
        pytest.param(b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}, id="object"),
        pytest.param(b"123", 123, id="number"),
        pytest.param(b'"text"', "text", id="json-text"),
        pytest.param(b"\xef\xbb\xbf[1]", [1], id="byte-order-mark"),
        pytest.param(b"plain", "plain", id="text"),
        pytest.param("crème {".encode(), "crème {", id="utf-8"),
        pytest.param(b"NaN", "NaN", id="not-quite-json"),
        pytest.param(b"[" * 100_000, "[" * 100_000, id="bottomless"),
        pytest.param(b"", None, id="empty"),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
async def test_body_is_json_where_it_can_be_whatever_its_type(
    web: WebServer, content: bytes, body: JsonValue, content_type: str
) -> None:
    url = web.answer("/", content, headers={"Content-Type": content_type})

    response = await http_client.send_request(HttpMethod.GET, url)

    assert response.body == body


async def test_status_and_headers_are_kept_with_names_in_lower_case(web: WebServer) -> None:
    url = web.answer("/", status=201, headers={"X-Next-Page": "2"})

    response = await http_client.send_request(HttpMethod.GET, url)

    assert (response.status, response.headers["x-next-page"]) == (201, "2")


async def test_parse_gives_the_model(web: WebServer) -> None:
    url = web.answer("/", b'{"name": "Fig", "stock": 3}')

    response = await http_client.send_request(HttpMethod.GET, url, parse=Flavor)

    assert response.body == Flavor(name="Fig", stock=3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b'{"name": "Fig", "stock": "s3cret"}', "`stock`: Input should", id="field"),
        pytest.param(b'{"stock": 3}', "`name`: Field required", id="missing"),
        pytest.param(b"s3cret", "`body`: Input should", id="text"),
        pytest.param(b"", "`body`: Input should", id="empty"),
    ],
)
async def test_answer_that_is_not_the_model_is_refused_without_repeating_it(
    web: WebServer, content: bytes, reason: str
) -> None:
    url = web.answer("/flavors/1", content)

    with pytest.raises(FatalError) as caught:
        await http_client.send_request(HttpMethod.GET, url, parse=Flavor)

    message = str(caught.value)
    assert f"what `GET {url}` answered is not `Flavor`" in message
    assert reason in message
    assert "s3cret" not in message
    assert caught.value.__cause__ is caught.value.__context__ is None


class Cone(BaseModel):
    """A flavor by its kind."""

    kind: Literal["cone"]


class Cup(BaseModel):
    """Another one."""

    kind: Literal["cup"]


class Shop(BaseModel):
    """What some answers hold."""

    stock: dict[str, int] = {}
    best: Annotated[Cone | Cup, Field(discriminator="kind")] | None = None
    listed: list[Flavor] = []


class Clock(BaseModel):
    """Has a type of its own, of which pydantic makes no schema."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    owner: StreamReader


@pytest.mark.parametrize(
    ("model", "content", "reason"),
    [
        (Shop, b'{"stock": {"s3cret": "x"}}', "is not `Shop`: `stock`: Input should be a valid"),
        (Shop, b'{"best": {"kind": "s3cret"}}', "`best`: The tag is none of the expected ones"),
        (Shop, b'{"listed": [{"name": "s3cret"}]}', "`listed.0.stock`: Field required"),
        (Clock, b'{"owner": "s3cret"}', "`owner`: Input should be an instance of StreamReader"),
    ],
    ids=["key", "tag", "deep", "without-a-schema"],
)
async def test_error_names_fields_of_the_model_and_nothing_of_the_answer(
    web: WebServer, model: type[BaseModel], content: bytes, reason: str
) -> None:
    url = web.answer("/", content)

    with pytest.raises(FatalError) as caught:
        await http_client.send_request(HttpMethod.GET, url, parse=model)

    assert reason in str(caught.value)
    assert "s3cret" not in str(caught.value)


async def test_deflated_body_is_read_whatever_its_first_piece() -> None:
    async def answer(_: StreamReader, writer: StreamWriter) -> None:
        data = without_header(b'"deflated"')
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for chunk in (data[:1], data[1:]):
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async with raw_server(answer) as url:
        response = await http_client.send_request(HttpMethod.GET, url)

    assert response.body == "deflated"


def without_header(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def twice(data: bytes) -> bytes:
    return zlib.compress(gzip.compress(data))


def in_two_streams(data: bytes) -> bytes:
    return gzip.compress(data[:1]) + gzip.compress(data[1:])


def padded(data: bytes) -> bytes:
    return gzip.compress(data) + bytes(9)


@pytest.mark.parametrize(
    ("content_type", "content", "text"),
    [
        pytest.param("text/plain; charset=iso-8859-1", b"cr\xe8me", "crème", id="latin-1"),
        pytest.param('text/plain; charset="UTF-8"', "crème".encode(), "crème", id="quoted"),
        pytest.param("text/plain", b"cr\xe8me", "cr\ufffdme", id="not-utf-8"),
        pytest.param("text/plain; charset=klingon", b"a", "a", id="unknown"),
        pytest.param("text/plain; charset=unicode_escape", b"\\x41", "\\x41", id="pythons-own"),
        pytest.param("text/plain; charset=zip", b"a", "a", id="no-text"),
        pytest.param("application/json", b"[1]", "[1]", id="json"),
        pytest.param("text/plain", b"", "", id="empty"),
    ],
)
async def test_text_is_read_in_the_character_set_of_its_type(
    web: WebServer, content_type: str, content: bytes, text: str
) -> None:
    url = web.answer("/", content, headers={"Content-Type": content_type})

    response = await http_client.send_request(HttpMethod.GET, url, response_type=ResponseType.TEXT)

    assert response.body == text


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[1]"], ids=repr)
async def test_bytes_are_given_as_they_came(web: WebServer, content: bytes) -> None:
    url = web.answer("/", content, headers={"Content-Type": "application/json"})

    response = await http_client.send_request(HttpMethod.GET, url, response_type=ResponseType.BYTES)

    assert response.body == content


async def test_model_is_read_from_json_alone(web: WebServer) -> None:
    with pytest.raises(AuthorCodeError, match="`parse` reads JSON"):
        await http_client.send_request(  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
            HttpMethod.GET,
            web.url,
            response_type=ResponseType.TEXT,  # pyright: ignore[reportArgumentType]
            parse=Flavor,
        )

    assert web.sent == []


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        pytest.param("gzip", gzip.compress, id="gzip"),
        pytest.param("X-GZip", gzip.compress, id="gzip-by-its-old-name"),
        pytest.param("deflate", zlib.compress, id="deflate"),
        pytest.param("deflate", without_header, id="deflate-without-its-header"),
        pytest.param("gzip, deflate", twice, id="both"),
        pytest.param("identity", bytes, id="identity"),
        pytest.param("utf-8", bytes, id="none-at-all"),
        pytest.param("gzip", in_two_streams, id="two-streams"),
        pytest.param("gzip", padded, id="padded"),
    ],
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary() | st.binary(min_size=1, max_size=9).map(lambda part: part * 40_000))
async def test_compressed_body_is_read(
    web: WebServer, encoding: str, compress: Callable[[bytes], bytes], data: bytes
) -> None:
    url = web.answer("/", compress(data), headers={"Content-Encoding": encoding})

    response = await http_client.send_request(HttpMethod.GET, url, response_type=ResponseType.BYTES)

    assert response.body == data


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        pytest.param("gzip", gzip.compress(b"whole")[:-3], id="cut-short"),
        pytest.param("gzip", b"not compressed", id="not-compressed"),
        pytest.param("gzip", gzip.compress(b"whole")[:1], id="one-byte"),
        pytest.param("deflate", b"not compressed", id="not-deflated"),
        pytest.param(", ".join(["gzip"] * 6), b"", id="too-many-layers"),
    ],
)
async def test_body_that_is_not_compressed_as_it_says_can_be_asked_for_again(
    web: WebServer, encoding: str, content: bytes
) -> None:
    url = web.answer("/", content, headers={"Content-Encoding": encoding})

    with pytest.raises(RetryableHttpError, match="compression") as caught:
        await http_client.send_request(HttpMethod.GET, url)

    assert caught.value.__context__ is None


async def test_answer_to_head_may_say_it_would_be_compressed(web: WebServer) -> None:
    url = web.answer("/", headers={"Content-Encoding": "gzip"})

    response = await http_client.send_request(HttpMethod.HEAD, url)

    assert response.body is None


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}], ids=["plain", "gzip"])
async def test_body_may_be_as_large_as_allowed_and_no_larger(
    web: WebServer, headers: Mapping[str, str]
) -> None:
    content = b"x" * 100_000
    url = web.answer("/", gzip.compress(content) if headers else content, headers=headers)

    whole = await http_client.send_request(HttpMethod.GET, url, max_response_bytes=100_000)
    with pytest.raises(FatalError, match=r"more than the 99999 bytes .*`max_response_bytes`"):
        await http_client.send_request(HttpMethod.GET, url, max_response_bytes=99_999)

    assert whole.body == content.decode()
