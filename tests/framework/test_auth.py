"""Kinds of auth: what each says on the wire, and what it makes of a stored connection."""

from __future__ import annotations

from typing import Any

import pytest

from pieces_framework import (
    AuthField,
    AuthRefresh,
    AuthValidation,
    AuthValidationContext,
    BasicAuthValue,
    ConnectionRejectedError,
    DropdownOption,
    GeneratedToken,
    JsonValue,
    NoProps,
    OAuth2AuthorizationMethod,
    OAuth2GrantType,
    OAuth2Value,
    PieceAuth,
    Property,
    Props,
)
from pieces_framework.auth import AuthBase, auth_for, auths_of, filled_in


class Account(Props):
    """What names an account."""

    url = Property.ShortText(display_name="URL", required=True)
    token = Property.SecretText(display_name="Token", required=True, min_length=4)
    region = Property.StaticDropdown(
        display_name="Region", options=[DropdownOption("EU", "eu"), DropdownOption("US", "us")]
    )


ACCOUNT_WIRE = {name: child.metadata() for name, child in Account.__properties__.items()}
TEXT = PieceAuth.SecretText(display_name="API Key", description="In **settings**")
PAIR = PieceAuth.BasicAuth(
    display_name="Account",
    username=AuthField(display_name="User", description="Your e-mail"),
    password=AuthField(display_name="Password"),
)
CUSTOM = PieceAuth.CustomAuth(props=Account, display_name="Jira")
CUSTOM_DICT = PieceAuth.CustomAuth(props=dict(Account.__properties__))
TRUST = PieceAuth.OIDC(props=Account, description="How")
TOKEN = PieceAuth.OAuth2(auth_url="https://a", token_url="https://t", scope=["r", "w"])
TOKEN_PROPS = PieceAuth.OAuth2(
    auth_url="https://{url}/a", token_url="https://{url}/t", scope=["{region}"], props=Account
)
EVERY: dict[str, AuthBase[Any]] = {
    "text": TEXT,
    "pair": PAIR,
    "custom": CUSTOM,
    "custom dict": CUSTOM_DICT,
    "trust": TRUST,
    "token": TOKEN,
    "token props": TOKEN_PROPS,
}
HUSH = "hush-hush"
GIVEN: JsonValue = {"url": "x.example.com", "token": HUSH, "region": "eu", "other": 1}
FITTING: dict[str, JsonValue] = {
    "text": {"type": "SECRET_TEXT", "secret_text": HUSH},
    "pair": {"type": "BASIC_AUTH", "username": "ada", "password": HUSH},
    "custom": {"type": "CUSTOM_AUTH", "props": GIVEN},
    "custom dict": {"type": "CUSTOM_AUTH", "props": GIVEN},
    "trust": {"type": "OIDC", "props": GIVEN},
    "token": {"type": "OAUTH2", "access_token": HUSH},
    "token props": {"type": "CLOUD_OAUTH2", "access_token": HUSH, "props": GIVEN},
}


@pytest.mark.parametrize(
    ("auth", "wire"),
    [
        pytest.param(
            TEXT,
            {
                "type": "SECRET_TEXT",
                "displayName": "API Key",
                "description": "In **settings**",
                "required": True,
            },
            id="text",
        ),
        pytest.param(
            PieceAuth.SecretText(display_name="Key", required=False),
            {"type": "SECRET_TEXT", "displayName": "Key", "required": False},
            id="optional text",
        ),
        pytest.param(
            PAIR,
            {
                "type": "BASIC_AUTH",
                "displayName": "Account",
                "required": True,
                "username": {"displayName": "User", "description": "Your e-mail"},
                "password": {"displayName": "Password"},
            },
            id="pair",
        ),
        pytest.param(
            CUSTOM,
            {
                "type": "CUSTOM_AUTH",
                "displayName": "Jira",
                "required": True,
                "props": ACCOUNT_WIRE,
            },
            id="custom",
        ),
        pytest.param(
            CUSTOM_DICT,
            {
                "type": "CUSTOM_AUTH",
                "displayName": "Connection",
                "required": True,
                "props": ACCOUNT_WIRE,
            },
            id="custom dict",
        ),
        pytest.param(
            TRUST,
            {
                "type": "OIDC",
                "displayName": "Connection",
                "description": "How",
                "required": True,
                "props": ACCOUNT_WIRE,
            },
            id="trust",
        ),
        pytest.param(
            TOKEN,
            {
                "type": "OAUTH2",
                "displayName": "Connection",
                "required": True,
                "authUrl": "https://a",
                "tokenUrl": "https://t",
                "scope": ["r", "w"],
            },
            id="token",
        ),
        pytest.param(
            PieceAuth.OAuth2(
                auth_url="https://{url}/a",
                token_url="https://t",
                scope=[],
                props=Account,
                display_name="Sign in",
                description="Register first",
                required=False,
                grant_type=OAuth2GrantType.BOTH,
                prompt="omit",
                pkce=True,
                pkce_method="S256",
                authorization_method=OAuth2AuthorizationMethod.HEADER,
                extra={"access_type": "online"},
            ),
            {
                "type": "OAUTH2",
                "displayName": "Sign in",
                "description": "Register first",
                "required": False,
                "authUrl": "https://{url}/a",
                "tokenUrl": "https://t",
                "scope": [],
                "props": ACCOUNT_WIRE,
                "grantType": "both_client_credentials_and_authorization_code",
                "prompt": "omit",
                "pkce": True,
                "pkceMethod": "S256",
                "authorizationMethod": "HEADER",
                "extra": {"access_type": "online"},
            },
            id="every field of a token",
        ),
    ],
)
def test_the_wire_form_of_each_kind(auth: AuthBase[Any], wire: object) -> None:
    assert auth.metadata() == wire


