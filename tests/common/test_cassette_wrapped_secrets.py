"""No secret is in a cassette that a name gives away inside of what a request or an answer wraps."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest

from pieces_common.testing import record, replay
from tests.common.scrubbed import CLIENT, PLAIN, ask, decoded_text, leaks
from tests.common.web_server import WebServer


@pytest.fixture(autouse=True)
def _no_cookies() -> None:
    CLIENT.cookies.clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.json"


def sent_files(name: str, quoted: str, end: str) -> dict[str, Any]:  # as httpx takes them
    head = f'Content-Disposition: form-data; name={quoted}; filename="a"'.replace("NAME", name)
    lines = ["--zz9", head, "Content-Type: text/plain", "", PLAIN, "--zz9--", ""]
    kind = {"Content-Type": "multipart/form-data; boundary=zz9"}
    return {"content": end.join(lines).encode(), "headers": kind}


TOKEN = {"token": PLAIN}
HIDDEN_REQUESTS: dict[str, dict[str, Any]] = {  # as httpx takes them
    "upload": {"files": {"private_key": ("key.pem", PLAIN)}},
    "among-binaries": {"files": {"f": ("a", b"\xff"), "private_key": ("key", PLAIN)}},
    "json-upload": {"data": {"payload": json.dumps(TOKEN)}, "files": {"f": ("a", b"\xff")}},
    "bare-field": sent_files("token", "NAME", "\r\n"),
    "line-feeds": sent_files("token", '"NAME"', "\n"),
    "json-in-form": {"data": {"payload": json.dumps(TOKEN)}},
    "url-in-form": {"data": {"u": f"https://x.test/?access_token={PLAIN}"}},
    "url-in-url": {"params": {"u": f"https://x.test/?v={quote(f'/?token={PLAIN}', safe='')}"}},
    "json-in-query": {"params": {"filter": json.dumps({"a": TOKEN})}},
    "bare-json-in-query": {"target": f'/a?{{"token":"{PLAIN}"}}'},
    "token-scheme": {"headers": {"Authorization": f"Token token={PLAIN}"}},
    "oauth1": {
        "headers": {"Authorization": f'OAuth realm="x", oauth_token="{quote(PLAIN)}", a="b"'}
    },
    "digest": {"headers": {"Authorization": f'Digest username="a", response="{PLAIN}", nc=1'}},
    "aws4": {"headers": {"Authorization": f"AWS4-HMAC-SHA256 Credential=a/b, Signature={PLAIN}"}},
    "aws2": {"headers": {"Authorization": f"AWS key:{PLAIN}"}},
    "versioned": {"headers": {"X-Signature-256": f"t=1,v1={PLAIN}"}},
    "json-header": {"headers": {"X-Context": json.dumps(TOKEN)}},
    "quoted-cookie": {"headers": {"Cookie": f'a="{PLAIN}"'}},
    "unpadded-basic": {
        "headers": {"Authorization": f"Basic {b64encode(f'ab:{PLAIN}'.encode()).decode()[:-1]}"}
    },
    "latin-1-basic": {
        "headers": {"Authorization": f"Basic {b64encode(f'ä:{PLAIN}'.encode('latin-1')).decode()}"}
    },
}


def test_the_unpadded_credentials_lack_their_padding() -> None:
    assert b64encode(f"ab:{PLAIN}".encode()).endswith(b"=")


@pytest.mark.parametrize("name", HIDDEN_REQUESTS)
def test_a_secret_by_name_is_found_in_what_a_request_wraps(
    web: WebServer, path: Path, name: str
) -> None:
    send = ask(web, **HIDDEN_REQUESTS[name])
    web.answer("/a", json.dumps({"you sent": f"<{PLAIN}>"}).encode())

    with record(path):
        send()

    assert PLAIN in unquote_plus(repr(web.sent)) or "basic" in name, "it was sent"
    assert leaks(decoded_text(path), PLAIN) == []


def test_a_key_with_lines_of_hyphens_is_one_value(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")
    key = f"-----BEGIN KEY-----\r\n{PLAIN}\r\n-----END KEY-----\r\n--{PLAIN}\r\n"

    with record(path):
        CLIENT.post(url, files={"private_key": ("key.pem", key), "f": ("f", "after")})

    assert leaks(path.read_text(), PLAIN) == []
    assert "after" in path.read_text()


JSON_TEXT = json.dumps({"a": 1, "access_token": PLAIN})
HIDING_TEXTS = {
    "json-in-json": json.dumps(JSON_TEXT),
    "json-twice-in-json": json.dumps(json.dumps(JSON_TEXT)),
    "json-of-a-key-twice": json.dumps({"raw": JSON_TEXT.replace("1", JSON_TEXT)}),
    "escaped": f"said {json.dumps(JSON_TEXT)}",
    "twice-escaped": f"said {json.dumps(json.dumps(JSON_TEXT))}",
    "escaped-in-it": rf'said "{{\"token\": \"a\\\"\\n{PLAIN}\"}}"',
    "python": f"got {{'n': 'x', 'api_key': '{PLAIN}'}}",
    "ruby": f'got {{"api_key"=>"{PLAIN}"}}',
    "code": f'const a = {{accessToken: "{PLAIN}"}}',
    "in-an-attribute": f"""<a data="password='{PLAIN}'">""",
    "digest": f'Digest realm="x", response="y", token="{PLAIN}"',
    "attribute": f'<user name="ada" password="{PLAIN}"/>',
    "element": f"<a><password>{PLAIN}</password></a>",
    "element-of-a-namespace": f'<w:Password Type="text">\n{PLAIN}\n</w:Password>',
    "cdata": f"<secret><![CDATA[a]{PLAIN}]]></secret>",
    "yaml": f"user: ada\ntoken: {PLAIN}\n",
    "yaml-list": f"auth:\r\n  - token: {PLAIN}\r\n",
    "ini": f"[a]\npassword = {PLAIN}",
    "form": f"scope=a&access_token={PLAIN}",
    "lower-case-scheme": f"sent bearer {PLAIN}-and-more",
    "url-in-url": f"go to https://x.test/?to={quote(f'https://y.test/?token={PLAIN}', safe='')}",
}


@pytest.mark.parametrize("name", HIDING_TEXTS)
def test_a_secret_by_name_is_found_in_what_an_answer_wraps(
    web: WebServer, path: Path, name: str
) -> None:
    url = web.answer("/a", HIDING_TEXTS[name].encode())

    with record(path):
        CLIENT.get(url)
        CLIENT.post(url, json={"said": HIDING_TEXTS[name]})

    assert leaks(path.read_text(), PLAIN) == []


def test_what_stands_around_a_secret_stays(web: WebServer, path: Path) -> None:
    said = {
        "/xml": (f"<a><token><![CDATA[{PLAIN}]]></token> b</a>", "<a><token><![CDATA[SCRUBBED]]>"),
        "/json": (f'{{"a": "b", "token": "{PLAIN}"}} c', '{"a": "b", "token": "SCRUBBED"} c'),
        "/text": (f"n: 1\ntoken: {PLAIN}\nb: 2", "n: 1\ntoken: SCRUBBED\nb: 2"),
        "/prose": ("token: this is prose\n tokens: 40", "token: this is prose\n tokens: 40"),
        "/str": (json.dumps(json.dumps(TOKEN)), json.dumps(json.dumps({"token": "SCRUBBED"}))),
    }
    for target, (text, _) in said.items():
        web.answer(target, text.encode())

    with record(path):
        for target in said:
            CLIENT.get(web.url + target)
    with replay(path):
        replayed = {target: CLIENT.get(web.url + target).text for target in said}

    assert [target for target in said if said[target][1] not in replayed[target]] == []


SECRET_NAMES = [
    *("passcode", "secret_value", "secretText", "token1", "api_token_v2", "apiKeyV2", "token_2"),
    *("encryption_key", "otp_code", "auth_code", "oauth_verifier", "userPass", "PHPSESSID", "hmac"),
    *("signed_request", "connection_string", "connectionString", "cvv", "cvv2", "card_cvc", "sig"),
    *(
        "api_sig",
        "device_code",
        "verification_code",
        "recovery_codes",
        "SAMLResponse",
        "master_key",
    ),
    *("authorization_code", "hmac_sha256", "account_key", "connect.sid", "tokenValue", "db_pass"),
]
QUERY_NAMES = ["session", "code", "key"]


def test_secrets_are_known_by_many_names(web: WebServer, path: Path) -> None:
    url = web.answer("/a", json.dumps([{name: PLAIN} for name in SECRET_NAMES]).encode())
    values = {name: f"{PLAIN}-{name}" for name in SECRET_NAMES}
    in_queries = {**values, **{name: f"{PLAIN}-{name}" for name in QUERY_NAMES}}

    with record(path):
        CLIENT.post(url, json={name: [value] for name, value in values.items()})
        CLIENT.post(url, data=in_queries)
        CLIENT.get(url, params=in_queries)
        CLIENT.post(url, data=values, files={"f": ("a", b"b")})
        CLIENT.get(url, headers={f"X-{name}": value for name, value in in_queries.items()})

    assert [name for name in in_queries if f"{PLAIN}-{name}" in path.read_text()] == []
    assert leaks(path.read_text(), PLAIN) == []


def test_parts_of_credentials_that_are_no_secrets_stay(web: WebServer, path: Path) -> None:
    digest = 'Digest username="ada.lovelace", realm="shop-realm-1", uri="/orders/17", qop=auth'
    url = web.answer("/a", b'["ada.lovelace", "shop-realm-1", "/orders/17", "x.test.example"]')

    with record(path):
        CLIENT.get(url, headers={"Authorization": digest, "Cookie": "Domain=x.test.example"})

    assert "SCRUBBED" not in path.read_text()


async def test_a_wrapped_secret_may_be_another_one_in_a_replay(web: WebServer, path: Path) -> None:
    def send(key: str) -> bytes:
        data = {"payload": json.dumps({"token": key, "n": "ä +%"})}
        return CLIENT.post(url, data=data, params={"u": f"https://x.test/?token={key}"}).content

    url = web.answer("/a", b"1")
    with record(path):
        send(PLAIN)
    with replay(path):
        replayed = send("x")

    assert replayed == b"1"
