"""The payload of an event on its way from the author's fixture to the probe, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pieces_framework.context import WebhookPayload
from pieces_framework.wire import json_problem

PayloadDocument = dict[str, Any]  # the fields of a `WebhookPayload`, the bytes as Latin-1 text


def payload_document(payload: WebhookPayload) -> PayloadDocument:
    """Return `payload` as JSON; `read_document` reads it.

    Raises:
        TypeError: if it holds what a request cannot; the message says what.
    """
    given: dict[str, Any] = vars(payload)  # whatever an author gave
    document = {**given, "raw_body": None}
    for name in ("headers", "query_params"):
        if not isinstance(given[name], Mapping):
            raise TypeError(f"`payload.{name}` is `{type(given[name]).__name__}`, not a dict")
        document[name] = {**given[name]}
    if not isinstance(given["raw_body"], bytes):
        raise TypeError(f"`payload.raw_body` is `{type(given['raw_body']).__name__}`, not bytes")
    if problem := json_problem(document, "payload"):
        raise TypeError(problem)
    return {**document, "raw_body": given["raw_body"].decode("latin-1")}


def read_document(document: PayloadDocument) -> WebhookPayload:
    """Return the payload that `payload_document` wrote."""
    return WebhookPayload(**{**document, "raw_body": document["raw_body"].encode("latin-1")})
