"""Mistakes that both checkers must catch: an ignore that is not needed is itself an error."""

from __future__ import annotations

from typing import Any, Final

from pieces_framework import (
    ActionContext,
    ApFile,
    AppWebhookContext,
    AuthField,
    AuthValidation,
    AuthValidationContext,
    BasicAuthValue,
    DropdownOption,
    DropdownState,
    JsonValue,
    ManualTriggerRunContext,
    OAuth2Value,
    PieceAuth,
    PollingTriggerContext,
    Property,
    PropertyContext,
    Props,
    StartContext,
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)
from pieces_framework.auth import AuthBase
from pieces_framework.testing import PollingDriver, WebhookDriver

auth = PieceAuth.SecretText(display_name="API Key")
SIZES = [DropdownOption("S", "s"), DropdownOption("L", "l")]


def load_numbers(context: PropertyContext[str]) -> DropdownState[int]:
    return DropdownState()


class Row(Props):
    """A row to misuse."""

    label = Property.ShortText(display_name="Label", required=True)


class Flavor(Props):
    """Properties to misuse."""

    level = Property.Number(display_name="Level", required=True)
    topping = Property.ShortText(display_name="Topping")
    size = Property.StaticDropdown(display_name="Size", required=True, options=SIZES)
    count = Property.Dropdown(display_name="Count", refreshers=[], options=load_numbers)
    rows = Property.Array(display_name="Rows", properties=Row)
    tags = Property.Array(display_name="Tags")
    since = Property.DateTime(display_name="Since")
    span = Property.DateRange(display_name="Span", required=True)
    photo = Property.File(display_name="Photo", required=True, streaming=True)
    more = Property.DynamicProperties(display_name="More", refreshers=[], props=lambda _: {})
    document = Property.Json(display_name="Document", required=True)
    note = Property.MarkDown(value="*")


def values(context: ActionContext[str, Flavor]) -> None:
    context.props_value.levle  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.props_value.topping.upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    context.props_value.level.upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    context.props_value.size.bit_length()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    context.props_value.count.bit_length()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    context.props_value.rows[0].lable  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.props_value.rows[0].label.bit_length()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    context.props_value.tags[0]  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]
    context.props_value.since.isoformat()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    context.props_value.span["preset"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    context.props_value.photo.data  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.props_value.more["title"]  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]
    context.props_value.document["a"]  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    context.props_value.note.strip()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    context.auth.username  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.auth = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


