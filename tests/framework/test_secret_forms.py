"""A secret is found in a text however it is written, and nothing else is."""

from __future__ import annotations

import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework.secret_forms import MIN_SECRET_CHARACTERS, secret_pattern
from tests.support.quoting import every_form

SECRET = 's3cret/+key"ü 7%.'
"""Has what URLs, JSON, HTML and base64 each write in a way of their own."""
TEXTS = st.text(st.sampled_from(string.printable) | st.characters(codec="utf-8"), min_size=4)


def masked(text: str, *secrets: str) -> str:
    return secret_pattern(secrets).sub("***", text)


@pytest.mark.parametrize("form", every_form(SECRET), ids=range(len(every_form(SECRET))))
def test_a_secret_is_found_in_each_form_as_a_whole(form: str) -> None:
    assert masked(f"<{form}>", SECRET) == "<***>"


@pytest.mark.parametrize("before", ["", "u", "us"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_secret_inside_of_base64_is_found_at_each_place(
    before: str, encode: Callable[[bytes], bytes]
) -> None:
    secret = "k\u00ff\u00fe?>~k\u00ff\u00fe?>~"
    written = encode(before.encode() + secret.encode() + b":x").decode()

    left = masked(written, secret)

    assert "***" in left
    assert written[4:-8] not in left


@given(secret=TEXTS, before=st.text(), after=st.text())
def test_any_secret_is_found_in_any_text(secret: str, before: str, after: str) -> None:
    found = secret_pattern([secret]).search(f"{before}{secret}{after}")

    assert found is not None


@given(secret=TEXTS, text=st.text())
def test_any_form_of_any_secret_is_found(secret: str, text: str) -> None:
    missed = [
        form
        for form in every_form(secret)[:12]
        if not secret_pattern([secret]).search(f"{text}{form}")
    ]

    assert missed == []


@pytest.mark.parametrize("text", ["", "s3cre", "73337265", "s3cret/+kez"])
def test_what_is_no_secret_is_left(text: str) -> None:
    assert masked(text, SECRET) == text


def test_of_two_that_begin_alike_the_longer_is_found() -> None:
    assert masked("abcd-efgh abcd", "abcd", "abcd-efgh") == "*** ***"


@pytest.mark.parametrize("around", [" ", "\n", "\t "])
def test_a_secret_is_found_with_and_without_the_spaces_around_it(around: str) -> None:
    assert masked("(key-77)", f"{around}key-77{around}") == "(***)"
    assert masked(f"<{around}key-77{around}>", f"{around}key-77{around}") == "<***>"


@pytest.mark.parametrize("secrets", [[], [""], ["abc"], ["  abc", "\n"]], ids=repr)
def test_what_is_too_short_is_not_looked_for(secrets: list[str]) -> None:
    assert masked("abc\n", *secrets) == "abc\n"


def test_the_shortest_secret_has_as_many_characters_as_is_said() -> None:
    shortest = "abcdefgh"[:MIN_SECRET_CHARACTERS]

    assert masked(f"{shortest} {shortest[:-1]}", shortest) == f"*** {shortest[:-1]}"
    assert masked(shortest[:-1], shortest[:-1]) == shortest[:-1]
