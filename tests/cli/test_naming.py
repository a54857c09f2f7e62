"""Names, and the identifiers made from them."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_cli.naming import (
    InvalidNameError,
    check_piece_name,
    part_function,
    part_name,
    piece_module,
    piece_object,
)


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
    [("new_row", "new_row"), ("filter", "filter_"), ("create_action", "create_action_")],
)
def test_a_function_hides_nothing_that_its_module_needs(name: str, function: str) -> None:
    assert part_function(name) == function


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