Property.Number(display_name="N", requird=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.Number(display_name="N", default_value="three")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Number(display_name="N", ge="0")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Property.Number(display_name="N", min_length=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.ShortText(required=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.ShortText(display_name="S", default_value=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.LongText(display_name="L", max_length="9")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Property.RichText(display_name="R", format_property=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Property.SecretText(display_name="S", width="third")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Property.Color(display_name="C", pattern="^#")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.Checkbox(display_name="C", default_value="true")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.DateTime(display_name="D", default_value=1710417600000)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.DateRange(display_name="D", default_value="this_month")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Json(display_name="J", default_value=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Object(display_name="O", default_value=[1])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.File(display_name="F", streaming="yes")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.File(display_name="F", default_value=ApFile(filename="a", data=b""))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Array(display_name="A", default_value=[1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Array(display_name="A", properties=Row(), required=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Array(display_name="A", properties={"a": "SHORT_TEXT"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.MarkDown(display_name="M", value="*")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Property.MarkDown(value="*", variant="INFO")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Property.Custom(display_name="C")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Property.StaticDropdown(display_name="S", required=True, options=["s"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.StaticMultiSelectDropdown(display_name="S", options=SIZES, default_value=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.Dropdown(display_name="D", options=load_numbers)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.Dropdown(display_name="D", options=DropdownState[int](), refreshers=[])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
Property.MultiSelectDropdown(display_name="D", options=load_numbers, refreshers=[], default_value=1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.DynamicProperties(display_name="D", refreshers=[], props=load_numbers)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class NumberAuth(AuthBase[int]):
    """Another kind of auth than the piece's."""


number_auth = NumberAuth(display_name="N", description=None, required=True, validate=None)
pair = PieceAuth.BasicAuth(
    display_name="", username=AuthField(display_name=""), password=AuthField(display_name="")
)
Property.Dropdown(display_name="D", options=load_numbers, refreshers=[], auth=number_auth)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def answers_text(context: AuthValidationContext[str]) -> str:
    return context.auth


def validates_row(context: AuthValidationContext[Row]) -> AuthValidation:
    return AuthValidation(valid=True)


PieceAuth.SecretText(display_name="S", validate=answers_text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
PieceAuth.SecretText(display_name="S", validate=validates_row)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
PieceAuth.BasicAuth(display_name="B", username="User", password="Password")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
PieceAuth.CustomAuth(display_name="C")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
PieceAuth.CustomAuth(props=Flavor, validate=validates_row)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
PieceAuth.OIDC(props=Row())  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
PieceAuth.OAuth2(auth_url="", token_url="")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
PieceAuth.OAuth2(auth_url="", token_url="", scope=[], prompt="ask")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
PieceAuth.OAuth2(auth_url="", token_url="", scope=[], validate=validates_row)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def credentials(pair: BasicAuthValue, token: OAuth2Value, row: OAuth2Value[Row]) -> None:
    pair.token  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    pair.password = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    token.props.label  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    row.props.lable  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


@create_action(name="a", display_name="A", description="", props=Flavor)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def wrong_props(context: ActionContext[None]) -> None: ...


@create_action(name="b", display_name="B", description="", auth=auth)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def wrong_auth(context: ActionContext[int]) -> None: ...


@create_action(name="c", display_name="C", description="", auth=auth)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
def forgotten_auth(context: ActionContext) -> None: ...


@create_action(name="d", description="")  # type: ignore[call-overload, untyped-decorator]  # pyright: ignore[reportCallIssue, reportUntypedFunctionDecorator]
async def no_display_name(context: ActionContext) -> None: ...


@create_action(name="d", display_name="D", description="", auth=[auth, pair])  # type: ignore[call-overload, untyped-decorator]  # pyright: ignore[reportArgumentType]
async def auths_in_a_list(context: ActionContext[Any]) -> None: ...


@create_action(name="d", display_name="D", description="", auth=(auth, pair))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def one_of_two_auths(context: ActionContext[str]) -> None: ...


@create_action(name="d", display_name="D", description="", auth=auth, require_auth=False)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def auth_is_optional(context: ActionContext[str]) -> None: ...


def asks(context: ActionContext) -> None:
    context.run.pause("tomorrow")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    context.run.stop({"status": 200})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    context.webhook_url  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.payload  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


async def asks_more(context: ActionContext) -> None:
    await context.store.put("key", object())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await context.store.get("key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await context.files.write(file_name="a.txt", data="text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await context.output.update([1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await context.tags.add(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def schedules(context: PollingTriggerContext) -> None:
    context.set_schedule()  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    context.set_schedule(cron_expression="* * * * *", interval_ms=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    context.payload  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


@create_trigger(name="w", display_name="W", description="", strategy=TriggerStrategy.WEBHOOK)
async def webhook(context: WebhookRunContext) -> list[JsonValue]:
    return [context.payload.body]


@webhook.on_enable  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def hook_wants_a_request(context: WebhookRunContext) -> None: ...


@webhook.on_handshake  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def no_response(context: WebhookRunContext) -> None: ...


@webhook.on_start  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def not_a_start(context: WebhookContext) -> None: ...


@webhook.on_disable  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def hook_of_another_strategy(context: AppWebhookContext) -> None: ...


@webhook.on_renew  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def hook_with_props(context: WebhookContext[None, Flavor]) -> None: ...


@create_trigger(name="p", display_name="P", description="", strategy=TriggerStrategy.POLLING)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def polling_wants_a_url(context: WebhookContext) -> list[JsonValue]:
    return []


@create_trigger(name="p", display_name="P", description="", strategy=TriggerStrategy.POLLING)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def not_a_list(context: PollingTriggerContext) -> int:
    return 1


@create_trigger(name="p", display_name="P", description="", strategy=TriggerStrategy.APP_WEBHOOK)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def not_an_event(context: ManualTriggerRunContext) -> list[JsonValue]:
    return []


@create_trigger(name="p", display_name="P", description="", strategy=TriggerStrategy.MANUAL)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def not_manual(context: StartContext) -> list[JsonValue]:
    return []


@create_trigger(name="p", display_name="P", description="", strategy="POLLING")  # type: ignore[call-overload, untyped-decorator]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def strategy_as_text(context: PollingTriggerContext) -> list[JsonValue]:
    return []


POLLING: Final = TriggerStrategy.POLLING
create_trigger(name="", display_name="", description="", strategy=POLLING, renew_configuration=None)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


@create_action(name="e", display_name="E", description="", auth=number_auth)
async def counted(context: ActionContext[int]) -> None: ...


create_piece(display_name="P", logo_url="", auth=auth, actions=[counted], triggers=[])  # type: ignore[misc]  # pyright: ignore[reportArgumentType, reportCallIssue]
create_piece(display_name="P", logo_url="", actions=[webhook], triggers=[])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
create_piece(display_name="P", actions=[], triggers=[])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
create_piece(display_name="P", logo_url="", auth=[auth, pair], actions=[], triggers=[])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]


@create_trigger(name="q", display_name="Q", description="", strategy=POLLING, auth=auth)
async def polling(context: PollingTriggerContext[str]) -> list[JsonValue]:
    return []


PollingDriver(polling, auth=1)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
PollingDriver(polling, auth="key", webhook_url="")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
PollingDriver(webhook)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
WebhookDriver(polling, auth="key")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
WebhookDriver(webhook, auth="key")  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
PollingDriver(polling, auth="key").restart(counted)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def drives(polls: PollingDriver, calls: WebhookDriver) -> None:
    await polls.deliver(body=1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    await calls.deliver({"a": 1})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await calls.deliver(raw_body="text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    polls.tick()  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
