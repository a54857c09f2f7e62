"""The page about validation: its program runs, and says what the code does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pieces_common import PropsValidationError, validate_props
from pieces_framework.testing import make_context
from tests.common.pages import page, run_page

NAME = "validation.md"


async def test_the_action_of_the_example_runs() -> None:
    action = (await run_page(NAME))["get_icecream_flavor"]

    result = await action.run(
        make_context(action, props={"sweetness_level": 3, "number_of_flavors": "2"})
    )

    assert result == {"message": "Here you are: Vanilla, Chocolate", "toppings": True}


@pytest.mark.parametrize(
    ("props", "message"),
    [
        ({"sweetness_level": 11}, "Sweetness level must be between 0 and 10."),
        (
            {"sweetness_level": 1, "number_of_flavors": 6},
            "You can fetch between 1 and 5 flavors.",
        ),
    ],
)
async def test_the_action_of_the_example_refuses(props: Any, message: str) -> None:
    action = (await run_page(NAME))["get_icecream_flavor"]

    with pytest.raises(PropsValidationError) as caught:
        await action.run(make_context(action, props=props))

    assert list(caught.value.problems.values()) == [message]


async def test_the_document_that_is_shown_is_the_one_of_the_error() -> None:
    shown = page(NAME).partition("```json\n")[2].partition("```")[0]

    refused = (await run_page(NAME))["refused"]

    assert refused.json_text == shown.strip()
    assert refused.document() == json.loads(shown)


@pytest.mark.parametrize(
    ("type_name", "value", "message"),
    [
        ("Level", "x", "Give a number."),
        ("Level", -1, "Too bitter."),
        ("Level", 11, "Too sweet."),
        ("Flavor", "Fig", "We are out of figs."),
    ],
)
async def test_each_rule_has_its_message(type_name: str, value: object, message: str) -> None:
    defined = await run_page(NAME)

    with pytest.raises(PropsValidationError) as caught:
        validate_props({"x": value}, {"x": defined[type_name]})

    assert caught.value.problems == {"x": message}


async def test_the_model_of_the_page_compares() -> None:
    rows = (await run_page(NAME))["Rows"]

    with pytest.raises(PropsValidationError) as caught:
        validate_props({"first": 3, "last": 1}, rows)

    assert caught.value.problems == {"": "The last row comes before the first."}


@pytest.mark.parametrize("kind", [float, int], ids=["float", "int"])
def test_the_table_says_what_fits(kind: type) -> None:
    row = page(NAME).partition(f"| `{kind.__name__}` |")[2].partition("\n")[0]
    taken, refused = (re.findall(r"`(.+?)`", cell) for cell in row.split("|")[:2])

    for text in taken:
        validate_props({"x": json.loads(text)}, {"x": kind})
    for text in refused:
        with pytest.raises(PropsValidationError):
            validate_props({"x": json.loads(text)}, {"x": kind})
    assert len(taken) >= 2
    assert len(refused) >= 2
