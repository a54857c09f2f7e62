"""Documents to compare: pieces that are really declared, and arbitrary ones that look like them."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from pieces_framework import (
    ActionContext,
    DropdownOption,
    JsonValue,
    PieceAuth,
    Property,
    TriggerStrategy,
    create_action,
    create_piece,
    create_trigger,
)
from pieces_framework.context import WebhookContext, WebhookRunContext
from pieces_framework.output_schema import OutputField, OutputSchema
from pieces_framework.presentation import (
    PropertyGroup,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
)

SECRET = "s3cr3t-default"


def piece_document() -> dict[str, Any]:
    """The metadata of a piece that declares something of every kind, as any host reads it."""
    auth = PieceAuth.CustomAuth(
        display_name="Account",
        required=True,
        props={
            "host": Property.ShortText(display_name="Host", required=True),
            "key": Property.SecretText(display_name="Key", required=True),
        },
    )

    @create_action(
        name="order",
        display_name="Order",
        description="Orders ice cream",
        auth=auth,
        props={
            "note": Property.MarkDown(value="Cold."),
            "flavor": Property.ShortText(display_name="Flavor", required=True),
            "topping": Property.ShortText(display_name="Topping", min_length=2, max_length=9),
            "scoops": Property.Number(display_name="Scoops", default_value=2, ge=1, le=5),
            "password": Property.SecretText(display_name="Password", default_value=SECRET),
            "size": Property.StaticDropdown(
                display_name="Size",
                options=[DropdownOption("Small", "s"), DropdownOption("Large", "l")],
            ),
            "extras": Property.Array(
                display_name="Extras",
                properties={"name": Property.ShortText(display_name="Name", required=True)},
            ),
            "tags": Property.Array(display_name="Tags"),
        },
        output_schema=OutputSchema(
            fields=[
                OutputField(key="id", format="number"),
                OutputField(
                    key="customer", children=[OutputField(key="name"), OutputField(key="mail")]
                ),
                OutputField(key="lines", list_items=[OutputField(key="price", format="number")]),
            ]
        ),
        property_groups=[PropertyGroup(key="main", display="section", props=["flavor"])],
    )
    async def order(context: ActionContext[Any, Any]) -> JsonValue:
        return None

    @create_action(name="refund", display_name="Refund", description="Pays back", auth=auth)
    async def refund(context: ActionContext[Any]) -> JsonValue:
        return None

    @create_trigger(
        name="sold",
        display_name="Sold",
        description="Something was sold",
        strategy=TriggerStrategy.WEBHOOK,
        auth=auth,
        sample_data={"id": 7, "buyer": {"name": "Ada", "mail": None}, "lines": [{"price": 1}, {}]},
        handshake_configuration=WebhookHandshakeConfiguration(
            strategy=WebhookHandshakeStrategy.HEADER_PRESENT, param_name="X-Hello"
        ),
        renew_configuration=WebhookRenewConfiguration(
            strategy=WebhookRenewStrategy.CRON, cron_expression="0 0 * * *"
        ),
    )
    async def sold(context: WebhookRunContext[Any]) -> list[JsonValue]:
        return []

    @sold.on_enable
    async def enable(context: WebhookContext[Any]) -> None: ...

    @sold.on_disable
    async def disable(context: WebhookContext[Any]) -> None: ...

    @sold.on_handshake
    async def greet(context: Any) -> Any: ...

    @sold.on_renew
    async def renew(context: WebhookContext[Any]) -> None: ...

    piece = create_piece(
        display_name="Gelato",
        logo_url="https://example.com/logo.png",
        auth=auth,
        actions=[order, refund],
        triggers=[sold],
        minimum_supported_release="0.85.0",
        maximum_supported_release="0.95.0",
    )
    document: dict[str, Any] = json.loads(json.dumps(piece.metadata()))
    return document


def edited(document: JsonValue, path: str, value: Any = ...) -> dict[str, Any]:
    """A copy with what is at `path` (dots between keys and indices) set, or removed."""
    whole: Any = copy.deepcopy(document)
    *outer, last = (int(key) if key.isdigit() else key for key in path.split("."))
    inner = whole
    for key in outer:
        inner = inner[key]
    if value is ...:
        del inner[last]
    elif isinstance(last, int):
        inner[last : last + 1] = [value]  # the index after the last appends
    else:
        inner[last] = value
    return dict(whole)


any_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, 1e300, "", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
"""Few values, so that equal ones and near misses come up."""


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is expected in this place, and now and then what is not."""
    return st.integers(0, 11).flatmap(lambda roll: strategy if roll else any_json)


