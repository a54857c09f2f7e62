"""The page "Props": the kinds that load while the form is filled in, and a control of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import respx

from pieces_common import BearerToken, HttpMethod, http_client
from pieces_framework import (
    ActionContext,
    DropdownOption,
    DropdownState,
    JsonValue,
    PieceAuth,
    Property,
    PropertyBase,
    PropertyContext,
    Props,
    PropsError,
    create_action,
)
from pieces_framework.property import properties_of
from pieces_framework.testing import make_context, make_property_context
from tests.documentation.wire import as_read

shop_auth = PieceAuth.SecretText(display_name="API Key", required=True)
FLAVORS = [DropdownOption("Lemon", "1"), DropdownOption("Mango", "2")]


async def load_flavors(context: PropertyContext[str]) -> DropdownState[str]:
    if context.auth is None:
        return DropdownState(disabled=True)
    found = [each for each in FLAVORS if (context.search_value or "") in each.label]
    return DropdownState(options=found)


async def load_fields(context: PropertyContext[str]) -> Mapping[str, PropertyBase[Any]]:
    key = context.props_value["authentication"]
    answer = await http_client.send_request(
        HttpMethod.GET, "https://shop.example.com/fields", authentication=BearerToken(str(key))
    )
    assert answer.body == {"fields": 2}
    return {
        "street": Property.ShortText(
            display_name="Street", description="And the number", required=True
        ),
        "floor": Property.Number(display_name="Floor", description="Above ground", required=False),
    }


class DeliveryForm(Props):
    flavor = Property.Dropdown(
        display_name="Flavor",
        description="Of today",
        required=True,
        auth=shop_auth,
        refreshers=["auth"],
        refresh_on_search=False,
        options=load_flavors,
    )
    others = Property.MultiSelectDropdown(
        display_name="Others",
        description="If it is sold out",
        required=True,
        auth=shop_auth,
        refreshers=["auth"],
        options=load_flavors,
    )
    authentication = Property.ShortText(display_name="Courier's key", required=True)
    address = Property.DynamicProperties(
        display_name="Address",
        description="As the courier asks",
        required=True,
        refreshers=["authentication"],
        props=load_fields,
    )
    greeting = Property.Custom(
        display_name="Greeting",
        description="Drawn by hand",
        required=True,
        default_value="Enjoy!",
        code="(form) => form.onChange(document.getElementById(form.containerId).innerText)",
    )


@create_action(
    name="deliver",
    display_name="Deliver",
    description="Delivers ice-cream",
    auth=shop_auth,
    props=DeliveryForm,
)
async def deliver(context: ActionContext[str, DeliveryForm]) -> dict[str, object]:
    values = context.props_value
    return {
        "flavor": values.flavor.zfill(3),
        "others": [each.zfill(3) for each in values.others],
        "to": f"{values.address['street']}, floor {values.address.get('floor')}",
        "greeting": values.greeting,
    }


FILLED_IN: dict[str, JsonValue] = {
    "flavor": "1",
    "others": ["2"],
    "authentication": "courier-key",
    "address": {"street": "Via Roma 1", "floor": "4"},
}


async def children() -> Mapping[str, PropertyBase[Any]]:
    context = make_property_context(auth="key", props={"authentication": "courier-key"})
    with respx.mock:
        asked = respx.get("https://shop.example.com/fields").respond(json={"fields": 2})
        loaded = await DeliveryForm.address.load(context)
    assert asked.calls.last.request.headers["authorization"] == "Bearer courier-key"
    return properties_of(loaded)


@pytest.mark.parametrize("dropdown", [DeliveryForm.flavor, DeliveryForm.others])
async def test_a_dropdown_without_a_connection_is_disabled(dropdown: Any) -> None:
    state: DropdownState[str] = await dropdown.load(make_property_context())

    assert state.metadata() == {"disabled": True, "options": []}


@pytest.mark.parametrize("dropdown", [DeliveryForm.flavor, DeliveryForm.others])
async def test_a_dropdown_shows_what_its_function_found(dropdown: Any) -> None:
    context = make_property_context(auth="key", search_value="Man")

    state: DropdownState[str] = await dropdown.load(context)

    assert state.metadata() == {
        "disabled": False,
        "options": [{"label": "Mango", "value": "2"}],
    }


async def test_dynamic_properties_are_loaded_by_what_is_filled_in() -> None:
    loaded = await children()

    assert [(name, each.metadata()["type"]) for name, each in loaded.items()] == [
        ("street", "SHORT_TEXT"),
        ("floor", "NUMBER"),
    ]


async def test_the_values_reach_the_run() -> None:
    schemas = {"address": await children()}
    context = make_context(deliver, auth="key", props=FILLED_IN, schemas=schemas)

    assert await deliver.run(context) == {
        "flavor": "001",
        "others": ["002"],
        "to": "Via Roma 1, floor 4",
        "greeting": "Enjoy!",
    }


async def test_the_values_of_loaded_properties_are_checked_by_these() -> None:
    schemas = {"address": await children()}

    with pytest.raises(PropsError) as refused:
        make_context(
            deliver, auth="key", props={**FILLED_IN, "address": {"floor": "top"}}, schemas=schemas
        )

    assert refused.value.document() == {
        "address": {"street": ["is required"], "floor": ["Expected number, received: top"]}
    }


AUTH: JsonValue = {"type": "SECRET_TEXT", "displayName": "API Key", "required": True}
METADATA: dict[str, dict[str, JsonValue]] = {
    "flavor": {
        "type": "DROPDOWN",
        "displayName": "Flavor",
        "description": "Of today",
        "required": True,
        "refreshers": ["auth"],
        "refreshOnSearch": False,
        "auth": AUTH,
    },
    "others": {
        "type": "MULTI_SELECT_DROPDOWN",
        "displayName": "Others",
        "description": "If it is sold out",
        "required": True,
        "refreshers": ["auth"],
        "auth": AUTH,
    },
    "authentication": {
        "type": "SHORT_TEXT",
        "displayName": "Courier's key",
        "required": True,
    },
    "address": {
        "type": "DYNAMIC",
        "displayName": "Address",
        "description": "As the courier asks",
        "required": True,
        "refreshers": ["authentication"],
    },
    "greeting": {
        "type": "CUSTOM",
        "displayName": "Greeting",
        "description": "Drawn by hand",
        "required": True,
        "defaultValue": "Enjoy!",
        "code": "(form) => form.onChange(document.getElementById(form.containerId).innerText)",
    },
}


def test_the_metadata_says_when_to_load_anew() -> None:
    assert as_read(deliver.metadata())["props"] == METADATA
