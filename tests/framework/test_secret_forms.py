"""A secret is found in a text however it is written, and nothing else is."""

from __future__ import annotations

import json
import random
import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

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


@pytest.mark.parametrize("secret", ['a"bcd12345', r"a\bcd12345", "pw\n12345678", "a\u00fcbcd12345"])
def test_a_secret_in_json_inside_of_a_url_or_html_is_found(secret: str) -> None:
    quoted = json.dumps(secret)[1:-1]
    url = quote(quoted, safe="")
    forms = [url, quote(url, safe=""), quote(json.dumps(quoted)[1:-1], safe=""), escape(quoted)]

    assert [masked(f"<{form}>", secret) for form in forms] == ["<***>"] * 4


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


def private_key(size: int) -> str:
    """Return a PEM file with so many characters of a key."""
    key = "".join(random.Random(size).choices(string.ascii_letters + string.digits + "+/", k=size))
    lines = "\n".join(key[at : at + 64] for at in range(0, size, 64))
    return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"


KEY = private_key(3_000)


@pytest.mark.parametrize("form", every_form(KEY), ids=range(len(every_form(KEY))))
def test_a_long_secret_is_found_in_each_form_as_a_whole(form: str) -> None:
    assert masked(f"<{form}> and <{form}>", KEY) == "<***> and <***>"


@pytest.mark.parametrize("before", ["", "u", "us"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_long_secret_inside_of_base64_is_found_at_each_place(
    before: str, encode: Callable[[bytes], bytes]
) -> None:
    written = encode(before.encode() + KEY.encode() + b":x").decode()

    left = masked(written, KEY)

    assert left.count("***") == 1
    assert len(left) < 16


@pytest.mark.parametrize("secret", ["k" * 300, "ab \n" * 900, KEY * 2], ids=["k", "ab", "key"])
def test_a_long_secret_that_repeats_itself_is_found_as_a_whole(secret: str) -> None:
    assert masked(f"<{secret}>{json.dumps(secret)}", secret) == '<***>"***"'


def test_of_two_long_secrets_that_begin_alike_each_is_found_as_a_whole() -> None:
    shorter, longer = KEY[:64] + private_key(200), KEY

    assert masked(f"<{shorter}> <{longer}>", longer, shorter) == "<***> <***>"


def test_of_a_long_secret_whose_text_is_cut_only_what_is_beside_the_cuts_is_left() -> None:
    for start, end in [(0, 1_000), (1_000, 2_000), (2_000, len(KEY))]:
        for text in (KEY[start:end], json.dumps(KEY[start:end])[1:-1]):
            left = masked(text, KEY).split("***")

            assert max(map(len, left)) < 64 + 5  # and a quoted line end


def test_the_ends_of_a_long_secret_do_not_reach_over_more_than_it_may_be() -> None:
    apart = f"{KEY[:64]}{'.' * 50_000}{KEY[-64:]}"

    assert masked(apart, KEY) == f"***{'.' * 50_000}***"


def test_a_text_of_many_beginnings_is_searched_to_its_end() -> None:
    beginnings = KEY[:64] * 20_000

    assert masked(f"{beginnings}<{KEY}>", KEY).endswith("***<***>")


def test_a_text_of_what_a_secret_repeats_is_searched_to_its_end() -> None:
    secret = "ab" * 1_000 + "Z"

    assert masked(f"{'ab' * 50_000}<{secret}>", secret).endswith("<***>")


def test_what_is_looked_for_grows_little_with_a_long_secret() -> None:
    long = private_key(200_000)
    of_short, of_long = secret_pattern([private_key(1_000)]), secret_pattern([long])

    assert len(of_long.pattern) - len(of_short.pattern) < 5 * 199_000
    assert of_long.sub("***", f"<{long}> {json.dumps(long)}") == '<***> "***"'


LINES = KEY.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        KEY.replace("\n", "\r\n"),
        KEY.replace("\n", ""),
        KEY.replace("\n", " "),
        json.dumps(LINES),
        LINES[5],
    ],
    ids=["crlf", "removed", "spaces", "list", "line"],
)
def test_a_secret_whose_line_breaks_change_is_found(text: str) -> None:
    left = masked(text, KEY)

    assert [line for line in LINES if len(line) >= 20 and line in left] == []
    assert max(map(len, left.split("***"))) < 20 + 5  # the last line of the key is short


def test_a_line_of_a_short_secret_is_found() -> None:
    assert masked(f"<{'k' * 20}>", f"name\n{'k' * 20}") == "<***>"


def test_a_short_line_of_a_secret_is_left() -> None:
    assert masked(f"<name {'k' * 19}>", f"name\n{'k' * 19}") == f"<name {'k' * 19}>"


PLAIN = 'tok"en/\u00fc 1'


@pytest.mark.parametrize(
    "form",
    [
        PLAIN,
        json.dumps(PLAIN)[1:-1],
        json.dumps(PLAIN, ensure_ascii=False)[1:-1],
        quote(PLAIN, safe=""),
        quote_plus(PLAIN),
    ],
)
def test_what_is_looked_for_plainly_is_found_in_the_usual_forms(form: str) -> None:
    assert secret_pattern([], [PLAIN]).sub("***", f"<{form}>") == "<***>"


@pytest.mark.parametrize("closely", [["abcd"], ["abcd-efgh"], []], ids=repr)
def test_of_two_that_begin_alike_the_longer_is_found_also_plainly(closely: list[str]) -> None:
    pattern = secret_pattern(closely, ["abcd", "abcd-efgh"])

    assert pattern.sub("***", "abcd-efgh abcd") == "*** ***"


def test_what_is_looked_for_plainly_costs_little() -> None:
    tokens = [f"{number:03}{'t' * 160}" for number in range(200)]

    assert len(secret_pattern([], tokens).pattern) < 2 * 163 * 200
