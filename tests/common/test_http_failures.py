"""How requests fail, and that no secret shows when they do."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import socket
import threading
import traceback
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from typing import Unpack

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pieces_common import (
    ApiKeyHeader,
    ApiKeyQuery,
    Authentication,
    BasicAuth,
    BearerToken,
    Body,
    HttpError,
    HttpMethod,
    MultipartBody,
    RateLimit,
    RequestOptions,
    RetryableHttpError,
    http_client,
)
from pieces_common.http.errors import retry_after_s
from pieces_common.http.masking import secrets_pattern
from pieces_common.http.request import prepared
from pieces_framework import AuthorCodeError, JsonValue, PieceError, RetryableError, RunError
from tests.common.web_server import Answer, WebServer, raw_server, web_server

SECRETS = ("s3cret-token", "s3cret-pass", "s3cret-query", "s3cret-body", "s3cret-url", "s3cret-key")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 428])
async def test_refusal_is_an_http_error_that_is_not_retried(web: WebServer, status: int) -> None:
    url = web.answer("/a", b'{"why": "because"}', status=status, headers={"X-Why": "b"})

    with pytest.raises(HttpError, match=rf"`POST {url}` answered {status} \w+") as caught:
        await http_client.send_request(HttpMethod.POST, f"{url}?q=1#part")

    error = caught.value
    assert not isinstance(error, RetryableError)
    assert (error.status, error.method, error.url) == (status, HttpMethod.POST, url)
    assert error.body == {"why": "because"}
    assert error.headers["x-why"] == "b"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
async def test_failure_of_the_service_can_be_retried(web: WebServer, status: int) -> None:
    url = web.answer("/a", b"busy", status=status, headers={"Retry-After": "7"})

    with pytest.raises(RetryableHttpError, match=f"answered {status}") as caught:
        await http_client.send_request(HttpMethod.GET, url)

    error = caught.value
    assert isinstance(error, RetryableError)
    assert isinstance(error, RunError)
    assert (error.status, error.body, error.retry_after_s) == (status, "busy", 7.0)
    assert error.exit_code == 75


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "connect the account again"), (403, "lack a permission")]
)
async def test_refused_credentials_come_with_a_hint(web: WebServer, status: int, hint: str) -> None:
    url = web.answer("/", status=status)

    with pytest.raises(HttpError) as caught:
        await http_client.send_request(HttpMethod.GET, url)

    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 3 ", 3.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("9" * 400, None),
        ("٣", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_read(text: str, seconds: float | None) -> None:
    assert retry_after_s(text) == seconds


@given(text=st.text() | st.from_regex(r"\w+, [0-9]+ Oct [0-9]+ [0-9:]+ [+-][0-9]+", fullmatch=True))
def test_retry_after_is_never_an_error(text: str) -> None:
    seconds = retry_after_s(text)

    assert seconds is None or seconds >= 0


async def test_service_that_is_not_there_can_be_retried() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, and not listening
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a"

        with pytest.raises(RetryableHttpError, match=f"`GET {url}` was not reached") as caught:
            await http_client.send_request(HttpMethod.GET, url)

    assert (caught.value.status, caught.value.body, caught.value.headers) == (0, None, {})
    assert caught.value.retry_after_s is None


async def test_connection_that_breaks_off_can_be_retried(web: WebServer) -> None:
    web.answers["/"] = Answer(break_off=True)

    with pytest.raises(RetryableHttpError, match="broke off") as caught:
        await http_client.send_request(HttpMethod.GET, f"{web.url}/")

    assert caught.value.status == 0


async def test_service_that_takes_too_long_can_be_retried(web: WebServer) -> None:
    web.answers["/"] = Answer(wait_for=threading.Event())

    with pytest.raises(RetryableHttpError, match=r"took longer than 0\.05 s") as caught:
        await http_client.send_request(HttpMethod.GET, f"{web.url}/", timeout_s=0.05)

    assert caught.value.status == 0
    assert "timeout_s" in caught.value.hint
    assert caught.value.__notes__ == [f"hint: {caught.value.hint}"]


@pytest.mark.parametrize("location", ["/", "ftp://127.0.0.1/"])
async def test_redirect_to_nowhere_is_not_retried(web: WebServer, location: str) -> None:
    url = web.answer("/", status=302, headers={"Location": location})

    with pytest.raises(HttpError, match=r"redirects (more than|to no web address)") as caught:
        await http_client.send_request(HttpMethod.GET, url)

    assert not isinstance(caught.value, RetryableError)


async def test_certificate_that_nobody_vouches_for_is_refused() -> None:
    with web_server(authority=trustme.CA()) as web:
        with pytest.raises(RetryableHttpError, match="CERTIFICATE_VERIFY_FAILED"):
            await http_client.send_request(HttpMethod.GET, web.url)

        assert web.sent == []


async def _send_secrets(url: str, *, timeout_s: float = 30) -> None:
    await http_client.send_request(
        HttpMethod.POST,
        url.replace("http://", "http://ada:s3cret-url@") + "/path?own=s3cret-query#s3cret-query",
        authentication=BearerToken("s3cret-token"),
        headers={"X-Key": "s3cret-key"},
        query_params={"key": "s3cret-query"},
        body={"password": "s3cret-body"},
        timeout_s=timeout_s,
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(status=400), id="refused"),
        pytest.param(Answer(status=401, body=" ".join(SECRETS).encode()), id="echoed"),
        pytest.param(Answer(status=500), id="failed"),
        pytest.param(Answer(break_off=True), id="broken-off"),
        pytest.param(Answer(wait_for=threading.Event()), id="too-slow"),
        pytest.param(Answer(status=302, headers={"Location": "ftp://x/"}), id="led-astray"),
    ],
)
async def test_no_secret_of_the_request_shows_in_an_error_or_the_log(
    web: WebServer, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.answers["/path"] = answer

    with pytest.raises(HttpError) as caught:
        await _send_secrets(web.url, timeout_s=0.3 if answer.wait_for else 30)

    error = caught.value
    shown = [str(error), repr(error), error.hint, error.url, *map(str, error.args), caplog.text]
    chain = "".join(traceback.format_exception(error))
    assert web.sent[0].headers["authorization"] == "Bearer s3cret-token"
    assert [secret for secret in SECRETS for text in shown if secret in text] == []
    assert "During handling" not in chain
    assert "direct cause" not in chain


@pytest.mark.parametrize(
    "url", ["nowhere", "ada:s3cret-url@nowhere", "http:/ada:s3cret-url@nowhere", "http://[::1"]
)
async def test_no_secret_shows_when_the_url_is_refused(url: str) -> None:
    with pytest.raises(PieceError) as caught:
        await _send_secrets(url)

    assert [secret for secret in SECRETS if secret in str(caught.value)] == []


async def test_no_secret_shows_when_the_service_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        with pytest.raises(HttpError) as caught:
            await _send_secrets(f"http://127.0.0.1:{unused.getsockname()[1]}")

    assert [secret for secret in SECRETS if secret in repr(caught.value)] == []


async def test_log_of_a_request_that_went_well_holds_no_secret(
    web: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.answer("/path")

    await _send_secrets(web.url)

    assert f"{web.url}/path" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []


@pytest.mark.parametrize(
    "credentials",
    [
        BearerToken("s3cret-token"),
        BasicAuth("s3cret-key", "s3cret-pass"),
        ApiKeyHeader("X-Api-Key", "s3cret-key"),
        ApiKeyQuery("key", "s3cret-key"),
    ],
    ids=["bearer", "basic", "header", "query"],
)
def test_credentials_hide_in_their_repr(credentials: Authentication) -> None:
    assert "s3cret" not in f"{credentials!r} {credentials!s}"


async def _refused(url: str, **options: Unpack[RequestOptions]) -> HttpError:
    with pytest.raises(HttpError) as caught:
        await http_client.send_request(HttpMethod.POST, url, **options)
    return caught.value


async def test_error_has_the_documented_document(web: WebServer) -> None:
    url = web.answer("/", '{"why": "crème"}'.encode(), status=422)

    error = await _refused(url, body={"n": [1, None]})

    assert error.error_message() == {
        "response": {"status": 422, "body": {"why": "crème"}},
        "request": {"body": {"n": [1, None]}},
    }
    assert error.json_text == (
        '{"response":{"status":422,"body":{"why":"crème"}},"request":{"body":{"n":[1,null]}}}'
    )


async def test_document_of_a_request_without_an_answer_says_so() -> None:
    error = await _refused("http://127.0.0.1:1/", body="text")

    assert error.error_message() == {
        "response": {"status": 0, "body": None},
        "request": {"body": "text"},
    }


@pytest.mark.parametrize("body", [b"bytes", MultipartBody([("a", "b")]), None], ids=repr)
async def test_body_that_is_not_json_is_null_in_the_document(web: WebServer, body: Body) -> None:
    error = await _refused(web.answer("/", status=400), body=body)

    assert error.error_message()["request"] == {"body": None}


async def test_half_a_character_is_written_as_json_has_it(web: WebServer) -> None:
    error = await _refused(web.answer("/", b'"\\ud800"', status=400))

    assert json.loads(error.json_text) == error.error_message()
    assert error.json_text.encode().count(b"\\ud800") == 1


SECRET_OPTIONS: list[RequestOptions] = [
    {"authentication": BearerToken("s3cret-1")},
    {"authentication": BasicAuth("s3cret-1", "")},
    {"authentication": BasicAuth("", "s3cret-1")},
    {"authentication": ApiKeyHeader("X-Anything", "s3cret-1")},
    {"authentication": ApiKeyQuery("anything", "s3cret-1")},
    {"headers": {"Authorization": "Token s3cret-1"}},
    {"headers": {"Authorization": "Basic YWRhOnMzY3JldC0x"}},
    {"headers": {"Cookie": "a=b; session=s3cret-1"}},
    {"headers": {"X-Api-Key": "s3cret-1"}},
    {"headers": {"X-Key": "s3cret-1"}},
    {"query_params": {"access_token": "s3cret-1"}},
    {"query_params": {"sig": "s3cret-1"}},
    {"body": {"client_secret": "s3cret-1", "rows": [{"password": "other-secret"}]}},
    {"body": {"pwd": "s3cret-1", "credential": {"parts": ["other-secret"]}}},
]


@pytest.mark.parametrize("options", SECRET_OPTIONS, ids=repr)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answer=st.recursive(
        st.sampled_from(["s3cret-1", "no s3cret-1!", "other-secret", "czNjcmV0LTE="]),
        lambda inner: (
            st.lists(inner, min_size=1)
            | st.dictionaries(st.sampled_from(["s3cret-1", "a"]), inner, min_size=1)
            | inner.map(json.dumps)
        ),
        max_leaves=5,
    )
)
async def test_secrets_of_the_request_are_masked_wherever_the_answer_repeats_them(
    web: WebServer, options: RequestOptions, answer: JsonValue
) -> None:
    url = web.answer("/", json.dumps(answer).encode(), status=400)

    error = await _refused(url, **options)

    assert error.body == answer
    hidden = ["s3cret-1", "czNjcmV0LTE="] + ["other-secret"] * ("body" in options)
    assert [secret for secret in hidden if secret in error.json_text] == []


@pytest.mark.parametrize("depth", [101, 900, 100_000])
async def test_what_is_nested_too_deeply_is_masked_whole(web: WebServer, depth: int) -> None:
    content = b"[" * depth + b"]" * depth
    url = web.answer("/", content, status=400)

    error = await _refused(url, authentication=BearerToken("s3cret-1"))

    told = content.decode() if depth == 100_000 else "***"
    assert told in error.json_text
    assert len(error.json_text) < len(content) + 200


async def test_secret_that_is_a_word_of_the_document_spoils_nothing(web: WebServer) -> None:
    error = await _refused(
        web.answer("/", b'{"body": 1}', status=400), authentication=BearerToken("body")
    )

    assert error.error_message() == {
        "response": {"status": 400, "body": {"***": 1}},
        "request": {"body": None},
    }


async def test_what_is_no_secret_is_shown(web: WebServer) -> None:
    body: dict[str, JsonValue] = {
        "max_tokens": 4096,
        "token_type": "bearer",
        "monkey": "banana",
        "password": True,
        "says": "4096 bearer banana True kiwi",
    }
    url = web.answer("/", json.dumps(body).encode(), status=400)

    error = await _refused(url, body=body, headers={"X-Monkey": "kiwi"})

    assert error.error_message()["response"] == {"status": 400, "body": body}


def _copied(error: HttpError) -> HttpError:
    return copy.copy(error)


def _unpickled(error: HttpError) -> HttpError:
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, HttpError)
    return again


@pytest.mark.parametrize("again", [_copied, _unpickled], ids=["copied", "pickled"])
@pytest.mark.parametrize("status", [400, 503])
async def test_error_that_is_copied_says_the_same_and_holds_no_request(
    web: WebServer, status: int, again: Callable[[HttpError], HttpError]
) -> None:
    url = web.answer("/a", b'"s3cret-1"', status=status, headers={"Retry-After": "7"})
    options: RequestOptions = {
        "authentication": BearerToken("s3cret-1"),
        "body": {"a": 1},
        "rate_limit": RateLimit(requests=1),
    }

    error = await _refused(url, **options)

    same = again(error)
    assert type(same) is type(error)
    assert (str(same), same.hint, same.__notes__) == (str(error), error.hint, error.__notes__)
    assert (same.method, same.url, same.body) == (error.method, error.url, error.body)
    assert same.error_message() == error.error_message()
    assert getattr(same, "retry_after_s", None) == getattr(error, "retry_after_s", None)
    assert "BearerToken" not in str(vars(same))


async def test_user_and_password_of_the_url_are_masked(web: WebServer) -> None:
    url = web.answer("/", b'["ada%40", "ada@", "s3cret-1"]', status=400)

    error = await _refused(url.replace("http://", "http://ada%40:s3cret-1@"))

    assert error.error_message()["response"] == {"status": 400, "body": ["***", "***", "***"]}


async def test_many_secrets_of_a_body_are_masked_by_a_small_pattern(web: WebServer) -> None:
    tokens = [f"{number:03}-{'t' * 159}" for number in range(200)]
    told: JsonValue = [*tokens, "HEADER-KEY", tokens[0].upper()]
    web.answers["/"] = Answer(status=400, body=json.dumps(told).encode())
    body: JsonValue = {"tokens": [*tokens]}
    request = prepared("POST", f"{web.url}/", "*/*", {"body": body})

    error = await _refused(f"{web.url}/", body=body, headers={"X-Key": "header-key"})

    assert error.error_message() == {
        "response": {"status": 400, "body": ["***"] * 202},
        "request": {"body": {"tokens": ["***"] * 200}},
    }
    assert len(secrets_pattern(request).pattern) < 600_000


async def test_long_secrets_of_a_body_are_masked_by_a_small_pattern(web: WebServer) -> None:
    secrets: list[JsonValue] = [f"{number:02}{chr(97 + number) * 400}" for number in range(20)]
    request = prepared("POST", web.url, "*/*", {"body": {"tokens": secrets}})

    pattern = secrets_pattern(request)

    assert [pattern.sub("***", str(secret)) for secret in secrets] == ["***"] * 20
    assert len(pattern.pattern) < 400_000


async def test_secret_that_is_a_number_is_masked(web: WebServer) -> None:
    url = web.answer("/", b"[12345678, 1234, true]", status=400)

    error = await _refused(url, authentication=BearerToken("12345678"))

    assert error.error_message()["response"] == {"status": 400, "body": ["***", 1234, True]}


async def test_error_keeps_nothing_of_the_request_where_it_is_printed(web: WebServer) -> None:
    error = await _refused(web.answer("/", status=400), authentication=BearerToken("s3cret-1"))

    assert "s3cret-1" not in str(vars(error))


@pytest.mark.parametrize("content", [b'"%s"', b'["%s"]'], ids=["text", "list"])
async def test_much_of_an_error_is_text_and_the_rest_not_read(
    web: WebServer, content: bytes
) -> None:
    whole = content % (b"x" * 2_000_000)

    error = await _refused(web.answer("/", whole, status=500))

    assert error.body == whole[: 2**20].decode()


async def test_error_that_never_ends_is_raised() -> None:
    async def endless(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 No\r\n\r\n")
        while True:
            writer.write(bytes(0x10000))
            await writer.drain()

    async with raw_server(endless) as url:
        error = await _refused(url, timeout_s=None)

    assert error.status == 500


@pytest.mark.parametrize("rest", [b"9\r\ncut", b""], ids=["cut", "nothing"])
async def test_error_whose_body_breaks_off_has_its_status_still(rest: bytes) -> None:
    async def broken(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n" + rest)

    async with raw_server(broken) as url:
        error = await _refused(url)

    assert (error.status, error.body) == (403, None)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example", "*"])
async def test_host_that_has_an_impossible_name_is_an_error(host: str) -> None:
    with pytest.raises(PieceError):
        await http_client.send_request(HttpMethod.GET, f"http://{host}/")


async def test_unknown_option_is_refused() -> None:
    with pytest.raises(AuthorCodeError, match="no keyword `timeout`"):
        await http_client.send_request(  # type: ignore[call-overload]
            HttpMethod.GET,
            "http://127.0.0.1:1/",
            timeout=1,  # pyright: ignore[reportCallIssue]
        )
