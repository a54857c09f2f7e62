"""Answers to the request by which a service asks whether an address is ours to name.

What came is sent back as plain text, which no browser runs; nothing is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pieces_framework.context import WebhookPayload
from pieces_framework.pausing import WebhookResponse

from .secret import Secret, same_secret

_TEXT: Final = {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
}


def echo_query(payload: WebhookPayload, name: str) -> WebhookResponse:
    """Answer with the value of a query parameter, such as Microsoft Graph's `validationToken`.

    A request without it is answered with status 400.
    """
    value = payload.query_params.get(name)
    return _text(value) if value else _text(f"the parameter {name} is missing", status=400)


def echo_header(payload: WebhookPayload, name: str) -> WebhookResponse:
    """Answer with the same header and no body, as Asana asks with its `X-Hook-Secret`.

    A request without it, or with what no header can hold, is answered with status 400.
    """
    value = payload.headers.get(name.lower(), "")
    if not value.isascii() or not value.isprintable() or not value:
        return _text(f"the header {name} is missing", status=400)
    return WebhookResponse(headers={name: value})


def meta_challenge(payload: WebhookPayload, verify_token: Secret) -> WebhookResponse:
    """Answer Meta, which sends `hub.verify_token` and expects `hub.challenge` back.

    Where the token is not ours the answer has status 403.

    Args:
        payload: the request.
        verify_token: the text that was entered beside the address in the app's dashboard.

    Raises:
        FatalError: if `verify_token` is no text, or empty.
    """
    if not same_secret(payload.query_params.get("hub.verify_token"), verify_token):
        return _text("the token is wrong", status=403)
    return echo_query(payload, "hub.challenge")


def slack_challenge(payload: WebhookPayload) -> WebhookResponse | None:
    """Answer Slack's `url_verification`; `None` if the request is anything else.

    For `parse_and_reply`: `ParsedEvent(reply=slack_challenge(context.payload), event=...)`.
    """
    body = payload.body
    if not isinstance(body, Mapping) or body.get("type") != "url_verification":
        return None
    challenge = body.get("challenge")
    return _text(challenge) if isinstance(challenge, str) else None


def _text(body: str, *, status: int = 200) -> WebhookResponse:
    return WebhookResponse(status=status, body=body, headers=_TEXT)
