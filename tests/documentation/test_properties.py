"""The page "Props": every kind of property, declared as its example does, in a form of our own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pieces_framework import (
    ActionContext,
    DropdownOption,
    DropdownState,
    JsonValue,
    MarkdownVariant,
    Property,
    Props,
    PropsError,
    create_action,
)
from pieces_framework.testing import make_context

SIZES = [DropdownOption("Small", "1"), DropdownOption("Large", "2")]
COLORS = [DropdownOption("Mint", "mint"), DropdownOption("Rose", "rose")]
PHOTO = "data:text/plain;base64,Y29uZQ=="


class Ingredient(Props):
    label = Property.ShortText(display_name="Ingredient", required=True)
    unit = Property.StaticDropdown(
        display_name="Unit",
        required=True,
        options=DropdownState([DropdownOption("GRAM", "GRAM"), DropdownOption("CUP", "CUP")]),
    )


class OrderForm(Props):
    guest = Property.ShortText(
        display_name="Guest", description="Who orders", required=True, default_value="Ada Byron"
    )
    wish = Property.LongText(display_name="Wish", description="Anything else", required=False)
    agreed = Property.Checkbox(
        display_name="Agreed", description="To the rules", required=True, default_value=False
    )
    hint = Property.MarkDown(value="## Closed on Mondays", variant=MarkdownVariant.WARNING)
    due = Property.DateTime(
        display_name="Due",
        description="When to bring it",
        required=True,
        default_value="2026-06-09T12:00:00Z",
    )
    scoops = Property.Number(display_name="Scoops", description="How many", required=True)
    size = Property.StaticDropdown(
        display_name="Size", description="Of the cup", required=True, options=DropdownState(SIZES)
    )
    colors = Property.StaticMultiSelectDropdown(
        display_name="Colors",
        description="Of the umbrella",
        required=True,
        options=DropdownState(COLORS),
    )
    extras = Property.Json(
        display_name="Extras", description="As JSON", required=True, default_value={"nuts": 3}
    )
    notes = Property.Object(
        display_name="Notes",
        description="By topic",
        required=True,
        default_value={"milk": "none", "sugar": "little"},
    )
    photo = Property.File(display_name="Photo", description="Of the guest", required=True)
    tags = Property.Array(
        display_name="Tags",
        description="To find it by",
        required=False,
        default_value=["new", "cold"],
    )
    recipe = Property.Array(
        display_name="Recipe",
        description="What goes in",
        properties=Ingredient,
        required=False,
        default_value=[],
    )


@create_action(
    name="take_order", display_name="Take Order", description="Takes it", props=OrderForm
)
async def take_order(context: ActionContext[None, OrderForm]) -> dict[str, object]:
    values = context.props_value
    return {
        "guest": values.guest.upper(),
        "wish": values.wish,
        "agreed": values.agreed,
        "hint": values.hint,
        "due": values.due,
        "double": values.scoops * 2,
        "size": f"no. {values.size}",
        "colors": sorted(values.colors),
        "extras": values.extras,
        "notes": dict(values.notes),
        "photo": (values.photo.filename, values.photo.data, values.photo.base64),
        "tags": [tag.title() for tag in values.tags],
        "recipe": [(row.label, row.unit) for row in values.recipe],
    }


NEEDED: dict[str, JsonValue] = {"scoops": 1.5, "size": "2", "colors": ["rose"], "photo": PHOTO}


async def test_what_was_left_empty_has_its_default_in_a_run() -> None:
    order = await take_order.run(make_context(take_order, props=NEEDED))

    assert order == {
        "guest": "ADA BYRON",
        "wish": None,
        "agreed": False,
        "hint": None,
        "due": datetime(2026, 6, 9, 12, 0, tzinfo=UTC),
        "double": 3,
        "size": "no. 2",
        "colors": ["rose"],
        "extras": {"nuts": 3},
        "notes": {"milk": "none", "sugar": "little"},
        "photo": ("unknown.txt", b"cone", "Y29uZQ=="),
        "tags": ["New", "Cold"],
        "recipe": [],
    }


async def test_what_was_filled_in_reaches_the_run_in_the_property_s_type() -> None:
    filled_in: dict[str, JsonValue] = {
        **NEEDED,
        "wish": "two\nspoons",
        "agreed": "true",
        "due": "Tue, 09 Jun 2026 14:00:00 +0200",
        "colors": ["rose", "mint"],
        "extras": "[1]",
        "recipe": [{"label": "milk", "unit": "CUP"}],
        "tags": [],
    }

    order = await take_order.run(make_context(take_order, props=filled_in))

    assert (order["wish"], order["agreed"], order["extras"]) == ("two\nspoons", True, [1])
    assert order["due"] == datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
    assert (order["colors"], order["tags"]) == (["mint", "rose"], [])
    assert order["recipe"] == [("milk", "CUP")]


def test_all_that_cannot_be_taken_is_said_at_once() -> None:
    wrong: dict[str, JsonValue] = {
        **NEEDED,
        "scoops": "many",
        "size": "Large",
        "recipe": [{"label": "milk", "unit": "SPOON"}],
    }

    with pytest.raises(PropsError) as refused:
        make_context(take_order, props=wrong)

    assert refused.value.document() == {
        "scoops": ["Expected number, received: many"],
        "size": ["Expected one of the options, received: Large"],
        "recipe": {
            "properties": [{"unit": ["Expected one of the options, received: SPOON"]}],
        },
    }


def declared(kind: str, display_name: str, description: str, **more: JsonValue) -> JsonValue:
    return {
        "type": kind,
        "displayName": display_name,
        "description": description,
        "required": True,
        **more,
    }


def options(*choices: DropdownOption[str]) -> JsonValue:
    listed = [{"label": each.label, "value": each.value} for each in choices]
    return {"disabled": False, "options": listed}


METADATA: dict[str, JsonValue] = {
    "guest": declared("SHORT_TEXT", "Guest", "Who orders", defaultValue="Ada Byron"),
    "wish": declared("LONG_TEXT", "Wish", "Anything else", required=False),
    "agreed": declared("CHECKBOX", "Agreed", "To the rules", defaultValue=False),
    "hint": declared(
        "MARKDOWN", "Markdown", "## Closed on Mondays", required=False, variant="WARNING"
    ),
    "due": declared("DATE_TIME", "Due", "When to bring it", defaultValue="2026-06-09T12:00:00Z"),
    "scoops": declared("NUMBER", "Scoops", "How many"),
    "size": declared("STATIC_DROPDOWN", "Size", "Of the cup", options=options(*SIZES)),
    "colors": declared(
        "STATIC_MULTI_SELECT_DROPDOWN", "Colors", "Of the umbrella", options=options(*COLORS)
    ),
    "extras": declared("JSON", "Extras", "As JSON", defaultValue={"nuts": 3}),
    "notes": declared(
        "OBJECT", "Notes", "By topic", defaultValue={"milk": "none", "sugar": "little"}
    ),
    "photo": declared("FILE", "Photo", "Of the guest"),
    "tags": declared(
        "ARRAY", "Tags", "To find it by", required=False, defaultValue=["new", "cold"]
    ),
    "recipe": declared(
        "ARRAY",
        "Recipe",
        "What goes in",
        required=False,
        defaultValue=[],
        properties={
            "label": {"type": "SHORT_TEXT", "displayName": "Ingredient", "required": True},
            "unit": {
                "type": "STATIC_DROPDOWN",
                "displayName": "Unit",
                "required": True,
                "options": options(DropdownOption("GRAM", "GRAM"), DropdownOption("CUP", "CUP")),
            },
        },
    ),
}


def test_the_metadata_describes_the_form() -> None:
    assert take_order.metadata()["props"] == METADATA


def test_a_snippet_may_show_the_address_of_the_webhook() -> None:
    snippet = Property.MarkDown(value="Paste {{ webhookUrl }} there")

    assert snippet.metadata()["description"] == "Paste {{ webhookUrl }} there"
    assert snippet.metadata()["variant"] == "INFO"
