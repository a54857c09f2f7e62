"""App webhooks: one URL for all events of an app, which the piece sorts and verifies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .calling import Function, call
from .context import WebhookPayload
from .pausing import WebhookResponse
from .wire import JsonValue


@dataclass(frozen=True, kw_only=True)
class ParseContext:
    """What `parse_and_reply` receives."""

    payload: WebhookPayload
    """The request as it arrived at the app's URL. Nobody has verified it yet."""
    public_url: str
    """The instance's own address, as the service reaches it."""


@dataclass(frozen=True, kw_only=True)
class ParsedEvent:
    """What `parse_and_reply` makes of a request."""

    event: str | None = None
    """The kind of event, as triggers name it to `context.app.create_listeners`."""
    identifier_value: str | None = None
    """Whose event it is, such as the id of a workspace, as triggers name it there."""
    reply: WebhookResponse | None = None
    """Sent at once. Such a request starts nothing: it answers a service's challenge."""


@dataclass(frozen=True, kw_only=True)
class VerifyContext:
    """What `verify` receives."""

    webhook_secret: str | Mapping[str, JsonValue] = field(repr=False)
    """What the instance's administrator configured for the app."""
    payload: WebhookPayload
    """The request; compute signatures over `payload.raw_body`."""
    app_webhook_url: str
    """The URL it arrived at."""


@dataclass(frozen=True, kw_only=True)
class AppEvents:
    """How a piece with `APP_WEBHOOK` triggers reads the requests of its app.

    Both functions may be `async def` or `def`, which runs in a thread.
    """

    parse_and_reply: Function[ParseContext, ParsedEvent]
    """Says which event a request is, or answers it."""
    verify: Function[VerifyContext, bool] | None = None
    """Says whether the app itself sent the request. A piece with an `APP_WEBHOOK` trigger must
    have it: without it anybody could start the flows."""

    async def parse(self, context: ParseContext) -> ParsedEvent:
        """Call `parse_and_reply`."""
        return await call(self.parse_and_reply, context)

    async def is_genuine(self, context: VerifyContext) -> bool:
        """Call `verify`; whatever is not exactly `True` is a no."""
        answer: Any = False if self.verify is None else await call(self.verify, context)
        return answer is True
