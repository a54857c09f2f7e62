"""Lists: of texts, of rows, and of rows that have rows."""

from __future__ import annotations

import pytest

from pieces_framework import ApFile, DefinitionError, JsonValue, Property, Props, PropsError
from pieces_framework.property import parse_props, parse_values
from tests.support.values import absent, refused, taken

TEXTS = Property.Array(display_name="Texts")


class Part(Props):
    """A row of a row."""

    weight = Property.Number(display_name="Weight", required=True, ge=0)
    tags = Property.Array(display_name="Tags")


class Line(Props):
    """A row."""

    label = Property.ShortText(display_name="Label", required=True)
    done = Property.Checkbox(display_name="Done", default_value=False)
    parts = Property.Array(display_name="Parts", properties=Part)


class Order(Props):
    """What has rows."""

    lines = Property.Array(display_name="Lines", properties=Line)


PLAIN = Property.Array(
    display_name="Plain",
    properties={
        "name": Property.ShortText(display_name="Name"),
        "count": Property.Number(display_name="Count", required=True),
    },
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(["a", ""], ["a", ""], id="texts"),
        pytest.param([1, True, [2], {"a": 3}], ["1", "true", "[2]", '{"a":3}'], id="other JSON"),
        pytest.param([], [], id="empty"),
        pytest.param(None, None, id="null"),
    ],
)
def test_a_list_of_texts_is_taken(raw: JsonValue, value: object) -> None:
    assert taken(TEXTS, raw) == value


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        pytest.param("[]", "Expected array, received: []", id="text is not parsed"),
        pytest.param({"a": 1}, "Expected array, received: [object Object]", id="object"),
        pytest.param(3, "Expected array, received: 3", id="number"),
        pytest.param(["a", None], "Expected text in every item, received: a,", id="null in it"),
    ],
)
def test_a_list_of_texts_is_refused(raw: JsonValue, problem: str) -> None:
    assert refused(TEXTS, raw) == problem


def test_no_list_is_refused_where_one_is_required() -> None:
    declared = Property.Array(display_name="T", required=True)

    assert refused(declared, None) == "Expected array, received: null"
    with pytest.raises(PropsError, match="`p`: is required"):
        absent(declared)


def test_the_default_list_is_a_new_one_in_each_run() -> None:
    declared = Property.Array(display_name="T", default_value=["a"])

    absent(declared).append("b")

    assert absent(declared) == ["a"]


def test_rows_are_instances_of_their_class_however_deep() -> None:
    order = parse_props(
        Order,
        {
            "lines": [
                {"label": "x", "parts": [{"weight": "2", "tags": ["a"]}, {"weight": 0}], "no": 1},
                {"label": 7, "done": "true"},
            ]
        },
    )

    first, second = order.lines
    assert (first.label, first.done, second.label, second.done) == ("x", False, "7", True)
    assert [(part.weight, part.tags) for part in first.parts] == [(2, ["a"]), (0, None)]
    assert second.parts == []


def test_rows_of_the_dict_form_are_dicts() -> None:
    assert taken(PLAIN, [{"name": "a", "count": 1, "no": 2}, {"count": "3"}]) == [
        {"name": "a", "count": 1},
        {"name": None, "count": 3},
    ]


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        pytest.param('[{"count": 1}]', [(None, 1)], id="text"),
        pytest.param({"count": [1, 2], "name": "a"}, [("a", 1), ("a", 2)], id="one column"),
        pytest.param(
            {"count": [1, 2], "name": ["a"]}, [("a", 1), (None, 2)], id="a shorter column"
        ),
        pytest.param({"count": 1, "name": "a"}, [("a", 1)], id="single values only"),
        pytest.param('{"count": [1]}', [(None, 1)], id="columns in text"),
        pytest.param({}, [], id="no column"),
        pytest.param({"count": []}, [], id="empty column"),
        pytest.param([], [], id="no row"),
        pytest.param(None, [], id="null"),
    ],
)
def test_rows_may_be_columns_or_text(raw: JsonValue, rows: list[tuple[str | None, int]]) -> None:
    assert [(row["name"], row["count"]) for row in taken(PLAIN, raw)] == rows


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        pytest.param("te", "Expected array, received: te", id="text"),
        pytest.param('"te"', "Expected array, received: te", id="text in text"),
        pytest.param(3, "Expected array, received: 3", id="number"),
        pytest.param(
            [{"count": 1}, "x"], "Expected an object in every row", id="a row that is text"
        ),
        pytest.param(
            [{"count": 1}, {"count": "x"}],
            [{}, {"count": "Expected number, received: x"}],
            id="a cell",
        ),
        pytest.param(
            {"count": [1, "x"]}, [{}, {"count": "Expected number, received: x"}], id="col"
        ),
    ],
)
def test_rows_are_refused(raw: JsonValue, problem: object) -> None:
    assert refused(PLAIN, raw) == problem


def test_problems_are_told_by_row_however_deep() -> None:
    with pytest.raises(PropsError) as caught:
        parse_values(
            Order,
            {"lines": [{"label": "x"}, {"parts": [{"weight": 1}, {"weight": -1, "tags": "a"}]}]},
        )

    assert caught.value.messages == (
        "`lines[1].label`: is required",
        "`lines[1].parts[1].weight`: Input should be greater than or equal to 0, received: -1",
        "`lines[1].parts[1].tags`: Expected array, received: a",
    )
    assert caught.value.document() == {
        "lines": {
            "properties": [
                {},
                {
                    "label": ["is required"],
                    "parts": {
                        "properties": [
                            {},
                            {
                                "weight": [
                                    "Input should be greater than or equal to 0, received: -1"
                                ],
                                "tags": ["Expected array, received: a"],
                            },
                        ]
                    },
                },
            ]
        }
    }


def test_no_rows_are_no_problem_where_they_are_required_but_absence_is() -> None:
    declared = Property.Array(display_name="R", properties=Part, required=True)

    assert taken(declared, None) == []
    with pytest.raises(PropsError, match="`p`: is required"):
        absent(declared)


def test_rows_may_hold_files() -> None:
    file = ApFile(filename="a.txt", data=b"hi")
    declared = Property.Array(
        display_name="R", properties={"file": Property.File(display_name="F", required=True)}
    )

    assert taken(declared, {"file": [file, file]}) == [{"file": file}, {"file": file}]


def test_default_rows_become_rows() -> None:
    declared = Property.Array(
        display_name="R", properties=Part, default_value=[{"weight": "1", "tags": ["a"]}]
    )

    assert [row.weight for row in absent(declared)] == [1]
    assert [row.weight for row in taken(declared, None)] == [1]


def test_mistakes_in_the_properties_of_rows_are_reported() -> None:
    with pytest.raises(DefinitionError) as caught:

        class Wrong(Props):  # pyright: ignore[reportUnusedClass]
            rows = Property.Array(
                display_name="R",
                properties={"a": Property.Number(display_name="A", ge=2, le=1)},
            )
            more = Property.Array(
                display_name="R", properties=Part, default_value=[{"weight": "heavy"}]
            )

    assert [problem.partition("`: ")[2] for problem in caught.value.problems] == [
        "its property `a`: its ge=2 and le=1 leave no value",
        "its default_value is refused: [{'weight': 'Expected number, received: heavy'}]",
    ]
