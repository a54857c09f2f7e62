"""The page "Create Action": an action that calls a service, exposed by its piece."""

from __future__ import annotations

import pytest
import respx

from pieces_common import HttpError, HttpMethod, http_client
from pieces_framework import ActionContext, JsonValue, PieceAuth, create_action, create_piece
from pieces_framework.testing import make_context
from tests.documentation.wire import as_read

URL = "https://sorbet.example.com/v1/random"
sorbet_auth = PieceAuth.SecretText(
    display_name="API Key", required=True, description="Ask the **bar** for it"
)


@create_action(
    name="get_sorbet",
    auth=sorbet_auth,
    display_name="Get Sorbet",
    description="Fetches a sorbet of the day",
)
async def get_sorbet(context: ActionContext[str]) -> JsonValue:
    answer = await http_client.send_request(
        HttpMethod.GET, URL, headers={"Authorization": context.auth}
    )
    return answer.body


sorbet = create_piece(
    display_name="Sorbet",
    logo_url="https://sorbet.example.com/logo.png",
    authors=[],
    auth=sorbet_auth,
    actions=[get_sorbet],
    triggers=[],
)


@respx.mock
async def test_the_action_returns_what_the_service_answers(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(URL).respond(json=["cassis", "pear"])

    result = await get_sorbet.run(make_context(get_sorbet, auth="bar-key"))

    assert result == ["cassis", "pear"]
    assert route.calls.last.request.headers["authorization"] == "bar-key"


@respx.mock
async def test_the_action_fails_where_the_service_refuses(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(URL).respond(403)

    with pytest.raises(HttpError, match="answered 403"):
        await get_sorbet.run(make_context(get_sorbet, auth="old-key"))


def test_the_piece_exposes_the_action_by_its_name() -> None:
    assert as_read(sorbet.metadata())["actions"] == {
        "get_sorbet": {
            "name": "get_sorbet",
            "displayName": "Get Sorbet",
            "description": "Fetches a sorbet of the day",
            "props": {},
            "requireAuth": True,
            "errorHandlingOptions": {
                "continueOnFailure": {"defaultValue": False},
                "retryOnFailure": {"defaultValue": False},
            },
        }
    }
