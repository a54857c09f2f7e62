"""What a declaration says to the builder, to agents and to the host, from its wire form."""

from __future__ import annotations

from typing import Any, Final, get_args

from pieces_framework.output_formats import OutputFormat
from pieces_framework.output_schema import OutputField, OutputSchema
from pieces_framework.presentation import (
    AiMetadata,
    ErrorHandlingOption,
    ErrorHandlingOptions,
    PropertyGroup,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
)

from .fields import Fields

_DISPLAYS: Final = ("tabs", "section", "summary", "builder", "footer")
_FORMATS: Final[tuple[OutputFormat, ...]] = get_args(OutputFormat)


def ai_metadata(fields: Fields) -> AiMetadata:
    """Build what an agent should know."""
    return AiMetadata(description=fields.text("description"), idempotent=fields.flag("idempotent"))


def error_handling(fields: Fields) -> ErrorHandlingOptions:
    """Build the error switches of an action's step."""
    goes_on, retries = fields.fields("continueOnFailure"), fields.fields("retryOnFailure")
    return ErrorHandlingOptions(
        continue_on_failure=_error_handling(goes_on) if goes_on else None,
        retry_on_failure=_error_handling(retries) if retries else None,
    )


def output_schema(fields: Fields) -> OutputSchema:
    """Build the schema of a result."""
    return OutputSchema(
        fields=_output_fields(fields, "fields"), item_label=fields.text("itemLabel")
    )


def property_group(fields: Fields) -> PropertyGroup | None:
    """Build a group of properties; `None` if it is shown in a way we do not have."""
    display = _known(fields.text("display"), _DISPLAYS)
    if display is None:
        return None
    return PropertyGroup(
        key=fields.text("key") or "",
        display=display,
        props=fields.texts("props"),
        label=fields.text("label"),
        description=fields.text("description"),
        icon=fields.text("icon"),
    )


def handshake(fields: Fields) -> WebhookHandshakeConfiguration | None:
    """Build what tells a handshake from events; `None` if it is done in a way we do not have."""
    strategy = fields.one_of("strategy", WebhookHandshakeStrategy)
    if strategy is None:
        return None
    return WebhookHandshakeConfiguration(strategy=strategy, param_name=fields.text("paramName"))


def renewal(fields: Fields) -> WebhookRenewConfiguration | None:
    """Build when a webhook is registered anew; `None` if it is done in a way we do not have."""
    strategy = fields.one_of("strategy", WebhookRenewStrategy)
    if strategy is None:
        return None
    return WebhookRenewConfiguration(
        strategy=strategy, cron_expression=fields.text("cronExpression")
    )


def _error_handling(fields: Fields) -> ErrorHandlingOption:
    return ErrorHandlingOption(default_value=fields.flag("defaultValue"), hide=fields.flag("hide"))


def _output_fields(fields: Fields, key: str) -> tuple[OutputField, ...]:
    return tuple(
        OutputField(
            key=row.text("key") or "",
            label=row.text("label"),
            value=row.text("value"),
            format=_known(row.text("format"), _FORMATS),
            description=row.text("description"),
            dynamic_key=row.flag("dynamicKey"),
            label_key=row.text("labelKey"),
            currency=row.text("currency"),
            children=_output_fields(row, "children"),
            list_items=_output_fields(row, "listItems"),
        )
        for row in fields.rows(key)
    )


def _known(text: str | None, known: tuple[str, ...]) -> Any:  # one of a `Literal`'s texts
    return text if text in known else None
