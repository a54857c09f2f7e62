"""Triggers: what a piece notices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, Protocol, overload

from typing_extensions import TypeVar

from .auth import AuthBase, AuthT
from .calling import Function, call, source_of
from .context import PollingTriggerContext, WebhookContext, WebhookRunContext
from .property import NoProps, PropertyBase, Props, PropsDeclaration, properties_of
from .wire import JsonValue, document

PropsClassT = TypeVar("PropsClassT", bound=Props, default=NoProps)
ContextT = TypeVar("ContextT")
ResultT = TypeVar("ResultT")
HookContextT = TypeVar("HookContextT", default=Any)
RunContextT = TypeVar("RunContextT", default=Any)


class TriggerStrategy(Enum):
    """How a trigger notices."""

    POLLING = "POLLING"
    """`run` is called on a schedule and looks for what is new."""
    WEBHOOK = "WEBHOOK"
    """`run` is called with each request the service sends to the trigger's URL."""


class Hook(Generic[ContextT, ResultT]):
    """One of a trigger's hooks. Used as a decorator it attaches the author's function."""

    def __init__(self, name: str, default: ResultT) -> None:
        self.name: Final = name
        self.default: Final = default
        """What a run gives where nothing is attached."""
        self.functions: Final[list[Function[ContextT, ResultT]]] = []
        """What was attached; more than one is a mistake that `create_piece` reports."""

    @overload
    def __call__(
        self, function: Callable[[ContextT], Awaitable[ResultT]], /
    ) -> Callable[[ContextT], Awaitable[ResultT]]: ...
    @overload
    def __call__(
        self, function: Callable[[ContextT], ResultT], /
    ) -> Callable[[ContextT], ResultT]: ...
    def __call__(self, function: Function[ContextT, ResultT], /) -> Function[ContextT, ResultT]:
        """Attach `function` and return it unchanged, so that a test can call it."""
        self.functions.append(function)
        return function

    async def run(self, context: ContextT) -> ResultT:
        """Run the attached function; without one, return the default."""
        return await call(self.functions[0], context) if self.functions else self.default


class Trigger(Generic[AuthT, HookContextT, RunContextT]):
    """One trigger of a piece. Made by `create_trigger`; its hooks attach by decorator.

    Each item of the list that `run` returns starts one run of the flow.
    """

    def __init__(
        self,
        *,
        name: str,
        display_name: str,
        description: str,
        strategy: TriggerStrategy,
        auth: AuthBase[Any] | None,
        props: PropsDeclaration,
        sample_data: JsonValue,
        function: Function[RunContextT, Sequence[object]],
    ) -> None:
        self.name: Final = name
        self.display_name: Final = display_name
        self.description: Final = description
        self.strategy: Final = strategy
        self.auth: Final = auth
        self.props: Final = props
        self.sample_data: Final = sample_data
        self._function: Final = function
        self.on_enable: Final = Hook[HookContextT, None]("on_enable", None)
        """Attaches what runs when the flow is published: register a webhook, set a checkpoint."""
        self.on_disable: Final = Hook[HookContextT, None]("on_disable", None)
        """Attaches what runs when the flow is switched off: undo what `on_enable` did."""
        samples = () if sample_data is None else (sample_data,)
        self.test: Final = Hook[HookContextT, Sequence[object]]("test", samples)
        """Attaches what returns a few recent items as samples. Without it: the sample data."""
        self.hooks: Final[Mapping[str, Hook[HookContextT, Any]]] = MappingProxyType(
            {hook.name: hook for hook in (self.on_enable, self.on_disable, self.test)}
        )
        """Every hook by its name."""

    async def run(self, context: RunContextT) -> Sequence[object]:
        """Return what is new, one item for each run of the flow to start."""
        return await call(self._function, context)

    def metadata(self) -> dict[str, JsonValue]:
        """Return the trigger's wire form."""
        simulated = self.strategy is TriggerStrategy.WEBHOOK and not self.test.functions
        return {
            **document(
                name=self.name,
                display_name=self.display_name,
                description=self.description,
                require_auth=True,
                props={name: prop.metadata() for name, prop in properties_of(self.props).items()},
                type=self.strategy.value,
                handshake_configuration={"strategy": "NONE"},
                renew_configuration={"strategy": "NONE"},
                test_strategy="SIMULATION" if simulated else "TEST_FUNCTION",
            ),
            "sampleData": self.sample_data,  # null is a value here
        }

    @property
    def where(self) -> str:
        """How messages call it: its name, and the file and line of its function."""
        return f"trigger `{self.name}`{source_of(self._function)}"

    def __repr__(self) -> str:
        return f"<Trigger {self.name}>"


