"""What becomes of the bodies that are more than JSON, seen by a real server."""

from __future__ import annotations

import asyncio
import mimetypes
import tracemalloc
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pieces_common import FilePart, HttpMethod, MultipartBody, RetryableHttpError, http_client
from pieces_common.http.multipart import FieldValue
from pieces_framework import ApFile, ApStreamingFile, AuthorCodeError, FatalError
from tests.common.web_server import Sent, WebServer, raw_server

on_one_server = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
a_name = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
a_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def parts(sent: Sent) -> list[tuple[bytes, bytes]]:
    """Return head and data of each part that was sent."""
    marker = b"--" + sent.headers["content-type"].partition("boundary=")[2].encode()
    assert sent.body.endswith(marker + b"--\r\n")
    pieces = (b"\r\n" + sent.body).split(b"\r\n" + marker)[1:-1]
    return [
        (head, data) for head, _, data in (piece[2:].partition(b"\r\n\r\n") for piece in pieces)
    ]


@pytest.mark.parametrize("body", [None, "", b""], ids=repr)
async def test_nothing_is_no_body(web: WebServer, body: str | bytes | None) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.PUT, url, body=body)

    assert (web.sent[0].body, web.sent[0].headers["content-length"]) == (b"", "0")
    assert "content-type" not in web.sent[0].headers


async def test_body_of_a_get_is_sent(web: WebServer) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.GET, url, body={"query": {}})

    assert web.sent[0].body == b'{"query":{}}'


@pytest.mark.parametrize("text", ["text", "ñ", '{"a": 1}'])
async def test_text_is_said_to_be_json_unless_the_headers_say_otherwise(
    web: WebServer, text: str
) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url, body=text)

    assert web.sent[0].body == text.encode()
    assert web.sent[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("headers", "content_type"),
    [({}, "application/octet-stream"), ({"content-TYPE": "image/png"}, "image/png")],
)
async def test_bytes_are_sent_as_they_are(
    web: WebServer, headers: dict[str, str], content_type: str
) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url, body=b"\x00\xff", headers=headers)

    assert web.sent[0].body == b"\x00\xff"
    assert web.sent[0].headers["content-type"] == content_type
    assert web.sent[0].headers["content-length"] == "2"


async def test_stream_is_sent_in_chunks(web: WebServer) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url, body=in_pieces(b"one, ", b"two"))

    assert web.sent[0].body == b"one, two"
    assert web.sent[0].headers["transfer-encoding"] == "chunked"
    assert web.sent[0].headers["content-type"] == "application/octet-stream"


async def test_stream_is_not_held_in_memory() -> None:
    async def large() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield bytes(100_000)

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        end = b""
        while end != b"0\r\n\r\n":
            end = (end + await reader.read(100_000))[-5:]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")

    body = MultipartBody([("file", FilePart("large.bin", large()))])
    async with raw_server(answer) as url:
        tracemalloc.start()
        try:
            await http_client.send_request(HttpMethod.PUT, url, body=body)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < 10_000_000  # of 40 MB


