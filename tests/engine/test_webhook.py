"""How a request becomes a payload."""

from __future__ import annotations

import pytest

from pieces_engine import read_payload
from pieces_framework import JsonValue

FORM = "application/x-www-form-urlencoded; charset=utf-8"


@pytest.mark.parametrize(
    ("content_type", "raw", "body"),
    [
        pytest.param("application/json", b'{"id": [1, null]}', {"id": [1, None]}, id="json"),
        pytest.param("text/plain", b'{"id": 1}', {"id": 1}, id="json under another type"),
        pytest.param("", "\ufeff{}".encode(), {}, id="json after a byte order mark"),
        pytest.param("application/json", b"{broken", "{broken", id="broken json"),
        pytest.param("application/json", b"[NaN]", "[NaN]", id="not quite json"),
        pytest.param("application/json", b"[" * 100_000, "[" * 100_000, id="bottomless json"),
        pytest.param("text/plain", "zwölf".encode(), "zwölf", id="text"),
        pytest.param("text/plain", b"\xff", "\ufffd", id="no text"),
        pytest.param("application/json", b"", None, id="empty"),
        pytest.param(FORM, b"a=1&b=x+y%C3%BC&c=", {"a": "1", "b": "x yü", "c": ""}, id="form"),
        pytest.param(FORM.upper(), b"a=1&a=2", {"a": ["1", "2"]}, id="form with a repeated name"),
    ],
)
def test_the_body_is_parsed_by_what_it_is(content_type: str, raw: bytes, body: JsonValue) -> None:
    payload = read_payload(raw, headers=[("Content-Type", content_type)])

    assert payload.body == body
    assert payload.raw_body == raw


def test_header_names_are_in_lower_case_and_repeats_are_joined() -> None:
    payload = read_payload(b"", headers=[("X-Key", "1"), ("x-key", "2"), ("Host", "h")])

    assert payload.headers == {"x-key": "1, 2", "host": "h"}


def test_the_query_is_decoded() -> None:
    payload = read_payload(b"", query="a=1&a=2&b=x%20y&c")

    assert payload.query_params == {"a": "2", "b": "x y", "c": ""}


def test_the_method_is_in_upper_case() -> None:
    assert read_payload(b"", method="post").method == "POST"
