"""Output schemas: given, or read off the pydantic model that a function returns."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import (
    AnyUrl,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    RootModel,
    computed_field,
)
from typing_extensions import TypeAliasType

from pieces_framework import (
    ActionContext,
    JsonValue,
    OutputField,
    OutputSchema,
    PollingTriggerContext,
    TriggerStrategy,
    create_action,
    create_trigger,
)

if TYPE_CHECKING:
    from collections import OrderedDict as Unknown


class Kind(Enum):
    """An enum has no format."""

    CREAM = "cream"


class Scoop(BaseModel):
    """An object inside another."""

    flavor_name: str
    grams: int | None = None


class Order(BaseModel):
    """One field of each kind."""

    model_config = ConfigDict(defer_build=True)  # `EmailStr` validates with another package

    id: Annotated[int, Field(description="Never changes")]
    createdAt: datetime  # noqa: N815 -- the name of the service's own key
    collected: AwareDatetime | None = None
    day: date
    paid: bool
    price: Decimal
    customer_email: EmailStr = Field(title="E-Mail")
    receipt: HttpUrl
    page: AnyUrl | None = None
    kind: Kind
    note: str | int
    internal: str = Field(exclude=True)
    postal_code: str = Field(serialization_alias="postalCode")
    first: Scoop
    second: Annotated[Scoop | None, "a comment"] = None
    scoops: list[Scoop]
    tags: list[str]
    extras: Sequence[Annotated[Scoop, "a comment"]] | None = None


SCOOP_FIELDS = [
    {"key": "flavor_name", "label": "Flavor Name"},
    {"key": "grams", "label": "Grams", "format": "number"},
]
ORDER_FIELDS = [
    {"key": "id", "label": "Id", "format": "number", "description": "Never changes"},
    {"key": "createdAt", "label": "Created At", "format": "datetime"},
    {"key": "collected", "label": "Collected", "format": "datetime"},
    {"key": "day", "label": "Day", "format": "date"},
    {"key": "paid", "label": "Paid", "format": "boolean"},
    {"key": "price", "label": "Price", "format": "number"},
    {"key": "customer_email", "label": "E-Mail", "format": "email"},
    {"key": "receipt", "label": "Receipt", "format": "url"},
    {"key": "page", "label": "Page", "format": "url"},
    {"key": "kind", "label": "Kind"},
    {"key": "note", "label": "Note"},
    {"key": "postalCode", "label": "Postal Code"},
    {"key": "first", "label": "First", "children": SCOOP_FIELDS},
    {"key": "second", "label": "Second", "children": SCOOP_FIELDS},
    {"key": "scoops", "label": "Scoops", "listItems": SCOOP_FIELDS},
    {"key": "tags", "label": "Tags"},
    {"key": "extras", "label": "Extras", "listItems": SCOOP_FIELDS},
]


def of_action(function: Any) -> JsonValue:
    made = create_action(name="a", display_name="A", description="")(function)
    return made.metadata().get("outputSchema", "none")


def of_trigger(function: Any) -> JsonValue:
    made = create_trigger(
        name="t", display_name="T", description="", strategy=TriggerStrategy.POLLING
    )(function)
    return made.metadata().get("outputSchema", "none")


def test_a_model_gives_one_field_for_each_of_its_fields() -> None:
    async def order(context: ActionContext) -> Order:
        raise NotImplementedError

    assert of_action(order) == {"fields": ORDER_FIELDS}


def test_a_trigger_describes_one_item_of_its_list() -> None:
    async def orders(context: PollingTriggerContext) -> list[Order]:
        return []

    assert of_trigger(orders) == {"fields": ORDER_FIELDS}


class Receipt(BaseModel):
    """What is computed is part of the result."""

    net: float

    @computed_field(alias="grossTotal")
    def gross(self) -> float:
        """With tax."""
        return self.net * 2


def test_computed_fields_are_part_of_the_result() -> None:
    async def receipt(context: ActionContext) -> Receipt:
        raise NotImplementedError

    assert of_action(receipt) == {
        "fields": [
            {"key": "net", "label": "Net", "format": "number"},
            {
                "key": "grossTotal",
                "label": "Gross Total",
                "format": "number",
                "description": "With tax.",
            },
        ]
    }


class Node(BaseModel):
    """A model that holds itself, at once and by way of another."""

    name: str
    parent: Node | None = None
    leaves: list[Leaf] = []


class Leaf(BaseModel):
    """Leads back to `Node`."""

    node: Node


def test_a_recursive_model_stops_where_it_repeats() -> None:
    async def node(context: ActionContext) -> Node:
        raise NotImplementedError

    assert of_action(node) == {
        "fields": [
            {"key": "name", "label": "Name"},
            {"key": "parent", "label": "Parent"},
            {
                "key": "leaves",
                "label": "Leaves",
                "listItems": [{"key": "node", "label": "Node"}],
            },
        ]
    }


class Wrapped(RootModel[Scoop]):
    """Serialises as what it holds."""


class Scoops(RootModel[list[Scoop]]):
    """Serialises as a list."""


class Hopeful(BaseModel):
    """No fields, so nothing to say."""


async def returns_wrapped(context: ActionContext) -> Wrapped:
    raise NotImplementedError


async def returns_optional(context: ActionContext) -> Scoop | None:
    return None


def returns_annotated(context: ActionContext) -> Annotated[Scoop, "fresh"]:
    raise NotImplementedError


async def with_a_hidden_context(context: Unknown[str, str]) -> Scoop:
    raise NotImplementedError


ScoopAlias = TypeAliasType("ScoopAlias", Scoop)


async def returns_alias(context: ActionContext) -> ScoopAlias:
    raise NotImplementedError


class ScoopAction:
    """A function that is an object has no `__code__`, and may have an annotation all the same."""

    __annotations__ = {"return": Scoop}

    def __call__(self, context: ActionContext) -> Scoop:
        raise NotImplementedError


@pytest.mark.parametrize(
    "function",
    [
        returns_wrapped,
        returns_optional,
        returns_annotated,
        returns_alias,
        with_a_hidden_context,
        ScoopAction(),
    ],
)
def test_a_model_is_found_however_it_is_wrapped(function: object) -> None:
    assert of_action(function) == {"fields": SCOOP_FIELDS}


async def sequence_of_scoops(context: PollingTriggerContext) -> Sequence[Scoop]:
    return []


async def root_list_of_scoops(context: PollingTriggerContext) -> Scoops:
    raise NotImplementedError


async def optional_scoops(context: PollingTriggerContext) -> tuple[Scoop, ...] | None:
    return None


@pytest.mark.parametrize("function", [sequence_of_scoops, root_list_of_scoops, optional_scoops])
def test_a_trigger_may_return_any_kind_of_list(function: object) -> None:
    assert of_trigger(function) == {"fields": SCOOP_FIELDS}


async def unannotated(context: ActionContext):  # type: ignore[no-untyped-def]
    return None


async def plain(context: ActionContext) -> Mapping[str, Scoop]:
    return {}


async def several(context: ActionContext) -> Scoop | Order:
    raise NotImplementedError


async def a_list(context: ActionContext) -> list[Scoop]:
    return []


async def no_fields(context: ActionContext) -> Hopeful:
    return Hopeful()


async def hidden(context: ActionContext) -> Unknown[str, Scoop]:
    raise NotImplementedError


@pytest.mark.parametrize("function", [unannotated, plain, several, a_list, no_fields, hidden])
def test_without_one_model_there_is_no_schema(function: object) -> None:
    assert of_action(function) == "none"


def test_a_given_schema_wins_and_is_written_whole() -> None:
    schema = OutputSchema(
        fields=(
            OutputField(
                key="amount",
                label="Amount",
                value="{amount} EUR",
                format="currency",
                description="With tax",
                currency="EUR",
            ),
            OutputField(
                key="sheets",
                dynamic_key=True,
                label_key="title",
                children=(OutputField(key="title"),),
                list_items=(OutputField(key="cell", format="html"),),
            ),
        ),
        item_label="#{amount}",
    )

    @create_action(name="a", display_name="A", description="", output_schema=schema)
    async def action(context: ActionContext) -> Scoop:
        raise NotImplementedError

    assert action.metadata()["outputSchema"] == {
        "fields": [
            {
                "key": "amount",
                "label": "Amount",
                "value": "{amount} EUR",
                "format": "currency",
                "description": "With tax",
                "currency": "EUR",
            },
            {
                "key": "sheets",
                "dynamicKey": True,
                "labelKey": "title",
                "children": [{"key": "title"}],
                "listItems": [{"key": "cell", "format": "html"}],
            },
        ],
        "itemLabel": "#{amount}",
    }


def test_metadata_never_imports_pydantic_by_itself() -> None:
    program = textwrap.dedent("""
        import sys
        from pieces_framework import ActionContext, create_action

        @create_action(name="a", display_name="A", description="")
        async def action(context: ActionContext) -> dict[str, int]:
            return {}

        action.metadata()
        sys.exit("pydantic was imported" if "pydantic" in sys.modules else 0)
    """)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
