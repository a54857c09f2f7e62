"""Checking values: a `Props` of 200 properties, beside a pydantic model of the same shape.

Run with `make bench`. Both are given the same values, in turns; each turn's CPU time is taken, and
the medians and their ratio are printed. The budget is at most 4 times pydantic's time, with 2 times
as the aim; nothing is asserted.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, Field, create_model
from pydantic import JsonValue as PydanticJson

from pieces_framework import DropdownOption, JsonValue, Property, Props
from pieces_framework.property import PropertyBase, parse_props

ROUNDS: Final = 60
CALLS: Final = 20
SIZES: Final = ("small", "medium", "large")


class Row(Props):
    """A row of an array."""

    label = Property.ShortText(display_name="Label", required=True)
    amount = Property.Number(display_name="Amount", required=True)
    done = Property.Checkbox(display_name="Done")


class RowModel(BaseModel):
    """The same row, as pydantic would have it."""

    label: str
    amount: int | float
    done: bool | None = None


def shape() -> list[tuple[PropertyBase[Any], Any, JsonValue]]:
    """Return twenty properties, each with its type in pydantic and a value; some are left out."""
    sizes = [DropdownOption(size.title(), size) for size in SIZES]
    one_size: Any = Literal["small", "medium", "large"]
    document: JsonValue = {"a": [1, 2, {"b": None}], "c": "d"}
    rows: JsonValue = [{"label": f"row {n}", "amount": n, "done": True} for n in range(3)]
    return [
        *((Property.ShortText(display_name="", required=True), str, "a text") for _ in range(4)),
        (Property.LongText(display_name=""), str | None, "a longer text\n" * 5),
        (Property.LongText(display_name=""), str | None, None),
        (
            Property.ShortText(display_name="", max_length=100),
            Annotated[str | None, Field(max_length=100)],
            "short enough",
        ),
        (Property.Number(display_name="", required=True), int | float, 3),
        (Property.Number(display_name="", required=True), int | float, 2.5),
        (Property.Number(display_name=""), int | float | None, None),
        (Property.Number(display_name="", ge=0, le=10), Annotated[float, Field(ge=0, le=10)], 7),
        (Property.Checkbox(display_name="", required=True), bool, True),
        (Property.Checkbox(display_name="", required=True), bool, False),
        (Property.StaticDropdown(display_name="", options=sizes), one_size, "large"),
        (
            Property.StaticMultiSelectDropdown(display_name="", options=sizes),
            list[one_size],
            ["small", "large"],
        ),
        (Property.DateTime(display_name=""), datetime, "2024-03-14T12:00:00.000Z"),
        (Property.Json(display_name=""), PydanticJson, document),
        (Property.Object(display_name=""), dict[str, PydanticJson], document),
        (Property.Array(display_name=""), list[str], ["a", "b", "c"]),
        (Property.Array(display_name="", properties=Row), list[RowModel], rows),
    ]


def main() -> None:
    """Measure and print."""
    declared = {
        f"p{n}": entry for n, entry in enumerate(entry for _ in range(10) for entry in shape())
    }
    properties = {name: declared_as for name, (declared_as, _, _) in declared.items()}
    given = {name: value for name, (_, _, value) in declared.items() if value is not None}
    ours = cast("type[Props]", type("Ours", (Props,), properties))
    fields: dict[str, Any] = {
        name: (annotation, ... if name in given else None)
        for name, (_, annotation, _) in declared.items()
    }
    theirs = create_model("Theirs", **fields)

    def parse() -> object:
        return parse_props(ours, given)

    def validate() -> object:
        return theirs.model_validate(given)

    medians = measured({"Props": parse, "pydantic": validate})
    print(f"CPU time to check {len(properties)} properties, median of {ROUNDS}, ", end="")
    print(sys.version.split()[0])
    for name, seconds in medians.items():
        print(f"  {name:<24} {seconds * 1e6:6.0f} us")
    ratio = medians["Props"] / medians["pydantic"]
    print(f"Props: {ratio:.2f} x pydantic (budget 4.00 x, aim 2.00 x)")


def measured(functions: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Let `functions` take turns, and return the median CPU seconds of one call of each."""
    samples: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(ROUNDS + 1):
        for name, function in functions.items():
            started = time.process_time()
            for _ in range(CALLS):
                function()
            if turn:
                samples[name].append((time.process_time() - started) / CALLS)
    return {name: statistics.median(spent) for name, spent in samples.items()}


if __name__ == "__main__":
    main()
