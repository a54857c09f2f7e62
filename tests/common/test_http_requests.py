"""What a request carries, seen by a real server."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from pieces_common import BasicAuth, BearerToken, HttpMethod, http_client
from pieces_common.http.message import QueryValue
from pieces_framework import FatalError, JsonValue
from tests.common.web_server import WebServer


@pytest.mark.parametrize("method", HttpMethod, ids=lambda method: method.name)
async def test_each_method_is_sent(web: WebServer, method: HttpMethod) -> None:
    url = web.answer("/")

    await http_client.send_request(method, url)

    assert web.sent[0].method == method.value


async def test_json_is_asked_for_and_no_content_type_sent_without_a_body(web: WebServer) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url)

    assert web.sent[0].headers["accept"] == "application/json"
    assert "content-type" not in web.sent[0].headers
    assert web.sent[0].body == b""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"flavor": "crème", "n": [1, 2.5, None, True]}, id="object"),
        pytest.param({}, id="empty-object"),
        pytest.param([{"a": 1}], id="list"),
        pytest.param([], id="empty-list"),
        pytest.param(0, id="number"),
        pytest.param(False, id="false"),
    ],
)
async def test_json_body_is_sent_as_json(web: WebServer, body: JsonValue) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.POST, url, body=body)

    assert json.loads(web.sent[0].body) == body
    assert web.sent[0].headers["content-type"] == "application/json"


async def test_text_body_is_sent_as_it_is(web: WebServer) -> None:
    url = web.answer("/")
    headers = {"Content-Type": "text/csv"}

    await http_client.send_request(HttpMethod.POST, url, body="a;crème", headers=headers)

    assert web.sent[0].body == "a;crème".encode()
    assert web.sent[0].headers["content-type"] == "text/csv"


async def test_object_is_sent_as_a_form_if_the_headers_say_so(web: WebServer) -> None:
    url = web.answer("/")
    headers = {"CONTENT-TYPE": "application/x-www-form-urlencoded"}
    body = {"grant": "a b&c", "scope": ["x", "y"]}

    await http_client.send_request(HttpMethod.POST, url, body=body, headers=headers)

    assert web.sent[0].body == b"grant=a+b%26c&scope=x&scope=y"


@pytest.mark.parametrize("body", [{"n": float("nan")}, ["\ud800"], "\ud800"], ids=repr)
async def test_body_that_cannot_be_written_is_refused_before_it_is_sent(
    web: WebServer, body: JsonValue
) -> None:
    url = web.answer("/")

    with pytest.raises(FatalError, match="neither text nor JSON"):
        await http_client.send_request(HttpMethod.POST, url, body=body)

    assert web.sent == []


@pytest.mark.parametrize(
    ("authentication", "header"),
    [
        pytest.param(BearerToken("t-1"), "Bearer t-1", id="bearer"),
        pytest.param(BasicAuth("ada", "pä:ss"), "Basic YWRhOnDDpDpzcw==", id="basic"),
    ],
)
async def test_authentication_is_sent(
    web: WebServer, authentication: BearerToken | BasicAuth, header: str
) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.GET, url, authentication=authentication)

    assert web.sent[0].headers["authorization"] == header


async def test_given_headers_win_whatever_their_case(web: WebServer) -> None:
    url = web.answer("/").replace("http://", "http://ada:pw@")

    await http_client.send_request(
        HttpMethod.POST,
        url,
        body={},
        authentication=BearerToken("from-authentication"),
        headers={"AUTHORIZATION": "Key mine", "accept": "text/*", "content-Type": "a/b"},
    )

    sent = web.sent[0].headers
    assert sent["authorization"] == "Key mine"
    assert (sent["accept"], sent["content-type"]) == ("text/*", "a/b")


async def test_user_and_password_of_the_url_are_sent_where_nothing_else_is(
    web: WebServer,
) -> None:
    url = web.answer("/").replace("http://", "http://ada:pw@")

    await http_client.send_request(HttpMethod.GET, url)

    assert web.sent[0].headers["authorization"] == "Basic YWRhOnB3"


@pytest.mark.parametrize(
    ("query_params", "target"),
    [
        pytest.param(None, "/?a=1&b=%20", id="none"),
        pytest.param({"a": "2"}, "/?a=1&b=%20&a=2", id="same-name-twice"),
        pytest.param({"c": "x y&ü"}, "/?a=1&b=%20&c=x+y%26%C3%BC", id="escaped"),
        pytest.param({"n": 2, "f": 0.5, "y": True}, "/?a=1&b=%20&n=2&f=0.5&y=true", id="scalars"),
        pytest.param({"k": ["x", 1], "none": None}, "/?a=1&b=%20&k=x&k=1", id="list-and-none"),
    ],
)
async def test_query_params_are_added_to_those_of_the_url(
    web: WebServer, query_params: Mapping[str, QueryValue] | None, target: str
) -> None:
    url = web.answer("/") + "?a=1&b=%20#part"

    await http_client.send_request(HttpMethod.GET, url, query_params=query_params)

    assert web.sent[0].target == target


@pytest.mark.parametrize(
    "url",
    ["/flavors", "gelato.example.com/a", "ftp://example.com/", "http://", "http://[::1", "", "a:b"],
)
async def test_url_that_is_not_absolute_is_refused(url: str) -> None:
    with pytest.raises(FatalError, match=r"is not an absolute URL") as caught:
        await http_client.send_request(HttpMethod.GET, url)

    assert "http://" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("X-Key", "sk-1\n", id="line-break"),
        pytest.param("X-Key", "“sk-1”", id="typographic-quotes"),
        pytest.param("X Key", "sk-1", id="name"),
    ],
)
async def test_header_that_cannot_be_sent_is_named_and_its_value_kept_secret(
    web: WebServer, name: str, value: str
) -> None:
    with pytest.raises(FatalError, match="cannot be sent") as caught:
        await http_client.send_request(HttpMethod.GET, web.url, headers={name: value})

    assert repr(name.lower()) in str(caught.value)
    assert "sk-1" not in str(caught.value)
    assert web.sent == []
