"""The action, with the service's answers written here."""

from __future__ import annotations

import httpx
import pytest
import respx
from pieces_common import HttpError
from pieces_framework import FatalError
from pieces_framework.testing import make_context

from piece_gelato.actions.get_icecream_flavor import get_icecream_flavor

LEMON = {"name": "Lemon", "created_at": "2026-05-04T03:02:01.007Z"}


@respx.mock(base_url="http://127.0.0.1:8970")
async def test_returns_the_flavor_the_service_chose(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get("/flavors/random").respond(json=LEMON)
    context = make_context(get_icecream_flavor, auth="test-key")

    flavor = await get_icecream_flavor.run(context)

    assert flavor.model_dump(mode="json") == LEMON
    assert route.calls.last.request.headers["authorization"] == "Bearer test-key"


@respx.mock
async def test_asks_the_service_at_the_address_given(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get("https://gelato.example.com/v2/flavors/random").respond(json=LEMON)
    props = {"api_url": "https://gelato.example.com/v2/"}
    context = make_context(get_icecream_flavor, auth="test-key", props=props)

    await get_icecream_flavor.run(context)

    assert route.called


@respx.mock
async def test_wrong_key_is_reported_with_what_to_do(respx_mock: respx.MockRouter) -> None:
    respx_mock.route().respond(401, json={"error": "the API key is missing or wrong"})
    context = make_context(get_icecream_flavor, auth="wrong-key")

    with pytest.raises(HttpError, match="answered 401") as caught:
        await get_icecream_flavor.run(context)

    assert "connect the account again" in caught.value.hint


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx.Response(200, json={"name": "Lemon"}), id="no-time"),
        pytest.param(httpx.Response(200, text="<html>"), id="not-json"),
    ],
)
@respx.mock
async def test_answer_that_is_no_flavor_is_refused(
    answer: httpx.Response, respx_mock: respx.MockRouter
) -> None:
    respx_mock.route().mock(return_value=answer)
    context = make_context(get_icecream_flavor, auth="test-key")

    with pytest.raises(FatalError, match="is not `Flavor`"):
        await get_icecream_flavor.run(context)
