"""A polling trigger in one function: the one that fetches its items."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, update_wrapper
from typing import Any, Final, Literal, Protocol, TypeAlias, cast, overload

from typing_extensions import TypeVar, Unpack

from pieces_framework import NoProps, PollingTriggerContext, Props, Trigger, TriggerStrategy
from pieces_framework.auth import AnyAuth, Auths, AuthT, AuthT2, AuthT3, AuthT4, AuthT5
from pieces_framework.calling import source_of
from pieces_framework.errors import DefinitionError
from pieces_framework.part import unknown_problem
from pieces_framework.property import PropertyBase, PropsDeclaration
from pieces_framework.trigger import TriggerOptions

from . import hooks
from .declaration import (
    DedupeStrategy,
    IdentifiedItem,
    ItemsFunction,
    LedgerItem,
    LedgerOptions,
    NewestFirstOptions,
    Polling,
    PollingContext,
    TimedItem,
)

PropsT = TypeVar("PropsT", default=NoProps)
PropsClassT = TypeVar("PropsClassT", bound=Props, default=NoProps)
ItemT_contra = TypeVar("ItemT_contra", contravariant=True, default=TimedItem)
DictProps: TypeAlias = Mapping[str, PropertyBase[Any]]
DictValues: TypeAlias = Mapping[str, Any]  # the dict form is untyped

PollingTrigger: TypeAlias = Trigger[
    AuthT, PropsT, PollingTriggerContext[AuthT, PropsT], PollingTriggerContext[AuthT, PropsT]
]
"""The trigger that `create_polling_trigger` makes of a function."""

_KEYWORDS: Final = (
    "dedupe",
    "auth",
    "props",
    "require_auth",
    *sorted(LedgerOptions.__annotations__),
)


class PollingTriggerDecorator(Protocol[AuthT, PropsT, ItemT_contra]):
    """Turns an author's function into a trigger. What `create_polling_trigger` returns."""

    def __call__(
        self, items: ItemsFunction[PollingContext[AuthT, PropsT], ItemT_contra], /
    ) -> PollingTrigger[AuthT, PropsT]:
        """Return the trigger that fetches with `items`."""
        ...


@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.TIMEBASED],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[NewestFirstOptions],
) -> PollingTriggerDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT, TimedItem]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.TIMEBASED],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[NewestFirstOptions],
) -> PollingTriggerDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues, TimedItem]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.TIMEBASED],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[NewestFirstOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT, TimedItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.TIMEBASED],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[NewestFirstOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues, TimedItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LAST_ITEM],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT, IdentifiedItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LAST_ITEM],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[TriggerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues, IdentifiedItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LAST_ITEM],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT, IdentifiedItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LAST_ITEM],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[TriggerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues, IdentifiedItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LEDGER],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[LedgerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT, LedgerItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LEDGER],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[True] = True,
    **options: Unpack[LedgerOptions],
) -> PollingTriggerDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, DictValues, LedgerItem]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LEDGER],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[LedgerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT, LedgerItem
]: ...
@overload
def create_polling_trigger(
    *,
    dedupe: Literal[DedupeStrategy.LEDGER],
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: DictProps,
    require_auth: Literal[False],
    **options: Unpack[LedgerOptions],
) -> PollingTriggerDecorator[
    AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, DictValues, LedgerItem
]: ...
def create_polling_trigger(
    *,
    dedupe: DedupeStrategy,
    auth: AnyAuth | None = None,
    props: PropsDeclaration | None = None,
    require_auth: bool = True,
    newest_first: bool = False,
    overlap_s: float | None = None,
    **options: Unpack[TriggerOptions],
) -> PollingTriggerDecorator[Any, Any, Any]:
    """Turn a function that fetches items into a polling trigger with all its hooks.

    The function takes one `PollingContext`, whose type must match `auth` and `props`, and gives
    a `TimedItem`, an `IdentifiedItem` or a `LedgerItem` for each thing the service has, as `dedupe`
    says. It may be an async generator, an `async def` that returns them, or a plain `def`, run in
    a thread. A generator is read no further than the strategy needs.

    Args:
        dedupe: how new items are told from old; see `DedupeStrategy`.
        auth: the piece's auth, a tuple of several, or `None` for a trigger that needs none.
        props: a `Props` class, or a dict of properties by name (then `props_value` is untyped).
        require_auth: `False` lets the user choose no connection; `context.auth` is then `None`.
        newest_first: as for `Polling`.
        overlap_s: as for `Polling`; an hour by default.
        **options: see `TriggerOptions`. `name` is the identifier flows store, such as
            `new_order`: never change it.

    Raises:
        DefinitionError: by the decorator, if there is a keyword that is none of these, or one that
            is none of the strategy's.
    """

    def decorate(items: ItemsFunction[PollingContext[Any, Any], Any]) -> PollingTrigger[Any, Any]:
        where = f"trigger `{options.get('name', '')}`{source_of(items)}"
        if unknown := [each for each in options if each not in _KEYWORDS]:
            problem = unknown_problem(where, unknown, "create_polling_trigger", _KEYWORDS)
            raise DefinitionError([problem])
        polling = _polling(
            where, strategy=dedupe, items=items, newest_first=newest_first, overlap_s=overlap_s
        )
        trigger: PollingTrigger[Any, Any] = Trigger(
            # Messages shall name the author's function, not ours.
            function=update_wrapper(partial(hooks.poll, polling), items),
            strategy=TriggerStrategy.POLLING,
            auth=auth,
            props=NoProps if props is None else props,
            require_auth=require_auth,
            **options,
        )
        trigger.on_enable(partial(hooks.on_enable, polling))
        trigger.on_disable(partial(hooks.on_disable, polling))
        trigger.test(partial(hooks.test, polling))
        return trigger

    return decorate


def _polling(where: str, **options: object) -> Polling[Any, Any]:
    declared: Any = Polling  # one of its overloads fits, or it raises
    try:
        return cast("Polling[Any, Any]", declared(**options))
    except DefinitionError as error:
        raise DefinitionError([f"{where}: {each}" for each in error.problems]) from error
