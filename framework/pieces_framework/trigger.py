"""Triggers: what a piece notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic

from typing_extensions import TypeVar

from .auth import AnyAuth, AuthT_contra
from .calling import Function, call
from .hook import Hook
from .part import Part, PartOptions, PropsT
from .property import NoProps, PropsDeclaration
from .wire import JsonValue, camel_case, document

if TYPE_CHECKING:
    from .context import StartContext
    from .pausing import WebhookResponse
    from .presentation import (
        TriggerTestStrategy,
        WebhookHandshakeConfiguration,
        WebhookRenewConfiguration,
    )

HookContextT = TypeVar("HookContextT", default=Any)
RunContextT = TypeVar("RunContextT", default=Any)

DEDUPE_KEY_PROPERTY: Final = "_dedupe_key"
"""The key of an item by which a host recognises one event that arrives twice.

Where `run` returns an object with this key, the host drops it if the same version of the flow had
an item with an equal value within the last 30 seconds. The flow never sees the key.
"""


class TriggerStrategy(Enum):
    """How a trigger notices."""

    POLLING = "POLLING"
    """`run` is called on a schedule and looks for what is new."""
    WEBHOOK = "WEBHOOK"
    """`run` is called with each request the service sends to the trigger's URL."""
    APP_WEBHOOK = "APP_WEBHOOK"
    """`run` is called with each event of the app's one URL that a listener waits for."""
    MANUAL = "MANUAL"
    """`run` is called when somebody starts the flow by hand, with what they give."""


class TriggerOptions(PartOptions, total=False):
    """What `create_trigger` takes besides strategy, auth and props."""

    sample_data: JsonValue
    """One item as `run` returns it, shown where no real one is at hand."""


class WebhookTriggerOptions(TriggerOptions, total=False):
    """What `create_trigger` takes besides, for the strategy `WEBHOOK`."""

    handshake_configuration: WebhookHandshakeConfiguration | None
    """Which requests `on_handshake` answers; none by default."""
    renew_configuration: WebhookRenewConfiguration | None
    """When `on_renew` is called; never by default."""


class Trigger(Part[AuthT_contra, PropsT], Generic[AuthT_contra, PropsT, HookContextT, RunContextT]):
    """One trigger of a piece. Made by `create_trigger`; its hooks attach by decorator.

    Each item of the list that `run` returns starts one run of the flow.
    """

    kind = "trigger"
    keywords = (
        "strategy",
        "auth",
        "props",
        "require_auth",
        *sorted(WebhookTriggerOptions.__annotations__),
    )

    def __init__(
        self,
        *,
        function: Function[RunContextT, Sequence[object]],
        strategy: TriggerStrategy,
        auth: AnyAuth | None = None,
        props: PropsDeclaration = NoProps,
        require_auth: bool = True,
        sample_data: JsonValue = None,
        handshake_configuration: WebhookHandshakeConfiguration | None = None,
        renew_configuration: WebhookRenewConfiguration | None = None,
        **options: Any,  # `PartOptions`, which the base class asks for by name
    ) -> None:
        super().__init__(
            auth=auth, props=props, require_auth=require_auth, function=function, **options
        )
        self.strategy: Final = TriggerStrategy(strategy)
        self.sample_data: Final = sample_data
        self.handshake_configuration: Final = handshake_configuration
        self.renew_configuration: Final = renew_configuration
        self._function: Final = function
        self.on_enable: Final = Hook[HookContextT, None]("on_enable", _nothing)
        """Attaches what runs when the flow is published: register a webhook, set a checkpoint."""
        self.on_disable: Final = Hook[HookContextT, None]("on_disable", _nothing)
        """Attaches what runs when the flow is switched off: undo what `on_enable` did."""
        self.test: Final = Hook[HookContextT, Sequence[object]]("test", self._samples)
        """Attaches what returns a few recent items as samples. Without it: the sample data."""
        self.on_start: Final[Hook[StartContext[AuthT_contra, PropsT], None]] = Hook(
            "on_start", _nothing
        )
        """Attaches what runs first in each run of the flow."""
        self.on_handshake: Final[Hook[RunContextT, WebhookResponse]] = Hook(
            "on_handshake", _accepted
        )
        """Attaches what answers a request that `handshake_configuration` tells from events."""
        self.on_renew: Final = Hook[HookContextT, None]("on_renew", _nothing)
        """Attaches what runs when `renew_configuration` says: register the webhook anew."""
        self.hooks = self._hooks()

    async def run(self, context: RunContextT) -> Sequence[object]:
        """Return what is new, one item for each run of the flow to start."""
        return await call(self._function, context)

    @property
    def test_strategy(self) -> TriggerTestStrategy:
        """How the builder gets samples: follows from the strategy, the sample data and `test`."""
        from .presentation import TriggerTestStrategy

        can_test = bool(self.test.functions)
        if self.strategy is TriggerStrategy.APP_WEBHOOK:
            can_test = can_test or self.sample_data is not None
        elif self.strategy is not TriggerStrategy.WEBHOOK:
            can_test = True
        return TriggerTestStrategy.TEST_FUNCTION if can_test else TriggerTestStrategy.SIMULATION

    def metadata(self) -> dict[str, JsonValue]:
        """Return the trigger's wire form."""
        from .output_schema import item_schema

        none = document(strategy="NONE")
        handshake, renewal = self.handshake_configuration, self.renew_configuration
        own = document(
            type=self.strategy.value,
            handshake_configuration=handshake.metadata() if handshake else none,
            renew_configuration=renewal.metadata() if renewal else none,
            test_strategy=self.test_strategy.value,
        )
        sample = {camel_case("sample_data"): self.sample_data}  # null is a value here
        return self._overlaid({**self._common(item_schema(self._function)), **own, **sample})

    def _hooks(self) -> Mapping[str, Hook[Any, Any]]:
        hooks: tuple[Hook[Any, Any], ...] = (
            self.on_enable,
            self.on_disable,
            self.test,
            self.on_start,
            self.on_handshake,
            self.on_renew,
        )
        return MappingProxyType({hook.name: hook for hook in hooks})

    async def _samples(self, _context: HookContextT) -> Sequence[object]:
        return () if self.sample_data is None else (self.sample_data,)


async def _nothing(_context: object) -> None:
    """What most hooks do where the author attached nothing."""


async def _accepted(_context: object) -> WebhookResponse:
    from .pausing import WebhookResponse

    return WebhookResponse(status=200)
