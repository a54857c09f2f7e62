"""What a piece's tests need: a store in memory, and contexts as the engine would build them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, overload

from .action import Action
from .context import ActionContext, WebhookPayload
from .errors import PieceError
from .protocols import Store, StoreScope
from .run_context import run_context
from .storage import check_key, decode_value, encode_value
from .trigger import Trigger
from .wire import JsonValue

T = TypeVar("T")
AuthT = TypeVar("AuthT")
PropsT = TypeVar("PropsT")
HookContextT = TypeVar("HookContextT")
RunContextT = TypeVar("RunContextT")


class MemoryStore:
    """A `Store` in memory with the real store's limits and its JSON round trip."""

    def __init__(self) -> None:
        self._texts: dict[tuple[StoreScope, str], str] = {}

    async def put(self, key: str, value: JsonValue, scope: StoreScope = StoreScope.FLOW) -> None:
        """See `Store.put`."""
        check_key(key)
        self._texts[scope, key] = encode_value(key, value)

    async def get(
        self, key: str, as_type: type[T], scope: StoreScope = StoreScope.FLOW
    ) -> T | None:
        """See `Store.get`."""
        check_key(key)
        return decode_value(key, self._texts.get((scope, key), "null"), as_type)

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """See `Store.delete`."""
        check_key(key)
        self._texts.pop((scope, key), None)


@overload
def make_context(
    declared: Action[AuthT, PropsT, Any],
    *,
    auth: AuthT | None = None,
    props: Mapping[str, JsonValue] | None = None,
    store: Store | None = None,
) -> ActionContext[AuthT, PropsT]: ...
@overload
def make_context(
    declared: Trigger[AuthT, HookContextT, RunContextT],
    *,
    auth: AuthT | None = None,
    props: Mapping[str, JsonValue] | None = None,
    store: Store | None = None,
    webhook_url: str = ...,
    payload: WebhookPayload | None = None,
    is_republish: bool = False,
) -> RunContextT: ...
def make_context(
    declared: Action[Any, Any, Any] | Trigger[Any, Any, Any],
    *,
    auth: object = None,
    props: Mapping[str, JsonValue] | None = None,
    store: Store | None = None,
    webhook_url: str = "https://instance.example.com/api/v1/webhooks/test",
    payload: WebhookPayload | None = None,
    is_republish: bool = False,
) -> Any:  # the overloads say which
    """Build the context that `declared` would receive in a run.

    Args:
        declared: an action, or a trigger: its run context fits its hooks too.
        auth: the value `context.auth` shall have.
        props: what the user filled in, as JSON; processed as in a run.
        store: where values are kept; a new `MemoryStore` if not given.
        webhook_url: the trigger's own URL.
        payload: the request a webhook trigger's `run` receives.
        is_republish: see `TriggerContext.is_republish`.

    Raises:
        PropsError: if `props` are not what `declared` asks for.
        PieceError: if `declared` needs auth and none is given.
    """
    __tracebackhide__ = True  # pytest shows the author's line, not ours
    if declared.auth is not None and auth is None:
        raise PieceError(f"{declared.where} needs auth", hint="pass `auth=` to `make_context`")
    props, store = props or {}, store or MemoryStore()
    if isinstance(declared, Action):
        return run_context(declared, auth=auth, props=props, store=store)
    return run_context(
        declared,
        auth=auth,
        props=props,
        store=store,
        webhook_url=webhook_url,
        payload=payload,
        is_republish=is_republish,
    )
