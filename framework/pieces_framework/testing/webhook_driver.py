"""A host of one webhook trigger, which a test plays the service of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeAlias, Unpack

from typing_extensions import TypeVar

from pieces_framework.context import (
    AppWebhookContext,
    AppWebhookRunContext,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
)
from pieces_framework.errors import AuthorCodeError, PieceError
from pieces_framework.events import AppEvents, ParseContext, ParsedEvent, VerifyContext
from pieces_framework.output import json_output
from pieces_framework.pausing import WebhookResponse
from pieces_framework.payload import is_handshake
from pieces_framework.presentation import WebhookRenewStrategy
from pieces_framework.property import NoProps
from pieces_framework.recording import Listener
from pieces_framework.trigger import Trigger, TriggerStrategy
from pieces_framework.wire import JsonValue

from .contexts import ContextOptions
from .life import TriggerLife, check_trigger
from .requests import WEBHOOK_SECRET, WEBHOOK_URL, RequestOptions, make_payload

AuthT = TypeVar("AuthT", default=None)
PropsT = TypeVar("PropsT", default=NoProps)

WebhookTrigger: TypeAlias = (
    Trigger[AuthT, PropsT, WebhookContext[AuthT, PropsT], WebhookRunContext[AuthT, PropsT]]
    | Trigger[AuthT, PropsT, AppWebhookContext[AuthT, PropsT], AppWebhookRunContext[AuthT, PropsT]]
)


class WebhookDriver(TriggerLife[WebhookTrigger[AuthT, PropsT]], Generic[AuthT, PropsT]):
    """Leads a webhook or an app webhook through its life by nothing but its hooks.

    The documentation, "Test a piece", shows it with a service.

    >>> import asyncio
    >>> from pieces_framework import create_trigger
    >>> @create_trigger(
    ...     name="new_flavor", display_name="", description="", strategy=TriggerStrategy.WEBHOOK
    ... )
    ... def new_flavor(context):
    ...     return [context.payload.body]
    >>> async def one_request():
    ...     driver = WebhookDriver(new_flavor)
    ...     await driver.enable()
    ...     return await driver.deliver(body={"name": "Fig"})
    >>> asyncio.run(one_request())
    [{'name': 'Fig'}]

    Args:
        trigger: one of the strategy `WEBHOOK` or `APP_WEBHOOK`.
        auth: the value `context.auth` shall have.
        webhook_url: where the service sends its requests; for an app webhook, those of all flows.
        events: of an app webhook, its piece's: they sort and verify the requests.
        webhook_secret: what the instance's administrator configured for the app.
        **options: `props`, `schemas`, `store` and `host`, as for `make_context`.

    Raises:
        PieceError: if it is no trigger, or one of another strategy, if an app webhook is without
            `events`, or if it needs auth and none is given.
    """

    def __init__(
        self,
        trigger: WebhookTrigger[AuthT, PropsT],
        *,
        auth: AuthT | None = None,
        webhook_url: str = WEBHOOK_URL,
        events: AppEvents | None = None,
        webhook_secret: str | Mapping[str, JsonValue] = WEBHOOK_SECRET,
        **options: Unpack[ContextOptions],
    ) -> None:
        __tracebackhide__ = True
        _check(trigger, events)
        super().__init__(trigger, auth=auth, webhook_url=webhook_url, **options)
        self._events: Final = events
        self._secret: Final = webhook_secret
        self.responses: Final[list[WebhookResponse]] = []
        """What was answered to requests that are no events, the last one last."""

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Which events of its app the trigger waits for: none while it is not enabled."""
        return () if self._enabling is None else tuple(self._enabling.app.listeners)

    async def deliver(self, **request: Unpack[RequestOptions]) -> list[JsonValue]:
        """Let a request arrive and return what `run` made of it: one item for each run of the flow.

        `run` is not called with a handshake, whose answer is the last of `responses`, nor with an
        event of its app that the trigger does not listen for: both give an empty list.

        Args:
            **request: see `make_payload`.

        Raises:
            PieceError: if it is not enabled, or `verify` does not recognise the app's request.
            AuthorCodeError: if `run` returned no list of JSON.
            Exception: what a hook raises, `on_handshake` too: a host would take the request for an
                event then, and a test is to see the error.
        """
        payload = make_payload(**request)
        event = await self._parsed(payload)
        if await self._answer(payload, event) is not None:
            return []
        self._while_enabled("deliver")
        if event is not None:
            if not any(_waits_for(listener, event) for listener in self.listeners):
                return []
            await self._verify(payload)
        return await self._run(payload)

    async def handshake(self, **request: Unpack[RequestOptions]) -> WebhookResponse:
        """Let a request arrive that is no event, and return what the service is answered.

        Services ask so while `on_enable` still runs: the trigger need not be enabled.

        Args:
            **request: see `make_payload`.

        Raises:
            PieceError: if the request is an event.
        """
        payload = make_payload(**request)
        response = await self._answer(payload, await self._parsed(payload))
        if response is None:
            raise PieceError(
                f"the request is no handshake to {self._trigger.where}: it goes to `run`",
                hint="see the trigger's `handshake_configuration`, or of an app webhook"
                " the `reply` of `parse_and_reply`",
            )
        return response

    async def renew(self) -> None:
        """Call `on_renew`, as a host does when `renew_configuration` says.

        Raises:
            PieceError: if nothing says so, or the trigger is not enabled.
        """
        self._while_enabled("renew")
        configuration = self._trigger.renew_configuration
        if configuration is None or configuration.strategy is WebhookRenewStrategy.NONE:
            raise PieceError(
                f"{self._trigger.where} is never renewed", hint="give it a `renew_configuration`"
            )
        await self._call(self._trigger.on_renew, self._next_host())

    async def _parsed(self, payload: WebhookPayload) -> ParsedEvent | None:
        if self._events is None:
            return None
        context = ParseContext(payload=payload, public_url=self.host.server.public_url)
        event: Any = await self._events.parse(context)  # as the author wrote it
        if not isinstance(event, ParsedEvent):
            raise _wrong_result("`parse_and_reply` of the piece's events", "ParsedEvent", event)
        return event

    async def _answer(
        self, payload: WebhookPayload, event: ParsedEvent | None
    ) -> WebhookResponse | None:
        """Answer a request that is no event; `None` if it is one."""
        response = await self._shaken(payload) if event is None else event.reply
        if response is not None:
            json_output(response)  # as a host sends it
            self.responses.append(response)
        return response

    async def _shaken(self, payload: WebhookPayload) -> WebhookResponse | None:
        if not is_handshake(self._trigger.handshake_configuration, payload):
            return None
        hook = self._trigger.on_handshake
        response = await self._call(hook, self._next_host(), payload=payload)
        if not isinstance(response, WebhookResponse):
            where = f"`on_handshake` of trigger `{self._trigger.name}`"
            raise _wrong_result(where, "WebhookResponse", response)
        return response

    async def _verify(self, payload: WebhookPayload) -> None:
        context = VerifyContext(
            webhook_secret=self._secret, payload=payload, app_webhook_url=self._webhook_url
        )
        if self._events is not None and not await self._events.is_genuine(context):
            raise PieceError(
                f"the request to {self._trigger.where} is refused: `verify` of the piece's events"
                " does not say that the app sent it",
                hint="sign it as the app does, with the driver's `webhook_secret`",
            )


def _check(trigger: WebhookTrigger[AuthT, PropsT], events: AppEvents | None) -> None:
    __tracebackhide__ = True
    check_trigger(trigger, "WebhookDriver")
    strategy = trigger.strategy
    if strategy not in {TriggerStrategy.WEBHOOK, TriggerStrategy.APP_WEBHOOK}:
        raise PieceError(
            f"`WebhookDriver` cannot drive {trigger.where}, of the strategy `{strategy.value}`",
            hint="`PollingDriver` drives polling; a manual trigger is run with `make_context`",
        )
    if (events is not None) is not (strategy is TriggerStrategy.APP_WEBHOOK):
        lacks = "needs" if events is None else "has no use for"
        raise PieceError(
            f"{trigger.where}, of the strategy `{strategy.value}`, {lacks} `events=`",
            hint="an app webhook is driven with the `events` of its piece, and no other",
        )


def _wrong_result(where: str, wanted: str, got: object) -> AuthorCodeError:
    return AuthorCodeError(f"{where} must return a `{wanted}`, got `{type(got).__name__}`")


def _waits_for(listener: Listener, event: ParsedEvent) -> bool:
    return event.event in listener.events and event.identifier_value == listener.identifier_value