def objects(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which each of the keys may be missing."""
    return st.fixed_dictionaries({}, optional={key: mostly(each) for key, each in keys.items()})


def named(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(["a", "b"]), mostly(inner), max_size=2)


flags = st.booleans()
words = st.sampled_from(["x", "y"])
bounds = st.sampled_from([0, 1, 1.0, 2, 0.5])
constraints = objects(
    minimum=bounds,
    maximum=bounds,
    exclusiveMinimum=bounds,
    exclusiveMaximum=bounds,
    minLength=bounds,
    minItems=st.integers(-1, 1),
    maxItems=bounds,
    multipleOf=st.sampled_from([0.5, 1, 2, 3, 6, 0, -1]),
    pattern=words,
)
option = objects(label=words, value=st.sampled_from([1, True, "x", None]))
kinds = st.sampled_from(
    ["SHORT_TEXT", "LONG_TEXT", "SECRET_TEXT", "NUMBER", "ARRAY", "MARKDOWN", "STATIC_DROPDOWN"]
)
leaf = {
    "type": kinds,
    "required": flags,
    "defaultValue": any_json,
    "displayName": words,
    "constraints": constraints,
    "options": objects(options=st.lists(mostly(option), max_size=3), disabled=flags),
}
scopes = st.lists(words, max_size=2)
prop = objects(
    **leaf, properties=named(objects(**leaf)), refreshers=scopes, scope=scopes, odd=any_json
)
credential = objects(
    type=st.sampled_from(["OAUTH2", "CUSTOM_AUTH", "SECRET_TEXT"]),
    required=flags,
    props=named(prop),
    scope=scopes,
    tokenUrl=words,
    authUrl=words,
    authorizationMethod=st.sampled_from(["HEADER", "BODY"]),
    grantType=st.sampled_from(["authorization_code", "client_credentials"]),
)
twins = st.lists(credential.map(lambda each: {**each, "type": "CUSTOM_AUTH"}), max_size=3)
auths = credential | st.lists(mostly(credential), max_size=3) | twins
formats = st.sampled_from(["number", "boolean", "email", "date", "datetime", "currency", "odd"])


def schema_field(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return objects(key=st.sampled_from("ab"), format=formats, dynamicKey=flags, label=words, **more)


def field_lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(mostly(inner), max_size=2)


schema_fields = field_lists(
    schema_field(children=field_lists(schema_field()), listItems=field_lists(schema_field()))
)
few_fields: st.SearchStrategy[Any] = st.recursive(
    st.fixed_dictionaries(
        {"key": st.sampled_from("aab")},
        optional={"format": st.sampled_from(["number", "boolean", "email", "date"])},
    ),
    lambda inner: st.fixed_dictionaries(
        {"key": st.sampled_from("aab")},
        optional={
            "format": st.sampled_from(["number", "email"]),
            "dynamicKey": st.just(True),
            "children": st.lists(inner, min_size=1, max_size=1),
            "listItems": st.lists(inner, min_size=1, max_size=1),
        },
    ),
    max_leaves=2,
)
few_values: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([1, "t", True, None]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("aab"), inner, max_size=2)
    ),
    max_leaves=3,
)
schema_samples: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "outputSchema": st.fixed_dictionaries(
            {"fields": st.lists(few_fields, min_size=1, max_size=2)}
        ),
        "sampleData": st.dictionaries(st.sampled_from("aab"), few_values, max_size=2) | few_values,
    },
)
"""Parts whose schema and sample often speak of the same keys."""
configuration = objects(strategy=st.sampled_from(["NONE", "X", "Y"]), paramName=words)
outputs: dict[str, st.SearchStrategy[Any]] = {
    "outputSchema": objects(fields=schema_fields, itemLabel=words),
    "sampleData": any_json,
}
part = objects(
    **outputs,
    props=named(prop),
    requireAuth=flags,
    type=st.sampled_from(["POLLING", "WEBHOOK"]),
    handshakeConfiguration=configuration,
    renewConfiguration=configuration,
    testStrategy=words,
    audience=st.sampled_from(["human", "ai", "both"]),
    classification=words,
    deprecated=flags,
)
releases = st.sampled_from(["0.0.0", "0.82.0", "1.0.0", "0.82.0-rc.1", "soon", None])
piece_documents: st.SearchStrategy[dict[str, Any]] = objects(
    displayName=words,
    auth=auths,
    actions=named(part),
    triggers=named(part),
    minimumSupportedRelease=releases,
    maximumSupportedRelease=releases,
    deprecated=flags,
    odd=any_json,
)
"""Documents that look like metadata, with anything at any place now and then."""
json_objects: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["a", "actions", "auth", "triggers"]), any_json
)
