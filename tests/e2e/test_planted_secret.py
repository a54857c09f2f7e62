"""One planted secret goes through everything that writes something down, and shows nowhere."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import traceback
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, quote_plus

import pytest

from pieces_common import BasicAuth, BearerToken, HttpError, HttpMethod, http_client
from pieces_common.testing import CassetteError, record, replay
from pieces_framework import JsonValue
from pieces_framework.checks import check
from pieces_framework.versions import compare
from tests.common.web_server import WebServer, web_server

ROOT = Path(__file__).parents[2]
SECRET = "_".join(("sk", "live", "7Qm2Zx9Lw4Tb8Vr5Hd3Nk6"))
"""Joined here, so that no scanner takes it for a real key of Stripe."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Send: TypeAlias = Callable[[str], Awaitable[object]]


def leaks(text: str) -> list[str]:
    """In which forms the secret is in `text`."""
    parts = [b64encode(before + SECRET.encode()).decode()[4:-4] for before in (b"", b"a", b"ab")]
    forms = [SECRET, quote(SECRET, safe=""), quote_plus(SECRET), json.dumps(SECRET)[1:-1], *parts]
    return [form for form in forms if form in text]


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


def by_bearer(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.GET, url, authentication=BearerToken(SECRET))


def by_basic(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.GET, url, authentication=BasicAuth("ada", SECRET))


def by_user_in_url(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.GET, url.replace("//", f"//ada:{SECRET}@"))


def by_header(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.GET, url, headers={"X-Shop": f"v1 {SECRET}"})


def by_query(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.GET, url, query_params={"shop": SECRET})


def by_json(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.POST, url, body={"shop": [SECRET]})


def by_form(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.POST, url, body={"shop": SECRET}, headers=FORM)


def by_cookie(url: str) -> Awaitable[object]:
    return http_client.send_request(HttpMethod.GET, url, headers={"Cookie": f"shop={SECRET}"})


PLACES: list[Send] = [
    by_bearer,
    by_basic,
    by_user_in_url,
    by_header,
    by_query,
    by_json,
    by_form,
    by_cookie,
]


