"""Requests, as a service would send them, and the contexts of an app's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypedDict, Unpack

from pieces_framework.context import WebhookPayload
from pieces_framework.errors import PieceError
from pieces_framework.events import ParseContext, VerifyContext
from pieces_framework.memory import MemoryHost
from pieces_framework.payload import read_payload
from pieces_framework.wire import JsonValue, json_problem

WEBHOOK_URL: Final = "https://instance.example.com/api/v1/webhooks/test"
"""Where a trigger's requests arrive unless a test says otherwise."""
WEBHOOK_SECRET: Final = "test-webhook-secret"  # noqa: S105 -- opens nothing


class RequestOptions(TypedDict, total=False):
    """One request; see `make_payload`."""

    body: JsonValue
    raw_body: bytes | None
    headers: Mapping[str, str]
    query_params: Mapping[str, str]
    method: str


def make_payload(
    body: JsonValue = None,
    *,
    raw_body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query_params: Mapping[str, str] | None = None,
    method: str = "POST",
) -> WebhookPayload:
    """Build what a function receives of a request, by way of the bytes that would be sent.

    Args:
        body: sent as JSON; `None` sends no body.
        raw_body: in place of `body`, the body byte for byte: of a form, or signed by a service.
        headers: names in any case. JSON names its content type unless it is given here.
        query_params: the parameters of the URL.
        method: in any case.

    Raises:
        PieceError: if `body` is no JSON, or `raw_body` is given besides.
    """
    from json import dumps
    from urllib.parse import urlencode

    named = {name.lower(): value for name, value in (headers or {}).items()}
    if body is not None:
        if raw_body is not None:
            raise PieceError("a request has one body", hint="pass either `body=` or `raw_body=`")
        if problem := json_problem(body, "body"):
            raise PieceError(problem, hint="pass other bodies than JSON as `raw_body=`")
        raw_body = dumps(body).encode()
        named = {"content-type": "application/json", **named}
    return read_payload(
        raw_body or b"",
        headers=named.items(),
        query=urlencode(query_params or {}),
        method=method,
    )


def make_parse_context(**request: Unpack[RequestOptions]) -> ParseContext:
    """Build what `parse_and_reply` of an app's events receives. The request: see `make_payload`."""
    return ParseContext(payload=make_payload(**request), public_url=MemoryHost().server.public_url)


def make_verify_context(
    *,
    webhook_secret: str | Mapping[str, JsonValue] = WEBHOOK_SECRET,
    webhook_url: str = WEBHOOK_URL,
    **request: Unpack[RequestOptions],
) -> VerifyContext:
    """Build what `verify` of an app's events receives.

    Args:
        webhook_secret: what the instance's administrator configured for the app.
        webhook_url: the URL the request arrived at.
        **request: see `make_payload`.
    """
    return VerifyContext(
        webhook_secret=webhook_secret,
        payload=make_payload(**request),
        app_webhook_url=webhook_url,
    )
