"""Where redirects lead, and what goes there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from pieces_common import (
    ApiKeyHeader,
    ApiKeyQuery,
    BearerToken,
    HttpError,
    HttpMethod,
    RetryableHttpError,
    http_client,
)
from tests.common.web_server import WebServer, web_server

TOKEN = BearerToken("t-1")


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307])
async def test_redirect_is_returned_where_it_is_not_to_be_followed(
    web: WebServer, status: int
) -> None:
    url = web.answer("/", status=status, headers={"Location": "/new"})

    response = await http_client.send_request(HttpMethod.GET, url, follow_redirects=False)

    assert (response.status, response.headers["location"]) == (status, "/new")
    assert len(web.sent) == 1


async def test_errors_are_raised_where_redirects_are_not_to_be_followed(web: WebServer) -> None:
    url = web.answer("/", status=404)

    with pytest.raises(HttpError, match="404"):
        await http_client.send_request(HttpMethod.GET, url, follow_redirects=False)


@pytest.mark.parametrize("status", [300, 304, 302])
async def test_answer_that_leads_nowhere_is_returned(web: WebServer, status: int) -> None:
    url = web.answer("/", status=status)

    response = await http_client.send_request(HttpMethod.GET, url)

    assert response.status == status


@pytest.mark.parametrize(
    ("status", "method", "following"),
    [
        (301, "POST", "GET"),
        (301, "PUT", "PUT"),
        (302, "POST", "GET"),
        (302, "HEAD", "HEAD"),
        (303, "DELETE", "GET"),
        (303, "HEAD", "HEAD"),
        (307, "POST", "POST"),
        (308, "PATCH", "PATCH"),
    ],
)
async def test_method_and_body_go_on_as_the_status_says(
    web: WebServer, status: int, method: str, following: str
) -> None:
    url = web.answer("/old", status=status, headers={"Location": "/new"})
    web.answer("/new")

    await http_client.send_request(HttpMethod[method], url, body={"a": 1}, authentication=TOKEN)

    sent = web.sent[1]
    goes_on = following == method
    assert sent.method == following
    assert sent.body == (b'{"a":1}' if goes_on else b"")
    assert ("content-type" in sent.headers) == goes_on
    assert sent.headers["authorization"] == "Bearer t-1"


@pytest.mark.parametrize("location", ["new?b=2#top", "/a/new?b=2", "//HOST/a/new?b=2"])
async def test_location_is_read_from_where_it_was_said(web: WebServer, location: str) -> None:
    location = location.replace("HOST", web.url.partition("//")[2])
    url = web.answer("/a/old", status=302, headers={"Location": location})
    web.answer("/a/new", b"1")

    await http_client.send_request(HttpMethod.GET, url, query_params={"key": "k"})

    assert web.sent[1].target == "/a/new?b=2"


@pytest.mark.parametrize(
    "authentication",
    [TOKEN, ApiKeyHeader("X-Api-Key", "t-1"), ApiKeyQuery("key", "t-1")],
    ids=["bearer", "header", "query"],
)
async def test_no_credentials_come_back_from_another_host(
    web: WebServer, authentication: BearerToken | ApiKeyHeader | ApiKeyQuery
) -> None:
    with web_server() as other:
        back = other.answer("/", status=302, headers={"Location": web.answer("/end")})
        url = web.answer("/", status=302, headers={"Location": back})

        await http_client.send_request(
            HttpMethod.GET, url, authentication=authentication, headers={"Cookie": "a=t-1"}
        )

    assert "t-1" in str(web.sent[0])
    assert "t-1" not in f"{other.sent} {web.sent[1]}"


async def test_user_of_a_location_is_not_sent(web: WebServer) -> None:
    target = web.answer("/new").replace("http://", "http://eve:pw@")
    url = web.answer("/", status=302, headers={"Location": target})

    await http_client.send_request(HttpMethod.GET, url)

    assert "authorization" not in web.sent[1].headers


async def test_ten_redirects_are_followed_and_no_more(web: WebServer) -> None:
    for number in range(11):
        web.answer(f"/{number}", status=302, headers={"Location": f"/{number + 1}"})
    web.answer("/11", b"1")

    response = await http_client.send_request(HttpMethod.GET, f"{web.url}/1")
    with pytest.raises(HttpError, match="redirects more than 10 times"):
        await http_client.send_request(HttpMethod.GET, f"{web.url}/0")

    assert response.body == 1


@pytest.mark.parametrize("location", ["http://[::1", "mailto:a@b", "https:", "javascript:1"])
async def test_location_that_is_no_address_is_an_error(web: WebServer, location: str) -> None:
    url = web.answer("/", status=302, headers={"Location": location})

    returned = await http_client.send_request(HttpMethod.GET, url, follow_redirects=False)
    with pytest.raises(HttpError, match="no web address") as caught:
        await http_client.send_request(HttpMethod.GET, url)

    assert caught.value.status == 302
    assert returned.headers["location"] == location


async def test_body_that_can_be_sent_once_does_not_follow(web: WebServer) -> None:
    url = web.answer("/", status=307, headers={"Location": "/new"})

    with pytest.raises(HttpError, match="can be sent only once") as caught:
        await http_client.send_request(HttpMethod.PUT, url, body=in_pieces(b"a"))

    assert not isinstance(caught.value, RetryableHttpError)
    assert caught.value.headers["location"] == "/new"
    assert len(web.sent) == 1


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("method", [HttpMethod.GET, HttpMethod.POST], ids=["get", "post"])
async def test_body_is_not_handed_to_another_host(
    web: WebServer, method: HttpMethod, status: int
) -> None:
    with web_server() as other:
        url = web.answer("/", status=status, headers={"Location": other.answer("/")})

        with pytest.raises(HttpError, match="redirects to another host") as caught:
            await http_client.send_request(method, url, body={"query": {}})

    assert caught.value.status == status
    assert other.sent == []


async def test_of_the_headers_only_what_suits_any_host_goes_to_another(web: WebServer) -> None:
    with web_server() as other:
        url = web.answer("/", status=302, headers={"Location": other.answer("/")})
        headers = {"X-Api-Key": "k-1", "Accept": "text/csv"}

        await http_client.send_request(HttpMethod.POST, url, headers=headers, body={"a": 1})

    sent = other.sent[0].headers
    assert sent.keys() == {"accept", "accept-encoding", "host", "user-agent"}
    assert sent["accept"] == "text/csv"
