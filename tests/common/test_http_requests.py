"""What a request carries, seen by a real server."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from pieces_common import (
    ApiKeyHeader,
    ApiKeyQuery,
    Authentication,
    BasicAuth,
    BearerToken,
    HttpHeader,
    HttpMethod,
    QueryParams,
    RateLimit,
    ResponseType,
    RetryableHttpError,
    http_client,
)
from pieces_framework import AuthorCodeError, FatalError, JsonValue
from pieces_framework.javascript import js_text
from tests.common.web_server import WebServer

a_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.mark.parametrize("method", HttpMethod, ids=lambda method: method.name)
async def test_each_method_is_sent(web: WebServer, method: HttpMethod) -> None:
    url = web.answer("/")

    await http_client.send_request(method, url)

    assert web.sent[0].method == method


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


async def test_api_key_is_sent_as_a_header(web: WebServer) -> None:
    url = web.answer("/")

    await http_client.send_request(
        HttpMethod.GET, url, authentication=ApiKeyHeader(HttpHeader.API_KEY, "k-1")
    )

    assert web.sent[0].headers["x-api-key"] == "k-1"


@pytest.mark.parametrize(
    ("query_params", "target"),
    [({}, "/?a=1&key=k+1%26"), ({"key": "x"}, "/?a=1&key=x&key=k+1%26")],
)
async def test_api_key_is_added_to_the_query(
    web: WebServer, query_params: QueryParams, target: str
) -> None:
    url = web.answer("/")

    await http_client.send_request(
        HttpMethod.GET,
        f"{url}?a=1",
        query_params=query_params,
        authentication=ApiKeyQuery("key", "k 1&"),
    )

    assert web.sent[0].target == target


@pytest.mark.parametrize("response_type", [ResponseType.TEXT, ResponseType.BYTES])
async def test_anything_is_asked_for_where_it_need_not_be_json(
    web: WebServer, response_type: Literal[ResponseType.TEXT, ResponseType.BYTES]
) -> None:
    url = web.answer("/")

    if response_type is ResponseType.TEXT:
        await http_client.send_request(HttpMethod.GET, url, response_type=response_type)
    else:
        await http_client.send_request(HttpMethod.GET, url, response_type=response_type)

    assert web.sent[0].headers["accept"] == "*/*"


async def test_given_headers_win_over_what_is_sent_by_default(web: WebServer) -> None:
    url = web.answer("/")
    headers = {"Accept-Encoding": "identity", "User-Agent": "mine", "X-API-key": "mine"}

    await http_client.send_request(
        HttpMethod.GET, url, headers=headers, authentication=ApiKeyHeader("x-api-key", "other")
    )

    sent = web.sent[0].headers
    assert (sent["accept-encoding"], sent["user-agent"]) == ("identity", "mine")
    assert sent["x-api-key"] == "mine"


async def test_compression_is_asked_for_that_can_be_undone_within_bounds(web: WebServer) -> None:
    await http_client.send_request(HttpMethod.GET, web.answer("/"))

    assert web.sent[0].headers["accept-encoding"] == "gzip, deflate"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    own=st.lists(st.tuples(a_text, a_text)),
    added=st.lists(st.tuples(a_text, a_text | st.integers() | st.booleans())),
)
async def test_query_can_be_read_back(
    web: WebServer, own: list[tuple[str, str]], added: list[tuple[str, str | int | bool]]
) -> None:
    url = web.answer("/")

    await http_client.send_request(HttpMethod.GET, f"{url}?{urlencode(own)}", query_params=added)

    sent = parse_qsl(urlsplit(web.sent[-1].target).query, keep_blank_values=True)
    as_text = [(name, js_text(value)) for name, value in added]
    assert sent == own + as_text


async def test_half_a_character_in_the_query_is_refused(web: WebServer) -> None:
    with pytest.raises(FatalError, match=f"the query of `GET {web.url}` holds half"):
        await http_client.send_request(HttpMethod.GET, web.url, query_params={"a": "\ud800"})


async def test_rate_limit_is_waited_for_before_each_attempt(web: WebServer) -> None:
    url = web.answer("/", status=503, headers={"Retry-After": "0"})
    waited: list[object] = []

    class Watched(RateLimit):
        @override
        async def wait(self, connection: Hashable = None) -> None:
            waited.append(connection)

    with pytest.raises(RetryableHttpError):
        await http_client.send_request(
            HttpMethod.GET,
            url,
            retries=2,
            rate_limit=Watched(requests=1),
            authentication=BearerToken("t"),
        )

    assert waited == [BearerToken("t")] * 3
    assert len(web.sent) == 3


async def test_header_that_is_a_number_is_refused(web: WebServer) -> None:
    headers: dict[str, str] = json.loads('{"X-Page": 2}')

    with pytest.raises(FatalError, match=f"`X-Page` of `GET {web.url}` is int, not text"):
        await http_client.send_request(HttpMethod.GET, web.url, headers=headers)


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
        pytest.param({"k": ["x", 1]}, "/?a=1&b=%20&k=x%2C1", id="list-is-one-value"),
        pytest.param([("k", "x"), ("k", 1)], "/?a=1&b=%20&k=x&k=1", id="pairs"),
        pytest.param({"none": None}, "/?a=1&b=%20&none=null", id="null-as-the-original"),
    ],
)
async def test_query_params_are_added_to_those_of_the_url(
    web: WebServer, query_params: QueryParams | None, target: str
) -> None:
    url = web.answer("/") + "?a=1&b=%20#part"

    await http_client.send_request(HttpMethod.GET, url, query_params=query_params)

    assert web.sent[0].target == target


@pytest.mark.parametrize(
    "url",
    [
        "/flavors",
        "gelato.example.com/a",
        "ftp://example.com/",
        "http://",
        "http://[::1",
        "",
        "a:b",
        "http://xn--/",
        "http://a:0/",
        "http://a:65536",
    ],
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
        pytest.param("X-Key", "sk-1 ", id="blank-at-the-end"),
        pytest.param("X-Key", "\tsk-1", id="tab-at-the-beginning"),
        pytest.param("Transfer-Encoding", "sk-1", id="framing"),
    ],
)
async def test_header_that_cannot_be_sent_is_named_and_its_value_kept_secret(
    web: WebServer, name: str, value: str
) -> None:
    with pytest.raises(FatalError, match="cannot be sent") as caught:
        await http_client.send_request(HttpMethod.GET, web.url, headers={name: value})

    assert f"the header `{name}` of `GET {web.url}`" in caught.value.message
    assert caught.value.hint
    assert "sk-1" not in str(caught.value)
    assert web.sent == []


@pytest.mark.parametrize(
    "authentication",
    [BearerToken("sk-1 "), BearerToken(""), ApiKeyHeader("X-Key", "\nsk-1")],
    ids=["blank", "empty", "line-break"],
)
async def test_credentials_that_were_pasted_badly_are_refused_with_a_hint(
    web: WebServer, authentication: Authentication
) -> None:
    with pytest.raises(FatalError, match="cannot be sent") as caught:
        await http_client.send_request(HttpMethod.GET, web.url, authentication=authentication)

    assert "pasted" in caught.value.hint
    assert "sk-1" not in str(caught.value)


async def test_text_is_no_authentication(web: WebServer) -> None:
    text: Any = "sk-1"

    with pytest.raises(AuthorCodeError, match=r"`authentication` of `GET .* is str") as caught:
        await http_client.send_request(HttpMethod.GET, web.url, authentication=text)

    assert "BearerToken" in caught.value.hint
    assert "sk-1" not in str(caught.value)
    assert web.sent == []


@pytest.mark.parametrize(
    "authentication",
    [
        BasicAuth("\ud800", "sk-1"),
        BasicAuth("ada", "sk-1\udfff"),
        BearerToken("sk-1\ud800"),
        ApiKeyHeader("X-Key", "sk-1\ud800"),
        ApiKeyQuery("key", "sk-1\ud800"),
    ],
    ids=["user", "password", "bearer", "header", "query"],
)
async def test_credentials_with_half_a_character_are_kept_out_of_the_error(
    web: WebServer, authentication: Authentication
) -> None:
    with pytest.raises(FatalError, match="has half a character") as caught:
        await http_client.send_request(HttpMethod.GET, web.url, authentication=authentication)

    assert "sk-1" not in str(caught.value)
    assert caught.value.__context__ is None
    assert web.sent == []


@pytest.mark.parametrize(
    ("kind", "texts", "message"),
    [
        (BearerToken, (None,), "`token` of the `BearerToken` of `GET .*` is NoneType, not text"),
        (BasicAuth, ("sk-1", 5), "`password` of the `BasicAuth` of `GET .*` is int, not text"),
        (ApiKeyHeader, (5, "sk-1"), "`name` of the `ApiKeyHeader` of `GET .*` is int, not text"),
        (ApiKeyQuery, ("sk-1", None), "`key` of the `ApiKeyQuery` of `GET .*` is NoneType, not"),
    ],
)
async def test_credentials_that_are_no_text_are_refused(
    web: WebServer, kind: Any, texts: tuple[object, ...], message: str
) -> None:
    with pytest.raises(AuthorCodeError, match=message) as caught:
        await http_client.send_request(HttpMethod.GET, web.url, authentication=kind(*texts))

    assert "sk-1" not in str(caught.value)
    assert web.sent == []


async def test_headers_cannot_say_how_the_body_is_framed(web: WebServer) -> None:
    headers = {"transfer-encoding": "chunked"}

    with pytest.raises(FatalError, match="not for headers to say"):
        await http_client.send_request(HttpMethod.POST, web.url, body={"a": 1}, headers=headers)

    assert web.sent == []
