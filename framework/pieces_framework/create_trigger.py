"""`create_trigger`, which turns a function into a trigger.

It is declared once for each strategy, form of props and `require_auth`, as each gives the function
and the hooks other contexts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, overload

from typing_extensions import TypeVar, Unpack

from .auth import AnyAuth, Auths, AuthT, AuthT2, AuthT3, AuthT4, AuthT5, AuthT_contra
from .calling import Function
from .part import PropsT
from .property import NoProps, PropertyBase, Props, PropsDeclaration
from .trigger import (
    HookContextT,
    RunContextT,
    Trigger,
    TriggerOptions,
    TriggerStrategy,
    WebhookTriggerOptions,
)

PropsClassT = TypeVar("PropsClassT", bound=Props, default=NoProps)
DictProps: TypeAlias = Mapping[str, PropertyBase[Any]]
DictValues: TypeAlias = Mapping[str, Any]  # the dict form is untyped


class TriggerDecorator(Protocol[AuthT_contra, PropsT, HookContextT, RunContextT]):
    """Turns an author's function into a trigger. What `create_trigger` returns."""

    @overload
    def __call__(
        self, function: Callable[[RunContextT], Awaitable[Sequence[object]]], /
    ) -> Trigger[AuthT_contra, PropsT, HookContextT, RunContextT]: ...
    @overload
    def __call__(
        self, function: Callable[[RunContextT], Sequence[object]], /
    ) -> Trigger[AuthT_contra, PropsT, HookContextT, RunContextT]: ...


if TYPE_CHECKING:
    from .context import (
        AppWebhookContext,
        AppWebhookRunContext,
        ManualTriggerContext,
        ManualTriggerRunContext,
        PollingTriggerContext,
        WebhookContext,
        WebhookRunContext,
    )

    Polling: TypeAlias = TriggerDecorator[
        AuthT, PropsT, PollingTriggerContext[AuthT, PropsT], PollingTriggerContext[AuthT, PropsT]
    ]
    Webhook: TypeAlias = TriggerDecorator[
        AuthT, PropsT, WebhookContext[AuthT, PropsT], WebhookRunContext[AuthT, PropsT]
    ]
    AppWebhook: TypeAlias = TriggerDecorator[
        AuthT, PropsT, AppWebhookContext[AuthT, PropsT], AppWebhookRunContext[AuthT, PropsT]
    ]
    Manual: TypeAlias = TriggerDecorator[
        AuthT, PropsT, ManualTriggerContext[AuthT, PropsT], ManualTriggerRunContext[AuthT, PropsT]
    ]


@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.POLLING],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> Polling[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.POLLING],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> Polling[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.POLLING],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> Polling[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.POLLING],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> Polling[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[WebhookTriggerOptions],
) -> Webhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[WebhookTriggerOptions],
) -> Webhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[WebhookTriggerOptions],
) -> Webhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[WebhookTriggerOptions],
) -> Webhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.APP_WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> AppWebhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.APP_WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> AppWebhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.APP_WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> AppWebhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.APP_WEBHOOK],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> AppWebhook[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.MANUAL],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> Manual[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.MANUAL],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> Manual[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.MANUAL],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> Manual[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT]: ...
@overload
def create_trigger(
    *,
    strategy: Literal[TriggerStrategy.MANUAL],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> Manual[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues]: ...
def create_trigger(
    *,
    strategy: TriggerStrategy,
    auth: AnyAuth | None = None,
    props: PropsDeclaration | None = None,
    require_auth: bool = True,
    **options: Unpack[WebhookTriggerOptions],
) -> TriggerDecorator[Any, Any, Any, Any]:
    """Turn a function, `async def` or `def`, into a trigger; `strategy` decides its context.

    Args:
        strategy: how it notices. A webhook trigger needs both `on_enable` and `on_disable`, an
            app webhook `on_enable`, and its piece `events`.
        auth: the piece's auth, a tuple of several, or `None` for a trigger that needs none.
        props: a `Props` class, or a dict of properties by name (then `props_value` is untyped).
        require_auth: `False` lets the user choose no connection; `context.auth` is then `None`.
        **options: see `TriggerOptions`, and `WebhookTriggerOptions` for a webhook. `name` is the
            identifier flows store, such as `new_flavor_created`: never change it.
    """

    def decorate(function: Function[Any, Sequence[object]]) -> Trigger[Any, Any, Any, Any]:
        return Trigger(
            function=function,
            strategy=strategy,
            auth=auth,
            props=NoProps if props is None else props,
            require_auth=require_auth,
            **options,
        )

    return decorate
