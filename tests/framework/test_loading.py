"""Pieces loaded from wire metadata: real objects, that come back as the document they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piece_gelato import gelato

from pieces_framework import FatalError, JsonValue, Piece, PropsError
from pieces_framework.auth import BasicAuthValue, OAuth2GrantType, PieceAuth
from pieces_framework.loading import (
    AuthProperty,
    UnknownAuth,
    UnknownProperty,
    auth_from_metadata,
    piece_from_metadata,
    property_from_metadata,
)
from pieces_framework.presentation import (
    Audience,
    Classification,
    PieceCategory,
    WebhookHandshakeStrategy,
    WebhookRenewStrategy,
)
from pieces_framework.property import Property, parse_values, properties_of
from pieces_framework.trigger import TriggerStrategy
from tests.conformance.everything import everything

OWN = [pytest.param(gelato, id="gelato"), pytest.param(everything, id="everything")]


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def loaded(piece: Piece[Any]) -> Piece[Any]:
    return piece_from_metadata(as_json(piece.metadata()))


def overlays(piece: Piece[Any]) -> list[Any]:
    parts = [*piece.actions.values(), *piece.triggers.values()]
    props = [prop for part in parts for prop in properties_of(part.props).values()]
    holders: list[Any] = [piece, *parts, *props, *piece.auths]
    return [each.overlay for each in holders]


@pytest.mark.parametrize("piece", OWN)
def test_own_piece_comes_back_without_any_overlay(piece: Piece[Any]) -> None:
    again = loaded(piece)

    assert as_json(again.metadata()) == as_json(piece.metadata())
    assert set(overlays(again)) == {None}


def test_fields_of_a_piece_are_filled() -> None:
    piece = loaded(everything)

    assert (piece.display_name, piece.authors) == ("Everything", ("ada",))
    assert piece.categories == (PieceCategory.CORE, PieceCategory.COMMERCE)
    assert (piece.minimum_supported_release, piece.maximum_supported_release) == ("0.90.0", "1.2.3")
    assert [type(auth) for auth in piece.auths] == [type(auth) for auth in everything.auths]
    assert piece.find("do_it").auths == piece.auths


def test_fields_of_an_action_are_filled() -> None:
    action, declared = loaded(everything).actions["do_it"], everything.actions["do_it"]

    assert action.require_auth is False
    assert action.audience is Audience.BOTH
    assert action.classification is Classification.WRITE
    assert action.ai_metadata == declared.ai_metadata
    assert action.error_handling_options == declared.error_handling_options
    assert [group.key for group in action.property_groups] == ["main"]
    assert action.output_schema is not None
    assert declared.output_schema is not None
    assert action.output_schema.metadata() == declared.output_schema.metadata()


def test_fields_of_triggers_are_filled() -> None:
    triggers = loaded(everything).triggers

    assert [each.strategy for each in triggers.values()] == [
        TriggerStrategy.POLLING,
        TriggerStrategy.WEBHOOK,
        TriggerStrategy.WEBHOOK,
        TriggerStrategy.APP_WEBHOOK,
        TriggerStrategy.MANUAL,
    ]
    called = triggers["called"]
    assert called.handshake_configuration is not None
    assert called.handshake_configuration.strategy is WebhookHandshakeStrategy.HEADER_PRESENT
    assert called.handshake_configuration.param_name == "x-hook"
    assert called.renew_configuration is not None
    assert called.renew_configuration.strategy is WebhookRenewStrategy.CRON
    assert triggers["polled"].sample_data == {"id": 1}


@pytest.mark.parametrize("name", properties_of(everything.actions["do_it"].props))
def test_loaded_property_is_of_the_same_class_with_the_same_fields(name: str) -> None:
    declared = properties_of(everything.actions["do_it"].props)[name]
    again = properties_of(loaded(everything).actions["do_it"].props)[name]

    assert type(again) is type(declared)
    assert as_json(again.wire_fields()) == as_json(declared.wire_fields())
    assert (again.name, again.required) == (name, declared.required)


GIVEN: dict[str, Any] = {
    "short": "mint",
    "number": "4.5",
    "moment": "2023-07-09T08:30:00Z",
    "choice": {"scoops": 3},
    "loaded_many": "[1]",
    "rows": [{"flavor": "mint", "grams": "5"}],
    "dynamic": {"count": "3"},
}


def test_loaded_properties_process_values() -> None:
    props = loaded(everything).actions["do_it"].props
    child = property_from_metadata("count", {"type": "NUMBER", "displayName": "Count"})

    values = parse_values(props, GIVEN, schemas={"dynamic": {"count": child}})

    assert {name: values[name] for name in GIVEN} == {
        "short": "mint",
        "number": 4.5,
        "moment": datetime(2023, 7, 9, 8, 30, tzinfo=UTC),
        "choice": {"scoops": 3},
        "loaded_many": [1],
        "rows": [{"flavor": "mint", "grams": 5}],
        "dynamic": {"count": 3},
    }
    assert (values["long"], values["color"], values["texts"]) == ("Dear all", "#FFC0CB", ["a"])


def test_loaded_properties_refuse_values() -> None:
    props = loaded(everything).actions["do_it"].props
    wrong: dict[str, Any] = {
        "short": "Mint",
        "number": 11,
        "choice": 2,
        "rows": [{"grams": 1}],
        "moment": "now",
    }

    with pytest.raises(PropsError) as caught:
        parse_values(props, wrong)

    assert caught.value.problems.keys() == wrong.keys()


def test_fields_of_auths_are_filled() -> None:
    piece = loaded(everything)
    basic, custom, oauth2 = piece.auths[1], piece.auths[2], piece.auths[3]

    assert isinstance(oauth2, PieceAuth.OAuth2)
    assert (oauth2.scope, oauth2.grant_type) == (
        ("read", "write"),
        OAuth2GrantType.AUTHORIZATION_CODE,
    )
    assert (oauth2.prompt, oauth2.pkce, oauth2.pkce_method) == ("login", True, "S256")
    assert basic.parse({"username": "ada", "password": "x"}) == BasicAuthValue(
        username="ada", password="x"
    )
    given = {"region": "eu", "name": "ada", "key": "k"}
    assert custom.parse({"type": "CUSTOM_AUTH", "props": given}) == given


NOT_IMPLEMENTED = r"was loaded from metadata and has no code: not implemented$"


async def test_loaded_action_and_its_test_are_not_implemented() -> None:
    action: Any = loaded(everything).actions["do_it"]

    for run in (action.run, action.test.run):
        with pytest.raises(FatalError, match=f"^action `do_it` {NOT_IMPLEMENTED}"):
            await run(None)


@pytest.mark.parametrize("name", everything.triggers)
async def test_loaded_trigger_is_not_implemented(name: str) -> None:
    trigger: Any = loaded(everything).triggers[name]

    for run in (trigger.run, trigger.on_enable.run, trigger.on_disable.run, trigger.on_start.run):
        with pytest.raises(FatalError, match=f"^trigger `{name}` {NOT_IMPLEMENTED}"):
            await run(None)


@pytest.mark.parametrize("name", ["loaded", "loaded_many", "dynamic"])
async def test_loaded_loaders_are_not_implemented(name: str) -> None:
    prop: Any = properties_of(loaded(everything).actions["do_it"].props)[name]

    with pytest.raises(FatalError, match=NOT_IMPLEMENTED):
        await prop.load(None)


OLD: dict[str, Any] = {
    "name": "wafer",
    "displayName": "Wafer",
    "logoUrl": None,
    "categories": ["CORE", "WAFERS"],
    "minimumSupportedRelease": "0.5.0",
    "auth": [],
    "actions": {
        "bake it": {
            "name": "bake_it",
            "displayName": None,
            "props": {
                "from": {
                    "type": "OAUTH2",
                    "displayName": "Account",
                    "required": True,
                    "authUrl": "https://example.com/a",
                    "tokenUrl": "https://example.com/t",
                    "scope": ["bake"],
                },
                "heat": {"type": "NUMBER", "displayName": None, "validators": [{}]},
                "note_text": {"type": "MARKDOWN", "description": "Hot", "required": True},
                "aroma": {"type": "AROMA", "displayName": "Aroma", "strength": 3},
                "odd": None,
            },
            "sampleData": {},
        }
    },
    "triggers": {"baked": {"type": "SMOKE", "renewConfiguration": {"strategy": "MOON"}}},
}


def test_old_document_comes_back_as_it_was() -> None:
    assert as_json(piece_from_metadata(OLD).metadata()) == OLD


def test_old_document_is_loaded_into_real_objects() -> None:
    piece = piece_from_metadata(OLD)

    assert piece.categories == (PieceCategory.CORE,)
    assert piece.auth is None
    assert piece.triggers["baked"].strategy is TriggerStrategy.MANUAL
    props = properties_of(piece.actions["bake it"].props)
    assert [type(prop) for prop in props.values()] == [
        AuthProperty,
        Property.Number,
        Property.MarkDown,
        UnknownProperty,
    ]
    assert parse_values({"heat": props["heat"]}, {"heat": "200"}) == {"heat": 200}
    assert parse_values({"aroma": props["aroma"]}, {"aroma": ["any"]}) == {"aroma": ["any"]}


def test_connection_among_properties_is_parsed_by_its_auth() -> None:
    props = properties_of(piece_from_metadata(OLD).actions["bake it"].props)

    with pytest.raises(PropsError, match="Account"):
        parse_values({"from": props["from"]}, {"from": {"access_token": 3}})
    values: Any = parse_values({"from": props["from"]}, {"from": {"access_token": "t"}})
    assert values["from"].access_token == "t"


def test_auth_of_an_unknown_kind_takes_any_connection() -> None:
    document: dict[str, Any] = {"type": "HANDSHAKE", "displayName": "Shake", "firm": True}

    auth = auth_from_metadata(document)

    assert isinstance(auth, UnknownAuth)
    assert auth.parse({"hand": "left"}) == {"hand": "left"}
    assert auth.metadata() == document


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("name", properties_of(everything.actions["do_it"].props))
@given(key=st.data(), value=JSON)
def test_property_with_any_field_spoiled_comes_back(
    name: str, key: st.DataObject, value: JsonValue
) -> None:
    document = as_json(properties_of(everything.actions["do_it"].props)[name].metadata())
    document[key.draw(st.sampled_from(sorted(document)))] = value

    assert as_json(property_from_metadata(name, document).metadata()) == document


@given(data=st.data(), value=JSON)
def test_piece_with_any_field_spoiled_comes_back(data: st.DataObject, value: JsonValue) -> None:
    document = as_json(everything.metadata())
    part = data.draw(
        st.sampled_from([document, *document["actions"].values(), *document["triggers"].values()])
    )
    part[data.draw(st.sampled_from(sorted(part)))] = value

    assert as_json(piece_from_metadata(document).metadata()) == document


@pytest.mark.parametrize("index", range(len(everything.auths)))
@given(data=st.data(), value=JSON)
def test_auth_with_any_field_spoiled_comes_back(
    index: int, data: st.DataObject, value: JsonValue
) -> None:
    document = as_json(everything.auths[index].metadata())
    document[data.draw(st.sampled_from(sorted(document)))] = value

    assert as_json(auth_from_metadata(document).metadata()) == document
