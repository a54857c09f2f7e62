"""The page "Piece Auth": each kind, with its validation, used by an action."""

from __future__ import annotations

import pytest

from pieces_framework import (
    Action,
    ActionContext,
    AuthField,
    AuthValidation,
    AuthValidationContext,
    BasicAuthValue,
    ConnectionRejectedError,
    JsonValue,
    OAuth2GrantType,
    OAuth2Value,
    PieceAuth,
    Property,
    Props,
    create_action,
)
from pieces_framework.testing import make_context
from tests.documentation.wire import as_read


async def begins_with_ice(context: AuthValidationContext[str]) -> AuthValidation:
    if context.auth.startswith("ice_"):
        return AuthValidation(valid=True)
    return AuthValidation(valid=False, error="no key of this shop")


def has_password(context: AuthValidationContext[BasicAuthValue]) -> AuthValidation:
    if context.auth.password:
        return AuthValidation(valid=True)
    return AuthValidation(valid=False, error="the password is empty")


class ShopConnection(Props):
    base_url = Property.ShortText(
        display_name="Shop's address", description="With https", required=True
    )
    access_token = Property.SecretText(
        display_name="Token", description="From the settings", required=True
    )


async def is_reachable(context: AuthValidationContext[ShopConnection]) -> AuthValidation:
    if context.auth.base_url.startswith("https://"):
        return AuthValidation(valid=True)
    return AuthValidation(valid=False, error="the address must begin with https://")


secret = PieceAuth.SecretText(
    display_name="Key", description="From the shop", required=True, validate=begins_with_ice
)
basic = PieceAuth.BasicAuth(
    display_name="Account",
    description="Of the shop",
    username=AuthField(display_name="Name", description="The shop knows you by"),
    password=AuthField(display_name="Pass phrase", description="Keep it safe"),
    validate=has_password,
)
custom = PieceAuth.CustomAuth(
    display_name="Own shop",
    description="Where it is, and its token",
    props=ShopConnection,
    validate=is_reachable,
)
oauth2 = PieceAuth.OAuth2(
    display_name="Sign in",
    grant_type=OAuth2GrantType.AUTHORIZATION_CODE,
    required=True,
    auth_url="https://shop.example.com/auth",
    token_url="https://shop.example.com/token",
    scope=["menu", "orders"],
)


@create_action(name="a", display_name="A", description="By key", auth=secret)
async def by_key(context: ActionContext[str]) -> str:
    return context.auth.removeprefix("ice_")


@create_action(name="b", display_name="B", description="By account", auth=basic)
async def by_account(context: ActionContext[BasicAuthValue]) -> str:
    return f"{context.auth.username}:{context.auth.password}"


@create_action(name="c", display_name="C", description="By token", auth=custom)
async def by_token(context: ActionContext[ShopConnection]) -> str:
    return f"{context.auth.base_url} {context.auth.access_token}"


@create_action(name="d", display_name="D", description="By sign-in", auth=oauth2)
async def by_sign_in(context: ActionContext[OAuth2Value]) -> str:
    return f"Bearer {context.auth.access_token}"


SHOP = {"base_url": "https://a.example.com", "access_token": "t"}
HTTP_SHOP = {"base_url": "http://a.example.com", "access_token": "t"}


@pytest.mark.parametrize(
    ("action", "connection", "result"),
    [
        pytest.param(by_key, "ice_7", "7", id="secret-text"),
        pytest.param(by_key, {"type": "SECRET_TEXT", "secret_text": "ice_7"}, "7", id="stored"),
        pytest.param(by_account, {"username": "ada", "password": "pw"}, "ada:pw", id="basic-auth"),
        pytest.param(by_token, {"props": SHOP}, "https://a.example.com t", id="custom-auth"),
        pytest.param(by_sign_in, {"type": "OAUTH2", "access_token": "z"}, "Bearer z", id="oauth2"),
    ],
)
async def test_an_action_gets_the_credentials_of_the_connection(
    action: Action[object, object, str], connection: JsonValue, result: str
) -> None:
    (auth,) = action.auths
    await auth.check(connection)

    assert await action.run(make_context(action, auth=auth.parse(connection))) == result


@pytest.mark.parametrize(
    ("action", "connection", "reason"),
    [
        pytest.param(by_key, "snow_7", "no key of this shop", id="secret-text"),
        pytest.param(
            by_account, {"username": "ada", "password": ""}, "password is empty", id="basic-auth"
        ),
        pytest.param(by_token, {"props": HTTP_SHOP}, "must begin with https", id="custom-auth"),
        pytest.param(by_token, {"props": {}}, "`base_url`: is required", id="no-props"),
        pytest.param(by_sign_in, {"type": "OAUTH2"}, "`access_token` is needed", id="oauth2"),
    ],
)
async def test_a_connection_is_refused_with_the_reason(
    action: Action[object, object, str], connection: JsonValue, reason: str
) -> None:
    (auth,) = action.auths

    with pytest.raises(ConnectionRejectedError, match=reason):
        await auth.check(connection)


def test_the_metadata_says_what_to_ask_the_user_for() -> None:
    assert secret.metadata() == {
        "type": "SECRET_TEXT",
        "displayName": "Key",
        "description": "From the shop",
        "required": True,
    }
    assert basic.metadata() == {
        "type": "BASIC_AUTH",
        "displayName": "Account",
        "description": "Of the shop",
        "required": True,
        "username": {"displayName": "Name", "description": "The shop knows you by"},
        "password": {"displayName": "Pass phrase", "description": "Keep it safe"},
    }
    assert custom.metadata() == {
        "type": "CUSTOM_AUTH",
        "displayName": "Own shop",
        "description": "Where it is, and its token",
        "required": True,
        "props": {
            "base_url": {
                "type": "SHORT_TEXT",
                "displayName": "Shop's address",
                "description": "With https",
                "required": True,
            },
            "access_token": {
                "type": "SECRET_TEXT",
                "displayName": "Token",
                "description": "From the settings",
                "required": True,
            },
        },
    }


def test_the_metadata_of_oauth2_says_where_to_sign_in() -> None:
    assert as_read(oauth2.metadata()) == {
        "type": "OAUTH2",
        "displayName": "Sign in",
        "required": True,
        "authUrl": "https://shop.example.com/auth",
        "tokenUrl": "https://shop.example.com/token",
        "scope": ["menu", "orders"],
        "grantType": "authorization_code",
    }


def test_a_service_may_be_signed_in_to_without_a_user() -> None:
    service = PieceAuth.OAuth2(
        grant_type=OAuth2GrantType.CLIENT_CREDENTIALS,
        auth_url="",
        token_url="https://shop.example.com/token",
        scope=[],
    )

    assert service.metadata()["grantType"] == "client_credentials"