def test_a_secret_is_plain_text_or_a_connection() -> None:
    assert TEXT.parse("key") == TEXT.parse({"type": "SECRET_TEXT", "secret_text": "key"}) == "key"
    assert TEXT.parse({"secret_text": "key"}) == "key"


def test_a_pair_is_a_value() -> None:
    assert PAIR.parse(FITTING["pair"]) == BasicAuthValue(username="ada", password=HUSH)


@pytest.mark.parametrize(("auth", "name"), [(CUSTOM, "custom"), (TRUST, "trust")])
def test_properties_are_an_instance_of_their_class(auth: AuthBase[Account], name: str) -> None:
    account = auth.parse(FITTING[name])

    assert isinstance(account, Account)
    assert (account.url, account.token, account.region) == ("x.example.com", HUSH, "eu")


def test_properties_of_the_dict_form_are_a_dict() -> None:
    assert CUSTOM_DICT.parse(FITTING["custom"]) == {
        "url": "x.example.com",
        "token": HUSH,
        "region": "eu",
    }


def test_a_token_comes_with_what_the_service_said() -> None:
    value = TOKEN.parse(
        {
            "type": "PLATFORM_OAUTH2",
            "access_token": "t",
            "refresh_token": "r",
            "token_type": "bearer",
            "scope": "r w",
            "claimed_at": 1710417600,
            "expires_in": 3600.0,
            "client_id": "id",
            "token_url": "https://t",
            "data": {"team": {"id": 1}},
        }
    )

    assert isinstance(value.props, NoProps)
    assert value == OAuth2Value(
        access_token="t",
        props=value.props,
        refresh_token="r",
        token_type="bearer",
        scope="r w",
        claimed_at=1710417600,
        expires_in_s=3600,
        client_id="id",
        token_url="https://t",
        data={"team": {"id": 1}},
    )


def test_a_token_needs_nothing_but_itself() -> None:
    value = TOKEN.parse(
        {"access_token": "t", "claimed_at": "soon", "expires_in": float("inf"), "data": [1]}
    )

    assert (value.token_type, value.scope, value.refresh_token) == ("Bearer", "", None)
    assert (value.claimed_at, value.expires_in_s, value.data) == (None, None, {})


def test_a_token_comes_with_its_properties() -> None:
    assert TOKEN_PROPS.parse(FITTING["token props"]).props.url == "x.example.com"


@pytest.mark.parametrize("name", EVERY)
def test_a_connection_of_another_type_is_refused(name: str) -> None:
    kinds: list[JsonValue] = ["NO_AUTH", None, 3, ["OAUTH2"], {}]
    for kind in kinds:
        with pytest.raises(ConnectionRejectedError, match="the connection is of another type than"):
            EVERY[name].parse({"type": kind, "secret_text": HUSH})


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        pytest.param("text", "", "a text is needed", id="no text"),
        pytest.param("text", None, "a text is needed", id="null"),
        pytest.param("text", 3, "a text is needed", id="number"),
        pytest.param("text", {}, "a text is needed", id="connection without text"),
        pytest.param("pair", HUSH, "does not hold `Account`", id="text for a pair"),
        pytest.param(
            "pair", {"username": HUSH}, "`username` and `password` are needed", id="half a pair"
        ),
        pytest.param("custom", {"url": HUSH}, "`props` with a value for each", id="no props"),
        pytest.param(
            "custom",
            {"props": {"token": "hu", "region": HUSH}},
            "`url`: is required; `token`: String should have at least",
            id="wrong props",
        ),
        pytest.param(
            "custom dict",
            {"props": {"token": HUSH}},
            "`url`: is required",
            id="wrong props of a dict",
        ),
        pytest.param("trust", {"props": [HUSH]}, "`props` with a value", id="props as a list"),
        pytest.param("token", {"access_token": ""}, "`access_token` is needed", id="no token"),
        pytest.param("token", HUSH, "does not hold `Connection`", id="text for a token"),
        pytest.param(
            "token props",
            {"access_token": HUSH},
            "`url`: is required; `token`: is required",
            id="token alone",
        ),
    ],
)
def test_what_is_misshapen_is_refused_without_its_values(
    name: str, raw: JsonValue, message: str
) -> None:
    with pytest.raises(ConnectionRejectedError, match=message) as caught:
        EVERY[name].parse(raw)

    assert HUSH not in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint.startswith("connect the account again; as JSON it is {")


