"""What an author hands the suite: a service that stands for the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pieces_framework.context import WebhookPayload
    from pieces_framework.wire import JsonValue

Event: TypeAlias = "Callable[[], WebhookPayload | None]"
"""Makes happen what a trigger notices.

`None` leaves it to the service to call the trigger's URL, or to be polled. A payload is handed to
the trigger's `run` instead of a request: what an app webhook or a manual trigger needs.
"""


@dataclass(frozen=True, kw_only=True)
class ContractService:
    """What the fixture `contract_service` gives: how to use a service that is running.

    The fixture stands in the `conftest.py` of the piece, and starts a fake of the service::

        @pytest.fixture
        def contract_service():
            with fake_shop() as url:
                yield ContractService(auth="a key it takes", props={"url": url})

    Besides `auth` and `props`, `part_props` are values for one action or trigger by its name, and
    `events` has by the name of a trigger a function that makes happen what it notices.
    """

    auth: JsonValue = field(default=None, repr=False)
    """The raw value of a connection that the service takes, as `pieces run` is given it."""
    props: Mapping[str, JsonValue] = field(default_factory=dict[str, "JsonValue"], repr=False)
    """What the user fills in, for every action and trigger; where it runs, say."""
    part_props: Mapping[str, Mapping[str, JsonValue]] = field(
        default_factory=dict[str, "Mapping[str, JsonValue]"], repr=False
    )
    """By the name of an action or trigger, what is filled in besides."""
    events: Mapping[str, Event] = field(default_factory=dict[str, "Event"])
    """By the name of a trigger, how to make its event happen."""
