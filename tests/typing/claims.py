"""What the type of each value is inside a run. mypy and pyright both verify every line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, assert_type

from pieces_framework import (
    Action,
    ActionContext,
    DropdownOption,
    JsonDocument,
    JsonValue,
    NoProps,
    Piece,
    PieceAuth,
    PollingTriggerContext,
    Property,
    Props,
    Store,
    Trigger,
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
    parse_props,
)
from pieces_framework.property.text import ShortText
from pieces_framework.testing import make_context

auth = PieceAuth.SecretText(display_name="API Key")


class Everything(Props):
    """Each kind: required, with a default, optional."""

    short = Property.ShortText(display_name="", required=True)
    short_default = Property.ShortText(display_name="", default_value="x")
    short_optional = Property.ShortText(display_name="")
    long = Property.LongText(display_name="", required=True)
    long_default = Property.LongText(display_name="", default_value="x")
    long_optional = Property.LongText(display_name="", required=False)
    number = Property.Number(display_name="", required=True)
    number_default = Property.Number(display_name="", default_value=3)
    number_optional = Property.Number(display_name="")
    checkbox = Property.Checkbox(display_name="", required=True)
    checkbox_default = Property.Checkbox(display_name="", default_value=False)
    checkbox_optional = Property.Checkbox(display_name="")
    json = Property.Json(display_name="", required=True)
    json_default = Property.Json(display_name="", default_value={"a": 1})
    json_optional = Property.Json(display_name="")
    choice = Property.StaticDropdown(
        display_name="", required=True, options=[DropdownOption("S", "s"), DropdownOption("L", "l")]
    )
    choice_default = Property.StaticDropdown(
        display_name="", options=[DropdownOption("One", 1)], default_value=1
    )
    choice_optional = Property.StaticDropdown(display_name="", options=[DropdownOption("One", 1)])
    from_ = Property.ShortText(name="from", display_name="", required=True)


def property_values(values: Everything) -> None:
    assert_type(values.short, str)
    assert_type(values.short_default, str)
    assert_type(values.short_optional, str | None)
    assert_type(values.long, str)
    assert_type(values.long_default, str)
    assert_type(values.long_optional, str | None)
    assert_type(values.number, float)
    assert_type(values.number_default, float)
    assert_type(values.number_optional, float | None)
    assert_type(values.checkbox, bool)
    assert_type(values.checkbox_default, bool)
    assert_type(values.checkbox_optional, bool | None)
    assert_type(values.json, JsonDocument)
    assert_type(values.json_default, JsonDocument)
    assert_type(values.json_optional, JsonDocument | None)
    assert_type(values.choice, str)
    assert_type(values.choice_default, int)
    assert_type(values.choice_optional, int | None)
    assert_type(values.from_, str)
    assert_type(parse_props(Everything, {}), Everything)


assert_type(Everything.short_optional, ShortText[str | None])


@create_action(name="a", display_name="A", description="", auth=auth, props=Everything)
async def action(context: ActionContext[str, Everything]) -> dict[str, int]:
    assert_type(context.auth, str)
    assert_type(context.props_value.number, float)
    assert_type(context.store, Store)
    assert_type(await context.store.get("seen", int), int | None)
    return {"a": 1}


@create_action(name="b", display_name="B", description="")
def plain_action(context: ActionContext) -> Literal[3]:
    assert_type(context.auth, None)
    assert_type(context.props_value, NoProps)
    return 3


@create_action(
    name="c", display_name="C", description="", props={"x": Property.Number(display_name="X")}
)
async def dict_action(context: ActionContext[None, Mapping[str, Any]]) -> None:
    assert_type(context.props_value, Mapping[str, Any])


assert_type(action, Action[str, Everything, dict[str, int]])
assert_type(plain_action, Action[None, NoProps, Literal[3]])
assert_type(make_context(action), ActionContext[str, Everything])


@create_trigger(
    name="w", display_name="W", description="", strategy=TriggerStrategy.WEBHOOK, auth=auth
)
async def webhook(context: WebhookRunContext[str]) -> list[JsonValue]:
    assert_type(context.payload.headers, Mapping[str, str])
    return [context.payload.body]


@webhook.on_enable
async def webhook_enabled(context: WebhookContext[str]) -> None:
    assert_type(context.webhook_url, str)


@webhook.on_disable
def webhook_disabled(context: WebhookContext[str]) -> None: ...


@webhook.test
async def webhook_samples(context: WebhookContext[str]) -> list[int]:
    return [1]


@create_trigger(
    name="p",
    display_name="P",
    description="",
    strategy=TriggerStrategy.POLLING,
    props=Everything,
    sample_data={"id": 1},
)
async def polling(context: PollingTriggerContext[None, Everything]) -> list[int]:
    return [1]


assert_type(webhook, Trigger[str, WebhookContext[str], WebhookRunContext[str]])
assert_type(make_context(webhook), WebhookRunContext[str, NoProps])
assert_type(make_context(polling), PollingTriggerContext[None, Everything])
assert_type(
    create_piece(
        display_name="P",
        logo_url="",
        auth=auth,
        actions=[action, plain_action, dict_action],
        triggers=[webhook, polling],
    ),
    Piece[str],
)
