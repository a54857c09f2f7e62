"""`validate_props`: what it takes, what it refuses, and what the user is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    RootModel,
    TypeAdapter,
    model_validator,
)
from typing_extensions import TypeAliasType, TypedDict

from pieces_common.validation import PropsValidationError, UserMessage, validate_props
from pieces_framework import (
    ActionContext,
    ApFile,
    AuthorCodeError,
    Property,
    Props,
    PropsError,
    create_action,
)
from pieces_framework.property import parse_props
from pieces_framework.testing import make_context


class Topping(Enum):
    NUTS = "nuts"
    ONE = 1
    TWO = 2


class Row(BaseModel):
    name: str
    amount: float = 1
    topping: Topping | None = None


@dataclass
class Scoop:
    topping: Topping


class Priced(TypedDict):
    topping: Topping


Kind = TypeAliasType("Kind", Topping)


def nested(levels: int) -> list[Any]:
    """A list in a list in a list."""
    return [nested(levels - 1)] if levels else []


class Cone(BaseModel):
    kind: Literal["cone"]
    size: int


class Cup(BaseModel):
    kind: Literal["cup"]


class RowProps(Props):
    name = Property.ShortText(display_name="Name", required=True)
    amount = Property.Number(display_name="Amount", required=True)


class Order(Props):
    sweetness_level = Property.Number(display_name="Sweetness Level", required=True)
    note = Property.ShortText(display_name="Note")
    from_ = Property.ShortText(name="from", display_name="From")
    rows = Property.Array(display_name="Rows", properties=RowProps)


def refused(props_value: Props | Mapping[str, object], schema: Any) -> dict[str, Any]:
    """The messages by path; `schema` is of either form."""
    with pytest.raises(PropsValidationError) as caught:
        validate_props(props_value, schema)
    return dict(caught.value.problems)


def problems_of(props_value: Mapping[str, object], schema: Any) -> dict[str, Any]:
    """The messages by path; none where the values pass."""
    try:
        validate_props(props_value, schema)
    except PropsValidationError as error:
        return dict(error.problems)
    return {}


def order(**values: Any) -> Order:
    return parse_props(Order, {"sweetness_level": 3, "rows": [], **values})


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        pytest.param(float, 3, id="a whole number is a number"),
        pytest.param(int, 3.0, id="so is one that JSON may write with a point"),
        pytest.param(list[float], (1, 2.5), id="rows that came as a tuple"),
        pytest.param(dict[str, int], MappingProxyType({"a": 1}), id="an object that is no dict"),
        pytest.param(Row, MappingProxyType({"name": "fig"}), id="an object for a model"),
        pytest.param(float | None, None, id="null where the type takes it"),
        pytest.param(Topping, "nuts", id="the value of a member"),
        pytest.param(Topping, Topping.NUTS, id="a member"),
        pytest.param(Topping, 2.0, id="a number that is a member"),
        pytest.param(Annotated[Topping | None, UserMessage("?")], "nuts", id="a member inside"),
        pytest.param(list[Topping], ["nuts", 2], id="members in a list"),
        pytest.param(dict[str, Topping], {"a": "nuts"}, id="members in an object"),
        pytest.param(list[Row], [{"name": "fig", "topping": "nuts"}], id="a member in a row"),
        pytest.param(Literal["a", 2], 2, id="a literal"),
        pytest.param(Annotated[str, {"no": "hash"}], "a", id="an annotation without a hash"),
        pytest.param(tuple[int, int], [1, 2], id="a list for a tuple"),
        pytest.param(set[int], [1, 2], id="a list for a set"),
        pytest.param(date, "2024-03-14", id="text for a day"),
        pytest.param(datetime, "2024-03-14T01:02:03Z", id="text for a time"),
        pytest.param(datetime, datetime(2024, 3, 14, tzinfo=UTC), id="a time"),
        pytest.param(Annotated[date, UserMessage("?")], "2024-03-14", id="a day with a message"),
        pytest.param(UUID, "12345678-1234-5678-1234-567812345678", id="text for a UUID"),
        pytest.param(Decimal, 1.5, id="a number for a decimal"),
        pytest.param(dict[int, int], {"1": 2}, id="text for the key of a dict"),
        pytest.param(dict[Topping, int], {"nuts": 2}, id="a member for a key"),
        pytest.param(Scoop, {"topping": "nuts"}, id="an object for a dataclass"),
        pytest.param(Priced, {"topping": "nuts"}, id="a member in a typed dict"),
        pytest.param(Kind, "nuts", id="a member by another name"),
        pytest.param(ApFile, ApFile(filename="a.txt", data=b""), id="a file"),
        pytest.param(str, "\ud800", id="half of a character"),
        pytest.param(object, nested(300), id="a list 300 levels deep"),
    ],
)
def test_a_fitting_value_passes(expected: Any, value: object) -> None:
    validate_props({"x": value}, {"x": expected})


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        pytest.param(float, "5", id="text is no number"),
        pytest.param(float, True, id="nor is yes"),
        pytest.param(float, 10**400, id="a number beyond all floats"),
        pytest.param(int, 2.5, id="half is no whole number"),
        pytest.param(str, 5, id="a number is no text"),
        pytest.param(bool, 1, id="one is not yes"),
        pytest.param(Topping, "NUTS", id="the name of a member"),
        pytest.param(list[Topping], ["figs"], id="no member in a list"),
        pytest.param(list[Row], [{"name": "fig", "amount": "5"}], id="text for a row's number"),
        pytest.param(Literal["a"], "b", id="no such literal"),
        pytest.param(list[str], "abc", id="text is no list"),
        pytest.param(date, "14 March", id="text that is no day"),
        pytest.param(date, 5, id="a number is no day"),
        pytest.param(tuple[int, int], [1, 2, 3], id="a list that is too long"),
        pytest.param(dict[str, int], {1: 2}, id="a number is no text, as a key"),
    ],
)
def test_a_value_is_not_converted_to_fit(expected: Any, value: object) -> None:
    with pytest.raises(PropsValidationError):
        validate_props({"x": value}, {"x": expected})


@pytest.mark.parametrize("values", [{}, {"x": None}], ids=["missing", "null"])
def test_a_value_that_is_not_there_fails_unless_its_type_takes_none(
    values: Mapping[str, object],
) -> None:
    class Strictly(BaseModel):
        x: float

    class Perhaps(BaseModel):
        x: float | None

    validate_props(values, {"x": float | None})
    validate_props(values, Perhaps)

    assert refused(values, {"x": float}) == {"x": "is required"}
    assert refused(values, Strictly) == {"x": "is required"}


def test_a_default_of_a_model_stands_in_for_what_is_missing() -> None:
    class WithDefault(BaseModel):
        x: float = 1

    validate_props({}, WithDefault)

    assert refused({"x": None}, WithDefault) == {"x": "is required"}


def test_only_the_named_properties_are_looked_at() -> None:
    class Some(BaseModel, extra="forbid"):
        note: str

    validate_props({"note": "a", "other": object()}, {"note": str})
    validate_props({"note": "a", "other": object()}, Some)


def test_the_values_stay_as_they_are() -> None:
    props = order(rows=[{"name": "fig", "amount": 2}])

    before = dict(props.__values__)
    validate_props(props, {"sweetness_level": Annotated[float, BeforeValidator(str)] | float})
    validate_props(props, {"rows": list[Row]})

    assert props.__values__ == before


def test_properties_are_named_as_flows_store_them() -> None:
    class Named(BaseModel):
        from_: str = Field(alias="from")

    validate_props(order(**{"from": "me"}), Named)
    validate_props(order(**{"from": "me"}), {"from": str})

    assert refused(order(), Named) == {"from": "is required"}


class Aliased(BaseModel, populate_by_name=True):
    choice: str = Field(default="", validation_alias=AliasChoices("one", AliasPath("rows", 0)))
    first: str = Field(validation_alias=AliasPath("rows", 0))
    from_: str = Field(alias="from")


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"rows": ["a"], "from": "b"}, {}),
        ({"rows": ["a"], "from_": "b", "one": "c"}, {}),
        ({"rows": [1], "from": "b"}, {"rows.0": "Input should be a valid string"}),
        ({"rows": ["a"]}, {"from": "is required"}),
    ],
)
def test_a_model_reads_a_value_by_each_name_that_it_gives_it(
    values: Mapping[str, object], problems: Mapping[str, object]
) -> None:
    assert problems_of(values, Aliased) == problems


def test_a_model_of_one_value_is_given_all_values() -> None:
    prices = RootModel[dict[str, int]]

    assert problems_of({"a": 1}, prices) == {}
    assert list(problems_of({"a": 1, "b": "x"}, prices)) == ["b"]


BAD_REGEX = Annotated[str, Field(pattern="(")]


class Typo(BaseModel):
    sweetnes: float = 0


@pytest.mark.parametrize("schema", [Typo, {"sweetnes": float}], ids=["model", "types"])
def test_a_schema_that_names_no_property_is_the_authors_mistake(schema: Any) -> None:
    with pytest.raises(AuthorCodeError, match="names `sweetnes`") as caught:
        validate_props(order(), schema)

    assert caught.value.hint == "the properties are: sweetness_level, note, from, rows"


@pytest.mark.parametrize(
    "no_type", [5, "nope", object(), BAD_REGEX], ids=["number", "text", "object", "pattern"]
)
def test_a_schema_that_is_none_is_the_authors_mistake(no_type: object) -> None:
    with pytest.raises(AuthorCodeError, match="says of `x` is no type"):
        validate_props({"x": 1}, {"x": no_type})


@pytest.mark.parametrize("no_schema", [float, 5, Topping])
def test_a_schema_of_neither_form_is_the_authors_mistake(no_schema: Any) -> None:
    with pytest.raises(AuthorCodeError, match="neither a pydantic model nor a dict of types"):
        validate_props({"x": 1}, no_schema)


@pytest.mark.parametrize("no_values", [None, "text", [1]], ids=repr)
def test_values_that_are_no_mapping_are_the_authors_mistake(no_values: Any) -> None:
    with pytest.raises(AuthorCodeError, match="neither `Props` nor a dict"):
        validate_props(no_values, {"x": int})


@pytest.mark.parametrize("text", ["", " "])
def test_a_message_that_says_nothing_is_the_authors_mistake(text: str) -> None:
    with pytest.raises(AuthorCodeError, match="is empty"):
        UserMessage(text)


def test_a_message_in_a_branch_is_told_for_the_value_of_the_branch() -> None:
    either = Annotated[Row, UserMessage("No row.")] | bool

    assert refused({"x": {}}, {"x": list[int] | either})["x"] == "Input should be a valid boolean"
    assert list(refused({"x": {}}, {"x": list[int] | either})) == ["x"]


def test_a_key_with_the_name_of_a_kind_does_not_lead_astray() -> None:
    either = Annotated[Cone | Cup, Discriminator("kind")]

    values = {"kind": "cone", "cone": {"size": 1}, "size": "big"}
    assert list(refused({"x": values}, {"x": either})) == ["x.size"]
    del values["size"]
    assert refused({"x": values}, {"x": either}) == {"x.size": "is required"}


def test_a_member_that_there_is_none_of_is_told_with_those_that_there_are() -> None:
    assert refused({"x": "figs"}, {"x": Topping}) == {"x": "Input should be 'nuts', 1 or 2"}


def test_the_path_leads_to_the_value() -> None:
    values = {
        "items": [{"name": "fig"}, {"amount": "much"}],
        "prices": {"a.b": -1.5},
        "either": [{"kind": "cone", "size": "big"}],
        "keys": {"one": 1},
    }
    schema = {
        "items": list[Row],
        "prices": dict[str, Annotated[float, Field(ge=0)]],
        "either": list[Annotated[Cone | Cup, Discriminator("kind")]],
        "keys": dict[int, int],
    }

    assert list(refused(values, schema)) == [
        "items.1.name", "items.1.amount", "prices.a.b", "either.0.size", "keys.one",
    ]  # fmt: skip


def test_rows_of_an_array_are_checked_as_objects() -> None:
    class Few(BaseModel):
        name: str
        amount: Annotated[float, Field(le=3), UserMessage("At most three.")]

    rows = [{"name": "fig", "amount": 1}, {"name": "nut", "amount": 4}]

    assert refused(order(rows=rows), {"rows": list[Few]}) == {"rows.1.amount": "At most three."}


def test_of_several_problems_on_one_path_the_last_is_told() -> None:
    either = (
        Annotated[float, UserMessage("No number.")] | Annotated[bool, UserMessage("No yes or no.")]
    )

    assert refused({"x": "a"}, {"x": either}) == {"x": "No yes or no."}


def test_problems_of_several_properties_are_told_at_once() -> None:
    schema = {"a": Annotated[float, UserMessage("A?")], "b": Annotated[float, UserMessage("B?")]}

    assert refused({"a": "", "b": ""}, schema) == {"a": "A?", "b": "B?"}


LEVEL = Annotated[
    float,
    UserMessage("No number."),
    Field(ge=0),
    UserMessage("Too low."),
    Field(le=10),
    UserMessage("Too {h}."),
]


@pytest.mark.parametrize(
    ("value", "message"),
    [("x", "No number."), (None, "No number."), (-1, "Too low."), (11, "Too {h}.")],
)
def test_a_message_speaks_for_what_stands_to_its_left(value: object, message: str) -> None:
    class Model(BaseModel):
        x: LEVEL

    assert refused({"x": value}, {"x": LEVEL}) == {"x": message}
    assert refused({"x": value}, Model) == {"x": message}


def test_a_message_of_an_item_stands_before_one_of_its_list() -> None:
    rows = Annotated[list[LEVEL], Field(min_length=1), UserMessage("Give some.")]

    assert refused({"x": [1, 11]}, {"x": rows}) == {"x.1": "Too {h}."}
    assert refused({"x": []}, {"x": rows}) == {"x": "Give some."}


def test_a_validators_own_words_are_told_as_they_are() -> None:
    def no_figs(value: str) -> str:
        if "fig" in value:
            raise ValueError("No figs, {please}.")
        if value == "nut":
            raise AssertionError("No nuts.")
        return value

    schema = {"x": Annotated[str, AfterValidator(no_figs), UserMessage("No.")]}

    assert refused({"x": "figs"}, schema) == {"x": "No figs, {please}."}
    assert refused({"x": "nut"}, schema) == {"x": "No nuts."}
    assert refused({"x": 5}, schema) == {"x": "No."}


def test_a_validator_without_words_is_still_told() -> None:
    def never(_: object) -> object:
        raise ValueError

    schema = {"x": Annotated[int, AfterValidator(never), UserMessage("Not that.")]}

    assert refused({"x": 1}, schema) == {"x": "Not that."}
    assert refused({"x": 1}, {"x": Annotated[int, AfterValidator(never)]}) == {"x": "does not fit"}


def test_another_error_of_a_validator_comes_out_as_it_is() -> None:
    broken = KeyError("menu")

    def look_up(_: str) -> str:
        raise broken

    with pytest.raises(KeyError) as caught:
        validate_props({"x": "fig"}, {"x": Annotated[str, AfterValidator(look_up)]})

    assert caught.value is broken


def test_a_model_may_compare_its_values() -> None:
    class Range(BaseModel):
        first: float
        last: float
        kind: Topping

        @model_validator(mode="after")
        def in_order(self) -> Range:
            if self.first > self.last:
                raise ValueError("The first comes after the last.")
            return self

    validate_props({"first": 1, "last": 2, "kind": "nuts"}, Range)

    backwards = {"first": 3, "last": 2, "kind": "nuts"}
    assert refused(backwards, Range) == {"": "The first comes after the last."}


def test_the_error_is_one_of_props_with_the_documented_text() -> None:
    with pytest.raises(PropsError) as caught:
        validate_props({"items": [{"amount": 1}]}, {"items": list[Row]})

    assert str(caught.value) == "`items.0.name`: is required"
    assert isinstance(caught.value, PropsValidationError)
    assert caught.value.json_text == ('{\n  "errors": {\n    "items.0.name": "is required"\n  }\n}')
    assert json.loads(caught.value.json_text) == caught.value.document()


TYPES: list[Any] = [
    int,
    float,
    bool,
    list[int],
    UUID,
    Topping,
    Row,
    list[Row],
    Literal["a", "b"],
    dict[int, int],
    int | list[bool],
    Annotated[Cone | Cup, Discriminator("kind")],
    Annotated[str, Field(max_length=3)],
    Annotated[str, Field(pattern="^[0-9]$")],
    Annotated[UUID, BeforeValidator(lambda value: TypeAdapter(UUID).validate_python(value))],
]


SECRET = "#s3cr3t-of-somebody"


@pytest.mark.parametrize("expected", TYPES, ids=range(len(TYPES)))
@pytest.mark.parametrize(
    "value",
    [SECRET, {"kind": SECRET}, [{"name": "fig", "amount": SECRET}], [SECRET]],
    ids=["text", "object", "rows", "list"],
)
def test_no_message_repeats_a_value(expected: Any, value: object) -> None:
    with pytest.raises(PropsValidationError) as caught:
        validate_props({"x": value}, {"x": expected})

    assert SECRET not in str(caught.value) + caught.value.json_text + repr(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(TYPES), json_values)
def test_whatever_the_value_only_the_documented_error_comes(expected: Any, value: object) -> None:
    found = problems_of({"x": value}, {"x": expected})

    assert [path for path in found if path != "x" and not path.startswith("x.")] == []


@given(json_values)
def test_both_forms_of_a_schema_agree(value: object) -> None:
    class Model(BaseModel):
        x: int | list[Topping]

    of_model, of_type = (
        problems_of({"x": value}, schema) for schema in (Model, {"x": int | list[Topping]})
    )

    assert of_model == of_type


async def test_an_action_checks_what_it_was_given() -> None:
    @create_action(name="order", display_name="Order", description="", props=Order)
    async def take_order(context: ActionContext[None, Order]) -> float:
        validate_props(context.props_value, {"sweetness_level": LEVEL})
        return context.props_value.sweetness_level

    sweet = make_context(take_order, props={"sweetness_level": "11", "rows": []})

    with pytest.raises(PropsValidationError, match=r"`sweetness_level`: Too {h}\."):
        await take_order.run(sweet)


@pytest.mark.parametrize("expected", [Any, list, list[Any], object], ids=str)
def test_a_value_that_is_nested_too_deeply_is_refused_by_its_path(expected: Any) -> None:
    with pytest.raises(PropsValidationError) as caught:
        validate_props({"x": deep(), "y": 1}, {"x": expected, "y": str})

    assert caught.value.document() == {
        "errors": {"x": "is nested too deeply", "y": "Input should be a valid string"}
    }


def test_a_value_of_a_model_that_is_nested_too_deeply_is_refused_by_its_path() -> None:
    class Given(BaseModel):
        x: Any
        y: int

    with pytest.raises(PropsValidationError) as caught:
        validate_props({"x": deep(), "y": 1}, Given)

    assert caught.value.problems == {"x": "is nested too deeply"}


def deep() -> object:
    """A list in an object in a list, deeper than Python's stack."""
    value: object = 1
    for _ in range(1000):
        value = [{"a": value}]
    return value
