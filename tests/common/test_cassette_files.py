"""The file of a cassette: how it reads, how it is replaced, and what is refused as one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common.testing import CassetteError, record, replay
from tests.common.web_server import WebServer

CLIENT = httpx.Client(verify=False)
"""One for all: to make one takes longer than a request."""

FILE = """\
{
  "schema": 1,
  "recordedAt": "2026-03-01T12:00:00+00:00",
  "exchanges": [
    {
      "request": {
        "method": "POST",
        "url": "URL/a?page=2",
        "headers": {
          "accept": "*/*",
          "content-type": "application/json"
        },
        "body": {
          "json": {
            "taste": "crème"
          }
        }
      },
      "answer": {
        "status": 201,
        "headers": {
          "content-type": [
            "text/plain"
          ]
        },
        "body": {
          "text": "ok"
        }
      }
    }
  ]
}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.json"


def test_a_cassette_reads_well_in_a_review(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"ok", status=201, headers={"Content-Type": "text/plain"})
    vienna = datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))

    with record(path, clock=lambda: vienna):
        CLIENT.post(url, params={"page": 2}, json={"taste": "crème"})

    assert path.read_text(encoding="utf-8") == FILE.replace("URL", web.url)


def test_recording_again_changes_the_date_alone(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"\0\xff", headers={"Date": "now", "X-B": "2", "Link": "a"})
    texts: list[str] = []

    for day in (1, 2):
        moment = datetime(2026, 3, day, tzinfo=UTC)
        with record(path, clock=lambda now=moment: now):  # type: ignore[misc]
            CLIENT.get(url)
        texts.append(path.read_text())

    assert texts[0] != texts[1]
    assert texts[0].replace("2026-03-01", "2026-03-02") == texts[1]


@pytest.mark.parametrize("text", ['"\\ud800"', '["\\ud800"]', '{"\\udfff": 1e2}', "[1e400]", "NaN"])
def test_json_that_python_reads_oddly_comes_back_as_json(
    web: WebServer, path: Path, text: str
) -> None:
    url = web.answer("/a", text.encode())

    with record(path):
        CLIENT.get(url)
    with replay(path):
        replayed = CLIENT.get(url)

    assert repr(json.loads(replayed.content)) == repr(json.loads(text))


def test_a_body_too_deep_to_look_into_is_refused(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b'{"a":' * 600 + b"1" + b"}" * 600)

    with pytest.raises(CassetteError, match="nests too deeply"), record(path):
        CLIENT.get(url)

    assert not path.exists()


def test_a_body_that_nests_deeply_is_replayed(web: WebServer, path: Path) -> None:
    body = b"[" * 300 + b"]" * 300
    url = web.answer("/a", body)

    with record(path):
        CLIENT.get(url)
    with replay(path):
        replayed = CLIENT.get(url)

    assert replayed.content == body


def test_an_odd_status_is_replayed(web: WebServer, path: Path) -> None:
    url = web.answer("/a", status=999)

    with record(path):
        CLIENT.get(url)
    with replay(path):
        replayed = CLIENT.get(url)

    assert replayed.status_code == 999