class TriggerDecorator(Protocol[AuthT, HookContextT, RunContextT]):
    """Turns an author's function into a trigger. What `create_trigger` returns."""

    @overload
    def __call__(
        self, function: Callable[[RunContextT], Awaitable[Sequence[object]]], /
    ) -> Trigger[AuthT, HookContextT, RunContextT]: ...
    @overload
    def __call__(
        self, function: Callable[[RunContextT], Sequence[object]], /
    ) -> Trigger[AuthT, HookContextT, RunContextT]: ...


@overload
def create_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    strategy: Literal[TriggerStrategy.POLLING],
    auth: AuthBase[AuthT] | None = None,
    props: type[PropsClassT] | None = None,
    sample_data: JsonValue = None,
) -> TriggerDecorator[
    AuthT, PollingTriggerContext[AuthT, PropsClassT], PollingTriggerContext[AuthT, PropsClassT]
]: ...
@overload
def create_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    strategy: Literal[TriggerStrategy.POLLING],
    props: Mapping[str, PropertyBase[Any]],
    auth: AuthBase[AuthT] | None = None,
    sample_data: JsonValue = None,
) -> TriggerDecorator[
    AuthT,
    PollingTriggerContext[AuthT, Mapping[str, Any]],
    PollingTriggerContext[AuthT, Mapping[str, Any]],
]: ...
@overload
def create_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    strategy: Literal[TriggerStrategy.WEBHOOK],
    auth: AuthBase[AuthT] | None = None,
    props: type[PropsClassT] | None = None,
    sample_data: JsonValue = None,
) -> TriggerDecorator[
    AuthT, WebhookContext[AuthT, PropsClassT], WebhookRunContext[AuthT, PropsClassT]
]: ...
@overload
def create_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    strategy: Literal[TriggerStrategy.WEBHOOK],
    props: Mapping[str, PropertyBase[Any]],
    auth: AuthBase[AuthT] | None = None,
    sample_data: JsonValue = None,
) -> TriggerDecorator[
    AuthT, WebhookContext[AuthT, Mapping[str, Any]], WebhookRunContext[AuthT, Mapping[str, Any]]
]: ...
def create_trigger(
    *,
    name: str,
    display_name: str,
    description: str,
    strategy: TriggerStrategy,
    auth: AuthBase[Any] | None = None,
    props: PropsDeclaration | None = None,
    sample_data: JsonValue = None,
) -> TriggerDecorator[Any, Any, Any]:
    """Turn a function, `async def` or `def`, into a trigger; `strategy` decides its context.

    Args:
        name: the identifier flows store, such as `new_flavor_created`. Never change it.
        display_name: what the user reads.
        description: what the trigger notices, in a sentence.
        strategy: how it notices. A webhook trigger needs both `on_enable` and `on_disable`.
        auth: the piece's auth, or `None` for a trigger that needs no credentials.
        props: a `Props` class, or a dict of properties by name (then `props_value` is untyped).
        sample_data: one item as `run` returns it, shown where no real one is at hand.
    """

    def decorate(function: Function[Any, Sequence[object]]) -> Trigger[Any, Any, Any]:
        return Trigger(
            name=name,
            display_name=display_name,
            description=description,
            strategy=strategy,
            auth=auth,
            props=NoProps if props is None else props,
            sample_data=sample_data,
            function=function,
        )

    return decorate
