"""A polling trigger in one function: the one that fetches its items."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, update_wrapper
from typing import Any, Literal, Protocol, overload

from typing_extensions import TypeVar

from pieces_framework import (
    JsonValue,
    NoProps,
    PollingTriggerContext,
    Props,
    Trigger,
    TriggerStrategy,
)
from pieces_framework.auth import AuthBase
from pieces_framework.property import PropertyBase, PropsDeclaration

from . import polling_helper
from .polling import (
    DedupeStrategy,
    IdentifiedItem,
    ItemsFunction,
    Polling,
    PollingContext,
    TimedItem,
)

AuthT = TypeVar("AuthT", default=None)
PropsT = TypeVar("PropsT", default=NoProps)
PropsClassT = TypeVar("PropsClassT", bound=Props, default=NoProps)
ItemT_contra = TypeVar("ItemT_contra", contravariant=True, default=TimedItem)


class PollingTriggerDecorator(Protocol[AuthT, PropsT, ItemT_contra]):
    """Turns an author's function into a trigger. What `create_polling_trigger` returns."""

    def __call__(
        self, items: ItemsFunction[PollingContext[AuthT, PropsT], ItemT_contra], /
    ) -> Trigger[AuthT, PollingTriggerContext[AuthT, PropsT], PollingTriggerContext[AuthT, PropsT]]:
        """Return the trigger that fetches with `items`."""
        ...


@overload
def create_polling_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    dedupe: Literal[DedupeStrategy.TIMEBASED],
    auth: AuthBase[AuthT] | None = None,
    props: type[PropsClassT] | None = None,
    sample_data: JsonValue = None,
) -> PollingTriggerDecorator[AuthT, PropsClassT, TimedItem]: ...
@overload
def create_polling_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    dedupe: Literal[DedupeStrategy.TIMEBASED],
    props: Mapping[str, PropertyBase[Any]],
    auth: AuthBase[AuthT] | None = None,
    sample_data: JsonValue = None,
) -> PollingTriggerDecorator[AuthT, Mapping[str, Any], TimedItem]: ...
@overload
def create_polling_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    dedupe: Literal[DedupeStrategy.LAST_ITEM],
    auth: AuthBase[AuthT] | None = None,
    props: type[PropsClassT] | None = None,
    sample_data: JsonValue = None,
) -> PollingTriggerDecorator[AuthT, PropsClassT, IdentifiedItem]: ...
@overload
def create_polling_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    dedupe: Literal[DedupeStrategy.LAST_ITEM],
    props: Mapping[str, PropertyBase[Any]],
    auth: AuthBase[AuthT] | None = None,
    sample_data: JsonValue = None,
) -> PollingTriggerDecorator[AuthT, Mapping[str, Any], IdentifiedItem]: ...
def create_polling_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    dedupe: DedupeStrategy,
    auth: AuthBase[Any] | None = None,
    props: PropsDeclaration | None = None,
    sample_data: JsonValue = None,
) -> PollingTriggerDecorator[Any, Any, Any]:
    """Turn a function that fetches items into a polling trigger with all its hooks.

    The function takes one `PollingContext`, whose type must match `auth` and `props`, and gives
    a `TimedItem` or an `IdentifiedItem` for each thing the service has, as `dedupe` says. It may
    be an async generator, an `async def` that returns them, or a plain `def`, run in a thread.

    Args:
        name: the identifier flows store, such as `new_order`. Never change it.
        display_name: what the user reads.
        description: what the trigger notices, in a sentence.
        dedupe: how new items are told from old; see `DedupeStrategy`.
        auth: the piece's auth, or `None` for a trigger that needs no credentials.
        props: a `Props` class, or a dict of properties by name (then `props_value` is untyped).
        sample_data: the data of one item, shown where no real one is at hand.
    """

    def decorate(items: ItemsFunction[PollingContext[Any, Any], Any]) -> Trigger[Any, Any, Any]:
        polling: Polling[Any, Any] = (
            Polling(strategy=DedupeStrategy.TIMEBASED, items=items)
            if dedupe is DedupeStrategy.TIMEBASED
            else Polling(strategy=DedupeStrategy.LAST_ITEM, items=items)
        )

        trigger: Trigger[Any, Any, Any] = Trigger(
            name=name,
            display_name=display_name,
            description=description,
            strategy=TriggerStrategy.POLLING,
            auth=auth,
            props=NoProps if props is None else props,
            sample_data=sample_data,
            # Messages shall name the author's function, not ours.
            function=update_wrapper(partial(polling_helper.poll, polling), items),
        )
        trigger.on_enable(partial(polling_helper.on_enable, polling))
        trigger.on_disable(partial(polling_helper.on_disable, polling))
        trigger.test(partial(polling_helper.test, polling))
        return trigger

    return decorate
