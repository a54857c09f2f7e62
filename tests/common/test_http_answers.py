"""What becomes of an answer."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from pieces_common import BearerToken, HttpError, HttpMethod, http_client
from pieces_framework import FatalError, JsonValue
from tests.common.web_server import WebServer, web_server


class Flavor(BaseModel):
    """What some answers hold."""

    name: str
    stock: int


@pytest.mark.parametrize(
    ("content", "body"),
    [
        pytest.param(b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}, id="object"),
        pytest.param(b"123", 123, id="number"),
        pytest.param(b'"text"', "text", id="json-text"),
        pytest.param(b"\xef\xbb\xbf[1]", [1], id="byte-order-mark"),
        pytest.param(b"plain", "plain", id="text"),
        pytest.param("crème {".encode(), "crème {", id="utf-8"),
        pytest.param(b"NaN", "NaN", id="not-quite-json"),
        pytest.param(b"[" * 100_000, "[" * 100_000, id="bottomless"),
        pytest.param(b"", None, id="empty"),
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
async def test_body_is_json_where_it_can_be_whatever_its_type(
    web: WebServer, content: bytes, body: JsonValue, content_type: str
) -> None:
    url = web.answer("/", content, headers={"Content-Type": content_type})

    response = await http_client.send_request(HttpMethod.GET, url)

    assert response.body == body


async def test_status_and_headers_are_kept_with_names_in_lower_case(web: WebServer) -> None:
    url = web.answer("/", status=201, headers={"X-Next-Page": "2"})

    response = await http_client.send_request(HttpMethod.GET, url)

    assert (response.status, response.headers["x-next-page"]) == (201, "2")


async def test_parse_gives_the_model(web: WebServer) -> None:
    url = web.answer("/", b'{"name": "Fig", "stock": 3}')

    response = await http_client.send_request(HttpMethod.GET, url, parse=Flavor)

    assert response.body == Flavor(name="Fig", stock=3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b'{"name": "Fig", "stock": "s3cret"}', "`stock`: Input should", id="field"),
        pytest.param(b'{"stock": 3}', "`name`: Field required", id="missing"),
        pytest.param(b"s3cret", "`body`: Input should", id="text"),
        pytest.param(b"", "`body`: Input should", id="empty"),
    ],
)
async def test_answer_that_is_not_the_model_is_refused_without_repeating_it(
    web: WebServer, content: bytes, reason: str
) -> None:
    url = web.answer("/flavors/1", content)

    with pytest.raises(FatalError) as caught:
        await http_client.send_request(HttpMethod.GET, url, parse=Flavor)

    message = str(caught.value)
    assert f"what `GET {url}` answered is not `Flavor`" in message
    assert reason in message
    assert "s3cret" not in message
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(web: WebServer, status: int) -> None:
    url = web.answer("/old", status=status, headers={"Location": "/new"})
    web.answer("/new", b'"moved"')

    response = await http_client.send_request(HttpMethod.GET, url)

    assert response.body == "moved"


async def test_credentials_do_not_follow_a_redirect_to_another_host(web: WebServer) -> None:
    with web_server() as other:
        target = other.answer("/")
        url = web.answer("/", status=302, headers={"Location": target})

        await http_client.send_request(HttpMethod.GET, url, authentication=BearerToken("t-1"))

    assert web.sent[0].headers["authorization"] == "Bearer t-1"
    assert "authorization" not in other.sent[0].headers


async def test_no_header_of_the_caller_follows_a_redirect_to_another_host(web: WebServer) -> None:
    with web_server() as other:
        url = web.answer("/", status=302, headers={"Location": other.answer("/")})

        await http_client.send_request(
            HttpMethod.POST, url, headers={"X-Api-Key": "k-1", "Accept": "text/csv"}, body={"a": 1}
        )

    assert other.sent[0].method == "GET"
    assert other.sent[0].headers["accept"] == "text/csv"
    assert "x-api-key" not in other.sent[0].headers
    assert other.sent[0].body == b""


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_is_not_handed_to_another_host(web: WebServer, status: int) -> None:
    with web_server() as other:
        url = web.answer("/", status=status, headers={"Location": other.answer("/")})

        with pytest.raises(HttpError, match="redirects to another host") as caught:
            await http_client.send_request(HttpMethod.POST, url, body={"a": 1})

    assert caught.value.status == status
    assert other.sent == []
