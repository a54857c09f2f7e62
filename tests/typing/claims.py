"""What an author's declarations are: actions, triggers and pieces, typed by their functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, assert_type

from pieces_framework import (
    Action,
    ActionContext,
    JsonValue,
    NoProps,
    Piece,
    PieceAuth,
    PollingTriggerContext,
    Property,
    Props,
    Trigger,
    TriggerStrategy,
    WebhookContext,
    WebhookRunContext,
    create_action,
    create_piece,
    create_trigger,
)

auth = PieceAuth.SecretText(display_name="API Key")


class Wanted(Props):
    """One property."""

    limit = Property.Number(display_name="Limit", required=True)


@create_action(name="a", display_name="A", description="", auth=auth, props=Wanted)
async def action(context: ActionContext[str, Wanted]) -> dict[str, int]:
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


assert_type(action, Action[str, Wanted, dict[str, int]])
assert_type(plain_action, Action[None, NoProps, Literal[3]])


@create_trigger(
    name="w", display_name="W", description="", strategy=TriggerStrategy.WEBHOOK, auth=auth
)
async def webhook(context: WebhookRunContext[str]) -> list[JsonValue]:
    return [context.payload.body]


@create_trigger(
    name="p",
    display_name="P",
    description="",
    strategy=TriggerStrategy.POLLING,
    props=Wanted,
    sample_data={"id": 1},
)
async def polling(context: PollingTriggerContext[None, Wanted]) -> list[int]:
    return [1]


@polling.test
async def samples(context: PollingTriggerContext[None, Wanted]) -> list[int]:
    return [1]


async def run(context: ActionContext[str, Wanted]) -> None:
    assert_type(await action.run(context), dict[str, int])


assert_type(webhook, Trigger[str, NoProps, WebhookContext[str], WebhookRunContext[str]])
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
assert_type(
    create_piece(display_name="P", logo_url="", actions=[plain_action], triggers=[]), Piece[None]
)
