from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.instance import Instance, launched_instance
from tests.support.instance_commands import run_command
from tests.support.publishing import publish
from tests.support.waiting import WITHIN_S, eventually
from tests.support.wheels import build_wheel


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with launched_instance(tmp_path_factory.mktemp("data"), AP_SERVER_WORKERS="2") as started:
        yield started


def workers_of(instance: Instance) -> set[int]:
    """The processes that answer requests."""
    pid = instance.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children if is_worker(int(child))}


def is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_workers_share_one_address_and_what_is_published(several: Instance, tmp_path: Path) -> None:
    publish(several, build_wheel(tmp_path).read_bytes())
    url = f"{several.url}/simple/piece-gelato/"

    with ThreadPoolExecutor(8) as pool:  # each with a connection of its own, to either worker
        asked = [pool.submit(httpx.get, url, headers=several.headers) for _ in range(24)]
        answers = [each.result() for each in asked]

    assert len(workers_of(several)) == 2
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_a_worker_that_dies_is_replaced(several: Instance) -> None:
    before = workers_of(several)

    os.kill(min(before), signal.SIGKILL)

    assert eventually(lambda: len(workers_of(several) - before) == 1)
    assert httpx.get(f"{several.url}/api/v1/ready", timeout=WITHIN_S).status_code == 200


def test_there_is_one_first_key_and_one_line_that_it_listens(several: Instance) -> None:
    assert [line.split(":")[0] for line in several.said[:2]] == [
        "data folder",
        "API key (shown once)",
    ]
    assert several.said[2] == f"Piecekit instance listening on {several.url}"
    assert len(several.said) == 3


def test_a_signal_ends_all_workers(tmp_path: Path) -> None:
    with launched_instance(tmp_path, AP_SERVER_WORKERS="2", AP_LOG_LEVEL="WARNING") as instance:
        workers = workers_of(instance)

        stopped = instance.stop()

    assert stopped == (0, "")
    assert not any(map(is_worker, workers))
    assert not (tmp_path / "piecekit.db-wal").exists()


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    with launched_instance(tmp_path, AP_SERVER_WORKERS="2") as instance:
        workers = workers_of(instance)
        port = int(instance.url.rpartition(":")[2])

        instance.kill()

        assert eventually(lambda: not any(map(is_worker, workers)))
    socket.create_server(("127.0.0.1", port)).close()
    assert len(workers) == 2


def test_independent_instances_share_a_folder_and_its_first_key(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        starting: list[Future[Instance]] = [
            pool.submit(stack.enter_context, launched_instance(folder)) for _ in range(2)
        ]
        one, other = (each.result() for each in starting)
        (key,) = {one.key, other.key} - {""}

        headers = {"Authorization": f"Bearer {key}"}
        answers = [httpx.get(f"{each.url}/simple/", headers=headers) for each in (one, other)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_folder_that_a_command_changes_as_a_whole_is_not_served(
    several: Instance,
) -> None:
    done = run_command("migrate", "head", data_folder=several.data_folder)

    assert done.returncode == 78
    assert "uses `AP_CONFIG_PATH`" in done.stderr
