"""Loading options and properties, and asking a piece whether credentials work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pieces_engine import check_auth, run_loader
from pieces_framework import (
    ActionContext,
    AuthorCodeError,
    AuthValidation,
    AuthValidationContext,
    ConnectionRejectedError,
    DropdownOption,
    DropdownState,
    FatalError,
    JsonValue,
    Piece,
    PieceAuth,
    PieceNotFoundError,
    Property,
    PropertyContext,
    Props,
    create_action,
    create_piece,
)
from pieces_framework.testing import MemoryHost

KEY = "test-key-123"


def works(context: AuthValidationContext[str]) -> AuthValidation:
    if context.auth == "broken":
        raise ValueError(f"no route for {context.auth}")
    return AuthValidation(valid=context.auth == KEY, error=f"nobody has {context.auth}")


auth = PieceAuth.SecretText(display_name="API Key", validate=works)


async def shops(context: PropertyContext[str]) -> DropdownState[JsonValue]:
    if context.auth is None:
        return DropdownState(disabled=True, placeholder="Connect first")
    seen: dict[str, JsonValue] = {**context.props_value, "search": context.search_value}
    return DropdownState(options=[DropdownOption("Rome", seen)])


def fields(context: PropertyContext[str]) -> Mapping[str, Any]:
    return {"size": Property.Number(display_name="Size", required=True)}


def spill(context: PropertyContext[str]) -> DropdownState[int]:
    raise FatalError(f"{context.auth} was refused")


def crash(context: PropertyContext[str]) -> DropdownState[int]:
    raise ValueError(f"{context.auth} and {context.props_value['pin']}")


def returning(value: Any) -> Any:  # a loader that keeps no promise
    def loader(context: PropertyContext[str]) -> Any:
        return value

    return loader


class FormProps(Props):
    name = Property.ShortText(display_name="Name")
    pin = Property.SecretText(display_name="PIN")
    shop = Property.Dropdown(display_name="Shop", refreshers=["name"], options=shops)
    shops = Property.MultiSelectDropdown(display_name="Shops", refreshers=[], options=shops)
    fields = Property.DynamicProperties(display_name="Fields", refreshers=[], props=fields)
    spill = Property.Dropdown(display_name="Spill", refreshers=[], options=spill)
    crash = Property.Dropdown(display_name="Crash", refreshers=[], options=crash)
    none = Property.Dropdown(display_name="None", refreshers=[], options=returning(None))
    strange = Property.Dropdown(
        display_name="Strange",
        refreshers=[],
        options=returning(DropdownState(options=["a"])),  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    )
    no_list = Property.Dropdown(
        display_name="No list",
        refreshers=[],
        options=returning(DropdownState(options=None)),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    )
    no_json = Property.Dropdown(
        display_name="No JSON",
        refreshers=[],
        options=returning(DropdownState(options=[DropdownOption("a", {1})])),
    )
    no_props = Property.DynamicProperties(
        display_name="No props", refreshers=[], props=returning(["a"])
    )


@create_action(name="order", display_name="Order", description="", auth=auth, props=FormProps)
async def order(context: ActionContext[str, FormProps]) -> str:
    return "ordered"


@create_action(name="plain", display_name="Plain", description="")
async def plain(context: ActionContext) -> str:
    return "plain"


piece: Piece[Any] = create_piece(
    display_name="Gelato", logo_url="", auth=auth, actions=[order, plain], triggers=[]
)


async def load(name: str, *, auth: JsonValue = KEY, **given: Any) -> dict[str, JsonValue]:
    services = MemoryHost().services()
    return await run_loader(piece, "order", name, auth=auth, props={}, services=services, **given)


@pytest.mark.parametrize(
    ("name", "kind"), [("shop", "DROPDOWN"), ("shops", "MULTI_SELECT_DROPDOWN")]
)
async def test_options_are_the_state_that_a_form_is_given(name: str, kind: str) -> None:
    loaded = await run_loader(
        piece,
        "order",
        name,
        auth=KEY,
        props={"name": "Ada", "pin": 7},
        services=MemoryHost().services(),
        search_value="ro",
    )

    seen = {"name": "Ada", "pin": 7, "search": "ro"}
    assert loaded == {
        "type": kind,
        "options": {"disabled": False, "options": [{"label": "Rome", "value": seen}]},
    }


async def test_without_a_connection_a_loader_is_called_all_the_same() -> None:
    loaded = await load("shop", auth=None)

    assert loaded["options"] == {"disabled": True, "options": [], "placeholder": "Connect first"}


async def test_dynamic_properties_are_the_metadata_of_each_child() -> None:
    loaded = await load("fields")

    size = {"type": "NUMBER", "displayName": "Size", "required": True}
    assert loaded == {"type": "DYNAMIC", "options": {"size": size}}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "returned `NoneType`, not a `DropdownState`"),
        ("strange", "returned `str` among its options, not a `DropdownOption`"),
        ("no_list", "returned `options` that are `NoneType`, not a list"),
        ("no_json", "is `set`"),
        ("no_props", "returned `list`, not properties"),
    ],
)
async def test_a_loader_that_returns_something_else_is_the_authors_to_mend(
    name: str, message: str
) -> None:
    with pytest.raises(AuthorCodeError) as raised:
        await load(name)

    assert raised.value.message.startswith(f"the loader of `order.{name}` ")
    assert message in raised.value.message


async def test_a_loaders_own_error_comes_without_the_secret() -> None:
    with pytest.raises(FatalError, match=r"^\*\*\* was refused$"):
        await load("spill")


async def test_what_a_loader_raises_besides_is_masked_by_the_values_too() -> None:
    with pytest.raises(
        AuthorCodeError, match=r"`order.crash` raised ValueError: \*\*\* and \*\*\*"
    ):
        await run_loader(
            piece,
            "order",
            "crash",
            auth=KEY,
            props={"pin": "sesame"},
            services=MemoryHost().services(),
        )


@pytest.mark.parametrize(
    ("part", "name", "hint"),
    [
        ("order", "name", "those that do are `shop`, `shops`, `fields`"),
        ("order", "gone", "those that do are `shop`"),
        ("plain", "shop", "none of its properties does"),
    ],
)
async def test_a_property_that_loads_nothing_is_refused(part: str, name: str, hint: str) -> None:
    with pytest.raises(PieceNotFoundError, match="that loads anything") as raised:
        await run_loader(piece, part, name, auth=None, props={}, services=MemoryHost().services())

    assert raised.value.hint.startswith(hint)


async def test_credentials_that_work_are_said_to() -> None:
    assert await check_auth(piece, auth=KEY) is True


async def test_credentials_that_do_not_work_are_rejected_without_being_told() -> None:
    with pytest.raises(
        ConnectionRejectedError, match=r"`API Key` was refused: nobody has \*\*\*\n"
    ):
        await check_auth(piece, auth="other-key")


async def test_a_check_that_fails_is_not_a_rejection() -> None:
    with pytest.raises(AuthorCodeError, match=r"`validate` raised ValueError: no route for \*\*\*"):
        await check_auth(piece, auth="broken")


async def test_credentials_that_are_missing_are_asked_for() -> None:
    with pytest.raises(ConnectionRejectedError, match="`Gelato` needs `API Key`"):
        await check_auth(piece, auth=None)


async def test_without_a_check_only_the_form_of_credentials_is_looked_at() -> None:
    bare = PieceAuth.SecretText(display_name="Key")
    unchecked = create_piece(display_name="P", logo_url="", auth=bare, actions=[], triggers=[])

    assert await check_auth(unchecked, auth="anything") is False
    with pytest.raises(ConnectionRejectedError, match="a text is needed"):
        await check_auth(unchecked, auth={"type": "SECRET_TEXT"})