@pytest.mark.parametrize("send", PLACES)
def test_no_cassette_holds_it(
    web: WebServer, tmp_path: Path, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "c.json"
    echo = json.dumps({"you sent": SECRET, "basic": b64encode(SECRET.encode()).decode()})
    url = web.answer("/a", echo.encode(), headers={"Set-Cookie": f"a={SECRET}", "X-Is": SECRET})

    with caplog.at_level(logging.DEBUG):
        with record(path, secrets=[SECRET], keep_headers=["Set-Cookie", "X-Is"]):
            asyncio.run(as_coroutine(send, url))
        with replay(path, secrets=[SECRET]):
            asyncio.run(as_coroutine(send, url))
        with pytest.raises(CassetteError) as caught, replay(path, secrets=[SECRET]):
            asyncio.run(as_coroutine(send, f"{url}/{SECRET}"))

    assert SECRET in repr(web.sent[0]) or b64encode(f"ada:{SECRET}".encode()).decode() in repr(
        web.sent[0]
    ), "it was sent"
    assert leaks(path.read_text() + caplog.text + shown(caught.value)) == []


async def as_coroutine(send: Send, url: str) -> object:
    return await send(url)


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("send", PLACES)
async def test_no_error_of_a_request_holds_it(
    web: WebServer, send: Send, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    url = web.answer("/a", b'{"error": "no"}', status=status)

    with caplog.at_level(logging.DEBUG), pytest.raises(HttpError) as caught:
        await send(url)

    assert leaks(shown(caught.value) + caplog.text) == []


@pytest.mark.parametrize("send", PLACES)
async def test_no_error_of_a_service_that_repeats_it_shows_it(
    web: WebServer, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    url = web.answer("/a", json.dumps({"refused": SECRET}).encode(), status=422)

    with caplog.at_level(logging.DEBUG), pytest.raises(HttpError) as caught:
        await send(url)

    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert leaks(said + caplog.text) == []
    assert caught.value.body == {"refused": SECRET}, "what the service said is for the piece alone"


def shown(error: BaseException) -> str:
    """All that a log or a terminal may print of an error, and of what led to it."""
    led_to = "".join(traceback.format_exception(error))
    return f"{led_to}{error!r}{error.args!r}{vars(error)!r}"


def test_no_report_about_versions_holds_it() -> None:
    def document(default: str, sample: JsonValue) -> dict[str, JsonValue]:
        prop: dict[str, JsonValue] = {
            "type": "SHORT_TEXT",
            "displayName": "Shop",
            "required": False,
        }
        action: dict[str, JsonValue] = {
            "name": "sell",
            "displayName": "Sell",
            "description": "Sells",
            "props": {"shop": {**prop, "defaultValue": default}},
            "sampleData": sample,
        }
        return {
            "name": "shop",
            "displayName": "Shop",
            "version": "1.0.0",
            "actions": {"sell": action},
            "triggers": {},
        }

    compared = compare(document(SECRET, {"a": SECRET}), document(f"{SECRET}2", {"b": [SECRET]}))

    assert compared.changes
    assert leaks(compared.text() + json.dumps(compared.document())) == []


def test_no_finding_holds_it() -> None:
    source = f'API_KEY = "{SECRET}"\nURL = "https://ada:{SECRET}@shop.test"  # {SECRET}\n'
    files = {
        "pyproject.toml": b'[project]\nname = "piece-shop"\nversion = "0.1.0"\n',
        "piece_shop/__init__.py": source.encode(),
        "README.md": f"# {SECRET}\n".encode(),
    }

    findings = check(files, {})

    assert {"secret-key"} <= {finding.rule for finding in findings}
    assert leaks(repr(findings)) == []


PIECE = '''
"""A piece that tells everybody what it knows."""

from pieces_framework import PieceAuth, RetryableError, create_action, create_piece

auth = PieceAuth.SecretText(display_name="Token", required=True)


@create_action(name="shout", display_name="Shout", description="Raises its token", auth=auth)
async def shout(context):
    print("printed", context.auth)
    raise ValueError(f"refused {context.auth}")


@create_action(name="hint", display_name="Hint", description="Hints at its token", auth=auth)
async def hint(context):
    raise RetryableError("try again", hint=f"with {context.auth}")


shop = create_piece(
    display_name="Shop",
    description="Sells",
    logo_url="https://shop.test/logo.png",
    auth=auth,
    authors=[],
    actions=[shout, hint],
    triggers=[],
)
'''
PROJECT = """
[project]
name = "piece-shop"
version = "0.1.0"

[project.entry-points.pieces]
shop = "piece_shop:shop"
"""
CONFTEST = """
import os

import pytest
from pieces_engine.contract import ContractService


@pytest.fixture(scope="session")
def contract_service():
    return ContractService(auth=os.environ["SHOP_TOKEN"])
"""


def test_no_report_of_the_contract_suite_holds_it(tmp_path: Path) -> None:
    (tmp_path / "piece_shop").mkdir()
    (tmp_path / "piece_shop" / "__init__.py").write_text(PIECE)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "conftest.py").write_text(CONFTEST)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--piece", str(tmp_path), "-rA", str(tmp_path)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SHOP_TOKEN": SECRET},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "refused" in done.stdout
    assert leaks(done.stdout + done.stderr) == []


TEST = """
import os
import httpx
from pieces_common.testing import record, replay


def test_a_body_that_hides_itself():
    with record("c.json", secrets=[os.environ["SHOP_TOKEN"]]):
        url = os.environ["SHOP_URL"] + "/hidden"
        headers = {"Authorization": "Bearer " + os.environ["SHOP_TOKEN"]}
        httpx.get(url, headers=headers, params={"token": os.environ["SHOP_TOKEN"]})


def test_a_second_secret_that_is_not_set():
    with record("c.json", secrets=[os.environ["SHOP_TOKEN"], os.environ.get("SHOP_SECRET")]):
        pass


def test_secrets_that_are_one_text():
    with record("c.json", secrets=os.environ["SHOP_TOKEN"]):
        pass


def test_a_replay_of_nothing():
    with replay("none.json", secrets=[os.environ["SHOP_TOKEN"]]):
        pass


def test_a_disk_that_fails():
    with record("conftest.py/c.json", secrets=[os.environ["SHOP_TOKEN"]]):
        httpx.get(os.environ["SHOP_URL"] + "/a?token=" + os.environ["SHOP_TOKEN"])
"""


def test_pytest_shows_it_in_no_traceback_of_a_recording(web: WebServer, tmp_path: Path) -> None:
    web.answer("/hidden", f"\xff{SECRET}".encode(), headers={"Content-Encoding": "br"})
    web.answer("/a", SECRET.encode())
    (tmp_path / "test_shop.py").write_text(TEST)
    (tmp_path / "conftest.py").touch()

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-vv", str(tmp_path)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SHOP_TOKEN": SECRET, "SHOP_URL": web.url},
        check=False,
        capture_output=True,
        text=True,
    )

    assert "cannot be undone" in done.stdout
    assert "cannot be written" in done.stdout
    assert "secret number 2 is no text: it is unset" in done.stdout
    assert "`secrets` is one text" in done.stdout
    assert "there is no cassette" in done.stdout
    assert "5 failed" in done.stdout
    assert leaks(done.stdout + done.stderr) == []
