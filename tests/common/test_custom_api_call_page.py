"""The page about the custom API call: its program runs, and its tables are those of the code."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any

import pytest

from pieces_common import create_custom_api_call_action
from pieces_common.custom_api_call.action import CustomApiCallOptions
from pieces_framework.property import properties_of
from pieces_framework.testing import make_context
from tests.common.pages import page, run_page
from tests.common.web_server import WebServer

NAME = "custom-api-call.md"
PAGE = page(NAME)
FIRST_CELL = re.compile(r"^\| (`.*?) \|", re.MULTILINE)


@pytest.fixture
async def program(web: WebServer) -> dict[str, Any]:  # what a program defines
    """Run the blocks of the page, with a server of ours in place of OpenAI's."""
    web.answer("/models/none", b'{"error": "no such model"}', status=404)
    return await run_page(NAME, replace={"https://api.openai.com/v1": web.url})


def named(heading: str) -> list[str]:
    """Return the names in the first column of the table under a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [name for cell in FIRST_CELL.findall(section) for name in re.findall(r"`(.*?)`", cell)]


async def test_the_example_with_a_token_sends_it(program: dict[str, Any], web: WebServer) -> None:
    assert program["output"]["response"]["status"] == 404
    assert [sent.headers["authorization"] for sent in web.sent] == ["Bearer sk-made-up"]
    assert list(program["openai"].actions) == ["custom_api_call"]


async def test_the_example_with_an_address_calls_it(
    program: dict[str, Any], web: WebServer
) -> None:
    jira = program["jira_auth"].parse(
        {"props": {"instance_url": web.url, "email": "ada@example.com", "api_token": "t0"}}
    )
    web.answer("/rest/api/3/issue/DEMO-1", b'{"key": "DEMO-1"}')
    props: Any = {"url": {"url": "/issue/DEMO-1"}, "experimental": True}
    action = program["call_jira"]

    answer = await action.run(make_context(action, auth=jira, props=props))

    assert answer["body"] == {"key": "DEMO-1"}
    pair = b64encode(b"ada@example.com:t0").decode()
    assert web.sent[-1].headers["authorization"] == f"Basic {pair}"
    assert web.sent[-1].headers["x-experimentalapi"] == "opt-in"


async def test_the_values_of_each_body_type_are_sent(web: WebServer) -> None:
    (examples,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    action = create_custom_api_call_action(base_url=lambda _: web.url)
    web.answer("/orders")
    web.answer("/photos")

    while examples.strip():
        props, end = json.JSONDecoder().raw_decode(examples)
        examples = examples[end:].lstrip()
        await action.run(make_context(action, props=props))

    types = [sent.headers["content-type"].partition(";")[0] for sent in web.sent]
    assert types == ["application/json", "application/json", "multipart/form-data"]
    assert [sent.body for sent in web.sent[:2]] == [b'{"item":"cone"}', b"cone;1"]
    assert b'filename="unknown.png"' in web.sent[2].body


def test_the_page_names_every_option() -> None:
    keywords = {"auth", "base_url", "auth_mapping", *CustomApiCallOptions.__annotations__}

    assert sorted(named("Options")) == sorted(keywords)


def test_the_page_names_every_property() -> None:
    action = create_custom_api_call_action(base_url=lambda _: "https://api.example.com")

    assert named("What the user fills in") == list(properties_of(action.props))