@pytest.mark.parametrize("name", [name for name in EVERY if name not in {"text", "custom dict"}])
def test_a_value_never_shows_its_secret(name: str) -> None:
    value = EVERY[name].parse(FITTING[name])

    assert HUSH not in repr(value)
    assert HUSH not in repr(AuthValidationContext(auth=value))


@pytest.mark.parametrize("name", EVERY)
def test_of_several_auths_the_type_chooses(name: str) -> None:
    several = (TOKEN if name == "token" else TOKEN_PROPS, PAIR, CUSTOM, TRUST, TEXT)

    chosen = auth_for(several, FITTING[name])

    assert chosen.kind == EVERY[name].kind


def test_one_auth_is_for_everything() -> None:
    assert auth_for((TEXT,), "plain") is TEXT


@pytest.mark.parametrize("raw", [HUSH, None, {"type": "NO"}, {"type": [HUSH]}, {}])
def test_what_is_for_none_of_several_auths_is_refused(raw: JsonValue) -> None:
    with pytest.raises(ConnectionRejectedError, match="takes `SECRET_TEXT`, `OAUTH2`") as caught:
        auth_for((TEXT, TOKEN), raw)

    assert "`type` is one of them" in caught.value.hint


def test_auths_are_a_tuple() -> None:
    assert auths_of(None) == ()
    assert auths_of(TEXT) == (TEXT,)
    assert auths_of((TEXT, PAIR)) == (TEXT, PAIR)


async def test_the_authors_check_is_asked() -> None:
    async def validate(context: AuthValidationContext[Account]) -> AuthValidation:
        return AuthValidation(valid=context.auth.region == "eu", error="not there")

    def never(context: AuthValidationContext[str]) -> AuthValidation:
        return AuthValidation(valid=False)

    checked = PieceAuth.CustomAuth(props=Account, validate=validate)

    await checked.check(FITTING["custom"])
    await TEXT.check("key")
    with pytest.raises(ConnectionRejectedError, match="`Connection` was refused: not there"):
        await checked.check({"props": {"url": "x", "token": HUSH, "region": "us"}})
    with pytest.raises(ConnectionRejectedError, match="no reason given"):
        await PieceAuth.SecretText(display_name="Key", validate=never).check(HUSH)


def test_unknown_names_in_urls_are_a_mistake() -> None:
    auth = PieceAuth.OAuth2(
        auth_url="https://{shop}.example.com/{url}",
        token_url="https://{my-shop}.example.com",
        scope=["read:{team}", "{region}"],
        props=Account,
    )

    assert auth.problems() == [
        "`{my-shop}` stands for no property of its props",
        "`{shop}` stands for no property of its props",
        "`{team}` stands for no property of its props",
    ]
    assert TOKEN_PROPS.problems() == []


@pytest.mark.parametrize("make", [PieceAuth.CustomAuth, PieceAuth.OIDC], ids=["custom", "trust"])
def test_mistakes_in_properties_are_reported(make: Any) -> None:
    auth = make(props={"a": Property.Number(display_name="A", ge=2, le=1)})

    assert auth.problems() == ["its property `a`: its ge=2 and le=1 leave no value"]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param(
            "https://{shop}/{team}", "https://gelato/{shop}", id="values stay as they are"
        ),
        pytest.param("{shop}{shop}", "gelato{shop}", id="the first occurrence only"),
        pytest.param("{other}-{port}-{}", "{other}-8080-{}", id="unknown names stay"),
        pytest.param("a{none}b", "ab", id="nothing"),
        pytest.param("{on}", "true", id="yes"),
    ],
)
def test_names_are_filled_in(template: str, text: str) -> None:
    values = {"shop": "gelato", "team": "{shop}", "port": 8080.0, "none": None, "on": True}

    assert filled_in(template, values) == text


def test_a_refresh_is_good_for_55_minutes_by_default() -> None:
    refresh = AuthRefresh(generate=lambda context: GeneratedToken(access_token=context.auth.token))

    assert PieceAuth.CustomAuth(props=Account, refresh=refresh).refresh is refresh
    assert refresh.default_expires_in_s == 55 * 60
