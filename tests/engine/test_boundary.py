"""Errors that cross from an author's code into ours, and the secrets they must leave behind."""

from __future__ import annotations

import json
import traceback
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pieces_engine.boundary import Masker, author_code
from pieces_framework import AuthorCodeError, JsonValue, PieceError, PropsError, RetryableError

SECRET = 's3cret "quoted" /ü\\\n'


@pytest.mark.parametrize(
    "written",
    [SECRET, repr(SECRET), json.dumps(SECRET), quote(SECRET), quote(SECRET, safe="")],
    ids=["plain", "repr", "json", "url", "url part"],
)
def test_a_secret_is_masked_however_it_is_written(written: str) -> None:
    masked = Masker(SECRET)(f"GET /?key={written} failed")

    assert "s3cret" not in masked
    assert masked.startswith("GET /?key=")
    assert masked.endswith(" failed")


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_of_four_characters_survives(secret: str, before: str, after: str) -> None:
    assume("*" not in secret)

    assert secret not in Masker(secret)(f"{before}{secret}{after}")


def test_every_text_of_the_credentials_is_a_secret() -> None:
    auth: JsonValue = {
        "user": "ada-lovelace",
        "keys": ["first-key", {"second": "second-key"}],
        "port": 1,
    }

    assert Masker(auth)("ada-lovelace first-key second-key 1") == "*** *** *** 1"


@pytest.mark.parametrize("auth", [None, "", "abc"], ids=["none", "empty", "short"])
def test_what_cannot_be_a_secret_leaves_messages_alone(auth: JsonValue) -> None:
    assert Masker(auth)("abc failed") == "abc failed"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(KeyError("x"), "`step` raised KeyError: 'x'", id="with text"),
        pytest.param(ZeroDivisionError(), "`step` raised ZeroDivisionError", id="without"),
        pytest.param(SystemExit(3), "`step` raised SystemExit: 3", id="an exit"),
        pytest.param(
            ValueError("bad key s3cret!"), "`step` raised ValueError: bad key ***", id="secret"
        ),
    ],
)
def test_an_authors_exception_becomes_an_error_of_the_tree(
    error: BaseException, message: str
) -> None:
    with pytest.raises(AuthorCodeError) as raised, author_code("step", Masker("s3cret!")):
        raise error

    assert raised.value.message == message
    assert raised.value.path == __file__
    assert raised.value.line is not None


def test_the_traceback_shows_the_authors_line_without_the_secret() -> None:
    secret = "-".join(["a", "secret", "key"])
    with pytest.raises(AuthorCodeError) as raised, author_code("step", Masker(secret)):
        raise ValueError(f"bad key {secret}")

    assert 'raise ValueError(f"bad key {secret}")' in raised.value.traceback
    assert "ValueError: bad key ***" in raised.value.traceback
    assert secret not in raised.value.traceback


def test_an_authors_own_error_keeps_its_class_and_fields() -> None:
    error = RetryableError("429 for s3cret!", retry_after_s=7, hint="wait, s3cret!")
    with pytest.raises(RetryableError) as raised, author_code("step", Masker("s3cret!")):
        raise error

    assert raised.value is error
    assert (raised.value.message, raised.value.hint) == ("429 for ***", "wait, ***")
    assert raised.value.retry_after_s == 7
    assert str(raised.value) == "429 for ***"


def test_problems_are_masked_too() -> None:
    with pytest.raises(PropsError) as raised, author_code("step", Masker("s3cret!")):
        raise PropsError({"level": "Expected number, received: s3cret!"})

    assert raised.value.problems == {"level": "Expected number, received: ***"}


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ValueError(SECRET), id="any exception"),
        pytest.param(RetryableError(SECRET), id="one of the tree"),
    ],
)
def test_a_log_of_the_error_shows_no_secret(error: Exception) -> None:
    error.add_note(f"note {SECRET}")
    vars(error)["body"] = [SECRET, {SECRET: (SECRET,)}]
    with pytest.raises(PieceError) as raised, author_code("step", Masker(SECRET)):
        raise error from KeyError(SECRET)

    logged = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    assert "***" in logged
    assert SECRET not in logged
    assert repr(SECRET)[1:-1] not in logged


def test_an_interruption_is_no_error_of_the_author() -> None:
    with pytest.raises(KeyboardInterrupt), author_code("step", Masker(None)):
        raise KeyboardInterrupt
