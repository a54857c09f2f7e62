"""What a declaration says to the builder, to agents and to the host about how to treat a part.

Each class has `metadata()`, its wire form. What is `None` is left out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from .wire import JsonValue, document


class PieceCategory(Enum):
    """Under what a user finds the piece."""

    ARTIFICIAL_INTELLIGENCE = "ARTIFICIAL_INTELLIGENCE"
    COMMUNICATION = "COMMUNICATION"
    COMMERCE = "COMMERCE"
    CORE = "CORE"
    UNIVERSAL_AI = "UNIVERSAL_AI"
    FLOW_CONTROL = "FLOW_CONTROL"
    BUSINESS_INTELLIGENCE = "BUSINESS_INTELLIGENCE"
    ACCOUNTING = "ACCOUNTING"
    PRODUCTIVITY = "PRODUCTIVITY"
    CONTENT_AND_FILES = "CONTENT_AND_FILES"
    DEVELOPER_TOOLS = "DEVELOPER_TOOLS"
    CUSTOMER_SUPPORT = "CUSTOMER_SUPPORT"
    FORMS_AND_SURVEYS = "FORMS_AND_SURVEYS"
    HUMAN_RESOURCES = "HUMAN_RESOURCES"
    PAYMENT_PROCESSING = "PAYMENT_PROCESSING"
    MARKETING = "MARKETING"
    SALES_AND_CRM = "SALES_AND_CRM"


class Audience(Enum):
    """For whom an action is listed; it hides, it does not forbid."""

    HUMAN = "human"
    AI = "ai"
    BOTH = "both"


class Classification(Enum):
    """What a part does to the service's data."""

    READ = "READ"
    """Fetches what is named; changes nothing."""
    SEARCH = "SEARCH"
    """Looks for what is described; changes nothing."""
    WRITE = "WRITE"
    """Creates or changes data."""
    DESTRUCTIVE = "DESTRUCTIVE"
    """Deletes data, or what it does cannot be undone."""


@dataclass(frozen=True, kw_only=True)
class AiMetadata:
    """What an agent should know before it uses the part."""

    description: str | None = None
    """For the agent, instead of the description that users read."""
    idempotent: bool | None = None
    """Whether doing it twice is the same as doing it once."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(description=self.description, idempotent=self.idempotent)


@dataclass(frozen=True, kw_only=True)
class ErrorHandlingOption:
    """How one of the two error switches of a step starts out."""

    default_value: bool | None = None
    hide: bool | None = None
    """Whether the builder keeps the switch from the user."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(default_value=self.default_value, hide=self.hide)


@dataclass(frozen=True, kw_only=True)
class ErrorHandlingOptions:
    """The error switches of an action's step. They are the builder's: the step's own settings rule.

    Both are off and shown where an action gives no options. Options that are given replace that
    whole: a switch left `None` here says nothing at all.
    """

    continue_on_failure: ErrorHandlingOption | None = None
    """Whether the flow goes on after the step failed."""
    retry_on_failure: ErrorHandlingOption | None = None
    """Whether a failed step is tried again."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        goes_on, retries = self.continue_on_failure, self.retry_on_failure
        return document(
            continue_on_failure=goes_on.metadata() if goes_on else None,
            retry_on_failure=retries.metadata() if retries else None,
        )


@dataclass(frozen=True, kw_only=True)
class PropertyGroup:
    """Properties that the builder shows together."""

    key: str
    """Tells the group from the others of the same part."""
    display: Literal["tabs", "section", "summary", "builder", "footer"]
    props: Sequence[str]
    """Names of properties, in the order shown."""
    label: str | None = None
    description: str | None = None
    icon: str | None = None

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(
            key=self.key,
            display=self.display,
            label=self.label,
            description=self.description,
            icon=self.icon,
            props=list(self.props),
        )


class TriggerTestStrategy(Enum):
    """How the builder gets samples of a trigger. Computed, never given."""

    TEST_FUNCTION = "TEST_FUNCTION"
    """The hook `test` is called."""
    SIMULATION = "SIMULATION"
    """The trigger is enabled for a while, and the user makes something happen."""


class WebhookHandshakeStrategy(Enum):
    """How a service's first request, which only asks whether we are there, is told from events."""

    NONE = "NONE"
    HEADER_PRESENT = "HEADER_PRESENT"
    QUERY_PRESENT = "QUERY_PRESENT"
    BODY_PARAM_PRESENT = "BODY_PARAM_PRESENT"


@dataclass(frozen=True, kw_only=True)
class WebhookHandshakeConfiguration:
    """Which requests go to `on_handshake` instead of `run`."""

    strategy: WebhookHandshakeStrategy
    param_name: str | None = None
    """The header (in any case), query parameter or key of the body that must be there."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(strategy=self.strategy.value, param_name=self.param_name)


class WebhookRenewStrategy(Enum):
    """Whether a webhook must be registered anew now and then."""

    NONE = "NONE"
    CRON = "CRON"


@dataclass(frozen=True, kw_only=True)
class WebhookRenewConfiguration:
    """When `on_renew` is called."""

    strategy: WebhookRenewStrategy
    cron_expression: str | None = None
    """Five fields, UTC: `0 0 * * *` is each midnight."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return document(strategy=self.strategy.value, cron_expression=self.cron_expression)
