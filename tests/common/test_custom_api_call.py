"""The custom API call against real servers: what is sent, to whom, and what comes out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pieces_common import AuthLocation, HttpError, create_custom_api_call_action
from pieces_framework import (
    ApFile,
    AuthorCodeError,
    FatalError,
    InputValue,
    JsonValue,
    PieceAuth,
    Property,
    PropsError,
)
from pieces_framework.memory import MemoryHost
from pieces_framework.testing import make_context
from tests.common.web_server import Answer, Sent, WebServer, web_server

auth = PieceAuth.SecretText(display_name="API Key", required=True)
KEY = "sk-secret-0123456789"
BEARER = f"Bearer {KEY}"
PHOTO = ApFile(filename="a.png", data=b"\x89P")


@pytest.fixture
def other() -> Iterator[WebServer]:
    """A second server, of another port and so another service."""
    with web_server() as server:
        yield server


def bearer(key: str, _values: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def called(
    base_url: str,
    path: str,
    *,
    host: MemoryHost | None = None,
    options: Mapping[str, Any] | None = None,
    **props: InputValue,
) -> Mapping[str, JsonValue]:
    """Call `path` of a service whose credentials are `BEARER`."""
    given: dict[str, Any] = {"auth_mapping": bearer, **(options or {})}
    action = create_custom_api_call_action(auth=auth, base_url=lambda _: base_url, **given)
    filled_in: dict[str, InputValue] = {"url": {"url": path}, **props}
    context = make_context(action, auth=KEY, props=filled_in, host=host)
    return await action.run(context)


def query_of(sent: Sent) -> dict[str, list[str]]:
    return parse_qs(urlsplit(sent.target).query, keep_blank_values=True)


def parts_of(sent: Sent) -> list[tuple[str, str | None, bytes]]:
    """Return name, file name and content of each part of a multipart body."""
    header = f"Content-Type: {sent.headers['content-type']}\r\n\r\n".encode()
    message: Any = BytesParser().parsebytes(header + sent.body)
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in message.get_payload()
    ]


async def test_the_answer_comes_out_with_status_headers_and_body(web: WebServer) -> None:
    web.answer("/v1/orders", b'{"id": 7}', status=201, headers={"X-Left": "9"})

    answer = await called(f"{web.url}/v1", "/orders", method="POST")

    headers = answer["headers"]
    assert isinstance(headers, dict)
    assert headers["x-left"] == "9"
    assert {**answer, "headers": ...} == {"status": 201, "headers": ..., "body": {"id": 7}}
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize("base", ["/v1", "/v1/", "/v1//"])
@pytest.mark.parametrize("path", ["orders", "/orders", "//orders"])
async def test_a_path_is_joined_to_the_base_url_by_one_slash(
    web: WebServer, base: str, path: str
) -> None:
    web.answer("/v1/orders")

    await called(web.url + base, path)

    assert [sent.target for sent in web.sent] == ["/v1/orders"]


async def test_the_url_may_have_a_query_which_stays_as_it_is(web: WebServer) -> None:
    web.answer("/orders")

    await called(web.url, "/orders?state=a%20b&state=c", queryParams={"state": "d", "page": 2})

    assert web.sent[0].target == "/orders?state=a%20b&state=c&state=d&page=2"


@pytest.mark.parametrize("end", ["?team=t1", "#top"])
async def test_no_path_can_follow_the_query_of_a_base_url(web: WebServer, end: str) -> None:
    with pytest.raises(FatalError, match="has a query or fragment") as caught:
        await called(f"{web.url}/v1{end}", "/orders?page=2")

    assert "team=t1" not in str(caught.value)
    assert web.sent == []


async def test_credentials_win_over_the_users_headers_in_any_case(web: WebServer) -> None:
    web.answer("/orders")

    await called(
        web.url,
        "/orders",
        headers={"authorization": "mine", "AUTHORIZATION": "mine too", "X-Count": 3, "": ""},
    )

    assert web.sent[0].headers["authorization"] == BEARER
    assert web.sent[0].headers["x-count"] == "3"


async def test_the_mapping_sees_what_the_user_filled_in(web: WebServer) -> None:
    web.answer("/orders")

    async def as_user(key: str, values: Mapping[str, Any]) -> dict[str, str]:
        return {"X-Key": key, "X-As": values["as_user"]}

    extra = {"as_user": Property.ShortText(display_name="As User")}
    options = {"auth_mapping": as_user, "extra_props": extra}
    await called(web.url, "/orders", options=options, as_user="ada")

    assert web.sent[0].headers["x-key"] == KEY
    assert web.sent[0].headers["x-as"] == "ada"


def at_once(key: str) -> dict[str, str]:
    return {"X-Key": key}


async def later(key: str) -> dict[str, str]:
    return {"X-Key": key}


def with_scope(key: str, scope: object = "all") -> dict[str, str]:
    return {"X-Key": key, "X-Scope": str(scope)}


class Signer:
    """A mapping that is an object."""

    def __call__(self, *keys: str, **_: object) -> dict[str, str]:
        return {"X-Key": ",".join(keys)}


@pytest.mark.parametrize("mapping", [later, at_once, with_scope, Signer()])
async def test_the_mapping_may_take_the_connection_alone(web: WebServer, mapping: object) -> None:
    web.answer("/orders")

    await called(web.url, "/orders", options={"auth_mapping": mapping})

    assert web.sent[0].headers["x-key"] == KEY
    assert web.sent[0].headers.get("x-scope", "all") == "all"


async def test_credentials_for_the_query_are_in_the_query_alone(web: WebServer) -> None:
    web.answer("/orders")

    def as_query(key: str) -> dict[str, str]:
        return {"api_key": key, "team": "t1"}

    options = {"auth_location": AuthLocation.QUERY_PARAMS, "auth_mapping": as_query}
    await called(web.url, "/orders", options=options, queryParams={"team": "mine"})

    assert query_of(web.sent[0]) == {"api_key": [KEY], "team": ["mine"]}
    assert KEY not in str(web.sent[0].headers)
    assert "api_key" not in web.sent[0].headers


@pytest.mark.parametrize("location", ["headers", "query_params"])
async def test_a_location_may_be_given_as_text(web: WebServer, location: str) -> None:
    web.answer("/orders")

    await called(
        web.url,
        "/orders",
        options={"auth_location": location, "auth_mapping": at_once},
    )

    assert ("x-key" in web.sent[0].headers) == (location == "headers")
    assert ("X-Key" in query_of(web.sent[0])) == (location == "query_params")


async def test_without_a_mapping_nothing_is_added(web: WebServer) -> None:
    web.answer("/orders")

    await called(web.url, "/orders", options={"auth_mapping": None})

    assert KEY not in str(web.sent[0])


@pytest.mark.parametrize("location", list(AuthLocation))
async def test_another_host_gets_no_credentials(
    web: WebServer, other: WebServer, location: AuthLocation
) -> None:
    url = other.answer("/orders", b"1")

    answer = await called(
        web.url,
        url,
        options={"auth_location": location},
        headers={"X-Mine": "1"},
        queryParams={"q": "1"},
    )

    assert answer["body"] == 1
    assert KEY not in str(other.sent)
    assert other.sent[0].headers["x-mine"] == "1"
    assert query_of(other.sent[0]) == {"q": ["1"]}


async def test_another_name_of_the_same_machine_gets_no_credentials(web: WebServer) -> None:
    url = web.answer("/orders").replace("127.0.0.1", "localhost")

    await called(web.url, url)

    assert len(web.sent) == 1
    assert KEY not in str(web.sent)


async def test_the_mapping_is_not_asked_for_another_host(web: WebServer, other: WebServer) -> None:
    asked: list[str] = []

    def mapping(key: str) -> dict[str, str]:
        asked.append(key)
        return {}

    await called(web.url, other.answer("/orders"), options={"auth_mapping": mapping})

    assert asked == []


@pytest.mark.parametrize(
    "disguise",
    [
        "http://{base}@{other}/orders",
        "http://{base}:pw@{other}/orders",
        "http://{other}/orders?x=http://{base}/",
        "http://{other}/orders#@{base}/",
        "http://{other}\\@{base}/orders",
        "http:\\\\{other}\\orders",
        "//{other}/orders",
        "/\\{other}/orders",
        "@{other}/orders",
        ".{other}/orders",
        ":@{other}/orders",
        "HTTP://{other}/orders",
        " http://{other}/orders",
        "\thttp://{other}/orders",
        "?@{other}/orders",
        "#@{other}/orders",
    ],
)
async def test_no_way_of_writing_a_url_gets_another_host_the_credentials(
    web: WebServer, other: WebServer, disguise: str
) -> None:
    hosts = {"base": urlsplit(web.url).netloc, "other": urlsplit(other.url).netloc}
    other.answer("/orders")

    await called(web.url, disguise.format(**hosts), failsafe=True)

    assert KEY not in str(other.sent)


async def test_a_whole_url_of_the_service_gets_the_credentials(web: WebServer) -> None:
    url = web.answer("/v2/orders")

    await called(f"{web.url}/v1", url)

    assert web.sent[0].headers["authorization"] == BEARER


async def test_an_allowed_host_gets_the_credentials(web: WebServer, other: WebServer) -> None:
    host = urlsplit(other.url).netloc

    await called(web.url, other.answer("/orders"), options={"allowed_hosts": [host]})

    assert other.sent[0].headers["authorization"] == BEARER


async def test_an_allowed_host_may_have_letters_of_its_own() -> None:
    asked: list[str] = []

    def mapping(key: str) -> dict[str, str]:
        asked.append(key)
        raise ValueError("far enough")

    await called(
        "https://example.com",
        "https://xn--mnchen-3ya.de/orders",
        options={"allowed_hosts": ["münchen.de"], "auth_mapping": mapping},
        failsafe=True,
    )

    assert asked == [KEY]


async def test_an_allowed_host_is_so_on_its_own_port_only(web: WebServer, other: WebServer) -> None:
    hosts = ["127.0.0.1", urlsplit(web.url).netloc]

    await called(web.url, other.answer("/orders"), options={"allowed_hosts": hosts})

    assert KEY not in str(other.sent)


@pytest.mark.parametrize("allowed", [[], ["127.0.0.1"]])
async def test_plain_http_gets_no_credentials_meant_for_https(
    web: WebServer, allowed: list[str]
) -> None:
    base_url = web.url.replace("http:", "https:")
    hosts = [*allowed, urlsplit(web.url).netloc] if allowed else []

    await called(base_url, web.answer("/orders"), options={"allowed_hosts": hosts})

    assert KEY not in str(web.sent)


async def test_a_redirect_to_another_host_leaves_the_credentials_behind(
    web: WebServer, other: WebServer
) -> None:
    target = other.answer("/orders", b"1")
    web.answer("/old", status=302, headers={"Location": target})

    answer = await called(web.url, "/old", followRedirects=True)

    assert answer["body"] == 1
    assert KEY not in str(other.sent)


async def test_a_redirect_is_put_out_unless_it_shall_be_followed(web: WebServer) -> None:
    web.answer("/old", b"moved", status=301, headers={"Location": web.answer("/new")})

    answer = await called(web.url, "/old")

    assert (answer["status"], answer["body"]) == (301, "moved")
    assert len(web.sent) == 1


async def test_a_json_body_is_sent_as_json(web: WebServer) -> None:
    web.answer("/orders")

    await called(
        web.url, "/orders", method="PUT", body_type="json", body={"data": {"id": [1, None]}}
    )

    assert web.sent[0].body == b'{"id":[1,null]}'
    assert web.sent[0].headers["content-type"] == "application/json"


async def test_a_raw_body_is_sent_as_it_is(web: WebServer) -> None:
    web.answer("/orders")

    await called(
        web.url,
        "/orders",
        method="POST",
        headers={"Content-Type": "text/csv"},
        body_type="raw",
        body={"data": "a,b\n1,é"},
    )

    assert web.sent[0].body == "a,b\n1,é".encode()
    assert web.sent[0].headers["content-type"] == "text/csv"


async def test_form_data_is_sent_as_parts_without_its_empty_rows(web: WebServer) -> None:
    web.answer("/orders")
    rows: list[InputValue] = [
        {"fieldName": "note", "fieldType": "text", "textFieldValue": "for Ada"},
        {"fieldName": "empty", "fieldType": "text", "textFieldValue": ""},
        {"fieldName": "absent", "fieldType": "text"},
        {"fieldName": "photo", "fieldType": "file", "fileFieldValue": PHOTO},
        {"fieldName": "link", "fieldType": "file", "fileFieldValue": "data:text/plain;base64,aGk="},
        {"fieldName": "none", "fieldType": "file", "textFieldValue": "not a file"},
    ]

    await called(
        web.url,
        "/orders",
        method="POST",
        headers={"Content-Type": "application/json"},
        body_type="form_data",
        body={"data": rows},
    )

    assert parts_of(web.sent[0]) == [
        ("note", None, b"for Ada"),
        ("photo", "a.png", b"\x89P"),
        ("link", "unknown.txt", b"hi"),
    ]


async def test_a_row_whose_file_is_none_is_named(web: WebServer) -> None:
    rows: InputValue = [{"fieldName": "photo", "fieldType": "file", "fileFieldValue": "no file"}]

    with pytest.raises(PropsError, match=r"`body\.data.*fileFieldValue"):
        await called(web.url, "/orders", method="POST", body_type="form_data", body={"data": rows})

    assert web.sent == []


@pytest.mark.parametrize("body_type", ["json", "raw", "form_data"])
@pytest.mark.parametrize("body", [{"a": 1}, {"data": None}, "text", None])
async def test_a_body_without_data_is_refused(
    web: WebServer, body_type: str, body: InputValue
) -> None:
    with pytest.raises(PropsError, match=r"`body\.data`: is required") as caught:
        await called(web.url, "/orders", method="POST", body_type=body_type, body=body)

    assert "holds it as `data`" in caught.value.hint
    assert web.sent == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"a": 1}, b'{"a":1}'),
        ({"data": 1}, b'{"data":1}'),
        ([1, 2], b"[1,2]"),
        ('{"a": 1}', b'{"a": 1}'),
        (None, b""),
    ],
)
async def test_a_step_without_body_type_sends_its_body(
    web: WebServer, body: InputValue, expected: bytes
) -> None:
    web.answer("/orders")

    await called(web.url, "/orders", method="POST", body=body)

    assert web.sent[0].body == expected


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("body_type", [None, "json"])
async def test_a_method_without_body_sends_none_that_was_left_over(
    web: WebServer, method: str, body_type: str | None
) -> None:
    web.answer("/orders")

    await called(web.url, "/orders", method=method, body_type=body_type, body={"data": {"a": 1}})

    assert web.sent[0].method == method
    assert web.sent[0].body == b""
    assert "content-type" not in web.sent[0].headers


async def test_no_body_is_sent_for_the_type_none(web: WebServer) -> None:
    web.answer("/orders")

    await called(web.url, "/orders", method="POST", body_type="none", body={"data": {"a": 1}})

    assert web.sent[0].body == b""


@pytest.mark.parametrize("body_type", ["xml", ["json"], {}])
async def test_an_unknown_body_type_is_refused(web: WebServer, body_type: JsonValue) -> None:
    with pytest.raises(FatalError, match="body type"):
        await called(web.url, "/orders", method="POST", body_type=body_type)

    assert web.sent == []


@pytest.mark.parametrize(
    ("content_type", "name"),
    [("application/pdf", "output.pdf"), ("", "output.txt"), ("no/such-type", "output.txt")],
)
async def test_a_binary_answer_becomes_a_file(web: WebServer, content_type: str, name: str) -> None:
    web.answer("/report", b"\x00%PDF", headers={"Content-Type": content_type})
    host = MemoryHost()

    answer = await called(web.url, "/report", host=host, response_is_binary=True)

    assert host.files.urls == (answer["body"],)
    assert str(answer["body"]).endswith(f"/{name}")
    assert host.files.read(host.files.urls[0]) == b"\x00%PDF"


async def test_an_error_instead_of_a_binary_answer_is_text(web: WebServer) -> None:
    web.answer("/report", b'{"error": "gone"}', status=410)
    host = MemoryHost()

    answer = await called(web.url, "/report", host=host, response_is_binary=True, failsafe=True)

    assert answer == {
        "response": {"status": 410, "body": {"error": "gone"}},
        "request": {"body": None},
    }
    assert host.files.urls == ()


@pytest.mark.parametrize("timeout_s", [0, None, 30])
async def test_a_timeout_of_nothing_is_none_of_zero_seconds(
    web: WebServer, timeout_s: int | None
) -> None:
    web.answer("/orders", b"1")

    answer = await called(web.url, "/orders", timeout=timeout_s)

    assert answer["body"] == 1


async def test_the_timeout_is_in_seconds(web: WebServer) -> None:
    web.answers["/orders"] = Answer(wait_for=threading.Event())

    with pytest.raises(HttpError, match=r"longer than 0\.01 s"):
        await called(web.url, "/orders", timeout=0.01)


async def test_a_refused_request_fails_the_step(web: WebServer) -> None:
    web.answer("/orders", b"no", status=403)

    with pytest.raises(HttpError, match="answered 403"):
        await called(web.url, "/orders")


@pytest.mark.parametrize("url", [{}, {"url": ""}, {"url": None}, {"url": 5}])
async def test_a_missing_url_is_named(url: dict[str, InputValue]) -> None:
    action = create_custom_api_call_action(base_url=lambda _: "http://127.0.0.1:9")

    with pytest.raises(FatalError, match=r"no `url\.url`"):
        await action.run(make_context(action, props={"url": url}))


@pytest.mark.parametrize(
    ("name", "message"), [("url", r"no `url\.url`"), ("method", "no `method`")]
)
async def test_what_an_author_made_optional_is_still_needed(name: str, message: str) -> None:
    override: Any = {name: {"required": False, "default_value": None}}
    action = create_custom_api_call_action(base_url=lambda _: "http://127.0.0.1:9", props=override)
    filled_in: dict[str, InputValue] = {"url": {"url": "/orders"}, "method": "GET", name: None}

    with pytest.raises(FatalError, match=message):
        await action.run(make_context(action, props=filled_in))


async def test_without_auth_a_service_is_called_without_credentials(web: WebServer) -> None:
    action = create_custom_api_call_action(base_url=lambda _: web.url)
    web.answer("/orders", b"1")

    answer = await action.run(make_context(action, props={"url": {"url": "orders"}}))

    assert answer["body"] == 1


@pytest.mark.parametrize("mapped", [None, "Bearer x", {"Authorization": None}, {1: "x"}])
async def test_a_mapping_that_returns_no_texts_is_the_authors_mistake(mapped: object) -> None:
    def mapping(_key: str) -> object:
        return mapped

    with pytest.raises(AuthorCodeError, match="auth_mapping"):
        await called("http://127.0.0.1:9", "/orders", options={"auth_mapping": mapping})


async def test_a_base_url_that_is_no_text_is_the_authors_mistake() -> None:
    def forgets_to_return(_key: str) -> Any:
        pass

    action = create_custom_api_call_action(auth=auth, base_url=forgets_to_return)
    context = make_context(action, auth=KEY, props={"url": {"url": "/orders"}})

    with pytest.raises(AuthorCodeError, match="returned NoneType"):
        await action.run(context)
