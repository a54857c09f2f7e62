"""`pieces run --listen`, as a process that real requests reach."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.command import Command, pieces_command
from tests.support.parlour import SECRET, write_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A request that reads it waits until the test writes to it."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@contextmanager
def listener(workspace: Path, *args: str, port: int = 0, **env: str) -> Generator[Command]:
    command = ["run", "parlour", "new_visit", "--listen", "--port", str(port)]
    with pieces_command(
        *command, "--auth-env", "KEY", *args, cwd=workspace, KEY=SECRET, **env
    ) as running:
        yield running


def test_each_request_is_run_and_ctrl_c_disables(workspace: Path) -> None:
    with listener(workspace) as command:
        url = command.wait_for("listening on ")
        answer = httpx.post(f"{url}?a=1&b=2", json={"name": "Zoë"}, headers={"X-Key": "k"})
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (answer.status_code, answer.json()) == (200, {})
    assert json.loads(stdout) == [
        {"body": {"name": "Zoë"}, "query": {"a": "1", "b": "2"}, "key": "k", "size": 15}
    ]
    assert stdout.startswith("[\n  {\n")
    assert exit_code == 130
    assert f"enabled {url}" in command.said
    assert any(line.startswith("try it: curl ") and line.endswith(url) for line in command.said)
    path = url[url.index("/api/") :]
    assert any(line.startswith(f"POST {path}, 15 bytes: 200 in ") for line in command.said)
    assert command.said[-3:] == [
        "stopping",
        f"disabled {url}",
        "stopped after 1 request; on_disable is done",
    ]


def test_the_url_holds_an_id_that_cannot_be_guessed(workspace: Path) -> None:
    with listener(workspace) as command:
        url = command.wait_for("listening on ")

    base, _, webhook_id = url.rpartition("/api/v1/webhooks/")
    assert base.startswith("http://127.0.0.1:")
    assert len(webhook_id) == 21
    assert webhook_id.isalnum()


def test_it_ends_by_itself_after_the_limit(workspace: Path) -> None:
    with listener(workspace, "--limit", "2", "--json") as command:
        url = command.wait_for("listening on ")
        httpx.post(url, json=1)
        httpx.get(url, params={"a": "1"})
        exit_code, stdout = command.end()

    assert exit_code == 0
    assert [item["body"] for [item] in results(stdout)] == [1, None]
    assert command.said[-1] == "stopped after 2 requests; on_disable is done"


def test_forms_and_text_arrive_parsed(workspace: Path) -> None:
    with listener(workspace, "--limit", "2", "--json") as command:
        url = command.wait_for("listening on ")
        httpx.put(url, data={"name": "Zoë"})
        httpx.patch(url, content="plain")
        _, stdout = command.end()

    assert [item["body"] for [item] in results(stdout)] == [{"name": "Zoë"}, "plain"]


def test_other_paths_are_not_found_and_do_not_count(workspace: Path) -> None:
    with listener(workspace, "--limit", "1") as command:
        url = command.wait_for("listening on ")
        answers = [httpx.post(f"{url}x"), httpx.get(url.rpartition("/api")[0])]
        httpx.post(url)
        exit_code, stdout = command.end()

    assert [answer.status_code for answer in answers] == [404, 404]
    assert (exit_code, len(json.loads(stdout))) == (0, 1)


def test_a_path_that_a_proxy_prefixed_is_found(workspace: Path) -> None:
    with listener(workspace, "--limit", "1") as command:
        base, slash, path = command.wait_for("listening on ").partition("/api/")
        answer = httpx.post(f"{base}/tunnel{slash}{path}")

    assert answer.status_code == 200


def test_a_run_that_fails_answers_500_and_the_next_is_run(workspace: Path) -> None:
    with listener(workspace, "--limit", "2", "--json") as command:
        url = command.wait_for("listening on ")
        failed = httpx.post(url, content="fail")
        httpx.post(url, content="next")
        exit_code, stdout = command.end()

    message = "`new_visit.run` raised ValueError: failed with ***"
    assert (failed.status_code, failed.json()) == (500, {"message": message})
    assert f"error: {message}" in command.said
    assert SECRET not in "".join(command.said)
    failure, success = map(json.loads, stdout.splitlines())
    assert (failure["schema"], failure["ok"], failure["data"]) == ("pieces.run/1", False, None)
    assert [problem["message"] for problem in failure["problems"]] == [message]
    assert (success["ok"], success["data"][0]["body"]) == (True, "next")
    assert exit_code == 0
    assert f"disabled {url}" in command.said


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_of_more_than_5_mb_is_refused(workspace: Path, chunked: bool) -> None:  # noqa: FBT001
    largest = b"x" * (5 * 1024 * 1024)
    with listener(workspace, "--limit", "1", "--json") as command:
        url = command.wait_for("listening on ")
        refused = httpx.post(url, content=iter([largest, b"x"]) if chunked else largest + b"x")
        taken = httpx.post(url, content=largest)
        _, stdout = command.end()

    assert (refused.status_code, taken.status_code) == (413, 200)
    [[item]] = results(stdout)
    assert item["size"] == len(largest)


async def test_requests_run_at_the_same_time(workspace: Path) -> None:
    with listener(workspace, "--limit", "2") as command:
        url = await asyncio.to_thread(command.wait_for, "listening on ")
        async with httpx.AsyncClient(timeout=30) as client:
            answers = await asyncio.gather(*(client.post(url, content="meet") for _ in range(2)))

    assert [answer.status_code for answer in answers] == [200, 200]


def test_no_more_requests_than_the_limit_are_run(workspace: Path, pipe: Path) -> None:
    with listener(workspace, "--limit", "1", "--json") as command:
        url = command.wait_for("listening on ")
        request = start_post(url, {"read": str(pipe)})
        command.wait_for("reading")
        late = httpx.post(url, content="late")
        pipe.write_text("first")
        exit_code, stdout = command.end()
        request.close()

    assert late.status_code == 503
    assert (exit_code, results(stdout)) == (0, [["first"]])


def test_a_service_may_call_back_while_it_is_enabled(workspace: Path) -> None:
    with listener(workspace, "--prop", "mode=handshake", "--limit", "1") as command:
        command.wait_for("listening on ")
        exit_code, stdout = command.end()

    assert "handshake 200" in command.said
    assert json.loads(stdout)[0]["body"] == {"hello": "you"}
    assert exit_code == 0


def test_ctrl_c_lets_a_running_request_finish(workspace: Path, pipe: Path) -> None:
    with listener(workspace, "--json") as command:
        url = command.wait_for("listening on ")
        request = start_post(url, {"read": str(pipe)})
        command.wait_for("reading")
        command.send(signal.SIGINT)
        waiting = command.wait_for("stopping")
        pipe.write_text("finished")
        exit_code, stdout = command.end()
        answered = request.recv(1000)
        request.close()

    assert waiting == ": waiting for 1 request; Ctrl-C again to stop at once"
    assert results(stdout) == [["finished"]]
    assert answered.startswith(b"HTTP/1.1 200")
    assert exit_code == 130
    assert f"disabled {url}" in command.said


def test_a_second_ctrl_c_gives_up_on_requests_but_still_disables(workspace: Path) -> None:
    with listener(workspace) as command:
        url = command.wait_for("listening on ")
        request = start_post(url, "hang")
        command.wait_for("hanging")
        command.send(signal.SIGINT)
        command.wait_for("stopping")
        command.send(signal.SIGINT)
        exit_code, _ = command.end()
        request.close()

    assert exit_code == 130
    assert f"disabled {url}" in command.said


def test_sigterm_disables_too(workspace: Path) -> None:
    with listener(workspace) as command:
        url = command.wait_for("listening on ")
        command.send(signal.SIGTERM)
        exit_code, _ = command.end()

    assert exit_code == 143
    assert f"disabled {url}" in command.said


def test_ctrl_c_during_on_enable_ends_it(workspace: Path) -> None:
    with listener(workspace, "--prop", "mode=slow") as command:
        command.wait_for("subscribing")
        command.send(signal.SIGINT)
        exit_code, stdout = command.end()

    assert (exit_code, stdout) == (130, "")
    assert not any(line.startswith("disabled") for line in command.said)
    assert how_to_disable("http://127.0.0.1:") in command.said[-2]


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["text", "json"])
def test_if_on_enable_fails_nothing_listens_and_nothing_is_disabled(
    workspace: Path, as_json: list[str]
) -> None:
    with listener(workspace, "--prop", "mode=refuse", *as_json) as command:
        exit_code, stdout = command.end()

    assert exit_code == 1
    assert "no subscription for ***" in stdout + "\n".join(command.said)
    assert not any(line.startswith(("listening", "disabled")) for line in command.said)


def test_if_on_disable_fails_the_exit_code_says_so(workspace: Path) -> None:
    with listener(
        workspace, "--prop", "mode=stuck", "--public-url", "https://me.example/"
    ) as command:
        command.wait_for("listening on ")
        command.send(signal.SIGINT)
        exit_code, _ = command.end()

    assert exit_code == 1
    assert command.said[-1] == "error: no such subscription"
    assert how_to_disable("https://me.example") in command.said[-2]


def test_a_port_that_is_taken_is_an_error(workspace: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listener(workspace, port=port) as command:
            exit_code, _ = command.end()

    assert exit_code == 1
    assert f"error: cannot listen on 127.0.0.1:{port}: Address already in use" in command.said


def test_the_public_url_is_what_services_are_told(workspace: Path) -> None:
    with listener(workspace, "--public-url", "https://me.example/x/") as command:
        url = command.wait_for("listening on ")

    assert url.startswith("https://me.example/x/api/v1/webhooks/")


def test_the_instances_url_is_the_default_public_url(workspace: Path) -> None:
    with listener(workspace, AP_FRONTEND_URL="https://front.example") as command:
        url = command.wait_for("listening on ")

    assert url.startswith("https://front.example/api/v1/webhooks/")


def how_to_disable(public_url: str) -> str:
    said = "on_disable is not done; to run it, with the same properties and credentials: "
    return f"{said}pieces run parlour new_visit --hook on_disable --public-url {public_url}"


def results(stdout: str) -> list[list[Any]]:
    """What each line of `--json` says a request led to; all of them went well."""
    documents = [json.loads(line) for line in stdout.splitlines()]
    assert all(
        (document["schema"], document["ok"], document["problems"]) == ("pieces.run/1", True, [])
        for document in documents
    )
    return [document["data"] for document in documents]


def start_post(url: str, body: object) -> socket.socket:
    """Send a request and return its connection, without waiting for an answer."""
    address = httpx.URL(url)
    content = json.dumps(body)
    connection = socket.create_connection((address.host, address.port), timeout=60)
    head = f"POST {address.path} HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: {len(content)}"
    connection.sendall(f"{head}\r\n\r\n{content}".encode())
    return connection
