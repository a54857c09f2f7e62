"""Secrets are found in any form and file, and no finding repeats them."""

from __future__ import annotations

import json
import random
import string

import pytest

from pieces_framework.checks import Severity
from tests.support.checked import findings, found, found_in

_ALPHABET = string.ascii_letters + string.digits


def made_up(length: int, alphabet: str = _ALPHABET, seed: int = 7) -> str:
    """Return what looks like a key and is none; put together here, so that no file holds one."""
    chosen = random.Random(seed)
    return "".join(chosen.choice(alphabet) for _ in range(length - 2)) + "q7"


UPPER = string.ascii_uppercase + string.digits
KEYS = {
    "AWS": "AKIA" + made_up(16, UPPER).upper(),
    "Anthropic": "sk-ant-" + made_up(90),
    "GitHub": "ghp_" + made_up(36),
    "GitHub-fine": "github_pat_" + made_up(82),
    "GitLab": "glpat-" + made_up(20),
    "Google": "AIza" + made_up(35),
    "Google-client": "GOCSPX-" + made_up(28),
    "Hugging-Face": "hf_" + made_up(34),
    "OpenAI": "sk-proj-" + made_up(48),
    "OpenAI-old": f"sk-{made_up(20)}T3BlbkFJ{made_up(20, seed=8)}",
    "OpenAI-service": f"sk-svcacct-{made_up(74)}T3BlbkFJ{made_up(74, seed=8)}",
    "Piecekit": "sk-" + made_up(61),
    "SendGrid": f"SG.{made_up(22)}.{made_up(43, seed=8)}",
    "Slack": f"xoxb-904817263541-{made_up(24)}",
    "Slack-webhook": f"hooks.slack.com/services/T0{made_up(8, UPPER).upper()}"
    f"/B0{made_up(8, UPPER).upper()}/{made_up(24)}",
    "Stripe": "sk_live_" + made_up(24),
    "Stripe-test": "sk_test_" + made_up(24),
    "Stripe-with-a-word-in-it": f"sk_live_{made_up(12)}3xtestx{made_up(8, seed=8)}",
    "Telegram": "904817263:AA" + made_up(33),
    "npm": "npm_" + made_up(36),
    "private": f"-----BEGIN RSA PRIVATE KEY-----\n{made_up(64)}\n",
    "private-in-texts": f'("-----BEGIN PRIVATE KEY-----\\n"\n    "{made_up(64)}\\n")',
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_key_is_found_and_not_repeated(key: str) -> None:
    (finding,) = findings(**{"README.md": f"# Gelato\n\nThe key: {key}\n"})

    assert (finding.rule, finding.line, finding.severity) == ("secret-key", 3, Severity.ERROR)
    shown = json.dumps(finding.document())
    assert all(key[at : at + 8] not in shown for at in range(8, len(key) - 8))


@pytest.mark.parametrize(
    "path",
    ["tests/data/answer.json", "piece_gelato/.env", "piece_gelato/key.pem", "tests/test_key.py"],
)
def test_key_is_found_in_any_text_file(path: str) -> None:
    assert [each[:2] for each in found(**{path: f"k = '{KEYS['Stripe']}'"})] == [
        ("secret-key", path)
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("AKIAIOSFODNN7EXAMPLE", id="the-one-in-aws-documentation"),
        pytest.param("sk_live_" + "x" * 24, id="crosses"),
        pytest.param("sk_live_" + "a1" * 12, id="repeated"),
        pytest.param("sk_live_your1key2goes3here4now", id="words"),
        pytest.param("-----BEGIN PRIVATE KEY-----", id="only-the-header"),
        pytest.param("sk_test_YourKeyGoesHere4NowQ8z", id="words-in-capitals"),
        pytest.param("sk_live_k7-test", id="short"),
        pytest.param("hf_" + "onlysmallletters" * 2 + "ab", id="small-letters"),
        pytest.param("ghp_" + "a" * 20, id="too-short"),
        pytest.param("sk-" + "-" * 61, id="no-letters"),
    ],
)
def test_placeholder_is_no_key(text: str) -> None:
    assert found(**{"README.md": f"# Gelato\n\n{text}\n"}) == []


def test_key_on_one_s_own_machine_is_let_be() -> None:
    assert found(**{".env": f"GELATO_KEY={KEYS['Stripe']}\n"}) == []


def test_file_that_is_no_text_is_passed_over() -> None:
    assert found(**{"data.bin": b"\0" + KEYS["Stripe"].encode()}) == []
    assert found(**{"large.txt": b"a" * 2_000_000 + KEYS["Stripe"].encode()}) == []


