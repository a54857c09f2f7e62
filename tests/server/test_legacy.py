"""Uploading with the tools that package indexes are uploaded to with."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, running_instance
from tests.support.publishing import stored_state
from tests.support.wheels import build_wheel, wheel_files, write_wheel

TOOLS = Path(sys.executable).parent
Tool = Callable[[Instance, Path, str], tuple[int, str]]


@pytest.fixture(scope="module")
def instance(
    database: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("data"), **database) as started:
        yield started


@pytest.fixture(scope="module")
def publish_key(instance: Instance) -> str:
    return key_with_scope(instance, "publish")


def key_with_scope(instance: Instance, scope: str) -> str:
    answer = httpx.post(
        f"{instance.url}/api/v1/api-keys",
        headers=instance.headers,
        json={"displayName": scope, "scope": scope},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["value"])


def plain_wheel(folder: Path, name: str = "topping", version: str = "1.0.0") -> Path:
    """A wheel that holds no piece."""
    files = {
        path: content
        for path, content in wheel_files(name, version).items()
        if not path.endswith(("piece.json", "entry_points.txt"))
    }
    return write_wheel(folder / f"{name}-{version}-py3-none-any.whl", files)


def run_tool(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    ours = {name: text for name, text in os.environ.items() if not name.startswith("UV_")}
    return subprocess.run(
        [TOOLS / words[0], *words[1:]],
        env={**ours, "UV_NO_CONFIG": "1", "TERM": "dumb", "COLUMNS": "400", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def twine(instance: Instance, wheel: Path, key: str, *options: str) -> tuple[int, str]:
    url = f"{instance.url}/legacy/"
    login = ("--username", "__token__", "--password", key, "--non-interactive")
    done = run_tool("twine", "upload", "--repository-url", url, *login, *options, wheel)
    return done.returncode, done.stdout + done.stderr


def uv_publish(instance: Instance, wheel: Path, key: str, *options: str) -> tuple[int, str]:
    login = ("--token", key, "--trusted-publishing", "never")
    done = run_tool(
        "uv", "publish", "--publish-url", f"{instance.url}/legacy/", *login, *options, wheel
    )
    return done.returncode, done.stdout + done.stderr


def form(wheel: Path, name: str = "piece-form", version: str = "0.1.0") -> dict[str, str]:
    return {
        ":action": "file_upload",
        "protocol_version": "1",
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "metadata_version": "2.1",
        "name": name,
        "version": version,
        "sha256_digest": hashlib.sha256(wheel.read_bytes()).hexdigest(),
    }


def upload(
    instance: Instance, fields: Mapping[str, str], wheel: Path, *, filename: str = "", key: str = ""
) -> httpx.Response:
    return httpx.post(
        f"{instance.url}/legacy/",
        auth=("__token__", key or instance.key),
        data=fields,
        files={"content": (filename or wheel.name, wheel.read_bytes())},
    )


def test_twine_uploads_a_piece_which_the_pieces_api_then_has(
    instance: Instance, publish_key: str, tmp_path: Path
) -> None:
    wheel = build_wheel(tmp_path, "piece-twined")

    exit_code, said = twine(instance, wheel, publish_key)

    assert exit_code == 0, said
    piece = httpx.get(f"{instance.url}/api/v1/pieces/piece-twined", headers=instance.headers)
    assert piece.json()["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()
    page = httpx.get(f"{instance.url}/simple/piece-twined/", headers=instance.headers)
    assert wheel.name in page.text


@pytest.mark.parametrize("tool", [twine, uv_publish])
def test_an_upload_can_be_repeated(
    instance: Instance, publish_key: str, tmp_path: Path, tool: Tool
) -> None:
    name = "piece-repeated"
    wheel = build_wheel(tmp_path, name)
    upload(instance, form(wheel, name), wheel)
    before = stored_state(instance)

    exit_code, said = tool(instance, wheel, publish_key)

    assert exit_code == 0, said
    assert stored_state(instance) == before


@pytest.mark.parametrize("tool", [twine, uv_publish])
def test_other_bytes_for_a_version_that_is_there_are_refused(
    instance: Instance, publish_key: str, tmp_path: Path, tool: Tool
) -> None:
    name = "piece-other-bytes"
    first = build_wheel(tmp_path, name)
    upload(instance, form(first, name), first)
    before = stored_state(instance)

    exit_code, said = tool(instance, build_wheel(tmp_path, name, module="A = 1\n"), publish_key)

    assert exit_code != 0
    assert "409" in said
    assert stored_state(instance) == before


def test_uv_uploads_a_piece(instance: Instance, publish_key: str, tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path, "piece-uv")

    exit_code, said = uv_publish(instance, wheel, publish_key)

    assert exit_code == 0, said
    piece = httpx.get(f"{instance.url}/api/v1/pieces/piece-uv", headers=instance.headers)
    assert piece.json()["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_uv_sends_nothing_where_it_can_look_before(
    instance: Instance, publish_key: str, tmp_path: Path
) -> None:
    wheel = build_wheel(tmp_path, "piece-looked-up")
    upload(instance, form(wheel, "piece-looked-up"), wheel)
    index = instance.index_url.replace(instance.key, publish_key)

    exit_code, said = uv_publish(instance, wheel, publish_key, "--check-url", index)

    assert exit_code == 0, said
    assert "already exists" in said


def test_twine_says_why_a_wheel_without_a_piece_is_refused(
    instance: Instance, publish_key: str, tmp_path: Path
) -> None:
    exit_code, said = twine(instance, plain_wheel(tmp_path), publish_key, "--verbose")

    assert exit_code != 0
    assert "403" in said
    assert "holds no piece" in said


def test_uv_says_by_which_code_a_wheel_without_a_piece_is_refused(
    instance: Instance, publish_key: str, tmp_path: Path
) -> None:
    exit_code, said = uv_publish(instance, plain_wheel(tmp_path), publish_key)

    assert exit_code != 0
    assert "AUTHORIZATION" in said


def test_a_tool_says_that_a_key_is_unknown(instance: Instance, tmp_path: Path) -> None:
    exit_code, said = twine(instance, build_wheel(tmp_path, "piece-keyless"), "sk-" + "x" * 61)

    assert exit_code != 0
    assert "401" in said


def test_an_admin_uploads_a_wheel_without_a_piece(instance: Instance, tmp_path: Path) -> None:
    wheel = plain_wheel(tmp_path)

    answer = upload(instance, form(wheel, "topping", "1.0.0"), wheel)

    assert answer.status_code == 200
    page = httpx.get(f"{instance.url}/simple/topping/", headers=instance.headers)
    assert wheel.name in page.text
    pieces = httpx.get(f"{instance.url}/api/v1/pieces/topping", headers=instance.headers)
    assert pieces.status_code == 404


@pytest.mark.parametrize("path", ["/legacy", "/legacy/"])
def test_a_key_may_be_sent_as_a_bearer_token(instance: Instance, tmp_path: Path, path: str) -> None:
    version = f"{len(path)}.0.0"
    wheel = build_wheel(tmp_path, "piece-bearer", version)

    answer = httpx.post(
        instance.url + path,
        headers=instance.headers,
        data=form(wheel, "piece-bearer", version),
        files={"content": (wheel.name, wheel.read_bytes())},
    )

    assert answer.status_code == 200


def test_a_reader_may_not_upload(instance: Instance, tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path, "piece-form")

    answer = upload(instance, form(wheel), wheel, key=key_with_scope(instance, "read"))

    assert (answer.status_code, answer.json()["code"]) == (403, "AUTHORIZATION")


@pytest.mark.parametrize("name", ["md5_digest", "sha256_digest", "blake2_256_digest"])
def test_a_file_with_another_digest_than_was_sent_is_refused(
    instance: Instance, tmp_path: Path, name: str
) -> None:
    wheel = build_wheel(tmp_path, "piece-form")
    before = stored_state(instance)

    answer = upload(instance, {**form(wheel), name: "0" * 64}, wheel)

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["params"]["errors"]] == [name]
    assert stored_state(instance) == before


def test_every_digest_that_tools_send_is_known(instance: Instance, tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path, "piece-digests")
    content = wheel.read_bytes()
    digests = {
        "md5_digest": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest().upper(),
    }

    answer = upload(instance, {**form(wheel, "piece-digests"), **digests}, wheel)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({":action": "submit"}, ":action", id="another action"),
        pytest.param({"filetype": "sdist"}, "filetype", id="sdist"),
        pytest.param({"protocol_version": "2"}, "protocol_version", id="another protocol"),
        pytest.param({"name": ""}, "name", id="no name"),
        pytest.param({"gpg_signature": "x"}, "gpg_signature", id="signature"),
        pytest.param({"attestations": "[]"}, "attestations", id="attestations"),
    ],
)
def test_what_an_instance_does_not_take_is_refused_by_name(
    instance: Instance, tmp_path: Path, changes: dict[str, str], field: str
) -> None:
    wheel = build_wheel(tmp_path, "piece-form")

    answer = upload(instance, {**form(wheel), **changes}, wheel)

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["params"]["errors"]] == [field]


def test_a_field_that_counts_may_not_be_there_twice(instance: Instance, tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path, "piece-form")
    fields = {**form(wheel), "name": ["piece-form", "piece-form"], "classifiers": ["a", "b"]}

    answer = httpx.post(
        f"{instance.url}/legacy/",
        headers=instance.headers,
        data=fields,
        files={"content": (wheel.name, wheel.read_bytes())},
    )

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["params"]["errors"]] == ["name"]


@pytest.mark.parametrize(
    ("changes", "filename", "rule"),
    [
        pytest.param({"name": "piece-other"}, "", "published-name", id="name"),
        pytest.param({"version": "0.2.0"}, "", "published-version", id="version"),
        pytest.param({}, "piece_form-0.1.0-py3-none-linux.whl", "published-filename", id="tag"),
        pytest.param({}, "../piece_form-0.1.0-py3-none-any.whl", "published-filename", id="path"),
        pytest.param({}, "x", "published-filename", id="no wheel's name"),
    ],
)
def test_a_wheel_that_is_not_what_was_announced_is_refused(
    instance: Instance, tmp_path: Path, changes: dict[str, str], filename: str, rule: str
) -> None:
    wheel = build_wheel(tmp_path, "piece-form")
    before = stored_state(instance)

    answer = upload(instance, {**form(wheel), **changes}, wheel, filename=filename)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PIECE_ARCHIVE")
    assert answer.json()["params"]["rule"] == rule
    assert stored_state(instance) == before
