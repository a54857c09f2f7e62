"""Answers to services that ask whether an address is ours."""

from __future__ import annotations

from typing import Any

import pytest

from pieces_common.webhooks import (
    echo_header,
    echo_query,
    meta_challenge,
    slack_challenge,
)
from pieces_framework import (
    FatalError,
    JsonValue,
    TriggerStrategy,
    WebhookHandshakeConfiguration,
    WebhookHandshakeStrategy,
    WebhookPayload,
    WebhookResponse,
    WebhookRunContext,
    create_trigger,
)
from pieces_framework.testing import WebhookDriver

SCRIPT = "<script>alert(1)</script>"
META = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"}


def check_is_plain(response: WebhookResponse) -> None:
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_parameter_is_sent_back_as_plain_text() -> None:
    response = echo_query(
        WebhookPayload(query_params={"validationToken": SCRIPT}), "validationToken"
    )

    check_is_plain(response)
    assert (response.status, response.body) == (200, SCRIPT)


@pytest.mark.parametrize("query", [{}, {"validationToken": ""}], ids=["missing", "empty"])
def test_a_request_without_the_parameter_is_a_bad_one(query: dict[str, str]) -> None:
    response = echo_query(WebhookPayload(query_params=query), "validationToken")

    check_is_plain(response)
    assert response.status == 400


def test_a_header_is_sent_back_as_a_header() -> None:
    payload = WebhookPayload(headers={"x-hook-secret": "b537"})

    assert echo_header(payload, "X-Hook-Secret") == WebhookResponse(
        headers={"X-Hook-Secret": "b537"}
    )


@pytest.mark.parametrize("value", [None, "", "a\r\nset-cookie: b", "é", "\x00"], ids=repr)
def test_what_no_header_can_hold_is_not_sent_back(value: str | None) -> None:
    headers = {} if value is None else {"x-hook-secret": value}

    response = echo_header(WebhookPayload(headers=headers), "X-Hook-Secret")

    check_is_plain(response)
    assert response.status == 400


def test_meta_is_answered_if_it_knows_the_token() -> None:
    response = meta_challenge(WebhookPayload(query_params=META), "ours")

    check_is_plain(response)
    assert (response.status, response.body) == (200, "1158201444")


@pytest.mark.parametrize("token", ["theirs", "", "our", "ours\u2603"], ids=repr)
def test_meta_is_refused_with_another_token(token: str) -> None:
    response = meta_challenge(
        WebhookPayload(query_params={**META, "hub.verify_token": token}), "ours"
    )

    check_is_plain(response)
    assert response.status == 403
    assert META["hub.challenge"] not in str(response.body)


def test_meta_is_refused_without_a_token() -> None:
    assert meta_challenge(WebhookPayload(query_params={}), "ours").status == 403


def test_no_token_of_ours_lets_nobody_in() -> None:
    payload = WebhookPayload(query_params={**META, "hub.verify_token": ""})

    with pytest.raises(FatalError):
        meta_challenge(payload, "")


def test_slack_is_answered() -> None:
    response = slack_challenge(
        WebhookPayload(body={"type": "url_verification", "challenge": SCRIPT})
    )

    assert response is not None
    check_is_plain(response)
    assert (response.status, response.body) == (200, SCRIPT)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "url_verification",
        {"type": "event_callback", "challenge": "c"},
        {"type": "url_verification"},
        {"type": "url_verification", "challenge": {"a": 1}},
    ],
    ids=repr,
)
def test_other_requests_are_no_challenge_of_slack(body: Any) -> None:
    assert slack_challenge(WebhookPayload(body=body)) is None


async def test_a_trigger_answers_its_services_handshake() -> None:
    @create_trigger(
        name="new_mail",
        display_name="New Mail",
        description="",
        strategy=TriggerStrategy.WEBHOOK,
        handshake_configuration=WebhookHandshakeConfiguration(
            strategy=WebhookHandshakeStrategy.QUERY_PRESENT, param_name="validationToken"
        ),
    )
    def new_mail(context: WebhookRunContext) -> list[JsonValue]:
        return [context.payload.body]

    @new_mail.on_handshake
    def answer(context: WebhookRunContext) -> WebhookResponse:
        return echo_query(context.payload, "validationToken")

    response = await WebhookDriver(new_mail).handshake(query_params={"validationToken": "t 1"})

    assert response.body == "t 1"
