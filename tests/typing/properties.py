"""The type of each property's value inside a run. mypy and pyright both verify every line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, assert_type

from pieces_framework import (
    ApFile,
    ApStreamingFile,
    DateRangePreset,
    DateRangeValue,
    DropdownOption,
    DropdownState,
    JsonDocument,
    JsonValue,
    PieceAuth,
    Property,
    PropertyBase,
    PropertyContext,
    Props,
    parse_props,
)
from pieces_framework.property import parse_values
from pieces_framework.property.text import ShortText

auth = PieceAuth.SecretText(display_name="API Key")


class Texts(Props):
    """Each text kind: required, with a default, optional."""

    short = Property.ShortText(display_name="", required=True)
    short_default = Property.ShortText(display_name="", default_value="x")
    short_optional = Property.ShortText(display_name="")
    long = Property.LongText(display_name="", required=True, min_length=1, max_length=9, pattern="")
    long_default = Property.LongText(display_name="", default_value="x", placeholder="y")
    long_optional = Property.LongText(display_name="", required=False, advanced=True, width="half")
    rich = Property.RichText(display_name="", required=True, format_property="format")
    rich_default = Property.RichText(display_name="", default_value="x")
    rich_optional = Property.RichText(display_name="", icon="pen")
    secret = Property.SecretText(display_name="", required=True)
    secret_default = Property.SecretText(display_name="", default_value="x")
    secret_optional = Property.SecretText(display_name="", min_length=8)
    color = Property.Color(display_name="", required=True)
    color_default = Property.Color(display_name="", default_value="#ff0000")
    color_optional = Property.Color(display_name="")
    from_ = Property.ShortText(name="from", display_name="", required=True)


def text_values(values: Texts) -> None:
    assert_type(values.short, str)
    assert_type(values.short_default, str)
    assert_type(values.short_optional, str | None)
    assert_type(values.long, str)
    assert_type(values.long_default, str)
    assert_type(values.long_optional, str | None)
    assert_type(values.rich, str)
    assert_type(values.rich_default, str)
    assert_type(values.rich_optional, str | None)
    assert_type(values.secret, str)
    assert_type(values.secret_default, str)
    assert_type(values.secret_optional, str | None)
    assert_type(values.color, str)
    assert_type(values.color_default, str)
    assert_type(values.color_optional, str | None)
    assert_type(values.from_, str)
    assert_type(parse_props(Texts, {}), Texts)
    assert_type(parse_values(Texts, {}), dict[str, object])


assert_type(Texts.short_optional, ShortText[str | None])


class Scalars(Props):
    """Numbers, yes/no values and times: required, with a default, optional."""

    number = Property.Number(display_name="", required=True, ge=0, lt=1.5)
    number_default = Property.Number(display_name="", default_value=3)
    number_optional = Property.Number(display_name="", multiple_of=2)
    checkbox = Property.Checkbox(display_name="", required=True)
    checkbox_default = Property.Checkbox(display_name="", default_value=False)
    checkbox_optional = Property.Checkbox(display_name="")
    time = Property.DateTime(display_name="", required=True)
    time_default = Property.DateTime(display_name="", default_value="2024-03-14")
    time_optional = Property.DateTime(display_name="")
    span = Property.DateRange(display_name="", required=True)
    span_default = Property.DateRange(
        display_name="", default_value=DateRangeValue(preset=DateRangePreset.THIS_MONTH)
    )
    span_optional = Property.DateRange(display_name="")


def scalar_values(values: Scalars, now: datetime) -> None:
    assert_type(values.number, float)
    assert_type(values.number_default, float)
    assert_type(values.number_optional, float | None)
    assert_type(values.checkbox, bool)
    assert_type(values.checkbox_default, bool)
    assert_type(values.checkbox_optional, bool | None)
    assert_type(values.time, datetime)
    assert_type(values.time_default, datetime)
    assert_type(values.time_optional, datetime | None)
    assert_type(values.span, DateRangeValue)
    assert_type(values.span_default, DateRangeValue)
    assert_type(values.span_optional, DateRangeValue | None)
    assert_type(values.span.preset, DateRangePreset | None)
    assert_type(values.span.resolve(now), tuple[datetime | None, datetime | None])


class Structured(Props):
    """JSON, files and what is only shown: required, with a default, optional."""

    json = Property.Json(display_name="", required=True)
    json_default = Property.Json(display_name="", default_value={"a": 1})
    json_optional = Property.Json(display_name="")
    object = Property.Object(display_name="", required=True)
    object_default = Property.Object(display_name="", default_value={"a": [1, None]})
    object_optional = Property.Object(display_name="")
    file = Property.File(display_name="", required=True)
    file_default = Property.File(display_name="", default_value="https://example.com/a.png")
    file_optional = Property.File(display_name="", streaming=False)
    stream = Property.File(display_name="", required=True, streaming=True)
    stream_default = Property.File(display_name="", default_value="", streaming=True)
    stream_optional = Property.File(display_name="", streaming=True)
    markdown = Property.MarkDown(value="# Hi")
    custom = Property.Custom(display_name="", code="() => {}", required=True)


def structured_values(values: Structured) -> None:
    assert_type(values.json, JsonDocument)
    assert_type(values.json_default, JsonDocument)
    assert_type(values.json_optional, JsonDocument | None)
    assert_type(values.object, Mapping[str, JsonValue])
    assert_type(values.object_default, Mapping[str, JsonValue])
    assert_type(values.object_optional, Mapping[str, JsonValue] | None)
    assert_type(values.file, ApFile)
    assert_type(values.file_default, ApFile)
    assert_type(values.file_optional, ApFile | None)
    assert_type(values.stream, ApStreamingFile)
    assert_type(values.stream_default, ApStreamingFile)
    assert_type(values.stream_optional, ApStreamingFile | None)
    assert_type(values.file.base64, str)
    assert_type(values.markdown, None)
    assert_type(values.custom, JsonValue)


class Nested(Props):
    """Rows of rows of rows."""

    class Line(Props):
        """A row whose rows have rows."""

        class Part(Props):
            """The rows of the rows."""

            weight = Property.Number(display_name="", required=True)
            tags = Property.Array(display_name="", required=True)

        label = Property.ShortText(display_name="")
        parts = Property.Array(display_name="", properties=Part)

    texts = Property.Array(display_name="", required=True)
    texts_default = Property.Array(display_name="", default_value=["a"])
    texts_optional = Property.Array(display_name="")
    lines = Property.Array(display_name="", properties=Line)
    lines_required = Property.Array(display_name="", properties=Line, required=True)
    lines_default = Property.Array(display_name="", properties=Line, default_value=[{"label": "x"}])
    plain = Property.Array(
        display_name="", properties={"n": Property.Number(display_name="", required=True)}
    )


def array_values(values: Nested) -> None:
    assert_type(values.texts, Sequence[str])
    assert_type(values.texts_default, Sequence[str])
    assert_type(values.texts_optional, Sequence[str] | None)
    assert_type(values.lines, Sequence[Nested.Line])
    assert_type(values.lines_required, Sequence[Nested.Line])
    assert_type(values.lines_default, Sequence[Nested.Line])
    assert_type(values.lines[0].label, str | None)
    assert_type(values.lines[0].parts[0].weight, float)
    assert_type(values.lines[0].parts[0].tags, Sequence[str])
    assert_type(values.plain, Sequence[Mapping[str, Any]])


SIZES = [DropdownOption("S", "s"), DropdownOption("L", "l")]
Fruit = Literal["apple", "pear"]
FRUITS: DropdownState[Fruit] = DropdownState(
    options=[DropdownOption("Apple", "apple"), DropdownOption("Pear", "pear")]
)


async def load_numbers(context: PropertyContext[str]) -> DropdownState[int]:
    assert_type(context.auth, str | None)
    assert_type(context.props_value, Mapping[str, JsonValue])
    assert_type(context.search_value, str | None)
    return DropdownState(options=[DropdownOption("One", 1)])


def load_texts(context: PropertyContext) -> DropdownState[str]:
    return DropdownState(disabled=True, placeholder="choose an account first")


async def load_either(context: PropertyContext[Any]) -> DropdownState[str | int]:
    return DropdownState()


class Choices(Props):
    """Dropdowns: the type of a value follows from the options, or from what loads them."""

    size = Property.StaticDropdown(display_name="", required=True, options=SIZES)
    size_default = Property.StaticDropdown(
        display_name="", options=[DropdownOption("One", 1)], default_value=1
    )
    size_optional = Property.StaticDropdown(display_name="", options=[DropdownOption("One", 1)])
    fruit = Property.StaticDropdown(display_name="", required=True, options=FRUITS)
    fruit_optional = Property.StaticDropdown(display_name="", options=FRUITS)
    sizes = Property.StaticMultiSelectDropdown(display_name="", required=True, options=SIZES)
    sizes_default = Property.StaticMultiSelectDropdown(
        display_name="", options=SIZES, default_value=["s"]
    )
    sizes_optional = Property.StaticMultiSelectDropdown(display_name="", options=SIZES)
    fruits = Property.StaticMultiSelectDropdown(display_name="", required=True, options=FRUITS)
    loaded = Property.Dropdown(
        display_name="", required=True, refreshers=["auth"], options=load_numbers, auth=auth
    )
    loaded_default = Property.Dropdown(
        display_name="", refreshers=[], options=load_numbers, default_value=1, auth=auth
    )
    loaded_optional = Property.Dropdown(
        display_name="", refreshers=["auth"], options=load_numbers, refresh_on_search=True
    )
    loaded_sync = Property.Dropdown(
        display_name="", required=True, refreshers=[], options=load_texts
    )
    loaded_either = Property.Dropdown(display_name="", refreshers=[], options=load_either)
    many = Property.MultiSelectDropdown(
        display_name="", required=True, refreshers=["auth"], options=load_numbers, auth=auth
    )
    many_default = Property.MultiSelectDropdown(
        display_name="", refreshers=[], options=load_texts, default_value=["a"]
    )
    many_optional = Property.MultiSelectDropdown(
        display_name="", refreshers=["auth"], options=load_numbers
    )
    many_sync = Property.MultiSelectDropdown(
        display_name="", required=True, refreshers=[], options=load_texts
    )


def choice_values(values: Choices) -> None:
    assert_type(values.size, str)
    assert_type(values.size_default, int)
    assert_type(values.size_optional, int | None)
    assert_type(values.fruit, Fruit)
    assert_type(values.fruit_optional, Fruit | None)
    assert_type(values.sizes, Sequence[str])
    assert_type(values.sizes_default, Sequence[str])
    assert_type(values.sizes_optional, Sequence[str] | None)
    assert_type(values.fruits, Sequence[Fruit])
    assert_type(values.loaded, int)
    assert_type(values.loaded_default, int)
    assert_type(values.loaded_optional, int | None)
    assert_type(values.loaded_sync, str)
    assert_type(values.loaded_either, str | int | None)
    assert_type(values.many, Sequence[int])
    assert_type(values.many_default, Sequence[str])
    assert_type(values.many_optional, Sequence[int] | None)
    assert_type(values.many_sync, Sequence[str])


async def load_fields(context: PropertyContext[str]) -> dict[str, PropertyBase[Any]]:
    return {"title": Property.ShortText(display_name="Title")}


def load_class(context: PropertyContext[Any]) -> type[Texts]:
    return Texts


class Dynamic(Props):
    """Properties that are loaded: whatever their children are, the values are a mapping."""

    fields = Property.DynamicProperties(
        display_name="", required=True, refreshers=["auth"], props=load_fields, auth=auth
    )
    fields_default = Property.DynamicProperties(
        display_name="", refreshers=[], props=load_fields, default_value={"title": "x"}
    )
    fields_optional = Property.DynamicProperties(display_name="", refreshers=[], props=load_fields)
    fields_class = Property.DynamicProperties(
        display_name="", required=True, refreshers=[], props=load_class
    )


def dynamic_values(values: Dynamic) -> None:
    assert_type(values.fields, Mapping[str, Any])
    assert_type(values.fields_default, Mapping[str, Any])
    assert_type(values.fields_optional, Mapping[str, Any] | None)
    assert_type(values.fields_class, Mapping[str, Any])


async def loaded(context: PropertyContext[str]) -> None:
    state = await Choices.loaded.load(context)
    assert_type(state, DropdownState[Any])


def declared_from_data(required: bool) -> None:  # noqa: FBT001 -- as data has it
    optional = Property.ShortText(display_name="", required=required)
    assert_type(optional, ShortText[str | None])
