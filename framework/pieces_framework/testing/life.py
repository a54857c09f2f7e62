"""The life of one trigger: its hooks, called in the order in which a host calls them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any, Final, Generic, Protocol, Unpack

from typing_extensions import TypeVar

from pieces_framework.action import Action
from pieces_framework.context import WebhookPayload
from pieces_framework.errors import PieceError, PropsError
from pieces_framework.memory import MemoryHost, MemoryStore
from pieces_framework.output import trigger_output
from pieces_framework.property import NO_SCHEMAS
from pieces_framework.recording import Recording
from pieces_framework.run_context import run_context
from pieces_framework.trigger import Trigger
from pieces_framework.wire import JsonValue

from .contexts import ContextOptions, check_auth, host_with, with_unknown_names

TriggerT = TypeVar("TriggerT", bound=Trigger[Any, Any, Any, Any])


def check_trigger(declared: object, driver: str) -> None:
    """Refuse to drive what has no life.

    Raises:
        PieceError: then.
    """
    __tracebackhide__ = True
    if isinstance(declared, Trigger):
        return
    if isinstance(declared, Action):
        got, hint = declared.where, "an action is run with `make_context`"
    else:
        got, hint = f"an object of the type `{type(declared).__name__}`", ""
    raise PieceError(f"`{driver}` drives triggers, and not {got}", hint=hint)


class _Callable(Protocol):
    """A hook, or the trigger itself for its `run`."""

    async def run(self, context: Any, /) -> object: ...  # the context of its strategy


class TriggerLife(Generic[TriggerT]):
    """What the drivers of all strategies do alike.

    Every call gets a context of its own and reads the props anew. From one call to the next lives
    what the store holds. An error of the author's code passes through as it is; the call then
    counts as not done, so that `enable` and `disable` can be tried again.
    """

    def __init__(
        self,
        trigger: TriggerT,
        *,
        auth: object,
        webhook_url: str = "",
        **options: Unpack[ContextOptions],
    ) -> None:
        __tracebackhide__ = True  # pytest shows the author's line, not ours
        check_auth(trigger, auth, type(self).__name__)
        self._trigger = trigger
        self._webhook_url: Final = webhook_url
        self._schemas: Final = options.get("schemas", NO_SCHEMAS)
        self._given: Final = (auth, options.get("props") or {})
        self._auth, self._props = deepcopy(self._given)
        self._enabling: Recording | None = None
        self.host: MemoryHost = host_with(options.get("host"), options.get("store"))
        """The host of the last call: what that call asked for, and what is kept of all calls."""
        self.items: Final[list[JsonValue]] = []
        """All that `run` has returned as JSON, oldest call first: one run of the flow for each.

        A `_dedupe_key` is still in them: leaving out what arrives twice is for a real host.
        """

    async def enable(self) -> None:
        """Publish the flow: call `on_enable`.

        Raises:
            PieceError: if it is enabled already.
        """
        if self._enabling is not None:
            raise PieceError(
                f"{self._trigger.where} is enabled already",
                hint="`republish` is what happens when a flow that is on is published again",
            )
        await self._enable(is_republish=False)

    async def disable(self) -> None:
        """Switch the flow off: call `on_disable`. What the store holds stays.

        Raises:
            PieceError: if it is not enabled.
        """
        self._while_enabled("disable")
        await self._call(self._trigger.on_disable, self._next_host())
        self._enabling = None

    async def republish(self) -> None:
        """Publish a new version of the flow while it is on.

        As a host does it: `on_disable`, then `on_enable` with `context.is_republish`, and the
        store is kept in between.

        Raises:
            PieceError: if it is not enabled.
        """
        self._while_enabled("republish")
        await self.disable()
        await self._enable(is_republish=True)

    def restart(self, trigger: TriggerT | None = None) -> None:
        """Go on as if the process had ended: with the store's JSON, and no object of before.

        Args:
            trigger: the trigger imported anew, as by `importlib.reload(module).new_order`. Without
                it the globals of its module live on, which a new process would not have.
        """
        self._trigger = trigger or self._trigger
        self._auth, self._props = deepcopy(self._given)
        self.host = self.host.restarted()

    async def samples(self) -> list[JsonValue]:
        """Return what `test` gives the builder; without that hook the sample data.

        As on a host it has an empty store of its own, enabled or not.

        Raises:
            AuthorCodeError: if it is no list of JSON.
        """
        host = replace(self.host.for_next_call(), store=MemoryStore())
        return trigger_output(
            self._trigger.name, "test", await self._call(self._trigger.test, host)
        )

    async def _run(self, payload: WebhookPayload | None = None) -> list[JsonValue]:
        """Call `run` and return its items as JSON."""
        result = await self._call(self._trigger, self._next_host(), payload=payload)
        items = trigger_output(self._trigger.name, "run", result)
        self.items.extend(items)
        return items

    async def _enable(self, *, is_republish: bool) -> None:
        host = self._next_host()
        await self._call(self._trigger.on_enable, host, is_republish=is_republish)
        self._enabling = host.recording

    def _while_enabled(self, wanted: str) -> Recording:
        """Return what the last `on_enable` asked for."""
        if self._enabling is None:
            raise PieceError(
                f"`{wanted}` is for an enabled trigger, and {self._trigger.where} is not enabled",
                hint="call `await driver.enable()` first; a host calls nothing else before",
            )
        return self._enabling

    def _next_host(self) -> MemoryHost:
        self.host = self.host.for_next_call()
        return self.host

    async def _call(
        self,
        function: _Callable,
        host: MemoryHost,
        *,
        payload: WebhookPayload | None = None,
        is_republish: bool = False,
    ) -> object:
        services = host.services(
            self._trigger.name,
            webhook_url=self._webhook_url,
            payload=payload,
            is_republish=is_republish,
        )
        try:
            context = run_context(
                self._trigger,
                auth=self._auth,
                props=self._props,
                services=services,
                schemas=self._schemas,
            )
        except PropsError as error:
            raise with_unknown_names(error, self._trigger, self._props) from None
        return await function.run(context)
