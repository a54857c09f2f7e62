"""HTTP: claims that hold, and mistakes that mypy and pyright both catch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import assert_type

from pydantic import BaseModel

from pieces_common import (
    ApiKeyHeader,
    ApiKeyQuery,
    BasicAuth,
    BearerToken,
    FilePart,
    HttpError,
    HttpHeader,
    HttpMethod,
    HttpResponse,
    MediaType,
    MultipartBody,
    RateLimit,
    RequestOptions,
    ResponseType,
    StreamedResponse,
    http_client,
)
from pieces_framework import ApFile, JsonValue

GET = HttpMethod.GET
limit = RateLimit(requests=10)


class Flavor(BaseModel):
    """What some answers hold."""

    name: str


async def answers() -> None:
    """The type of the answer is the one that was asked for."""
    json = await http_client.send_request(GET, "")
    assert_type(json, HttpResponse[JsonValue])
    same = await http_client.send_request(GET, "", response_type=ResponseType.JSON)
    assert_type(same.body, JsonValue)
    model = await http_client.send_request(GET, "", parse=Flavor, timeout_s=None)
    assert_type(model.body, Flavor)
    text = await http_client.send_request(GET, "", response_type=ResponseType.TEXT, retries=2)
    assert_type(text.body, str)
    data = await http_client.send_request(GET, "", response_type=ResponseType.BYTES)
    assert_type(data.body, bytes)
    async with http_client.stream(GET, "", rate_limit=limit) as response:
        assert_type(response, StreamedResponse)
        async for piece in response.iter_bytes():
            assert_type(piece, bytes)
        async for line in response.iter_lines():
            assert_type(line, str)


async def requests(stream: AsyncIterator[bytes], file: ApFile) -> None:
    """What a request may hold."""
    parts = MultipartBody([("a", "b"), ("c", FilePart("d.txt", stream)), ("e", file)])
    await http_client.send_request(GET, "", body=parts)
    await http_client.send_request(GET, "", body=MultipartBody({"a": "b", "c": file}))
    await http_client.send_request(GET, "", body=stream)
    await http_client.send_request(GET, "", body=b"bytes")
    await http_client.send_request(GET, "", body=[{"a": 1}])
    await http_client.send_request(GET, "", query_params={"a": [1, "b", True], "c": 0.5})
    await http_client.send_request(GET, "", query_params=[("a", 1), ("a", 2)])
    for authentication in (
        BearerToken(""),
        BasicAuth("", ""),
        ApiKeyHeader(HttpHeader.API_KEY, ""),
        ApiKeyQuery("key", ""),
        None,
    ):
        await http_client.send_request(GET, "", authentication=authentication)
    options: RequestOptions = {
        "headers": {HttpHeader.ACCEPT: MediaType.TEXT_CSV},
        "follow_redirects": False,
        "max_response_bytes": 1,
    }
    await http_client.send_request(GET, "", **options)


def errors(error: HttpError) -> None:
    """What an error tells."""
    assert_type(error.status, int)
    assert_type(error.body, JsonValue)
    assert_type(error.error_message(), dict[str, JsonValue])
    assert_type(error.json_text, str)


async def mistakes() -> None:
    """What both checkers refuse."""
    await http_client.send_request("GET", "")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    await http_client.send_request(GET, "", parse=int)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]
    await http_client.send_request(GET, "", timeout=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    await http_client.send_request(GET, "", query_params={"a": None})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    await http_client.send_request(GET, "", response_type=ResponseType.TEXT, parse=Flavor)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    async with http_client.stream(GET, "", parse=Flavor):  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        pass
    MultipartBody({"a": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    await http_client.send_request(GET, "", authentication="sk")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
