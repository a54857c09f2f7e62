"""How a request becomes a payload, and which requests are handshakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_framework import (
    JsonValue,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookPayload,
)
from pieces_framework.payload import is_handshake, read_payload

NAMES = st.sampled_from(["challenge", "Challenge", "X-Hook", "x-hook", ""])
PAYLOADS = st.builds(
    WebhookPayload,
    body=st.none() | st.text() | st.lists(NAMES) | st.dictionaries(NAMES, st.none()),
    headers=st.dictionaries(NAMES.map(str.lower), st.text()),
    query_params=st.dictionaries(NAMES, st.text()),
)


def configured(strategy: str, name: str | None) -> WebhookHandshakeConfiguration:
    return WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy(strategy), param_name=name
    )


@given(PAYLOADS, NAMES)
def test_a_header_is_found_in_any_case(payload: WebhookPayload, name: str) -> None:
    expected = name.lower() in payload.headers

    assert is_handshake(configured("HEADER_PRESENT", name), payload) is expected


@given(PAYLOADS, NAMES)
def test_a_query_parameter_is_found_by_its_very_name(payload: WebhookPayload, name: str) -> None:
    expected = name in payload.query_params

    assert is_handshake(configured("QUERY_PRESENT", name), payload) is expected


@given(PAYLOADS, NAMES)
def test_a_key_is_found_in_a_body_that_is_an_object(payload: WebhookPayload, name: str) -> None:
    expected = isinstance(payload.body, dict) and name in payload.body

    assert is_handshake(configured("BODY_PARAM_PRESENT", name), payload) is expected


@given(PAYLOADS, st.sampled_from(WebhookHandshakeStrategy), NAMES)
def test_without_a_strategy_or_a_name_every_request_is_an_event(
    payload: WebhookPayload, strategy: WebhookHandshakeStrategy, name: str
) -> None:
    assert not is_handshake(None, payload)
    assert not is_handshake(configured("NONE", name), payload)
    assert not is_handshake(configured(strategy.value, None), payload)


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
