"""An HTTP request as a webhook trigger receives it, and whether it is a handshake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from .context import WebhookPayload
from .presentation import WebhookHandshakeConfiguration, WebhookHandshakeStrategy
from .wire import JsonValue, parse_json

_FORM: Final = "application/x-www-form-urlencoded"


def read_payload(
    raw_body: bytes,
    *,
    headers: Iterable[tuple[str, str]] = (),
    query: str = "",
    method: str = "",
) -> WebhookPayload:
    """Return the payload of a request.

    The body of a form becomes an object, in which a name that repeats holds a list. Any other
    body is JSON if it can be read as such, whatever its type claims; else text, and `None` if
    it is empty.

    Args:
        raw_body: the body byte for byte.
        headers: names in any case; the values of a name that repeats are joined by `, `.
        query: the query string, without its question mark; of a name that repeats the last counts.
        method: in any case.
    """
    by_name: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        by_name[key] = f"{by_name[key]}, {value}" if key in by_name else value
    is_form = by_name.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    text = raw_body.decode("utf-8-sig", "replace")
    return WebhookPayload(
        body=_form(text) if is_form else _json_or_text(text),
        raw_body=raw_body,
        headers=by_name,
        query_params=dict(parse_qsl(query, keep_blank_values=True)),
        method=method.upper(),
    )


def is_handshake(
    configuration: WebhookHandshakeConfiguration | None, payload: WebhookPayload
) -> bool:
    """Whether the request goes to `on_handshake`: what is looked for is there, whatever it holds.

    Source: product documentation, "Webhook Trigger".
    """
    if configuration is None or configuration.param_name is None:
        return False
    name = configuration.param_name
    match configuration.strategy:
        case WebhookHandshakeStrategy.HEADER_PRESENT:
            return name.lower() in payload.headers
        case WebhookHandshakeStrategy.QUERY_PRESENT:
            return name in payload.query_params
        case WebhookHandshakeStrategy.BODY_PARAM_PRESENT:
            return isinstance(payload.body, Mapping) and name in payload.body
        case WebhookHandshakeStrategy.NONE:
            return False


def _form(text: str) -> dict[str, JsonValue]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in values.items()}


def _json_or_text(text: str) -> JsonValue:
    try:
        return parse_json(text)
    except ValueError:
        return text or None
