"""What the rules about code take for a fault, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.support.checked import found_in

ENABLE = "@t.on_enable\nasync def on(context):\n    register()\n"
DISABLE = "@t.on_disable\nasync def off(context):\n    remove()\n"
WEBHOOK = "@create_trigger(strategy=TriggerStrategy.WEBHOOK)\nasync def t(context): ...\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("from time import sleep\nasync def f():\n    sleep(1)\n", 3, id="imported"),
        pytest.param("import time as t\nasync def f():\n    t.sleep(1)\n", 3, id="renamed"),
        pytest.param(
            "import subprocess\nasync def f():\n    subprocess.run(['ls'])\n", 3, id="process"
        ),
        pytest.param(
            "import urllib.request\nasync def f():\n    urllib.request.urlopen('')\n",
            3,
            id="urllib",
        ),
        pytest.param("import os\nasync def f():\n    return [os.system('')]\n", 3, id="in-a-list"),
        pytest.param(
            "import time\nasync def f(g=time.sleep):\n    def h():\n        time.sleep(1)\n",
            None,
            id="in-a-function-within",
        ),
        pytest.param(
            "import time\nasync def f():\n    return lambda: time.sleep(1)\n",
            None,
            id="in-a-lambda",
        ),
        pytest.param("async def f(time):\n    time.sleep(1)\n", None, id="a-parameter-of-the-name"),
        pytest.param(
            "from .clock import time\nasync def f():\n    time.sleep(1)\n", None, id="our-own"
        ),
    ],
)
def test_blocking_calls(code: str, expected: int | None) -> None:
    assert found_in(code) == ([] if expected is None else [("blocking-call", expected)])


@pytest.mark.parametrize(
    ("imported", "body", "lines"),
    [
        ("requests", "requests.Session().get('')", [3]),
        ("httpx", "with httpx.Client() as c: c.get('')", [3]),
        ("httpx", "c = httpx.Client()\n  with c.stream('GET', '') as r: ...", [4]),
        ("subprocess", "subprocess.Popen(['ls']).wait()", [3]),
        ("subprocess", "p = subprocess.Popen(['ls'])\n  p.communicate()", [4]),
        ("urllib3", "urllib3.request('GET', '')", [3]),
        ("smtplib", "smtplib.SMTP('mail')", [3]),
        ("http.client", "http.client.HTTPSConnection('').request('GET', '')", [3]),
        ("boto3", "boto3.client('s3').put_object(Key='k')", [3]),
        ("typing", "input('name')", [3]),
        ("httpx", "async with httpx.AsyncClient() as c: await c.get('')", []),
        ("httpx", "c = httpx.Client()\n  c = mine()\n  c.get('')", []),
        ("httpx", "def g(): c = httpx.Client()\n  c.get('')", []),
        ("httpx", "c = httpx.Client()\n  (lambda c: c.get(''))(mine)", []),
        ("subprocess", "return subprocess.Popen(['ls'])", []),
        ("http.client", "return http.client.HTTPConnection('')", []),
        ("boto3", "return boto3.client('s3').get_paginator('list_objects')", []),
        ("asyncio", "c = c.c\n  c.get('')", []),
    ],
)
def test_calls_that_block_by_what_they_are_made_of(
    imported: str, body: str, lines: list[int]
) -> None:
    code = f"import {imported}\nasync def f():\n  {body}\n"

    every = found_in(code, "boto3", "httpx", "requests", "urllib3")

    assert [line for rule, line in every if rule == "blocking-call"] == lines


def test_client_of_the_module_blocks_too() -> None:
    code = "import http.client as h\nc = h.HTTPConnection('')\nasync def f():\n  c.request('')\n"

    assert found_in(code) == [("blocking-call", 4)]


def test_client_that_is_handed_over_is_not_known() -> None:
    code = "import http.client as h\nc = h.HTTPConnection('')\nasync def f(c):\n  c.request('')\n"

    assert found_in(code) == []


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        pytest.param("from pathlib import Path\nPath('a').write_text('')\n", True, id="write"),
        pytest.param("from pathlib import Path\nX = Path('a').read_text()\n", False, id="read"),
        pytest.param(
            "from pathlib import Path; p = Path('a') / 'b'\np.write_text('')\n", True, id="path"
        ),
        pytest.param(
            "from pathlib import Path; p = Path('a')\nx = p.read_text()\n", False, id="path-read"
        ),
        pytest.param("import threading\nthreading.Thread(target=f).start()\n", True, id="thread"),
        pytest.param("import threading\nT = threading.Thread(target=f)\n", False, id="unstarted"),
        pytest.param(
            "import http.client\nhttp.client.HTTPConnection('').connect()\n", True, id="client"
        ),
        pytest.param("import http.client\nC = http.client.HTTPConnection('')\n", False, id="made"),
        pytest.param("\nX = open('a', 'w')\n", True, id="open-to-write"),
        pytest.param("\nX = open('a', mode='ab')\n", True, id="open-to-append"),
        pytest.param("\nX = open('a').read()\n", False, id="open-to-read"),
        pytest.param("import time\nif True: time.sleep(1)\n", True, id="sleep"),
        pytest.param("class A:\n    x = open('a', 'x')\n", True, id="in-a-class-body"),
        pytest.param(
            "if __name__ == '__main__':\n    open('a', 'w')\n", False, id="run-as-a-script"
        ),
        pytest.param(
            "import subprocess\nf = lambda: subprocess.run('')\n", False, id="in-a-lambda"
        ),
    ],
)
def test_work_at_import(code: str, *, is_found: bool) -> None:
    assert found_in(code) == ([("work-at-import", 2)] if is_found else [])


@pytest.mark.parametrize(
    ("statement", "is_found"),
    [
        pytest.param("context.store.delete('a')", True, id="delete"),
        pytest.param("context.files.write(name='a', data=b'')", True, id="file"),
        pytest.param("http_client.send_request('GET', '')", True, id="request"),
        pytest.param("await context.store.put('a', 1)", False, id="awaited"),
        pytest.param("x = context.store.put('a', 1)", False, id="awaited-later"),
        pytest.param("context.store.forget('a')", False, id="another-method"),
        pytest.param("context.files.close()", False, id="another-method-of-files"),
        pytest.param("self.shop.store.put('a', 1)", False, id="another-store"),
        pytest.param("store[0]()", False, id="no-name"),
        pytest.param("'a text'", False, id="no-call"),
    ],
)
def test_calls_that_are_not_awaited(statement: str, *, is_found: bool) -> None:
    code = f"from pieces_common import http_client\nasync def f(context):\n    {statement}\n"

    assert found_in(code) == ([("not-awaited", 3)] if is_found else [])


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        pytest.param("try: f()\nexcept (KeyError, Exception): ...\n", "swallowed-error", id="or"),
        pytest.param(
            "def g():\n  try: f()\n  except Exception: return None\n", "swallowed-error", id="none"
        ),
        pytest.param(
            "import contextlib\nwith contextlib.suppress(Exception): f()\n",
            "swallowed-error",
            id="suppressed",
        ),
        pytest.param("try: f()\nexcept BaseException: g()\n", "bare-except", id="base"),
        pytest.param("try: f()\nexcept BaseException as e: g(e)\n", "", id="base-used"),
        pytest.param("try: f()\nexcept Exception as e: g(e)\n", "", id="used"),
        pytest.param("try: f()\nexcept KeyError: pass\n", "", id="one-error"),
        pytest.param("try: f()\nexcept ERRORS[0]: pass\n", "", id="computed"),
        pytest.param(
            "import contextlib\nwith contextlib.suppress(OSError): f()\n", "", id="suppressed-one"
        ),
    ],
)
def test_swallowed_errors(code: str, rule: str) -> None:
    assert [found for found, _ in found_in(code)] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("caught", "body", "rule"),
    [
        ("Exception", "return []", "swallowed-error"),
        ("Exception", "return {}", "swallowed-error"),
        ("Exception", "return dict()", "swallowed-error"),
        ("Exception as e", "x = None", "swallowed-error"),
        ("Exception", "break", "swallowed-error"),
        ("Exception", "continue", "swallowed-error"),
        ("HttpError", "pass", "swallowed-error"),
        ("(KeyError, HttpError)", "return []", "swallowed-error"),
        ("pieces_framework.errors.RunError", "pass", "swallowed-error"),
        ("BaseException as e", "pass", "bare-except"),
        ("BaseException as e", "log(1)", "bare-except"),
        ("BaseException as e", "log(e)", ""),
        ("Exception", "return False", ""),
        ("Exception", "return 'the key was refused'", ""),
        ("HttpError", "return 'the key was refused'", ""),
        ("Exception", "x = default()", ""),
        ("Exception", "log(1); return None", ""),
        ("HttpError as e", "look_at(e.status)", ""),
        ("RetryableError", "pass", ""),
        ("OwnError", "return []", ""),
    ],
)
def test_errors_that_are_caught(caught: str, body: str, rule: str) -> None:
    imports = (
        "import pieces_framework.errors\n"
        "from pieces_common import HttpError\n"
        "from pieces_framework import RetryableError\n"
        "from .errors import RunError as OwnError\n"
    )
    code = f"{imports}def f():\n for x in y:\n  try: g()\n  except {caught}: {body}\n"

    assert found_in(code) == ([(rule, 8)] if rule else [])


SUPPRESSING = """\
import contextlib
from pieces_framework import PieceError
with contextlib.suppress(PieceError): f()
"""


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        (SUPPRESSING, ["swallowed-error"]),
        ("def f():\n try: g()\n finally: return 1\n", ["swallowed-error"]),
        ("def f():\n try: g()\n finally:\n  if x: return 1\n", ["swallowed-error"]),
        ("def f():\n try: g()\n finally:\n  def h(): return 1\n", []),
        ("try: import orjson\nexcept Exception: orjson = None\n", []),
    ],
)
def test_errors_that_pass_unseen_otherwise(code: str, rules: list[str]) -> None:
    assert [rule for rule, _ in found_in(code)] == rules


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        pytest.param("import ssl\nx = ssl._create_unverified_context()\n", True, id="context"),
        pytest.param("import ssl\nc.verify_mode = ssl.CERT_NONE\n", True, id="mode"),
        pytest.param("\nclient.get(url, verify=False)\n", True, id="method"),
        pytest.param("import ssl\nc.verify_mode = ssl.CERT_REQUIRED\n", False, id="good-mode"),
        pytest.param("\ntoken = decode(text, verify=False)\n", False, id="not-a-request"),
        pytest.param("\nclient.get(url, verify=True)\n", False, id="verified"),
        pytest.param("\nclient.get(url, verify=context)\n", False, id="a-context"),
    ],
)
def test_unverified_certificates(code: str, *, is_found: bool) -> None:
    assert found_in(code) == ([("tls-unverified", 2)] if is_found else [])


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("http://api.gelato.shop", True),
        ("http://8.8.8.8/", True),
        ("http://GELATO.shop", True),
        ("http://", False),
        ("http://{host}/v1", False),
        ("http://localhost:8970", False),
        ("http://gelato", False),
        ("http://192.168.1.20/api", False),
        ("http://172.20.0.3", False),
        ("http://nas.local", False),
        ("http://flavors.svc.internal/v1", False),
        ("http://schemas.gelato.com/2020/menu", False),
        ("http://www.w3.org/2001/XMLSchema", False),
        ("http://www.sitemaps.org/schemas/sitemap/0.9", False),
        ("http://www.gelato.shop/dtds/menu-1.0.dtd", False),
        ("http://api.gelato.shop/answers", True),
        ("http://shop.example.com", False),
        ("such as http://api.gelato.shop", False),
        ("https://api.gelato.shop", False),
    ],
)
def test_addresses_without_encryption(address: str, *, is_found: bool) -> None:
    assert found_in(f"ADDRESS = {address!r}\n") == ([("plain-http", 1)] if is_found else [])


def test_docstring_is_no_address() -> None:
    assert found_in('"""http://api.gelato.shop"""\n') == []