@pytest.mark.parametrize("kind", [LookupError, TimeoutError])
async def test_error_of_the_stream_is_what_the_caller_gets(
    web: WebServer, kind: type[Exception]
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"begun"
        raise kind("the file is gone")

    with pytest.raises(kind, match="gone"):
        await http_client.send_request(HttpMethod.POST, web.answer("/"), body=broken())


@pytest.mark.parametrize("kind", ["stream", "stream-with-length", "multipart"])
async def test_stream_that_is_given_up_is_closed(kind: str) -> None:
    closed: list[bool] = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield bytes(100_000)
        finally:
            closed.append(True)

    async def never_read(_: StreamReader, __: StreamWriter) -> None:
        await given_up.wait()

    given_up = asyncio.Event()
    stream = endless()
    body = MultipartBody({"file": FilePart("a.bin", stream)}) if kind == "multipart" else stream
    headers = {"Content-Length": "9" * 15} if kind == "stream-with-length" else {}
    async with raw_server(never_read) as url:
        with pytest.raises(RetryableHttpError, match="took longer"):
            await http_client.send_request(
                HttpMethod.PUT, url, body=body, headers=headers, timeout_s=0.1
            )
        given_up.set()

    assert closed == [True]


@pytest.mark.parametrize("body", ["stream", "multipart"])
async def test_body_that_can_be_read_once_is_sent_once(web: WebServer, body: str) -> None:
    url = web.answer("/", status=503, headers={"Retry-After": "0"})
    stream = in_pieces(b"once")
    once = stream if body == "stream" else MultipartBody([("file", FilePart("a.txt", stream))])

    with pytest.raises(RetryableHttpError, match="answered 503"):
        await http_client.send_request(HttpMethod.PUT, url, body=once, retries=3)

    assert len(web.sent) == 1


async def test_files_in_memory_are_sent_again(web: WebServer) -> None:
    url = web.answer("/", status=503, headers={"Retry-After": "0"})
    body = MultipartBody([("file", FilePart("a.txt", b"twice"))])

    with pytest.raises(RetryableHttpError):
        await http_client.send_request(HttpMethod.PUT, url, body=body, retries=1)

    assert [data for sent in web.sent for _, data in parts(sent)] == [b"twice", b"twice"]


@pytest.mark.parametrize(
    ("value", "head", "data"),
    [
        pytest.param("ñ\n", b'name="f"', "ñ\n".encode(), id="text"),
        pytest.param(
            FilePart("ö.png", b"\x89"),
            'name="f"; filename="ö.png"\r\nContent-Type: image/png'.encode(),
            b"\x89",
            id="file",
        ),
        pytest.param(
            FilePart('a"\r\n.bin', b"", content_type="a/b"),
            b'name="f"; filename="a%22%0D%0A.bin"\r\nContent-Type: a/b',
            b"",
            id="file-with-a-type-and-a-bad-name",
        ),
        pytest.param(
            ApFile(filename="no-extension", data=b"1"),
            b'name="f"; filename="no-extension"\r\nContent-Type: application/octet-stream',
            b"1",
            id="file-of-a-run",
        ),
        pytest.param(
            FilePart("a.csv", in_pieces(b"a;", b"b")),
            b'name="f"; filename="a.csv"\r\nContent-Type: text/csv',
            b"a;b",
            id="streamed-file",
        ),
        pytest.param(
            ApStreamingFile(filename="a.txt", body=in_pieces(b"a", b"b")),
            b'name="f"; filename="a.txt"\r\nContent-Type: text/plain',
            b"ab",
            id="streamed-file-of-a-run",
        ),
    ],
)
async def test_part_is_sent(web: WebServer, value: FieldValue, head: bytes, data: bytes) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url, body=MultipartBody([("f", value)]))

    assert parts(web.sent[0]) == [(b"Content-Disposition: form-data; " + head, data)]


@on_one_server
@given(
    fields=st.lists(
        st.tuples(
            a_name, a_text | st.builds(FilePart, a_name, st.binary(), st.none() | st.just("a/b"))
        )
    )
)
async def test_parts_arrive_in_order_and_whole(
    web: WebServer, fields: Sequence[tuple[str, FieldValue]]
) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url, body=MultipartBody(fields))

    sent = web.sent[-1]
    assert int(sent.headers["content-length"]) == len(sent.body)
    data = [
        value.encode() if isinstance(value, str) else value.data
        for _, value in fields
        if not isinstance(value, ApFile | ApStreamingFile)
    ]
    assert [each for _, each in parts(sent)] == data


@pytest.mark.parametrize(
    ("given_type", "sent_type"),
    [
        ("multipart/form-data", "multipart/form-data; boundary="),
        ("multipart/form-data; boundary=mine", "multipart/form-data; boundary=mine"),
        ('multipart/related; boundary="mine"', 'multipart/related; boundary="mine"'),
        ('multipart/form-data; a="; boundary=no"', 'multipart/form-data; a="; boundary=no"; bound'),
    ],
)
async def test_boundary_is_added_to_the_content_type_or_taken_from_it(
    web: WebServer, given_type: str, sent_type: str
) -> None:
    url = web.answer("/")
    body = MultipartBody([("a", "1")])

    await http_client.send_request(
        HttpMethod.POST, url, body=body, headers={"content-type": given_type}
    )

    sent = web.sent[0]
    boundary = sent.headers["content-type"].rpartition("boundary=")[2].strip('"')
    assert sent.headers["content-type"].startswith(sent_type)
    assert sent.body.startswith(f"--{boundary}\r\n".encode())


async def test_boundary_is_found_whatever_its_case(web: WebServer) -> None:
    url = web.answer("/")
    headers = {"content-type": "multipart/form-data; Boundary=mine"}

    await http_client.send_request(
        HttpMethod.POST, url, body=MultipartBody({"a": "1"}), headers=headers
    )

    assert web.sent[0].headers["content-type"] == headers["content-type"]
    assert web.sent[0].body.startswith(b"--mine\r\n")


@pytest.mark.parametrize("boundary", ["", '""', '"a b"', "ü", "x" * 71])
async def test_boundary_that_no_reader_would_find_is_refused(web: WebServer, boundary: str) -> None:
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}

    with pytest.raises(FatalError, match="boundary that cannot be used"):
        await http_client.send_request(
            HttpMethod.POST, web.url, body=MultipartBody({"a": "1"}), headers=headers
        )