@pytest.mark.parametrize(
    "form",
    [
        "API_KEY = {!r}",
        "password: str = {!r}",
        "connect(secret={!r})",
        "HEADERS = {{'x': 1, 'access_token': {!r}}}",
        "HEADERS = {{'x-api-key': {!r}}}",
        "HEADERS = {{'Authorization': 'Bearer ' {!r}}}",
        "headers['Authorization'] = 'Bearer ' {!r}",
        "client.token = token = {!r}",
        "client.secret: str = {!r}",
        "USER, TOKEN = 'gelato', {!r}",
        "print_ = (token := {!r})",
        "def f(user, token={!r}): ...",
        "def f(*, user, token={!r}): ...",
        "TOKEN_ = os.environ.get('GELATO_TOKEN', {!r})",
        "P = Property.SecretText(display_name='Key', default_value={!r})",
        "CONFIG = {{'clientSecret': {!r}}}",
    ],
)
def test_literal_that_looks_secret_is_found_and_not_repeated(form: str) -> None:
    secret = made_up(24)

    (finding,) = findings(**{"piece_gelato/api.py": form.format(secret) + "\n"})

    assert (finding.rule, finding.line) == ("secret-literal", 1)
    assert secret not in json.dumps(finding.document())


def test_letters_alone_may_be_a_key() -> None:
    key = "hf_" + made_up(36, string.ascii_letters)[:34]

    assert [rule for rule, _, _ in found(**{"README.md": f"# Gelato\n\n{key}\n"})] == ["secret-key"]


JWT = f"eyJ{made_up(33)}.eyJ{made_up(60)}.{made_up(43)}"


@pytest.mark.parametrize(
    "line",
    [
        "MENU = 'https://gelato:v4nilla-Zq8L@api.gelato.shop'",
        "connect('postgres://shop:v4nillaZq8L@db.gelato.shop/menu')",
        f"MENU = {JWT!r}",
        f"HEADERS = {{'Authorization': 'Bearer {JWT}'}}",
    ],
)
def test_secret_within_a_text_is_found_and_not_repeated(line: str) -> None:
    (finding,) = findings(**{"piece_gelato/api.py": f"{line}\n"})

    assert (finding.rule, finding.line) == ("secret-literal", 1)
    assert JWT[:12] not in finding.message
    assert "Zq8L" not in finding.message


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("U = 'https://user:password1@gelato.shop'", id="placeholder-in-address"),
        pytest.param("U = f'https://user:{key}@gelato.shop'", id="filled-in"),
        pytest.param("U = 'postgres://shop:v4nillaZq8L@localhost/menu'", id="own-machine"),
        pytest.param("U = 'https://gelato.shop:8080/@flavors'", id="port"),
        pytest.param('"https://gelato:v4nilla-Zq8L@gelato.shop"', id="docstring"),
        pytest.param("J = 'eyJ" + "a" * 40 + ".eyJ" + "a" * 40 + "." + "a" * 40 + "'", id="jwt"),
        pytest.param("h = {'Authorization': f'Bearer {key}'}", id="given"),
        pytest.param("h = {'Authorization': 'Bearer ' + key}", id="added"),
        pytest.param("x = os.environ.get('TOKEN')", id="no-default"),
        pytest.param("def f(token, user='vanilla'): ...", id="no-secret-by-default"),
        pytest.param("P = Property.SecretText(default_value='')", id="empty-default"),
        pytest.param(f"P = Property.ShortText(default_value='{made_up(24)}')", id="plain-text"),
        pytest.param(f"continuationToken = '{made_up(24)}'", id="of-the-next-page"),
        pytest.param("API_KEY = 'test-key'", id="short"),
        pytest.param("API_KEY = 'a1a1a1a1a1a1a1a1a1a1a1a1'", id="repeated"),
        pytest.param(f"MENU = '{made_up(24)}'", id="no-secret-by-name"),
        pytest.param(f"NEXT_PAGE_TOKEN = '{made_up(24)}'", id="of-a-page"),
        pytest.param("TOKEN_URL = 'https://gelato.shop/oauth2/v2/token'", id="address"),
        pytest.param("PASSWORD = 'the words of 7 songs and a dance'", id="words"),
        pytest.param("password = 12345678901234567890", id="number"),
        pytest.param("X = {**other, None: 1, 'token': 5}", id="odd-dict"),
        pytest.param("a = b = connect(*c, **d)", id="odd-call"),
    ],
)
def test_literal_that_looks_like_no_secret_is_let_be(line: str) -> None:
    assert found_in(f"{line}\n") == []


def test_known_key_under_a_telling_name_is_found_once() -> None:
    assert found_in(f"API_KEY = '{KEYS['Stripe']}'\n") == [("secret-key", 1)]
