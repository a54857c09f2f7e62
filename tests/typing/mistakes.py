"""Mistakes that both checkers must catch: an ignore that is not needed is itself an error."""

from __future__ import annotations

from pieces_framework import (
    ActionContext,
    AuthValidationContext,
    JsonValue,
    PieceAuth,
    PollingTriggerContext,
    Property,
    Props,
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)
from pieces_framework.auth import AuthBase

auth = PieceAuth.SecretText(display_name="API Key")


class Flavor(Props):
    """Two properties to misuse."""

    level = Property.Number(display_name="Level", required=True)
    topping = Property.ShortText(display_name="Topping")


def values(context: ActionContext[str, Flavor]) -> None:
    context.props_value.levle  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.props_value.topping.upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    context.props_value.level.upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    context.auth.username  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    context.auth = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


Property.Number(display_name="N", requird=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.Number(display_name="N", default_value="three")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
Property.ShortText(required=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
Property.StaticDropdown(display_name="S", required=True, options=["s"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]


class NumberAuth(AuthBase[int]):
    """Another kind of auth than the piece's."""


number_auth = NumberAuth(display_name="N", description=None, required=True, validate=None)


async def answers_text(context: AuthValidationContext[str]) -> str:
    return context.auth


PieceAuth.SecretText(display_name="S", validate=answers_text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@create_action(name="a", display_name="A", description="", props=Flavor)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def wrong_props(context: ActionContext[None]) -> None: ...


@create_action(name="b", display_name="B", description="", auth=auth)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def wrong_auth(context: ActionContext[int]) -> None: ...


@create_action(name="c", display_name="C", description="", auth=auth)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
def forgotten_auth(context: ActionContext) -> None: ...


@create_action(name="d", description="")  # type: ignore[call-overload, untyped-decorator]  # pyright: ignore[reportCallIssue, reportUntypedFunctionDecorator]
async def no_display_name(context: ActionContext) -> None: ...


@create_trigger(name="w", display_name="W", description="", strategy=TriggerStrategy.WEBHOOK)
async def webhook(context: WebhookRunContext) -> list[JsonValue]:
    return [context.payload.body]


@webhook.on_enable  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def hook_wants_a_request(context: WebhookRunContext) -> None: ...


@create_trigger(name="p", display_name="P", description="", strategy=TriggerStrategy.POLLING)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def polling_wants_a_url(context: WebhookContext) -> list[JsonValue]:
    return []


@create_trigger(name="p", display_name="P", description="", strategy=TriggerStrategy.POLLING)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUntypedFunctionDecorator]
async def not_a_list(context: PollingTriggerContext) -> int:
    return 1


@create_action(name="e", display_name="E", description="", auth=number_auth)
async def counted(context: ActionContext[int]) -> None: ...


create_piece(display_name="P", logo_url="", auth=auth, actions=[counted], triggers=[])  # type: ignore[misc]  # pyright: ignore[reportArgumentType]
create_piece(display_name="P", logo_url="", actions=[webhook], triggers=[])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
create_piece(display_name="P", actions=[], triggers=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