def test_address_in_bytes_is_no_address() -> None:
    assert found_in("ADDRESS = b'http://api.gelato.shop'\n") == []


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        pytest.param(WEBHOOK + ENABLE + DISABLE, [], id="both"),
        pytest.param(WEBHOOK + DISABLE, ["hook-pair"], id="no-enable"),
        pytest.param(WEBHOOK, ["hook-pair", "hook-pair"], id="neither"),
        pytest.param(WEBHOOK + ENABLE + "t.on_disable(off)\n", [], id="attached-by-a-call"),
        pytest.param(
            WEBHOOK + "from .a import t as u\nu.on_enable(f)\nu.on_disable(f)\n", [], id="as"
        ),
        pytest.param(DISABLE, [], id="not-made-here"),
        pytest.param(
            WEBHOOK + "def attach(given):\n    given.on_enable(f)\n    given.on_disable(f)\n",
            [],
            id="attached-by-a-function",
        ),
        pytest.param(
            WEBHOOK + ENABLE + WEBHOOK.replace(" t(", " u(") + "u.on_enable(f)\nu.on_disable(f)\n",
            ["hook-pair"],
            id="attached-to-another",
        ),
        pytest.param(
            WEBHOOK + ENABLE + "@t.on_disable\ndef off(context): pass\n",
            ["disable-does-nothing"],
            id="empty",
        ),
        pytest.param(
            "@create_trigger(strategy=chosen())\nasync def t(context): ...\n", [], id="computed"
        ),
        pytest.param("@create_trigger\nasync def t(context): ...\n", [], id="not-called"),
    ],
)
def test_hooks_of_webhooks(code: str, rules: list[str]) -> None:
    assert [rule for rule, _ in found_in(code)] == rules


