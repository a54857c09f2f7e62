"""What a user filled in as a secret appears in no message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pieces_engine import run_action
from pieces_engine.boundary import Masker
from pieces_framework import (
    ActionContext,
    AuthorCodeError,
    JsonValue,
    PieceAuth,
    Property,
    PropertyContext,
    Props,
    PropsError,
    create_action,
    create_piece,
)
from pieces_framework.property import PropertyBase
from pieces_framework.testing import MemoryHost

PASSWORD = "sesame-123"


class Account(Props):
    user = Property.ShortText(display_name="User")
    password = Property.SecretText(display_name="Password")


def load(context: PropertyContext[None]) -> Mapping[str, Any]:
    return {}


class Everything(Account):
    level = Property.Number(display_name="Level")
    accounts = Property.Array(display_name="Accounts", properties=Account)
    more = Property.DynamicProperties(display_name="More", props=load, refreshers=[])


@create_action(name="shout", display_name="", description="", props=Everything)
def shout(context: ActionContext[None, Everything]) -> None:
    raise ValueError(f"{PASSWORD} of ada")


@create_action(
    name="repeat",
    display_name="",
    description="",
    props={
        "password": Property.SecretText(display_name="Password"),
        "groups": Property.Array(
            display_name="Groups",
            properties={
                "name": Property.ShortText(display_name="Name"),
                "accounts": Property.Array(
                    display_name="Accounts",
                    properties={"password": Property.SecretText(display_name="Password")},
                ),
            },
        ),
        "more": Property.DynamicProperties(display_name="More", props=load, refreshers=[]),
    },
)
def repeat(context: ActionContext[None, Mapping[str, Any]]) -> None:
    raise ValueError(repr({name: value for name, value in context.props_value.items() if value}))


piece = create_piece(display_name="Door", logo_url="", actions=[shout, repeat], triggers=[])


SCHEMA = {"token": Property.SecretText(display_name="Token")}


async def run(name: str = "shout", /, **props: JsonValue) -> None:
    await run_with(SCHEMA, name, props)


async def run_with(
    schema: Mapping[str, PropertyBase[Any]], name: str, props: Mapping[str, JsonValue]
) -> None:
    await run_action(
        piece,
        name,
        auth=None,
        props=props,
        services=MemoryHost().services(),
        schemas={"more": schema},
    )


@pytest.mark.parametrize(
    "props",
    [
        pytest.param({"password": PASSWORD}, id="plain"),
        pytest.param({"accounts": [{"user": "ada", "password": PASSWORD}]}, id="rows"),
        pytest.param({"accounts": {"user": "ada", "password": ["", PASSWORD]}}, id="columns"),
        pytest.param({"more": {"token": PASSWORD}}, id="dynamic"),
    ],
)
async def test_a_secret_property_is_masked_wherever_it_stands(props: dict[str, JsonValue]) -> None:
    with pytest.raises(AuthorCodeError) as raised:
        await run(**props)

    assert raised.value.message == "`shout` raised ValueError: *** of ada"
    assert PASSWORD not in raised.value.traceback.splitlines()[-1]


async def test_what_is_no_secret_is_shown() -> None:
    with pytest.raises(AuthorCodeError, match="sesame-123 of ada"):
        await run(user=PASSWORD, more={"other": PASSWORD})


async def test_a_refused_value_does_not_repeat_a_secret() -> None:
    with pytest.raises(PropsError) as refused:
        await run(password=PASSWORD, level=f"no {PASSWORD}")

    assert refused.value.problems == {"level": "Expected number, received: no ***"}


NESTED = [{"name": "staff", "accounts": [{"password": PASSWORD}]}]
MASKED = "{'name': 'staff', 'accounts': [{'password': '***'}]}"


@pytest.mark.parametrize(
    ("props", "said"),
    [
        pytest.param(
            {"groups": json.dumps(NESTED)}, f"{{'groups': [{MASKED}]}}", id="rows-as-text"
        ),
        pytest.param(
            {"groups": json.dumps(NESTED).replace("s", "\\u0073")},
            f"{{'groups': [{MASKED}]}}",
            id="rows-as-escaped-text",
        ),
        pytest.param(
            {"groups": [{"name": "staff", "accounts": json.dumps(NESTED[0]["accounts"])}]},
            f"{{'groups': [{MASKED}]}}",
            id="text-in-rows",
        ),
        pytest.param(
            {"groups": {"name": "staff", "accounts": {"password": [PASSWORD]}}},
            f"{{'groups': [{MASKED}]}}",
            id="columns-in-columns",
        ),
        pytest.param(
            {"groups": {"name": ["staff", "staff"], "accounts": 2 * [NESTED[0]["accounts"]]}},
            f"{{'groups': [{MASKED}, {MASKED}]}}",
            id="rows-in-columns",
        ),
        pytest.param(
            {"groups": json.dumps({"name": "staff", "accounts": {"password": [PASSWORD]}})},
            f"{{'groups': [{MASKED}]}}",
            id="columns-as-text",
        ),
        pytest.param({"password": 12345678}, "{'password': '***'}", id="number"),
        pytest.param({"password": 1e21}, "{'password': '***'}", id="large-number"),
        pytest.param({"password": [1, 2, 3]}, "{'password': '***'}", id="list"),
        pytest.param({"password": {"a": [None, 2]}}, "{'password': '***'}", id="object"),
        pytest.param(
            {"groups": '[{"name": "staff", "accounts": [{"password": 12345678}]}]'},
            f"{{'groups': [{MASKED}]}}",
            id="number-in-text",
        ),
    ],
)
async def test_an_author_cannot_repeat_a_secret(props: dict[str, JsonValue], said: str) -> None:
    with pytest.raises(AuthorCodeError) as raised:
        await run("repeat", **props)

    assert raised.value.message == f"`repeat` raised ValueError: {said}"
    assert raised.value.traceback.splitlines()[-1] == f"ValueError: {said}"


@pytest.mark.parametrize("stored", ["api.key", "~ap~api~1key"])
@pytest.mark.parametrize("given", ["api.key", "~ap~api~1key"])
async def test_the_key_of_a_dynamic_secret_may_be_escaped(stored: str, given: str) -> None:
    schema = {stored: Property.SecretText(display_name="Key")}

    with pytest.raises(AuthorCodeError) as raised:
        await run_with(schema, "repeat", {"more": {given: PASSWORD, "other": "shown"}})

    said = "{'more': {'api.key': '***', 'other': 'shown'}}"
    assert raised.value.message == f"`repeat` raised ValueError: {said}"


@pytest.mark.parametrize(
    ("name", "value", "received"),
    [
        pytest.param("accounts", f'[{{"password": "{PASSWORD}"', "array", id="broken-rows"),
        pytest.param("accounts", PASSWORD, "array", id="no-rows"),
        pytest.param("accounts", f'"{PASSWORD}"', "array", id="json-string"),
        pytest.param("accounts", "1234567890e3", "array", id="json-number"),
        pytest.param("accounts", 12345678, "array", id="number"),
        pytest.param("more", json.dumps({"token": PASSWORD}), "object", id="dynamic-text"),
        pytest.param("more", f'{{"token": "{PASSWORD}', "object", id="dynamic-broken-text"),
        pytest.param("more", [PASSWORD], "object", id="dynamic-list"),
    ],
)
async def test_a_refusal_of_what_holds_secrets_repeats_none(
    name: str, value: JsonValue, received: str
) -> None:
    with pytest.raises(PropsError) as refused:
        await run(**{name: value})

    assert refused.value.problems == {name: f"Expected {received}, received: ***"}
    assert refused.value.message == f"`{name}`: Expected {received}, received: ***"


async def test_a_refused_text_hides_its_secrets_in_other_refusals_too() -> None:
    with pytest.raises(PropsError) as refused:
        await run(more=json.dumps({"token": PASSWORD}), level=f"no {PASSWORD}")

    assert refused.value.problems["level"] == "Expected number, received: no ***"


@pytest.mark.parametrize("written", [r'"a\"b\\c\u00e9"', '"a\\"b\\\\c\u00e9"'])
async def test_a_secret_in_text_is_masked_as_json_writes_it(written: str) -> None:
    secret = 'a"b\\c\u00e9'

    with pytest.raises(PropsError) as refused:
        await run(accounts=f'[{{"password": {written}}}]', level=f"no {secret} {written}")

    assert refused.value.problems == {"level": 'Expected number, received: no *** "***"'}


async def test_rows_of_rows_are_masked_in_a_refused_text() -> None:
    with pytest.raises(PropsError) as refused:
        await run("repeat", groups=f'[{{"accounts": [{{"password": "{PASSWORD}"')

    assert refused.value.problems == {"groups": "Expected array, received: ***"}


async def test_a_refused_text_that_can_hold_no_secret_is_shown() -> None:
    schema = {"city": Property.ShortText(display_name="City")}

    with pytest.raises(PropsError) as refused:
        await run_with(schema, "shout", {"more": "not an object"})

    assert refused.value.problems == {"more": "Expected object, received: not an object"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("[" * 5000, id="too-deep"),
        pytest.param("[" * 900 + "]" * 900, id="deep"),
        pytest.param("9" * 5000, id="digits"),
        pytest.param('{"a":1e999}', id="infinite"),
    ],
)
async def test_text_that_is_hard_to_read_is_refused_without_it(value: str) -> None:
    with pytest.raises(PropsError) as refused:
        await run(accounts=value)

    assert value not in refused.value.message


async def test_a_secret_nested_too_deeply_is_refused_without_it() -> None:
    deep: JsonValue = PASSWORD
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(PropsError) as refused:
        await run(password=deep, level=f"no {PASSWORD}")

    problem = "Expected string, received: a value nested too deeply"
    assert refused.value.problems == {
        "password": problem,
        "level": "Expected number, received: no ***",
    }


def test_every_text_of_a_connection_is_a_secret_but_its_type() -> None:
    mask = Masker(
        {
            "type": "OAUTH2",
            "access_token": "token-1",
            "data": {"id_token": "token-2", "expires_in": 3600},
            "props": {"hosts": ["host-3"], "type": "kind-4"},
        }
    )

    assert mask("OAUTH2 token-1 token-2 host-3 kind-4 3600") == "OAUTH2 *** *** *** *** 3600"


def test_a_type_that_is_none_may_be_a_secret() -> None:
    assert Masker({"type": "sesame"})("sesame") == "***"


async def test_a_number_given_for_a_secret_of_a_connection_is_masked() -> None:
    auth = PieceAuth.CustomAuth(props=Account)

    @create_action(name="log_in", display_name="", description="", auth=auth)
    def log_in(context: ActionContext[Account]) -> None:
        raise ValueError(f"{context.auth.password} of {context.auth.user}")

    piece = create_piece(display_name="P", logo_url="", auth=auth, actions=[log_in], triggers=[])
    connection: JsonValue = {"type": "CUSTOM_AUTH", "props": {"user": "ada", "password": 12345678}}

    with pytest.raises(AuthorCodeError) as caught:
        await run_action(
            piece, "log_in", auth=connection, props={}, services=MemoryHost().services()
        )

    assert "12345678" not in f"{caught.value} {caught.value.traceback}"
