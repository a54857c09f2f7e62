"""No secret is in a cassette, in an error about it, or in a log, in whatever form it was sent."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import string
import traceback
from base64 import b64encode
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, unquote_plus

import httpx
import pytest
import requests
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pieces_common import BasicAuth, BearerToken, HttpMethod, http_client
from pieces_common.testing import CassetteError, record, replay
from tests.common.scrubbed import CLIENT, PLAIN, SECRET, ask, decoded_text, leaks
from tests.common.web_server import WebServer, web_server
from tests.support.quoting import every_form


@pytest.fixture(autouse=True)
def _no_cookies() -> None:
    CLIENT.cookies.clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.json"


REQUESTS: dict[str, dict[str, Any]] = {  # as httpx takes them
    "bearer": {"headers": {"Authorization": "Bearer s3cret-key-77"}},
    "basic": {"auth": ("ada", PLAIN)},
    "api-key": {"headers": {"X-Api-Key": PLAIN}},
    "odd-header": {"headers": {"X-Whatever": f"v1 {PLAIN}"}},
    "proxy": {"headers": {"Proxy-Authorization": PLAIN}},
    "cookie": {"headers": {"Cookie": f"theme=dark; sid={PLAIN}"}},
    "kept-header": {"headers": {"Accept": f"text/{PLAIN}"}},
    "query": {"params": {"api_key": PLAIN}},
    "odd-query": {"params": {"q": f"x{PLAIN}y"}},
    "name-of-query": {"params": {PLAIN: "1"}},
    "path": {"target": f"/a/{PLAIN}/b"},
    "json": {"json": {"a": [{"client_secret": PLAIN}]}},
    "odd-json": {"json": {"a": [f"<{PLAIN}>"], PLAIN: 1}},
    "json-in-json": {"json": {"a": json.dumps({"token": PLAIN})}},
    "form": {"data": {"password": PLAIN, "user": "ada"}},
    "odd-form": {"data": {"note": f"{PLAIN}!"}},
    "multipart": {"data": {"password": PLAIN}, "files": {"f": ("a", b"\0\xff")}},
    "file": {"files": {"f": (PLAIN, PLAIN.encode() + b"\0\xff")}},
    "text": {"content": f"hello {PLAIN}"},
    "binary": {"content": b"\0\xff" + PLAIN.encode()},
    "base64": {"content": b64encode(b"ab" + PLAIN.encode() + b"c")},
    "gzip": {
        "content": gzip.compress(PLAIN.encode()),
        "headers": {"Content-Encoding": "gzip"},
    },
    "user-in-url": {"target": "/a", "auth": httpx.BasicAuth(PLAIN, "")},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_given_secret_of_a_request_is_not_written(web: WebServer, path: Path, name: str) -> None:
    send = ask(web, **REQUESTS[name])

    with record(path, secrets=[PLAIN]):
        send()

    assert leaks(decoded_text(path), PLAIN) == []


ANSWERS: dict[str, tuple[bytes, dict[str, str]]] = {
    "cookie": (b"1", {"Set-Cookie": f"sid={PLAIN}; Path=/"}),
    "odd-header": (b"1", {"X-Echo": PLAIN}),
    "location": (b"1", {"Location": f"/a?code={PLAIN}"}),
    "link": (b"1", {"Link": f"<https://u:{PLAIN}@x.test/?token={PLAIN}>; rel=next"}),
    "json": (json.dumps({"access_token": PLAIN, "n": 1}).encode(), {}),
    "odd-json": (json.dumps({PLAIN: [f"x {PLAIN}"]}).encode(), {}),
    "escaped-json": (b'{"a": "s3cret\\u002dkey\\u002d77"}', {}),
    "next-page": (json.dumps({"next": f"http://x/?access_token={PLAIN}"}).encode(), {}),
    "text": (f"your key: {PLAIN}".encode(), {"Content-Type": "text/plain"}),
    "base64": (b64encode(b"u:" + PLAIN.encode()), {}),
    "binary": (b"\x89PNG\0" + PLAIN.encode() + b"\xff", {}),
    "gzip": (gzip.compress(PLAIN.encode()), {"Content-Encoding": "gzip"}),
    "gzipped-binary": (gzip.compress(b"\0\xff" + PLAIN.encode()), {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_given_secret_of_an_answer_is_not_written(web: WebServer, path: Path, name: str) -> None:
    body, headers = ANSWERS[name]
    url = web.answer("/a", body, headers=headers)

    with record(path, secrets=[PLAIN], keep_headers=["X-Echo", "Set-Cookie"]):
        CLIENT.get(url)

    assert leaks(decoded_text(path), PLAIN) == []


@pytest.mark.parametrize(
    "name",
    [
        "bearer",
        "basic",
        "api-key",
        "proxy",
        "cookie",
        "query",
        "json",
        "json-in-json",
        "form",
        "multipart",
        "user-in-url",
    ],
)
def test_a_secret_by_name_is_not_written_even_where_it_is_repeated(
    web: WebServer, path: Path, name: str
) -> None:
    send = ask(web, **REQUESTS[name])
    web.answer("/a", json.dumps({"you sent": f"<{PLAIN}>", "q": quote(PLAIN)}).encode())

    with record(path):
        CLIENT.get(f"{web.url}/before/{PLAIN}")
        send()

    assert leaks(decoded_text(path), PLAIN) == []


@pytest.mark.parametrize("name", ["cookie", "location", "link", "json", "next-page"])
def test_a_secret_by_name_in_an_answer_is_not_written(
    web: WebServer, path: Path, name: str
) -> None:
    body, headers = ANSWERS[name]
    url = web.answer("/a", body, headers=headers)

    with record(path, keep_headers=["Set-Cookie"]):
        CLIENT.get(url)

    assert leaks(decoded_text(path), PLAIN) == []


@pytest.mark.parametrize(
    "text",
    [
        f"see https://ada:{PLAIN}@x.test/a",
        f"see https://x.test/a?page=2&token={PLAIN}#top",
        f"password={PLAIN} was refused",
        f'<script>{{"user": "ada", "accessToken": "{PLAIN}"}}</script>',
        f'{{"password": "{PLAIN}"}}\n{{"password": "{PLAIN}"}}\n',
        f"Authorization: Bearer {PLAIN}-and-more",
    ],
)
def test_a_secret_by_name_in_a_text_is_not_written(web: WebServer, path: Path, text: str) -> None:
    url = web.answer("/a", json.dumps({"said": text}).encode())
    web.answer("/b", text.encode())

    with record(path):
        CLIENT.get(url)
    as_json = path.read_text()
    with record(path):
        CLIENT.get(f"{web.url}/b")

    assert leaks(as_json, PLAIN) == []
    assert leaks(path.read_text(), PLAIN) == []


def test_a_secret_by_name_in_a_json_text_is_not_written(web: WebServer, path: Path) -> None:
    inner = json.dumps([{"user": "ada", "pin": PLAIN}])
    url = web.answer("/a", json.dumps({"raw": inner, "brace": "{not json"}).encode())

    with record(path):
        CLIENT.get(url)
    with replay(path):
        replayed = CLIENT.get(url).json()

    assert json.loads(replayed["raw"]) == [{"user": "ada", "pin": "SCRUBBED"}]
    assert replayed["brace"] == "{not json"


def test_a_password_in_a_url_is_not_written_where_it_is_repeated(
    web: WebServer, path: Path
) -> None:
    web.answer("/a", f"hello {PLAIN}".encode())

    with record(path):
        CLIENT.get(f"{web.url}/a".replace("//", f"//ada:{PLAIN}@"), auth=httpx.Auth())

    assert leaks(path.read_text(), PLAIN) == []


def test_a_secret_of_a_binary_body_is_found_by_its_bytes(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"\0\xff" + SECRET.encode() + b"\xff")

    with record(path, secrets=[SECRET]):
        CLIENT.get(url)
    with replay(path):
        replayed = CLIENT.get(url).content

    assert replayed == b"\0\xffSCRUBBED\xff"


def test_a_secret_given_with_spaces_around_is_found_without(web: WebServer, path: Path) -> None:
    url = web.answer("/a", f"hello {PLAIN}".encode())

    with record(path, secrets=[f" {PLAIN}\n"]):
        CLIENT.get(url)

    assert leaks(path.read_text(), PLAIN) == []


def test_a_secret_is_found_wherever_and_however_it_is_written(web: WebServer, path: Path) -> None:
    forms = every_form(SECRET)
    url = web.answer("/a", "\n".join(forms).encode())

    with record(path, secrets=[SECRET]):
        for form in forms:
            CLIENT.post(url, content=form.encode())
            CLIENT.post(url, json={"a": form, form: 1})
            CLIENT.get(url, params={"q": form})
            CLIENT.get(f"{url}/{quote(form, safe='')}")

    assert leaks(decoded_text(path), SECRET) == []


SECRETS = st.text(
    st.one_of(
        st.sampled_from(string.printable),
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")),
    ),
    min_size=4,
    max_size=24,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=SECRETS)
def test_any_secret_is_kept_out_or_nothing_is_written(server: WebServer, secret: str) -> None:
    assume(len(secret.strip()) >= 4)
    url = server.answer("/a", json.dumps({"echo": [secret, {"x": f"<{secret}>"}]}).encode())

    with TemporaryDirectory() as folder:
        path = Path(folder) / "c.json"
        try:
            with record(path, secrets=[secret]):
                CLIENT.post(url, json={"x": secret}, params={"q": secret})
                CLIENT.post(url, content=f"{secret} {quote(secret)}".encode())
        except CassetteError:
            assert not path.exists()
        else:
            assert secret.strip() not in path.read_text()
            strings = list(texts(json.loads(path.read_text())))
            assert not any(secret.strip() in unquote_plus(text) for text in strings)


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:  # pyright: ignore[reportUnknownVariableType] -- what JSON holds
                yield from texts(item)  # pyright: ignore[reportUnknownArgumentType]
        case dict():
            yield from texts(list(value.items()))  # pyright: ignore[reportUnknownArgumentType]
        case tuple():
            yield from texts(list(value))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return


@pytest.mark.parametrize("word", ["recordedAt", "exchanges", "Schema"])
def test_nothing_is_written_if_a_secret_is_a_word_of_the_cassette(
    web: WebServer, path: Path, word: str
) -> None:
    url = web.answer("/a", b"1")

    with pytest.raises(CassetteError) as caught, record(path, secrets=[word]):
        CLIENT.get(url)

    assert "a secret is still in it" in str(caught.value)
    assert word not in str(caught.value) + caught.value.hint
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("short", ["", "abc", "  ab  "])
def test_a_secret_too_short_to_be_told_from_a_word_is_refused(path: Path, short: str) -> None:
    with pytest.raises(CassetteError) as caught, record(path, secrets=["long enough", short]):
        pytest.fail("the block is not entered")

    assert str(caught.value) == "secret number 2 is shorter than 4 characters"


@pytest.mark.parametrize(
    ("secret", "what"),
    [(None, "unset (`None`)"), (b"s3cret-key", "of the type `bytes`"), (7777, "of the type `int`")],
)
@pytest.mark.parametrize("use", [record, replay])
def test_a_secret_that_is_no_text_is_named_by_its_place(
    path: Path, use: Any, secret: object, what: str
) -> None:
    with pytest.raises(CassetteError) as caught, use(path, secrets=["long enough", secret]):
        pytest.fail("the block is not entered")

    assert str(caught.value) == f"secret number 2 is no text: it is {what}"
    assert "made-up" in caught.value.hint


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (record, "secrets"),
        (record, "secret_names"),
        (record, "keep_headers"),
        (replay, "secrets"),
        (replay, "secret_names"),
    ],
)
def test_one_text_in_place_of_several_is_refused(path: Path, use: Any, name: str) -> None:
    with pytest.raises(CassetteError) as caught, use(path, **{name: PLAIN}):
        pytest.fail("the block is not entered")

    assert str(caught.value) == f"`{name}` is one text, and not a list of texts"
    assert caught.value.hint == f"pass `{name}=[...]`"


async def test_a_replay_with_another_secret_matches(web: WebServer, path: Path) -> None:
    async def send(key: str) -> object:
        answer = await http_client.send_request(
            HttpMethod.POST,
            f"{web.url}/{key}/a",
            query_params={"token": key, "page": 2},
            body={"password": key, "note": f"by {key}"},
            authentication=BasicAuth("ada", key),
        )
        return answer.body

    web.answer(f"/{PLAIN}/a", b'{"n": 1}')
    with record(path, secrets=[PLAIN]):
        await send(PLAIN)

    with replay(path, secrets=["test-key"]):
        replayed = await send("test-key")

    assert replayed == {"n": 1}


async def test_a_replay_needs_no_secret_where_names_say_it_all(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")

    async def send(key: str) -> object:
        answer = await http_client.send_request(
            HttpMethod.POST, url, body={"api_key": key}, authentication=BearerToken(key)
        )
        return answer.body

    with record(path):
        await send(PLAIN)
    with replay(path):
        replayed = await send("x")

    assert replayed == 1


async def test_a_secret_by_name_matches_in_a_path_too(web: WebServer, path: Path) -> None:
    async def send(key: str) -> object:
        url, token = f"{web.url}/of/{key}", BearerToken(key)
        return (await http_client.send_request(HttpMethod.GET, url, authentication=token)).body

    web.answer(f"/of/{PLAIN}", b'"mine"')
    with record(path):
        await send(PLAIN)
    with replay(path):
        replayed = await send("an0ther-key")

    assert replayed == "mine"


def test_each_token_of_a_long_list_is_taken_out_wherever_it_stands(
    web: WebServer, path: Path
) -> None:
    tokens = [f"{number:04}-{PLAIN}-ä/{number}" for number in range(500)]
    url = web.answer("/a", json.dumps([{"token": one, "echo": [one]} for one in tokens]).encode())

    with record(path):
        CLIENT.get(url)
        CLIENT.get(f"{web.url}/{quote(tokens[7], safe='')}")
        CLIENT.post(url, content=b"x" + b64encode(b"a" + tokens[8].encode()))

    assert leaks(path.read_text(), PLAIN) == []
    assert b64encode(b"a" + tokens[8].encode()).decode()[4:-4] not in path.read_text()


async def test_a_token_from_a_replayed_answer_can_be_sent_on(web: WebServer, path: Path) -> None:
    login = web.answer("/login", json.dumps({"access_token": PLAIN, "expires_in": 3600}).encode())
    web.answer(f"/of/{PLAIN}", b'"mine"')

    async def walk() -> object:
        answer = await http_client.send_request(HttpMethod.GET, login)
        assert isinstance(answer.body, dict)
        target = f"{web.url}/of/{answer.body['access_token']}"
        return (await http_client.send_request(HttpMethod.GET, target)).body

    with record(path):
        await walk()
    with replay(path):
        replayed = await walk()

    assert replayed == "mine"


def test_names_of_the_service_can_be_called_secret(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b'{"magicWord": "open sesame 1"}', headers={"X-Rune": "fehu-777"})

    with record(path, secret_names=["magic_word", "x-rune"], keep_headers=["X-Rune"]):
        CLIENT.get(url, params={"magic-word": "alohomora 2"})

    text = path.read_text()
    assert not any(word in text for word in ("open sesame", "alohomora", "fehu"))


def test_a_token_in_a_path_that_is_not_recorded_is_not_shown(web: WebServer, path: Path) -> None:
    token, number = "AAHd0-7Qm2Zx9Lw4Tb8", "3f2b8c1e-77aa-4d09"
    url = web.answer(f"/of/{number}", b"1")
    with record(path):
        CLIENT.get(url)

    with pytest.raises(CassetteError) as caught, replay(path):
        CLIENT.get(f"{url}/bot{token}/orders")

    assert str(caught.value).startswith(f"`GET {url}/…/orders` is not recorded")
    assert token not in str(vars(caught.value))


def test_ordinary_values_stay(web: WebServer, path: Path) -> None:
    kept = {
        "id": 7,
        "key": "SHOP-12",
        "token_type": "bearer",
        "usage": {"max_tokens": 12, "total_tokens": 40},
        "note": "Basic authentication needs a password = secret",
        "has_password": True,
        "code": "E42",
        "sort": "/items?sort=key&page=2",
        "session": "Morning",
        "compass": "north-north-west",
        "context": "a1b2c3d4",
        "said": "token: must have 8 characters",
    }
    url = web.answer("/a", json.dumps(kept).encode())

    with record(path):
        CLIENT.get(url, headers={"Authorization": "Bearer abc"})
    with replay(path):
        replayed = CLIENT.get(url).json()

    assert replayed == kept


def test_hidden_values_keep_their_type(web: WebServer, path: Path) -> None:
    hidden = {"pin": 4711, "password": None, "tokens": ["abc", {"x": "y", "n": 2}], "secret": ""}
    url = web.answer("/a", json.dumps({**hidden, "echo": 20260101, "pi": 3.5}).encode())

    with record(path, secrets=["20260101"]):
        CLIENT.get(url)
    with replay(path):
        replayed = CLIENT.get(url).json()

    assert replayed == {
        "pin": 0,
        "password": None,
        "tokens": ["SCRUBBED", {"x": "SCRUBBED", "n": 2}],
        "secret": "",
        "echo": 0,
        "pi": 3.5,
    }


def test_volatile_headers_are_not_written(web: WebServer, path: Path) -> None:
    volatile = {"X-Request-Id": "r-1", "CF-RAY": "c-1", "ETag": "e-1", "X-Runtime": "0.1"}
    url = web.answer("/a", b"1", headers={**volatile, "Content-Type": "text/plain"})

    with record(path):
        requests.get(url, headers={"X-Trace": "t-1"}, timeout=10)

    [exchange] = json.loads(path.read_text())["exchanges"]
    assert exchange["answer"]["headers"] == {"content-type": ["text/plain"]}
    assert set(exchange["request"]["headers"]) == {"accept"}


@contextmanager
def everything_logged(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Ask for the level DEBUG of every logger there is by now, and of those to come."""
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    levels = [logger.level for logger in known]
    for logger in known:
        logger.setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        yield
    for logger, level in zip(known, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("name", REQUESTS)
def test_no_log_record_holds_a_secret(
    web: WebServer, path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    send = ask(web, **REQUESTS[name])
    web.answer("/a", PLAIN.encode(), headers={"Set-Cookie": f"sid={PLAIN}"})
    with everything_logged(caplog):
        logging.getLogger("vcr.test").debug("the log is open")

        with record(path, secrets=[PLAIN]):
            send()
            requests.get(f"{web.url}/a?token={PLAIN}", timeout=10)

    assert "the log is open" in caplog.text
    assert leaks(caplog.text, PLAIN) == []


@pytest.mark.parametrize("name", REQUESTS)
def test_no_error_of_a_replay_holds_a_secret(
    web: WebServer, path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = web.answer("/other", b"1")
    with record(path):
        CLIENT.get(url, params={"q": "1"})
    send = ask(web, **REQUESTS[name])

    with everything_logged(caplog), pytest.raises(CassetteError) as caught:  # noqa: SIM117 -- one act
        with replay(path, secrets=[PLAIN]):
            send()

    shown = "".join(traceback.format_exception_only(caught.value)) + repr(vars(caught.value))
    assert leaks(shown + caplog.text, PLAIN) == []
    assert "is not recorded" in shown


def test_a_secret_key_of_json_is_not_named_as_what_differs(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        CLIENT.post(url, json={"keys": {"a": 1}})

    with pytest.raises(CassetteError) as caught, replay(path, secrets=[PLAIN]):
        CLIENT.post(url, json={"keys": {PLAIN: PLAIN}})

    assert "its body (`keys.SCRUBBED`, `keys.a`)" in caught.value.hint
    assert leaks(str(caught.value) + caught.value.hint, PLAIN) == []


def test_loggers_speak_again_after_a_recording(web: WebServer, path: Path) -> None:
    logger = logging.getLogger("vcr.cassette")
    before = logger.level, logging.getLogger("vcr").level

    with record(path):
        asyncio.run(http_client.send_request(HttpMethod.GET, web.answer("/a", b"1")))

    assert (logger.level, logging.getLogger("vcr").level) == before


@pytest.mark.parametrize(
    "name", ["1" * 10**6, "1" * 10**6 + "a", "v1" * 10**6], ids=["digits", "with-an-end", "numbers"]
)
def test_a_name_of_any_length_is_looked_up(web: WebServer, path: Path, name: str) -> None:
    url = web.answer("/", json.dumps({name: "plain", "token12": SECRET}).encode())
    with record(path):
        CLIENT.get(url)

    assert "plain" in path.read_text()
    assert SECRET not in path.read_text()