@pytest.mark.parametrize(
    ("strategy", "is_found"),
    [
        ("'WEBHOOK'", True),
        ("TriggerStrategy('WEBHOOK')", True),
        ("TriggerStrategy['WEBHOOK']", True),
        ("S", True),
        ("OTHER", True),  # the metadata knows
        ("TriggerStrategy.POLLING", False),
        ("P", False),
        ("'POLLING'", False),
    ],
)
def test_webhooks_are_known_however_they_are_declared(strategy: str, *, is_found: bool) -> None:
    code = (
        "S = TriggerStrategy.WEBHOOK\nP = TriggerStrategy.POLLING\n"
        f"@create_trigger(name='new_flavor', strategy={strategy})\nasync def t(context): ...\n"
        + ENABLE
    )

    assert found_in(code) == ([("hook-pair", 3)] if is_found else [])


def test_a_polling_trigger_that_nobody_registers_is_found() -> None:
    code = "@create_polling_trigger(name='unknown', dedupe=chosen())\nasync def t(context): ...\n"

    assert found_in(code) == [("part-unregistered", 1)]


def test_strategy_that_neither_code_nor_metadata_tells_is_let_be() -> None:
    code = "@create_trigger(name='unknown', strategy=chosen())\nasync def t(context): ...\n"

    assert found_in(code + ENABLE) == [("part-unregistered", 1)]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param("def off(c): pass\nt.on_disable(off)\n", [7], id="attached-by-a-call"),
        pytest.param(
            "def off(c): pass\nfrom .api import off as o\nt.on_disable(o)\n", [8], id="renamed"
        ),
        pytest.param("def off(c): remove()\nt.on_disable(off)\n", [], id="that-works"),
        pytest.param(
            "def off(c): pass\nclass A:\n  def off(c): ...\nt.on_disable(off)\n",
            [],
            id="of-a-name-twice",
        ),
        pytest.param("t.on_disable(made())\n", [], id="unknown"),
    ],
)
def test_disabling_that_does_nothing(code: str, lines: list[int]) -> None:
    expected = [("disable-does-nothing", line) for line in lines]

    assert found_in(WEBHOOK + ENABLE.replace("\n    ", " ") + "\n" + code) == expected


