"""One call: from what the user filled in to the answer, or to the error as an output."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from typing_extensions import TypeIs

from pieces_common.http.client import http_client
from pieces_common.http.message import HttpMethod, HttpResponse, ResponseType
from pieces_common.http.multipart import MultipartBody
from pieces_common.http.options import RequestOptions
from pieces_common.mime_types import extension_of
from pieces_framework import AuthorCodeError, FatalError, JsonValue
from pieces_framework.calling import call
from pieces_framework.javascript import js_text

from .body import WITHOUT_BODY, body_of
from .destination import destination

if TYPE_CHECKING:
    from pieces_common.http.body import Body
    from pieces_framework import ActionContext

Credentials: TypeAlias = Mapping[str, str]
"""Headers, or names and values of the query."""
Values: TypeAlias = Mapping[str, Any]
"""What the user filled in, by the names of the properties."""


class AuthLocation(StrEnum):
    """Where the credentials go."""

    HEADERS = "headers"
    QUERY_PARAMS = "query_params"


@dataclass(frozen=True, kw_only=True)
class Api:
    """A service, as the author declared it."""

    base_url: Callable[[Any], object]
    """Returns text, if the author wrote it as the types ask."""
    auth_mapping: Callable[[Any, Values], Credentials | Awaitable[Credentials]] | None
    auth_location: AuthLocation
    allowed_hosts: Sequence[str]


async def custom_api_call(api: Api, context: ActionContext[Any, Values]) -> Mapping[str, JsonValue]:
    """Send what the user filled in, and return status, headers and body of the answer.

    Raises:
        HttpError: if the service refuses, and the user did not ask for errors as output.
        FatalError: if nothing can be sent; likewise.
    """
    attempt = _Attempt(api, context)
    if not context.props_value.get("failsafe"):
        return await attempt.answer()
    try:
        return await attempt.answer()
    # The user asked for whatever goes wrong as output.
    except Exception as error:  # noqa: BLE001
        from .failure import failure_output

        secrets = (context.auth, attempt.credentials)
        return failure_output(error, attempt.body, secrets)


class _Attempt:
    """What is known of a call by the time it fails."""

    def __init__(self, api: Api, context: ActionContext[Any, Values]) -> None:
        self._api: Final = api
        self._context: Final = context
        self.credentials: Credentials = {}
        self.body: Body = None

    async def answer(self) -> dict[str, JsonValue]:
        values = self._context.props_value
        if values.get("method") is None:  # an author may have made it optional
            raise FatalError("the custom API call has no `method`", hint="choose one")
        method = HttpMethod(values["method"])
        url: Mapping[str, object] = values.get("url") or {}
        base_url = self._api.base_url(self._context.auth)
        if not isinstance(base_url, str):
            raise AuthorCodeError(
                f"`base_url` of the custom API call returned {type(base_url).__name__}, not text",
                hint="look for a `return` that was forgotten",
            )
        where = destination(url.get("url"), base_url, self._api.allowed_hosts)
        if method.value not in WITHOUT_BODY:
            self.body = body_of(values.get("body_type"), values.get("body"))
        if where.takes_credentials:
            self.credentials = await self._mapped()
        return await self._sent(method, where.url)

    async def _mapped(self) -> Credentials:
        mapping = self._api.auth_mapping
        if mapping is None:
            return {}
        context = self._context
        mapped: object = await call(lambda each: mapping(each.auth, each.props_value), context)
        if not _is_credentials(mapped):
            raise AuthorCodeError(
                "`auth_mapping` of the custom API call returned no dict of texts",
                hint='return the headers to add, such as {"Authorization": f"Bearer {auth}"}',
            )
        return mapped

    async def _sent(self, method: HttpMethod, url: str) -> dict[str, JsonValue]:
        options = self._options()
        if not self._context.props_value.get("response_is_binary"):
            answer = await http_client.send_request(method, url, **options)
            return _output(answer, answer.body)
        file = await http_client.send_request(
            method, url, response_type=ResponseType.BYTES, **options
        )
        extension = extension_of(file.headers.get("content-type", ""), default="txt")
        name = f"output.{extension}"
        kept = await self._context.files.write(file_name=name, data=file.body)
        return _output(file, kept)

    def _options(self) -> RequestOptions:
        values = self._context.props_value
        headers = {name.lower(): text for name, text in _texts(values.get("headers")).items()}
        query = _texts(values.get("queryParams"))
        if self._api.auth_location is AuthLocation.HEADERS:
            headers.update((name.lower(), text) for name, text in self.credentials.items())
        else:
            query = {**self.credentials, **query}
        if isinstance(self.body, MultipartBody):
            headers.pop("content-type", None)  # it holds the boundary, which only the body knows
        options: RequestOptions = {
            "headers": headers,
            "query_params": query,
            "body": self.body,
            "follow_redirects": bool(values.get("followRedirects")),
        }
        if timeout_s := values.get("timeout"):
            options["timeout_s"] = timeout_s
        return options


def _output(answer: HttpResponse[Any], body: JsonValue) -> dict[str, JsonValue]:
    return {"status": answer.status, "headers": dict(answer.headers), "body": body}


def _texts(named: object) -> dict[str, str]:
    """Return what an input of names and values holds; an empty row of it is no value."""
    given = cast("Mapping[str, object]", named or {})
    return {name: js_text(value) for name, value in given.items() if name}


def _is_credentials(value: object) -> TypeIs[Credentials]:
    if not isinstance(value, Mapping):
        return False
    entries = cast("Mapping[object, object]", value).items()
    return all(isinstance(name, str) and isinstance(text, str) for name, text in entries)
