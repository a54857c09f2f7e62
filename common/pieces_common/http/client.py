"""The HTTP client of pieces."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, Unpack, overload

from pieces_framework import AuthorCodeError, JsonValue

from .exchange import body_of, opened, repeated, whole_answer
from .message import HttpMethod, HttpResponse, MediaType, ResponseType, shown_url
from .options import RequestOptions
from .request import prepared

if TYPE_CHECKING:
    from pydantic import BaseModel

    from .stream import StreamedResponse

ModelT = TypeVar("ModelT", bound="BaseModel")

_ANYTHING: Final = "*/*"


class HttpClient:
    """Sends requests. Use the module's `http_client`.

    The requests that a piece's function sends while it runs share their connections, and nothing
    else; the connections are closed when it is done. A request outside of one has its own.
    """

    @overload
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        response_type: Literal[ResponseType.JSON] = ResponseType.JSON,
        parse: None = None,
        **options: Unpack[RequestOptions],
    ) -> HttpResponse[JsonValue]: ...
    @overload
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        response_type: Literal[ResponseType.JSON] = ResponseType.JSON,
        parse: type[ModelT],
        **options: Unpack[RequestOptions],
    ) -> HttpResponse[ModelT]: ...
    @overload
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        response_type: Literal[ResponseType.TEXT],
        **options: Unpack[RequestOptions],
    ) -> HttpResponse[str]: ...
    @overload
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        response_type: Literal[ResponseType.BYTES],
        **options: Unpack[RequestOptions],
    ) -> HttpResponse[bytes]: ...
    async def send_request(
        self,
        method: HttpMethod,
        url: str,
        *,
        response_type: ResponseType = ResponseType.JSON,
        parse: type[BaseModel] | None = None,
        **options: Unpack[RequestOptions],
    ) -> HttpResponse[Any]:  # the overloads say which
        """Send one request and return its answer, after any redirects.

        A redirect to another host is followed without the headers and only if it needs no body:
        what was meant for one service is not handed to the next.

        Args:
            method: the request's method.
            url: absolute, `http` or `https`. What its path holds shows in error messages.
            response_type: what the answer's body is read as, and what `Accept` asks for.
            parse: a pydantic model for the answer's JSON.
            **options: see `RequestOptions`.

        Raises:
            HttpError: if the service answers with a status of 400 or more, or redirects the body
                to another host.
            RetryableHttpError: if that is 429 or 5xx, or if there is no answer.
            FatalError: if the request cannot be sent as it is, or the answer does not fit `parse`
                or `max_response_bytes`.
            AuthorCodeError: if a keyword has a value that none can have.
        """
        if parse is not None and response_type is not ResponseType.JSON:
            raise AuthorCodeError(
                f"`{method} {shown_url(url)}`: `parse` reads JSON, so `response_type` cannot be "
                f"`{response_type}`",
                hint="leave one of them out",
            )
        accept = MediaType.APPLICATION_JSON if response_type is ResponseType.JSON else _ANYTHING
        request = prepared(method, url, accept, options)
        answer, data = await repeated(request, functools.partial(whole_answer, request))
        body: object = data
        if response_type is not ResponseType.BYTES:
            body = body_of(answer, data, response_type, parse)
        return HttpResponse(status=answer.status, headers=answer.headers, body=body)

    @asynccontextmanager
    async def stream(
        self, method: HttpMethod, url: str, **options: Unpack[RequestOptions]
    ) -> AsyncGenerator[StreamedResponse]:
        """Send one request and read its answer piece by piece, inside an `async with` block.

        What is not read when the block is left is not fetched.

        Args:
            method: the request's method.
            url: absolute, `http` or `https`. What its path holds shows in error messages.
            **options: see `RequestOptions`.

        Raises:
            HttpError: as `send_request` does, before the block begins.
            FatalError: if the request cannot be sent as it is.
            AuthorCodeError: if a keyword has a value that none can have.
        """
        request = prepared(method, url, _ANYTHING, options)
        response = await repeated(request, functools.partial(opened, request))
        try:
            yield response
        finally:
            await response.aclose()


http_client: Final = HttpClient()
"""The client that pieces call."""
