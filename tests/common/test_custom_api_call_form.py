"""The form of the custom API call: its wire form, and what it loads while it is filled in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pieces_common import create_custom_api_call_action
from pieces_framework import (
    Action,
    Classification,
    DefinitionError,
    JsonValue,
    PieceAuth,
    Property,
    create_piece,
)
from pieces_framework.property import properties_of
from pieces_framework.property.dynamic import DynamicProperties
from pieces_framework.property.loaded_choice import Dropdown
from pieces_framework.testing import make_property_context

auth = PieceAuth.SecretText(display_name="API Key", required=True)
AUTH = {"type": "SECRET_TEXT", "displayName": "API Key", "required": True}
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD")


def base_url(key: str | None) -> str:
    return f"https://{key}.example.com"


def no_arguments() -> dict[str, str]:
    return {}


def three_arguments(_key: str, _values: object, _more: object) -> dict[str, str]:
    return {}


def a_named_argument(_key: str, *, team: str) -> dict[str, str]:
    return {"X-Team": team}


plain = create_custom_api_call_action(auth=auth, base_url=base_url)
without_auth = create_custom_api_call_action(base_url=base_url)


def prop(action: Action[Any, Any, Any], name: str) -> Any:  # one of several classes
    return properties_of(action.props)[name]


async def loaded_url(action: Action[Any, Any, Any], key: str | None) -> JsonValue:
    url: DynamicProperties[Any] = prop(action, "url")
    children = await url.load(make_property_context(auth=key))
    return properties_of(children)["url"].metadata()["defaultValue"]


async def loaded_body_types(filled_in: dict[str, JsonValue]) -> list[tuple[str, str]]:
    body_type: Dropdown[Any] = prop(plain, "body_type")
    state = await body_type.load(make_property_context(props=filled_in))
    return [(option.label, option.value) for option in state.options]


async def loaded_body(filled_in: dict[str, JsonValue]) -> dict[str, JsonValue]:
    body: DynamicProperties[Any] = prop(plain, "body")
    children = await body.load(make_property_context(props=filled_in))
    return {name: child.metadata() for name, child in properties_of(children).items()}


def test_the_action_is_named_and_classified_as_documented() -> None:
    metadata = plain.metadata()

    assert {**metadata, "props": ...} == {
        "name": "custom_api_call",
        "displayName": "Custom API Call",
        "description": "Make a custom API call to a specific endpoint",
        "props": ...,
        "requireAuth": True,
        "errorHandlingOptions": {
            "continueOnFailure": {"defaultValue": False},
            "retryOnFailure": {"defaultValue": False},
        },
        "audience": "human",
        "classification": "WRITE",
    }


def test_the_properties_have_the_documented_wire_form() -> None:
    props: Any = plain.metadata()["props"]
    told = {name: {**each, "description": ...} for name, each in props.items()}
    expected: dict[str, Any] = {
        "url": {
            "type": "DYNAMIC",
            "displayName": "",
            "required": True,
            "refreshers": [],
            "auth": AUTH,
            "description": ...,
        },
        "method": {
            "type": "STATIC_DROPDOWN",
            "displayName": "Method",
            "required": True,
            "defaultValue": "GET",
            "options": {
                "disabled": False,
                "options": [{"label": each, "value": each} for each in METHODS],
            },
            "description": ...,
        },
        "headers": {
            "type": "OBJECT",
            "displayName": "Headers",
            "required": False,
            "description": ...,
        },
        "queryParams": {
            "type": "OBJECT",
            "displayName": "Query Parameters",
            "required": False,
            "description": ...,
        },
        "body_type": {
            "type": "DROPDOWN",
            "displayName": "Body Type",
            "required": False,
            "defaultValue": "none",
            "refreshers": ["method"],
            "auth": AUTH,
            "description": ...,
        },
        "body": {
            "type": "DYNAMIC",
            "displayName": "Body",
            "required": False,
            "refreshers": ["body_type", "method"],
            "auth": AUTH,
            "description": ...,
        },
        "response_is_binary": {
            "type": "CHECKBOX",
            "displayName": "Response is Binary",
            "required": False,
            "defaultValue": False,
            "advanced": True,
            "description": ...,
        },
        "failsafe": {
            "type": "CHECKBOX",
            "displayName": "Return Error as Output",
            "required": False,
            "advanced": True,
            "description": ...,
        },
        "timeout": {
            "type": "NUMBER",
            "displayName": "Timeout",
            "required": False,
            "advanced": True,
            "description": ...,
        },
        "followRedirects": {
            "type": "CHECKBOX",
            "displayName": "Follow redirects",
            "required": False,
            "defaultValue": False,
            "advanced": True,
            "description": ...,
        },
    }
    assert told == expected
    assert list(told) == list(expected)


def test_every_option_shows_in_the_metadata() -> None:
    action = create_custom_api_call_action(
        auth=auth,
        base_url=base_url,
        name="call_admin_api",
        display_name="Call Admin API",
        description="Calls the admin API",
        classification=Classification.READ,
        extra_props={"as_user": Property.Checkbox(display_name="As User")},
    )

    metadata: Any = action.metadata()

    assert metadata["name"] == "call_admin_api"
    assert metadata["displayName"] == "Call Admin API"
    assert metadata["description"] == "Calls the admin API"
    assert metadata["classification"] == "READ"
    assert list(metadata["props"])[-2:] == ["followRedirects", "as_user"]


def test_an_override_changes_what_it_names_and_nothing_else() -> None:
    default: JsonValue = {"X-Version": "2"}
    action = create_custom_api_call_action(
        auth=auth,
        base_url=base_url,
        props={"headers": {"required": True, "default_value": default}, "url": {"width": "half"}},
    )

    changed: Any = action.metadata()["props"]
    before: Any = plain.metadata()["props"]

    assert changed == {
        **before,
        "headers": {**before["headers"], "required": True, "defaultValue": default},
        "url": {**before["url"], "width": "half"},
    }


def test_without_auth_none_is_required_or_named() -> None:
    metadata: Any = without_auth.metadata()

    assert metadata["requireAuth"] is False
    assert [name for name, each in metadata["props"].items() if "auth" in each] == []


async def test_the_url_is_filled_in_with_the_base_url_once_there_is_a_connection() -> None:
    assert await loaded_url(plain, "shop") == "https://shop.example.com"
    assert await loaded_url(plain, None) == ""
    assert await loaded_url(without_auth, None) == "https://None.example.com"


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", None])
async def test_every_body_type_is_offered_for_a_method_with_a_body(method: str | None) -> None:
    offered = await loaded_body_types({"method": method})

    assert offered == [
        ("None", "none"),
        ("JSON", "json"),
        ("Form Data", "form_data"),
        ("Raw", "raw"),
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_no_body_is_offered_for_a_method_without_one(method: str) -> None:
    assert await loaded_body_types({"method": method}) == [("None", "none")]
    assert await loaded_body({"method": method, "body_type": "json"}) == {}


@pytest.mark.parametrize(
    ("body_type", "kind"),
    [("json", "JSON"), ("form_data", "ARRAY"), ("raw", "LONG_TEXT")],
)
async def test_the_body_asks_for_what_its_type_needs(body_type: str, kind: str) -> None:
    children: Any = await loaded_body({"method": "POST", "body_type": body_type})

    assert list(children) == ["data"]
    assert children["data"]["type"] == kind
    assert children["data"]["required"] is True


@pytest.mark.parametrize("body_type", ["none", None, "xml", ["json"]])
async def test_the_body_asks_for_nothing_without_a_type(body_type: JsonValue) -> None:
    assert await loaded_body({"method": "POST", "body_type": body_type}) == {}


async def test_a_row_of_form_data_is_a_text_or_a_file() -> None:
    children: Any = await loaded_body({"method": "POST", "body_type": "form_data"})

    row = children["data"]["properties"]
    assert {name: each["type"] for name, each in row.items()} == {
        "fieldName": "SHORT_TEXT",
        "fieldType": "STATIC_DROPDOWN",
        "textFieldValue": "LONG_TEXT",
        "fileFieldValue": "FILE",
    }
    assert [each["value"] for each in row["fieldType"]["options"]["options"]] == ["text", "file"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"props": {"query": {}}}, "`query`.*`queryParams`", id="no-such-prop"),
        pytest.param({"props": {"url": {"type": ""}}}, "`url` `type`", id="no-such-field"),
        pytest.param(
            {"extra_props": {"body": Property.Json(display_name="Body")}},
            "`body`, a built-in",
            id="name-taken",
        ),
        pytest.param({"allowed_hosts": ["https://x.example"]}, "'https://x.example'", id="url"),
        pytest.param({"allowed_hosts": ["*.example.com"]}, "allowed_hosts", id="wildcard"),
        pytest.param({"allowed_hosts": ["API.example.com"]}, "lower case", id="upper-case"),
        pytest.param({"allowed_hosts": "example.com"}, "list of hosts", id="text"),
        *(
            pytest.param({"allowed_hosts": [host]}, "`allowed_hosts` holds", id=f"host-{host!r}")
            for host in (
                *("xn--mnchen-3ya.de", "api.example.com:443", "127.0.0.1:99999", "127.0.0.1:04000"),
                *("x:0", "x:", "a..b", "evil.com\\x", "x%41", "a b", "u@x", "", 1, None),
            )
        ),
        pytest.param({"nmae": "call"}, "`nmae`.*`name`", id="no-such-keyword"),
        pytest.param({"props": {"url": "x"}}, "`url` no dict", id="override-no-dict"),
        pytest.param({"auth_location": "body"}, "`auth_location` is 'body'", id="location"),
        pytest.param({"auth_location": {}}, "`auth_location` is {}", id="location-no-text"),
        pytest.param({"auth_mapping": dict}, "`auth_mapping` must be", id="mapping-unknown"),
        pytest.param({"auth_mapping": no_arguments}, "`auth_mapping` must be", id="mapping-none"),
        pytest.param({"auth_mapping": three_arguments}, "of one argument", id="mapping-three"),
        pytest.param({"auth_mapping": a_named_argument}, "of one argument", id="mapping-named"),
        pytest.param({"auth_mapping": {"a": "b"}}, "`auth_mapping` must be", id="mapping-dict"),
    ],
)
def test_a_mistake_is_named_at_import(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        create_custom_api_call_action(auth=auth, base_url=base_url, **options)


def test_all_mistakes_are_named_at_once() -> None:
    mistaken: Any = {"props": {"query": {"type": ""}}, "allowed_hosts": ["/"], "nmae": "call"}

    with pytest.raises(DefinitionError) as caught:
        create_custom_api_call_action(auth=auth, base_url=base_url, **mistaken)

    assert len(caught.value.problems) == 4
    assert all(
        re.match(r"action `custom_api_call` \(.*test_custom_api_call_form\.py:\d+\)", each)
        for each in caught.value.problems
    )


def test_a_mistake_in_the_action_is_reported_at_the_authors_function() -> None:
    with pytest.raises(DefinitionError, match=r"test_custom_api_call_form\.py"):
        create_piece(display_name="Shop", logo_url="", actions=[plain, plain], triggers=[])
