"""Names, and the identifiers made from them."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_cli.scaffolding.auth_code import auth_code
from pieces_cli.scaffolding.declared_auth import AuthProps, DeclaredAuth
from pieces_cli.scaffolding.naming import (
    InvalidNameError,
    check_display_name,
    check_piece_name,
    part_function,
    part_name,
    piece_module,
    piece_object,
    titled,
)
from pieces_cli.scaffolding.rendering import render_files
from pieces_cli.scaffolding.sample_values import SampleValues


@pytest.mark.parametrize(
    ("display_name", "name"),
    [
        ("New Row (Beta)", "new_row_beta"),
        ("  get   icecream\tflavor\n", "get_icecream_flavor"),
        ("API Call", "api_call"),
        ("Don't Panic", "dont_panic"),
        ("Créer une Ligne", "creer_une_ligne"),
        ("a/b\\c:d*e", "a_b_c_d_e"),
        ("../../etc/passwd", "etc_passwd"),
        ("__init__", "init"),
        ("Top 10 of 2026", "top_10_of_2026"),
        ("word " * 50, "word_" * 9 + "word"),
        ("x" * 300, "x" * 50),
        ("x" * 45 + " word cut", "x" * 45 + "_word"),
    ],
)
def test_a_display_name_is_cleaned_to_snake_case(display_name: str, name: str) -> None:
    assert part_name(display_name) == name


@pytest.mark.parametrize("display_name", ["", " ", "日本語", "!?", "import", "Class", "3D Print"])
def test_a_display_name_that_gives_no_identifier_is_refused(display_name: str) -> None:
    with pytest.raises(InvalidNameError) as raised:
        part_name(display_name)

    assert repr(display_name) in raised.value.message
    assert "two words" in raised.value.hint
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(("display_name", "is_keyword"), [("Class", True), ("3D Print", False)])
def test_a_keyword_is_called_one(display_name: str, is_keyword: bool) -> None:  # noqa: FBT001
    with pytest.raises(InvalidNameError) as raised:
        part_name(display_name)

    assert ("a Python keyword" in raised.value.message) == is_keyword


@given(st.text())
def test_whatever_is_accepted_is_an_identifier_and_a_short_file_name(display_name: str) -> None:
    try:
        name = part_name(display_name)
    except InvalidNameError:
        return

    assert name.isidentifier()
    assert name.isascii()
    assert not keyword.iskeyword(name)
    assert len(name) <= 50


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("new_row", "new_row"),
        ("filter", "filter_"),
        ("create_action", "create_action_"),
        ("test_connection", "test_connection_"),
    ],
)
def test_a_function_hides_nothing_that_its_module_needs(name: str, function: str) -> None:
    assert part_function(name) == function


@pytest.mark.parametrize("template", ["action", "piece", "polling_trigger", "webhook_trigger"])
def test_no_name_that_a_template_binds_is_given_to_what_is_made_of_it(template: str) -> None:
    own = {"gelato", "get_flavor", "new_flavor"}  # what the defaults of the templates name
    # A connection that has all there is: a class, and a value that must be filled in.
    props = AuthProps(
        class_name="Shop", module="piece_gelato.auth", samples=SampleValues(unknown=("key",))
    )
    code = auth_code(DeclaredAuth(kind="OAuth2", name="auth", props=props), "piece_gelato")
    values = code.template_values({"piece_gelato.actions.get_flavor": "get_flavor"})
    files = render_files(template, values if template != "piece" else {})

    bound = {
        name
        for path, text in files.items()
        if path.suffix == ".py"
        for name in bound_names(ast.parse(text))
        if name.islower() and name not in own  # no other can be the name of a part
    }

    assert {"annotations", "piece" if template == "piece" else "parse_props"} <= bound
    assert {name: part_function(name) for name in bound} == {name: f"{name}_" for name in bound}


def bound_names(module: ast.Module) -> Iterator[str]:
    """Every name that the module imports, defines, assigns or takes as a parameter."""
    for node in ast.walk(module):
        match node:
            case ast.alias(name=name, asname=alias):
                yield alias or name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case _:
                pass


@given(st.from_regex(r"(?![._])[a-z0-9-]{1,214}", fullmatch=True))
def test_every_accepted_piece_name_gives_identifiers(name: str) -> None:
    try:
        check_piece_name(name)
    except InvalidNameError:
        return

    assert piece_module(name).isidentifier()
    assert piece_object(name).isidentifier()
    assert not piece_object(name).startswith("_")


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("google-drive", "google_drive"),
        ("class", "class_"),
        ("list", "list_"),
        ("create-piece", "create_piece_"),
        ("auth", "auth_"),
        ("3cx", "piece_3cx"),
    ],
)
def test_a_pieces_object_is_named_after_it(name: str, variable: str) -> None:
    assert piece_object(name) == variable


@pytest.mark.parametrize(
    ("name", "display_name"),
    [("gelato", "Gelato"), ("google-drive", "Google Drive"), ("3cx", "3cx"), ("a-1b", "A 1b")],
)
def test_a_display_name_has_a_capital_for_each_word(name: str, display_name: str) -> None:
    assert titled(name) == display_name


@pytest.mark.parametrize("text", ["", "  ", "Two\nLines", "A\tTab", "\x00", "\ud800", "\u202e"])
def test_a_display_name_that_has_no_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidNameError, match="invalid display name"):
        check_display_name(text)
