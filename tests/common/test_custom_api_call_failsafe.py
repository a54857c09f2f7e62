"""The custom API call that puts out errors: it never fails, and never shows a credential."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pieces_common import AuthLocation, create_custom_api_call_action
from pieces_framework import (
    Action,
    ActionContext,
    ApFile,
    InputValue,
    JsonValue,
    PieceAuth,
    Property,
    Props,
    PropsError,
)
from pieces_framework.auth import AuthField, BasicAuthValue
from pieces_framework.memory import MemoryFiles, MemoryHost
from pieces_framework.testing import make_context
from tests.common.web_server import Answer, WebServer

auth = PieceAuth.SecretText(display_name="API Key", required=True)
KEY = "sk-secret-0123456789"
NOBODY = "http://127.0.0.1:9"
ENCODED = b64encode(f"user:{KEY}".encode()).decode()

Output = Mapping[str, JsonValue]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def basic(key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'user:{key}'.encode()).decode()}"}


async def failed(
    path: str,
    *,
    base_url: str = NOBODY,
    mapping: Callable[[str], Any] = bearer,
    **props: InputValue,
) -> Output:
    """Call `path` with errors as output."""
    action = create_custom_api_call_action(
        auth=auth, base_url=lambda _: base_url, auth_mapping=mapping
    )
    filled_in: dict[str, InputValue] = {"url": {"url": path}, "failsafe": True, **props}
    return await action.run(make_context(action, auth=KEY, props=filled_in))


def message_of(output: Output) -> str:
    response = output["response"]
    assert isinstance(response, Mapping)
    assert response["status"] == 0
    return str(response["body"])


async def test_a_refused_request_is_put_out_with_what_was_sent(web: WebServer) -> None:
    web.answer("/orders", b'{"error": "no such id"}', status=404)

    output = await failed(
        "/orders", base_url=web.url, method="POST", body_type="json", body={"data": {"id": 7}}
    )

    assert output == {
        "response": {"status": 404, "body": {"error": "no such id"}},
        "request": {"body": {"id": 7}},
    }


async def test_a_service_that_is_not_there_has_the_status_0(web: WebServer) -> None:
    web.answers["/orders"] = Answer(break_off=True)

    output = await failed(
        "/orders", base_url=web.url, method="POST", body_type="json", body={"data": [1]}
    )

    assert "/orders" in message_of(output)
    assert output["request"] == {"body": [1]}


async def test_an_answer_that_is_no_error_is_put_out_as_ever(web: WebServer) -> None:
    web.answer("/orders", b"1")

    output = await failed("/orders", base_url=web.url)

    assert (output["status"], output["body"]) == (200, 1)


@pytest.mark.parametrize(
    ("props", "message"),
    [
        pytest.param({"url": {}}, "url.url", id="no-url"),
        pytest.param({"url": {"url": "http://"}}, "not an absolute URL", id="no-host"),
        pytest.param({"method": "POST", "body_type": "xml"}, "body type", id="body-type"),
        pytest.param({"headers": {"a b": "c"}}, "a b", id="header"),
        pytest.param(
            {"method": "POST", "body_type": "form_data", "body": {"data": 5}}, "data", id="no-rows"
        ),
    ],
)
async def test_a_mistake_in_the_form_is_put_out(props: dict[str, InputValue], message: str) -> None:
    output = await failed("/orders", base_url=NOBODY, mapping=bearer, **props)

    assert message in message_of(output)


class SilentError(Exception):
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError(f"{KEY} is bad"), "*** is bad"),
        (KeyError(), "KeyError"),
        (SilentError(), "SilentError"),
        (PropsError({"url": f"of {KEY}"}), "`url`: of ***"),
    ],
)
async def test_an_error_of_the_author_is_put_out_without_the_key(
    error: Exception, message: str
) -> None:
    def mapping(_key: str) -> dict[str, str]:
        raise error

    output = await failed("/orders", mapping=mapping)

    assert message_of(output) == message


async def test_a_base_url_that_cannot_be_told_is_put_out() -> None:
    def base_url(key: str) -> str:
        raise LookupError(f"no region for {key}")

    action = create_custom_api_call_action(auth=auth, base_url=base_url)
    props: dict[str, InputValue] = {"url": {"url": "/orders"}, "failsafe": True}

    output = await action.run(make_context(action, auth=KEY, props=props))

    assert message_of(output) == "no region for ***"


async def test_a_file_that_is_too_large_is_put_out(web: WebServer) -> None:
    web.answer("/report", b"0123456789")
    action = create_custom_api_call_action(base_url=lambda _: web.url)
    props: dict[str, InputValue] = {
        "url": {"url": "/report"},
        "response_is_binary": True,
        "failsafe": True,
    }
    host = MemoryHost(files=MemoryFiles(max_bytes=5))

    output = await action.run(make_context(action, props=props, host=host))

    assert "output.txt" in message_of(output)


@pytest.mark.parametrize("said", [KEY, f"Bearer {KEY}", ENCODED, f"Basic {ENCODED}", f"user:{KEY}"])
@pytest.mark.parametrize("mapping", [bearer, basic])
async def test_a_credential_that_the_service_repeats_is_masked(
    web: WebServer, mapping: Callable[[str], dict[str, str]], said: str
) -> None:
    body: dict[str, JsonValue] = {"got": [said], said: json.dumps({"header": said})}
    web.answer("/orders", json.dumps(body).encode(), status=401)

    output = await failed(
        "/orders",
        base_url=web.url,
        mapping=mapping,
        method="POST",
        body_type="json",
        body={"data": {"mine": said}},
    )

    assert KEY not in json.dumps(output)
    assert ENCODED not in json.dumps(output)
    assert "***" in json.dumps(output["response"])
    assert "***" in json.dumps(output["request"])


async def test_a_token_that_the_mapping_fetched_is_masked(web: WebServer) -> None:
    async def exchanged(_key: str) -> dict[str, str]:
        return {"X-Session": "Id fetched-id-1", "X-Pin": "849301"}

    web.answer("/orders", b'{"session": "fetched-id-1", "pin": 849301}', status=401)

    output = await failed("/orders", base_url=web.url, mapping=exchanged)

    assert output["response"] == {"status": 401, "body": {"session": "***", "pin": "***"}}


async def test_a_credential_that_is_a_word_of_the_document_spoils_nothing(web: WebServer) -> None:
    def mapping(_key: str) -> dict[str, str]:
        return {"Authorization": "Basic Ym9keTpib2R5", "X-Key": "body", "X-Token": "response"}

    web.answer("/orders", b'{"the": "body"}', status=401)

    output = await failed("/orders", base_url=web.url, mapping=mapping)

    assert output == {
        "response": {"status": 401, "body": {"the": "***"}},
        "request": {"body": None},
    }


async def test_a_key_in_the_body_is_masked_when_nobody_answers(web: WebServer) -> None:
    web.answers["/orders"] = Answer(break_off=True)

    output = await failed(
        "/orders",
        base_url=web.url,
        method="POST",
        body_type="json",
        body={"data": {KEY: [KEY]}},
    )

    assert output["request"] == {"body": {"***": ["***"]}}


async def test_form_data_is_not_shown(web: WebServer) -> None:
    web.answers["/orders"] = Answer(break_off=True)
    rows: list[InputValue] = [{"fieldName": "note", "textFieldValue": "for Ada"}]

    output = await failed(
        "/orders", base_url=web.url, method="POST", body_type="form_data", body={"data": rows}
    )

    assert "/orders" in message_of(output)
    assert output["request"] == {"body": None}


class ShopProps(Props):
    """What a connection to a shop holds."""

    region = Property.ShortText(display_name="Region", required=True)
    token = Property.SecretText(display_name="Token", required=True)


pair_auth = PieceAuth.BasicAuth(
    display_name="", username=AuthField(display_name=""), password=AuthField(display_name="")
)
shop_auth = PieceAuth.CustomAuth(display_name="", props=ShopProps)


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (pair_auth, BasicAuthValue(username="ada", password=KEY)),
        (shop_auth, shop_auth.parse({"props": {"region": "eu", "token": KEY}})),
    ],
    ids=["pair", "custom"],
)
async def test_every_kind_of_connection_is_masked(declared: Any, value: object) -> None:
    def mapping(_auth: object) -> dict[str, str]:
        raise ValueError(f"{KEY} is bad")

    action: Action[Any, Any, Output] = create_custom_api_call_action(
        auth=declared, base_url=lambda _: NOBODY, auth_mapping=mapping
    )
    props: dict[str, InputValue] = {"url": {"url": "/orders"}, "failsafe": True}
    context: ActionContext[Any, Any] = make_context(action, auth=value, props=props)

    output = await action.run(context)

    assert message_of(output) == "*** is bad"


async def test_an_answer_that_nests_deeply_is_put_out_shortened(web: WebServer) -> None:
    web.answer("/orders", b"[" * 900 + b"]" * 900, status=500)

    output = await failed("/orders", base_url=web.url)

    response = output["response"]
    assert isinstance(response, Mapping)
    assert response["status"] == 500
    assert json.dumps(response["body"]).strip("[]") == '"***"'


async def test_a_body_with_an_endless_number_is_put_out_without_it() -> None:
    data: list[JsonValue] = [10**5000]

    output = await failed("/orders", method="POST", body_type="json", body={"data": data})

    assert message_of(output) == "(it cannot be shown)"
    assert output["request"] == {"body": None}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
urls = st.one_of(
    st.text(),
    st.sampled_from(["/a", NOBODY, "http://[", "https://\ud800", "http://\x00", f"/{KEY}"]),
    # No host that somebody could have to look up.
    st.text(st.characters(exclude_characters="@")).map(lambda text: f"{NOBODY}{text}"),
    st.text().map(lambda text: f"{NOBODY}/{text}"),
)
rows = st.fixed_dictionaries(
    {},
    optional={
        "fieldName": json_values,
        "fieldType": st.sampled_from(["text", "file"]) | json_values,
        "textFieldValue": json_values,
        "fileFieldValue": json_values | st.just(ApFile(filename="a", data=b"")),
    },
)
strange_values = st.fixed_dictionaries(
    {"url": st.dictionaries(st.sampled_from(["url", "other"]), urls | json_values)},
    optional={
        "method": st.sampled_from(["GET", "POST", "HEAD", "DELETE"]),
        "headers": st.dictionaries(st.text() | st.sampled_from(["Authorization"]), json_values),
        "queryParams": st.dictionaries(st.text(), json_values),
        "body_type": st.sampled_from(["none", "json", "raw", "form_data"]) | json_values,
        "body": json_values | st.fixed_dictionaries({"data": json_values | st.lists(rows)}),
        "timeout": st.floats() | st.integers() | st.none(),
        "response_is_binary": st.booleans(),
        "followRedirects": st.booleans(),
    },
)
mapped_values = st.one_of(
    st.just({"Authorization": f"Bearer {KEY}"}),
    st.dictionaries(st.text(), st.text().map(lambda text: KEY + text)),
    json_values,
)


@settings(deadline=None)
@given(
    values=strange_values,
    base_url=urls,
    mapped=mapped_values,
    location=st.sampled_from(AuthLocation),
)
async def test_whatever_is_filled_in_the_output_is_json_without_the_key(
    values: dict[str, Any], base_url: str, mapped: Any, location: AuthLocation
) -> None:
    async def mapping(_key: str) -> Any:
        return mapped

    def told_base_url(_key: str) -> str:
        return base_url

    action = create_custom_api_call_action(
        auth=auth, base_url=told_base_url, auth_mapping=mapping, auth_location=location
    )
    context = make_context(action, auth=KEY, props={"url": {"url": "/"}})
    filled_in = {**context.props_value, "failsafe": True, **values}

    output = await action.run(replace(context, props_value=filled_in))

    assert set(output) == {"response", "request"}
    assert KEY not in json.dumps(output, allow_nan=False)