@pytest.mark.parametrize(
    ("call", "is_found"),
    [
        ("PieceAuth.CustomAuth(props=P)", True),
        ("framework.PieceAuth.BasicAuth(display_name='A')", True),
        ("PieceAuth.OAuth2(auth_url='a')", False),
        ("PieceAuth.SecretText(**options)", False),
        ("Property.SecretText(display_name='A')", False),
        ("make()(display_name='A')", False),
    ],
)
def test_auths_without_a_check(call: str, *, is_found: bool) -> None:
    assert found_in(f"x = {call}\n") == ([("auth-unchecked", 1)] if is_found else [])


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("def print(x): ...\nprint(1)\n", False),
        ("from rich import print  # pieces: ignore[undeclared-dependency]\nprint(1)\n", False),
        ("self.print(1)\n", False),
        ("[][0](1)\n", False),
        ("import builtins\nbuiltins.print(1)\n", False),
        ("print('a')\n", True),
    ],
)
def test_only_the_built_in_print_prints(code: str, *, is_found: bool) -> None:
    assert [rule for rule, _ in found_in(code)] == (["print-call"] if is_found else [])


@pytest.mark.parametrize(
    ("comment", "is_found"),
    [("# FIXME later", True), ("#XXX", True), ("# TODOS: none", False), ("# a TODO", False)],
)
def test_comments_that_leave_something_to_do(comment: str, *, is_found: bool) -> None:
    assert found_in(f"X = 1\n{comment}\n") == ([("todo-comment", 2)] if is_found else [])
