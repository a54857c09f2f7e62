"""A host of one polling trigger, whose clock ticks when a test says so."""

from __future__ import annotations

from typing import Final, Generic, TypeAlias, Unpack

from typing_extensions import TypeVar

from pieces_framework.context import PollingTriggerContext
from pieces_framework.errors import PieceError
from pieces_framework.property import NoProps
from pieces_framework.scheduling import CronSchedule, PollingSchedule
from pieces_framework.trigger import Trigger, TriggerStrategy
from pieces_framework.wire import JsonValue

from .contexts import ContextOptions
from .life import TriggerLife, check_trigger

AuthT = TypeVar("AuthT", default=None)
PropsT = TypeVar("PropsT", default=NoProps)

PollingTrigger: TypeAlias = Trigger[
    AuthT, PropsT, PollingTriggerContext[AuthT, PropsT], PollingTriggerContext[AuthT, PropsT]
]

DEFAULT_CRON: Final = "*/5 * * * *"
"""When a host polls where nothing else was asked for, in UTC. Source: product documentation."""


class PollingDriver(TriggerLife[PollingTrigger[AuthT, PropsT]], Generic[AuthT, PropsT]):
    """Leads a polling trigger through its life by nothing but its hooks.

    The documentation, "Test a piece", shows it with a service.

    >>> import asyncio
    >>> from pieces_framework import create_trigger
    >>> @create_trigger(
    ...     name="new_order", display_name="", description="", strategy=TriggerStrategy.POLLING
    ... )
    ... async def new_order(context):
    ...     seen = await context.store.get("seen", int) or 0
    ...     await context.store.put("seen", 2)
    ...     return [{"id": number} for number in range(seen + 1, 3)]
    >>> async def two_polls():
    ...     driver = PollingDriver(new_order)
    ...     await driver.enable()
    ...     return await driver.ticks(2)
    >>> asyncio.run(two_polls())
    [[{'id': 1}, {'id': 2}], []]

    Args:
        trigger: one of the strategy `POLLING`.
        auth: the value `context.auth` shall have.
        **options: `props`, `schemas`, `store` and `host`, as for `make_context`.

    Raises:
        PieceError: if it is no trigger, or one of another strategy, or if it needs auth and none is
            given.
    """

    def __init__(
        self,
        trigger: PollingTrigger[AuthT, PropsT],
        *,
        auth: AuthT | None = None,
        **options: Unpack[ContextOptions],
    ) -> None:
        __tracebackhide__ = True
        check_trigger(trigger, "PollingDriver")
        if trigger.strategy is not TriggerStrategy.POLLING:
            raise PieceError(
                f"`PollingDriver` cannot drive {trigger.where}, of the strategy"
                f" `{trigger.strategy.value}`",
                hint="`WebhookDriver` drives webhooks; a manual trigger is run with `make_context`",
            )
        super().__init__(trigger, auth=auth, **options)

    @property
    def schedule(self) -> PollingSchedule:
        """When the host polls: what `on_enable` asked for, else `*/5 * * * *` in UTC.

        Raises:
            PieceError: if it is not enabled.
        """
        asked = self._while_enabled("schedule").schedule.asked
        return asked or CronSchedule(expression=DEFAULT_CRON)

    async def tick(self) -> list[JsonValue]:
        """Poll once and return what `run` found, as JSON: one item for each run of the flow.

        Raises:
            PieceError: if it is not enabled.
            AuthorCodeError: if `run` returned no list of JSON.
        """
        self._while_enabled("tick")
        return await self._run()

    async def ticks(self, count: int) -> list[list[JsonValue]]:
        """Poll `count` times and return what each poll found. See `tick`.

        Raises:
            PieceError: if `count` is negative, besides.
        """
        if count < 0:
            raise PieceError(f"`ticks` takes a count of 0 or more, got {count}")
        return [await self.tick() for _ in range(count)]
