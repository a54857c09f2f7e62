"""The type of `context.auth` for each kind of auth, for several, and for one that is optional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from pieces_framework import (
    Action,
    ActionContext,
    AuthField,
    AuthRefresh,
    AuthValidation,
    AuthValidationContext,
    BasicAuthValue,
    ConnectionValue,
    GeneratedToken,
    JsonValue,
    NoProps,
    OAuth2Value,
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
from pieces_framework.auth import OIDC, BasicAuth, CustomAuth, OAuth2, SecretTextAuth


class Jira(Props):
    """What names an account."""

    instance_url = Property.ShortText(display_name="Instance URL", required=True)
    token = Property.SecretText(display_name="Token", required=True)


async def validate_text(context: AuthValidationContext[str]) -> AuthValidation:
    assert_type(context.auth, str)
    return AuthValidation(valid=True)


def validate_pair(context: AuthValidationContext[BasicAuthValue]) -> AuthValidation:
    assert_type(context.auth.password, str)
    return AuthValidation(valid=False, error="no")


def validate_props(context: AuthValidationContext[Jira]) -> AuthValidation:
    assert_type(context.auth.instance_url, str)
    return AuthValidation(valid=True)


async def validate_token(context: AuthValidationContext[OAuth2Value[Jira]]) -> AuthValidation:
    assert_type(context.auth.props.token, str)
    return AuthValidation(valid=True)


async def generate(context: AuthValidationContext[Jira]) -> GeneratedToken:
    return GeneratedToken(access_token=context.auth.token)


text = PieceAuth.SecretText(display_name="API Key", validate=validate_text)
pair = PieceAuth.BasicAuth(
    display_name="Account",
    username=AuthField(display_name="User"),
    password=AuthField(display_name="Password"),
    validate=validate_pair,
)
custom = PieceAuth.CustomAuth(
    props=Jira, validate=validate_props, refresh=AuthRefresh(generate=generate)
)
custom_dict = PieceAuth.CustomAuth(props={"url": Property.ShortText(display_name="URL")})
token = PieceAuth.OAuth2(auth_url="", token_url="", scope=[])
token_props = PieceAuth.OAuth2(
    auth_url="", token_url="", scope=["a"], props=Jira, validate=validate_token, prompt="login"
)
token_dict = PieceAuth.OAuth2(
    auth_url="", token_url="", scope=[], props={"url": Property.ShortText(display_name="URL")}
)
trust = PieceAuth.OIDC(props=Jira)
trust_dict = PieceAuth.OIDC(props={"role": Property.ShortText(display_name="Role")})

assert_type(text, SecretTextAuth)
assert_type(pair, BasicAuth)
assert_type(custom, CustomAuth[Jira])
assert_type(custom_dict, CustomAuth[Mapping[str, Any]])
assert_type(token, OAuth2[OAuth2Value])
assert_type(token_props, OAuth2[OAuth2Value[Jira]])
assert_type(token_dict, OAuth2[OAuth2Value[Mapping[str, Any]]])
assert_type(trust, OIDC[Jira])
assert_type(trust_dict, OIDC[Mapping[str, Any]])
assert_type(text.parse("x"), str)
assert_type(pair.parse({}), BasicAuthValue)


@create_action(name="a", display_name="", description="", auth=pair)
async def by_pair(context: ActionContext[BasicAuthValue]) -> None:
    assert_type(context.auth.username, str)


@create_action(name="b", display_name="", description="", auth=custom)
async def by_props(context: ActionContext[Jira]) -> None:
    assert_type(context.auth.instance_url, str)


@create_action(name="c", display_name="", description="", auth=token)
async def by_token(context: ActionContext[OAuth2Value]) -> None:
    assert_type(context.auth.access_token, str)
    assert_type(context.auth.props, NoProps)
    assert_type(context.auth.data, Mapping[str, JsonValue])


@create_action(name="d", display_name="", description="", auth=token_props)
async def by_token_props(context: ActionContext[OAuth2Value[Jira]]) -> None:
    assert_type(context.auth.props.instance_url, str)


@create_action(name="e", display_name="", description="", auth=(text, custom))
async def by_either(context: ActionContext[str | Jira]) -> None:
    assert_type(context.auth, str | Jira)


@create_action(name="f", display_name="", description="", auth=(text, pair, custom, token, trust))
def by_any_of_five(
    context: ActionContext[str | BasicAuthValue | Jira | OAuth2Value],
) -> int:
    assert_type(context.auth, str | BasicAuthValue | Jira | OAuth2Value)
    return 1


@create_action(name="g", display_name="", description="", auth=text, require_auth=False)
async def perhaps(context: ActionContext[str | None]) -> None:
    assert_type(context.auth, str | None)


@create_action(name="h", display_name="", description="", auth=(text, pair), require_auth=False)
async def perhaps_either(context: ActionContext[str | BasicAuthValue | None]) -> None:
    assert_type(context.auth, str | BasicAuthValue | None)


@create_action(name="i", display_name="", description="", auth=text, require_auth=False, props=Jira)
async def perhaps_with_props(context: ActionContext[str | None, Jira]) -> None:
    assert_type(context.props_value.token, str)


@create_trigger(
    name="j",
    display_name="",
    description="",
    strategy=TriggerStrategy.WEBHOOK,
    auth=(text, token),
)
async def webhook(context: WebhookRunContext[str | OAuth2Value]) -> list[JsonValue]:
    assert_type(context.auth, str | OAuth2Value)
    return []


@webhook.on_enable
async def webhook_enabled(context: WebhookContext[str | OAuth2Value]) -> None:
    assert_type(context.auth, str | OAuth2Value)


@create_trigger(
    name="k",
    display_name="",
    description="",
    strategy=TriggerStrategy.POLLING,
    auth=text,
    require_auth=False,
)
def polling(context: PollingTriggerContext[str | None]) -> list[JsonValue]:
    assert_type(context.auth, str | None)
    return []


assert_type(by_either, Action[str | Jira, NoProps, None])
assert_type(perhaps, Action[str | None, NoProps, None])
assert_type(
    polling,
    Trigger[
        str | None, NoProps, PollingTriggerContext[str | None], PollingTriggerContext[str | None]
    ],
)
assert_type(
    create_piece(display_name="", logo_url="", auth=text, actions=[perhaps], triggers=[polling]),
    Piece[str],
)
assert_type(
    create_piece(
        display_name="",
        logo_url="",
        auth=(text, custom, pair, token, trust),
        actions=[by_either, by_props, perhaps_either],
        triggers=[webhook],
    ),
    Piece[str | Jira | BasicAuthValue | OAuth2Value],
)


async def looked_up(context: ActionContext) -> None:
    assert_type(context.auth, None)
    assert_type(await context.connections.get("other"), ConnectionValue | None)