async def test_fields_may_be_a_mapping(web: WebServer) -> None:
    url = web.answer("/")
    body = MultipartBody({"a": "1", "b": FilePart("b.txt", b"2")})

    await http_client.send_request(HttpMethod.POST, url, body=body)

    assert [data for _, data in parts(web.sent[0])] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        pytest.param(1, "int", id="number"),
        pytest.param(None, "NoneType", id="none"),
        pytest.param(b"1", "bytes", id="bytes"),
        pytest.param(FilePart("a", cast("bytes", "1")), "a `FilePart` of str", id="file-of-text"),
    ],
)
async def test_part_that_is_neither_text_nor_a_file_is_refused(
    web: WebServer, value: Any, what: str
) -> None:
    with pytest.raises(AuthorCodeError, match=f"field `a` .* is {what}, neither text nor a file"):
        await http_client.send_request(HttpMethod.POST, web.url, body=MultipartBody([("a", value)]))

    assert web.sent == []


@pytest.mark.parametrize(
    "fields",
    [[("a", "b", "c")], ["ab"], {1: "b"}, [(None, "b")], None],
    ids=["three", "text", "number-as-name", "no-name", "nothing"],
)
async def test_fields_that_are_no_pairs_are_refused(web: WebServer, fields: Any) -> None:
    with pytest.raises(AuthorCodeError, match="no pair of a name and a value") as caught:
        await http_client.send_request(HttpMethod.POST, web.url, body=MultipartBody(fields))

    assert "as `[(" in caught.value.hint
    assert web.sent == []


async def test_type_of_a_file_is_guessed_the_same_on_every_machine(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mimetypes.types_map, ".pdf", "x-odd/type")
    url = web.answer("/")

    await http_client.send_request(
        HttpMethod.POST, url, body=MultipartBody({"a": FilePart("a.pdf", b"")})
    )

    assert parts(web.sent[0])[0][0].endswith(b"Content-Type: application/pdf")


async def test_content_type_of_a_part_that_would_forge_a_header_is_refused(web: WebServer) -> None:
    body = MultipartBody([("a", FilePart("a", b"", content_type="a/b\r\nX: y"))])

    with pytest.raises(FatalError, match="content type"):
        await http_client.send_request(HttpMethod.POST, web.url, body=body)

    assert web.sent == []


@on_one_server
@given(fields=st.dictionaries(a_name, a_text, min_size=1))
async def test_form_can_be_read_back(web: WebServer, fields: dict[str, str]) -> None:
    url = web.answer("/")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

    await http_client.send_request(HttpMethod.POST, url, body=fields, headers=headers)

    sent = parse_qsl(web.sent[-1].body.decode(), keep_blank_values=True, strict_parsing=True)
    assert sent == list(fields.items())


@pytest.mark.parametrize("value", [{"a": 1}, [{"a": 1}]], ids=repr)
async def test_object_in_a_form_is_refused(
    web: WebServer, value: dict[str, int] | list[dict[str, int]]
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    with pytest.raises(FatalError, match="`metadata` of the form"):
        await http_client.send_request(
            HttpMethod.POST, web.url, body={"metadata": value}, headers=headers
        )


@pytest.mark.parametrize(
    "body",
    [lambda: b"other", lambda: in_pieces(b"o", b"ther"), lambda: in_pieces(b"o")],
    ids=["bytes", "longer-stream", "shorter-stream"],
)
async def test_body_that_belies_its_length_is_refused_for_good(
    web: WebServer, body: Callable[[], bytes | AsyncIterator[bytes]]
) -> None:
    headers = {"Content-Length": "2"}
    web.answer("/")

    with pytest.raises(FatalError, match="not as long as"):
        await http_client.send_request(HttpMethod.POST, f"{web.url}/", body=body(), headers=headers)


async def test_stream_with_its_length_is_not_chunked(web: WebServer) -> None:
    url = web.answer("/")
    body = in_pieces(b"one", b"two")

    await http_client.send_request(HttpMethod.POST, url, body=body, headers={"Content-Length": "6"})

    assert web.sent[0].body == b"onetwo"
    assert "transfer-encoding" not in web.sent[0].headers


@pytest.mark.parametrize("length", ["5", "s3cret"])
async def test_length_without_a_body_is_refused(web: WebServer, length: str) -> None:
    headers = {"Content-Length": length}

    with pytest.raises(FatalError, match=f"body of `GET {web.url}` is not as long as") as caught:
        await http_client.send_request(HttpMethod.GET, web.url, headers=headers)

    assert "s3cret" not in f"{caught.value!r} {caught.value.__context__!r}"
