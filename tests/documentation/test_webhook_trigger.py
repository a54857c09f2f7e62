"""The page "Webhook Trigger": register, answer the handshake, receive, unregister."""

from __future__ import annotations

import pytest
import respx

from pieces_common import BearerToken, HttpMethod, http_client
from pieces_framework import (
    FatalError,
    JsonValue,
    PieceAuth,
    TriggerStrategy,
    WebhookContext,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookPayload,
    WebhookRenewConfiguration,
    WebhookRenewStrategy,
    WebhookResponse,
    WebhookRunContext,
    create_piece,
    create_trigger,
)
from pieces_framework.testing import MemoryStore, make_context
from tests.documentation.wire import as_read

HOOKS = "https://forms.example.com/hooks"
forms_auth = PieceAuth.SecretText(display_name="Key", required=True)


@create_trigger(
    name="new_submission",
    display_name="New Submission",
    description="Notices forms that were filled in",
    strategy=TriggerStrategy.WEBHOOK,
    auth=forms_auth,
    sample_data={"form": "wishes", "answer": "more mango"},
    handshake_configuration=WebhookHandshakeConfiguration(
        strategy=WebhookHandshakeStrategy.BODY_PARAM_PRESENT, param_name="challenge"
    ),
    renew_configuration=WebhookRenewConfiguration(
        strategy=WebhookRenewStrategy.CRON, cron_expression="0 3 * * *"
    ),
)
async def new_submission(context: WebhookRunContext[str]) -> list[JsonValue]:
    return [context.payload.body]


@new_submission.on_enable
async def register(context: WebhookContext[str]) -> None:
    answer = await http_client.send_request(
        HttpMethod.POST,
        HOOKS,
        authentication=BearerToken(context.auth),
        body={"url": context.webhook_url},
    )
    if not isinstance(answer.body, dict):
        raise FatalError("the service did not say what the webhook's id is")
    await context.store.put("webhook_id", answer.body["id"])


@new_submission.on_disable
async def unregister(context: WebhookContext[str]) -> None:
    webhook_id = await context.store.get("webhook_id", str)
    await http_client.send_request(
        HttpMethod.DELETE, f"{HOOKS}/{webhook_id}", authentication=BearerToken(context.auth)
    )


@new_submission.on_renew
async def renew(context: WebhookContext[str]) -> None:
    await unregister(context)
    await register(context)


@new_submission.on_handshake
async def repeat_challenge(context: WebhookRunContext[str]) -> WebhookResponse:
    body = context.payload.body
    challenge = body.get("challenge") if isinstance(body, dict) else None
    return WebhookResponse(body={"challenge": challenge}, headers={"x-seen": "yes"})


forms = create_piece(
    display_name="Forms",
    logo_url="https://forms.example.com/logo.svg",
    auth=forms_auth,
    actions=[],
    triggers=[new_submission],
)


@pytest.fixture
async def store() -> MemoryStore:
    """A store that knows a registered webhook."""
    store = MemoryStore()
    await store.put("webhook_id", "hook-1")
    return store


@respx.mock
async def test_enabling_registers_the_url_and_keeps_the_webhook_s_id(
    respx_mock: respx.MockRouter,
) -> None:
    store = MemoryStore()
    route = respx_mock.post(HOOKS, json={"url": "https://i.example.com/w/1"})
    route.respond(json={"id": "hook-1"})
    context = make_context(
        new_submission, auth="key", store=store, webhook_url="https://i.example.com/w/1"
    )

    await new_submission.on_enable.run(context)

    assert await store.get("webhook_id", str) == "hook-1"
    assert route.calls.last.request.headers["authorization"] == "Bearer key"


@respx.mock
async def test_disabling_deletes_the_webhook(
    respx_mock: respx.MockRouter, store: MemoryStore
) -> None:
    route = respx_mock.delete(f"{HOOKS}/hook-1").respond(204)
    context = make_context(new_submission, auth="key", store=store)

    await new_submission.on_disable.run(context)

    assert route.called


@respx.mock
async def test_renewing_registers_anew(respx_mock: respx.MockRouter, store: MemoryStore) -> None:
    respx_mock.delete(f"{HOOKS}/hook-1").respond(204)
    respx_mock.post(HOOKS).respond(json={"id": "hook-2"})
    context = make_context(new_submission, auth="key", store=store)

    await new_submission.on_renew.run(context)

    assert await store.get("webhook_id", str) == "hook-2"


async def test_the_handshake_is_answered_with_the_challenge() -> None:
    request = WebhookPayload(body={"challenge": "c-42"})

    response = await new_submission.on_handshake.run(
        make_context(new_submission, auth="key", payload=request)
    )

    assert response == WebhookResponse(
        status=200, body={"challenge": "c-42"}, headers={"x-seen": "yes"}
    )


async def test_a_request_starts_the_flow_with_its_body() -> None:
    request = WebhookPayload(body={"form": "wishes", "answer": "less sugar"})

    items = await new_submission.run(make_context(new_submission, auth="key", payload=request))

    assert items == [{"form": "wishes", "answer": "less sugar"}]


async def test_a_test_shows_the_sample_data() -> None:
    context = make_context(new_submission, auth="key")

    items = await new_submission.test.run(context)

    assert list(items) == [{"form": "wishes", "answer": "more mango"}]


def test_the_metadata_says_how_to_tell_a_handshake_and_when_to_renew() -> None:
    trigger = as_read(forms.metadata())["triggers"]["new_submission"]

    assert trigger["type"] == "WEBHOOK"
    assert trigger["testStrategy"] == "SIMULATION"
    assert trigger["sampleData"] == {"form": "wishes", "answer": "more mango"}
    assert trigger["handshakeConfiguration"] == {
        "strategy": "BODY_PARAM_PRESENT",
        "paramName": "challenge",
    }
    assert trigger["renewConfiguration"] == {"strategy": "CRON", "cronExpression": "0 3 * * *"}