def test_a_process_that_is_killed_leaves_the_old_cassette(web: WebServer, path: Path) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        CLIENT.get(url)
    old = path.read_bytes()
    program = (
        "import os, signal, urllib.request\n"
        "from pieces_common.testing import record\n"
        f"with record({str(path)!r}):\n"
        f"    urllib.request.urlopen({url!r}).read()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    ended = subprocess.run([sys.executable, "-c", program], check=False)

    assert ended.returncode == -9
    assert len(web.sent) == 2
    assert path.read_bytes() == old


def test_a_disk_that_fails_leaves_the_old_cassette(
    web: WebServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = web.answer("/a", b"1")
    with record(path):
        CLIENT.get(url)
    old = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CassetteError, match="cannot be written: No space left"), record(path):
        CLIENT.get(url)

    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_cannot_be_a_cassette(web: WebServer, tmp_path: Path) -> None:
    url = web.answer("/a", b"1")

    with pytest.raises(CassetteError, match="cannot be written"), record(tmp_path):
        CLIENT.get(url)
    with pytest.raises(CassetteError, match="cannot be read"), replay(tmp_path):
        pytest.fail("the block is not entered")


def test_a_missing_cassette_is_named(path: Path) -> None:
    with pytest.raises(CassetteError) as caught, replay(path):
        pytest.fail("the block is not entered")

    assert str(caught.value) == f"there is no cassette `{path}`"
    assert "record it first" in caught.value.hint


def changed(change: Callable[[Any], object]) -> bytes:  # a document of JSON
    document = json.loads(FILE)
    change(document)
    return json.dumps(document).encode()


def answer_of(document: Any) -> Any:  # JSON
    return document["exchanges"][0]["answer"]


DAMAGED = {
    "empty": (b"", "is not JSON"),
    "cut": (FILE.encode()[:-20], "is not JSON"),
    "not-utf-8": (b'"\xff"', "is not JSON"),
    "nan": (b'{"schema": NaN}', "is not JSON"),
    "deep": (b"[" * 100_000, "is not JSON"),
    "a-list": (b"[]", "is not a cassette of schema 1"),
    "of-another-tool": (b'{"version": 1, "interactions": []}', "is not a cassette of schema 1"),
    "newer": (changed(lambda it: it.update(schema=2)), "is not a cassette of schema 1"),
    "undated": (changed(lambda it: it.pop("recordedAt")), "is damaged at `recordedAt`"),
    "no-date": (changed(lambda it: it.update(recordedAt="then")), "is damaged at `recordedAt`"),
    "no-zone": (
        changed(lambda it: it.update(recordedAt="2026-03-01T12:00:00")),
        "is damaged at `recordedAt`",
    ),
    "unknown-key": (changed(lambda it: it.update(extra=1)), "is damaged at `extra`"),
    "no-status": (
        changed(lambda it: answer_of(it).pop("status")),
        "is damaged at `exchanges.0.answer.status`",
    ),
    "odd-status": (
        changed(lambda it: answer_of(it).update(status=99)),
        "is damaged at `exchanges.0.answer.status`",
    ),
    "status-as-text": (
        changed(lambda it: answer_of(it).update(status="200")),
        "is damaged at `exchanges.0.answer.status`",
    ),
    "odd-headers": (
        changed(lambda it: answer_of(it).update(headers={"a": "b"})),
        "is damaged at `exchanges.0.answer.headers.a`",
    ),
    "odd-body": (
        changed(lambda it: answer_of(it).update(body={"html": ""})),
        "is damaged at `exchanges.0.answer.body`",
    ),
    "two-bodies": (
        changed(lambda it: answer_of(it).update(body={"text": "", "json": 1})),
        "is damaged at `exchanges.0.answer.body`",
    ),
    "text-that-is-none": (
        changed(lambda it: answer_of(it).update(body={"text": 1})),
        "is damaged at `exchanges.0.answer.body`",
    ),
    "no-base64": (
        changed(lambda it: answer_of(it).update(body={"base64": "a"})),
        "is damaged at `exchanges.0.answer.body`",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_cassette_is_refused_by_place(path: Path, name: str) -> None:
    content, said = DAMAGED[name]
    path.write_bytes(content)

    with pytest.raises(CassetteError) as caught, replay(path, max_age=None):
        pytest.fail("the block is not entered")

    assert str(caught.value).startswith(f"`{path}` {said}")
    assert "record it again" in caught.value.hint


def test_a_file_too_large_to_be_a_cassette_is_not_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_001)

    with pytest.raises(CassetteError, match="is larger than"), replay(path):
        pytest.fail("the block is not entered")


def test_what_a_damaged_cassette_holds_is_not_shown(path: Path) -> None:
    path.write_bytes(changed(lambda it: answer_of(it).update(body={"base64": "s3cret-key-77"})))

    with pytest.raises(CassetteError) as caught, replay(path, max_age=None):
        pytest.fail("the block is not entered")

    assert "s3cret" not in str(caught.value) + caught.value.hint
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@given(st.binary(max_size=200) | st.recursive(st.text(), st.lists).map(repr).map(str.encode))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.json"
        path.write_bytes(content)

        with pytest.raises(CassetteError), replay(path):
            pytest.fail("the block is not entered")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(None, b"", id="none"),
        pytest.param({"json": {"a": 1}}, b'{"a": 1}', id="json"),
        pytest.param({"text": "é"}, "é".encode(), id="text"),
        pytest.param({"base64": b64encode(b"\0\xff").decode()}, b"\0\xff", id="base64"),
    ],
)
def test_each_kind_of_body_is_answered(path: Path, body: object, expected: bytes) -> None:
    document = json.loads(FILE.replace("URL", "http://shop.test"))
    answer_of(document).update(body=body)
    path.write_text(json.dumps(document))

    with replay(path, max_age=None):
        answered = CLIENT.post("http://shop.test/a?page=2", json={"taste": "crème"})

    assert answered.content == expected
    assert answered.reason_phrase == "Created"


def test_vcrpy_is_asked_for_by_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vcr.patch", None)

    with (
        pytest.raises(CassetteError, match="which is not installed") as caught,
        record(path),
    ):
        pytest.fail("the block is not entered")

    assert "pip install 'vcrpy" in caught.value.hint
    assert caught.value.exit_code == 78
