"""What a user filled in as a secret appears in no message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pieces_engine import run_action
from pieces_engine.boundary import Masker
from pieces_framework import (
    ActionContext,
    AuthorCodeError,
    JsonValue,
    Property,
    PropertyContext,
    Props,
    PropsError,
    create_action,
    create_piece,
)
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


piece = create_piece(display_name="Door", logo_url="", actions=[shout], triggers=[])


async def run(**props: JsonValue) -> None:
    schema = {"token": Property.SecretText(display_name="Token")}
    await run_action(
        piece,
        "shout",
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
