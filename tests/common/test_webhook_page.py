"""The page about webhook signatures: its program runs, and its tables are those of the code."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from typing import Any

from pieces_common import webhooks
from pieces_common.webhooks import HmacSignature
from pieces_framework import WebhookPayload
from pieces_framework.testing import make_verify_context
from tests.common.pages import page, run_page

NAME = "webhook-signatures.md"


async def test_the_tests_of_the_page_pass() -> None:
    defined = await run_page(NAME)

    await defined["test_a_push_starts_the_flow"]()
    await defined["test_a_push_is_taken_as_it_arrives"]()


async def test_the_events_of_the_page_verify() -> None:
    events = (await run_page(NAME))["events"]
    signed = webhooks.SLACK_SIGNATURE.sign(WebhookPayload(raw_body=b"{}"), "the secret")

    is_genuine = [
        await events.is_genuine(
            make_verify_context(webhook_secret="the secret", raw_body=body, headers=signed)
        )
        for body in (b"{}", b"[]")
    ]

    assert is_genuine == [True, False]


async def test_the_standard_scheme_of_the_page_takes_the_published_example() -> None:
    defined = await run_page(NAME)
    payload = WebhookPayload(
        raw_body=b'{"test": 2432232314}',
        headers={
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
    )

    taken = defined["STANDARD_SIGNATURE"].matches(
        payload, defined["standard_secret"], now_s=1614265330
    )

    assert taken


def test_the_page_lists_every_keyword_with_its_default() -> None:
    table = page(NAME).partition("| Keyword |")[2].partition("\n\n")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))

    def shown(default: Any) -> str:
        return f"`{default:g}`" if isinstance(default, float) else f'`"{default}"`'

    assert listed == {
        each.name: "required" if each.default is MISSING else shown(each.default)
        for each in fields(HmacSignature)
    }


def test_the_page_names_everything_that_is_public() -> None:
    named = set(re.findall(r"\w+", page(NAME)))

    assert set(webhooks.__all__) - named == set()
