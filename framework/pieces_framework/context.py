"""What an author's functions receive. Frozen: a run changes the world only through methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic

from typing_extensions import TypeVar

from .auth import AuthT_co
from .property import NoProps
from .protocols import Store
from .wire import JsonValue

PropsT_co = TypeVar("PropsT_co", covariant=True, default=NoProps)


@dataclass(frozen=True, kw_only=True)
class ActionContext(Generic[AuthT_co, PropsT_co]):
    """What an action's `run` receives."""

    auth: AuthT_co = field(repr=False)
    """The credentials: `str` for `PieceAuth.SecretText`, `None` without auth."""
    props_value: PropsT_co
    """The values the user filled in: the `Props` instance, or a mapping for the dict form."""
    store: Store


@dataclass(frozen=True, kw_only=True)
class TriggerContext(Generic[AuthT_co, PropsT_co]):
    """What every function of every trigger receives."""

    auth: AuthT_co = field(repr=False)
    """The credentials: `str` for `PieceAuth.SecretText`, `None` without auth."""
    props_value: PropsT_co
    """The values the user filled in: the `Props` instance, or a mapping for the dict form."""
    store: Store
    """Kept between the calls of one enabled trigger."""
    is_republish: bool = False
    """In `on_enable`: a new version of a flow that was already on. Otherwise false."""


@dataclass(frozen=True, kw_only=True)
class PollingTriggerContext(TriggerContext[AuthT_co, PropsT_co]):
    """What every function of a polling trigger receives."""


@dataclass(frozen=True, kw_only=True)
class WebhookContext(TriggerContext[AuthT_co, PropsT_co]):
    """What every function of a webhook trigger receives."""

    webhook_url: str
    """Where the service must send its requests: unique to the flow, and a secret."""


@dataclass(frozen=True, kw_only=True)
class WebhookPayload:
    """One request as it arrived at the webhook URL."""

    body: JsonValue = None
    """The parsed body: JSON, the fields of a form, or text."""
    raw_body: bytes = b""
    """The body byte for byte, as signatures need it."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in lower case."""
    query_params: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class WebhookRunContext(WebhookContext[AuthT_co, PropsT_co]):
    """What a webhook trigger's `run` receives: a request besides the rest."""

    payload: WebhookPayload
