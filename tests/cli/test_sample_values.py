"""Values told from the text of a declaration, which the declared property must take."""

from __future__ import annotations

import ast

import pytest

from pieces_cli.scaffolding.sample_values import (
    SampleValues,
    samples_of_class,
    samples_of_dict,
)
from pieces_framework import DropdownOption, DropdownState, Property, Props, parse_props


def samples_in(body: str, before: str = "", bases: str = "Props") -> SampleValues:
    """Read the class `Form`, the last of a module."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    module = ast.parse(f"{before}\nclass Form({bases}):\n{lines}")
    definition = module.body[-1]
    assert isinstance(definition, ast.ClassDef)
    return samples_of_class(definition, module)


@pytest.mark.parametrize(
    "declared",
    [
        "Property.ShortText(display_name='x', required=True)",
        "Property.LongText(display_name='x', required=True, max_length=4)",
        "Property.SecretText(display_name='x', required=True, min_length=90)",
        "Property.ShortText(display_name='x', required=True, pattern='^https://')",
        "Property.ShortText(display_name='x', required=True, pattern='^[0-9]{4}$', max_length=4)",
        "Property.ShortText(display_name='x', required=True, pattern='.+@.+')",
        "Property.Number(display_name='x', required=True)",
        "Property.Number(display_name='x', required=True, ge=10, lt=11)",
        "Property.Number(display_name='x', required=True, gt=5, le=6)",
        "Property.Number(display_name='x', required=True, le=-7)",
        "Property.Number(display_name='x', required=True, gt=3, multiple_of=2)",
        "Property.Checkbox(display_name='x', required=True)",
        "StaticDropdown(display_name='x', required=True, options=[Option('A', 1)])",
        "StaticDropdown(display_name='x', required=True, options=(Option('A', value='a'), B))",
        "StaticDropdown(display_name='', required=True, options=State(options=[Option('A', 1)]))",
        "Property.ShortText(name='from', display_name='x', required=True)",
        "Property.ShortText(display_name='x')",
        "Property.ShortText(display_name='x', required=False)",
        "Property.Number(display_name='x', default_value=3)",
        "Property.MarkDown(value='x')",
    ],
)
def test_the_property_takes_what_is_told_of_it(declared: str) -> None:
    samples = samples_in(f"x = {declared}")

    names: dict[str, object] = {"Property": Property, "StaticDropdown": Property.StaticDropdown}
    names |= {"Option": DropdownOption, "State": DropdownState, "B": DropdownOption("B", "b")}
    form: type[Props] = type("Form", (Props,), {"x": eval(declared, names)})
    values = {name: ast.literal_eval(value) for name, value in samples.values.items()}
    assert (samples.unknown, samples.is_complete) == ((), True)
    assert isinstance(parse_props(form, values), form)


@pytest.mark.parametrize(
    "declared",
    [
        "Property.ShortText(display_name='x', required=True, pattern='^sk-[0-9]{9}$')",
        "Property.ShortText(display_name='x', required=True, pattern=PATTERN)",
        "Property.ShortText(display_name='x', required=True, pattern='(')",
        "Property.ShortText(display_name='x', required=True, min_length=10**9)",
        "Property.ShortText(display_name='x', required=True, min_length=1000000000)",
        "Property.ShortText(display_name='x', **options)",
        "Property.ShortText(display_name='x', required=REQUIRED, pattern=PATTERN)",
        "Property.Number(display_name='x', required=True, ge=LEAST)",
        "Property.Number(display_name='x', required=True, ge=5, le=4)",
        "Property.Number(display_name='x', required=True, multiple_of=0, gt=7)",
        "Property.StaticDropdown(display_name='x', required=True, options=OPTIONS)",
        "Property.StaticDropdown(display_name='x', required=True, options=make())",
        "Property.StaticDropdown(display_name='x', required=True, options=[])",
        "Property.StaticDropdown(display_name='x', required=True, options=[Option({})])",
        "Property.StaticDropdown(display_name='x', required=True)",
        "Property.Json(display_name='x', required=True)",
        "KEY",
    ],
)
def test_what_cannot_be_told_is_left_to_the_author(declared: str) -> None:
    assert samples_in(f"x = {declared}") == SampleValues(unknown=("x",))


def test_inherited_properties_are_found() -> None:
    above = "class Above(Props):\n    key: object = Property.SecretText(required=True)\n"

    samples = samples_in("'''Nothing more.'''", above, bases="Above")

    assert samples == SampleValues(values={"key": '"test"'})


@pytest.mark.parametrize(
    ("before", "bases"),
    [
        pytest.param("from elsewhere import Above", "Above", id="imported"),
        pytest.param("class Above(Far): ...", "Above", id="further"),
        pytest.param("", "Form", id="itself"),
    ],
)
def test_a_class_of_unknown_origin_may_have_more(before: str, bases: str) -> None:
    assert samples_in("pass", before, bases) == SampleValues(is_complete=False)


def test_a_dict_is_read_as_far_as_its_keys_are_text() -> None:
    expression = ast.parse("{'a': Property.Checkbox(required=True), KEY: 1, **more}").body[0]
    assert isinstance(expression, ast.Expr)
    assert isinstance(expression.value, ast.Dict)

    samples = samples_of_dict(expression.value)

    assert samples == SampleValues(values={"a": "True"}, is_complete=False)
