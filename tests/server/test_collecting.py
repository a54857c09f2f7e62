"""What a start removes: only what nobody uses, and nothing that somebody may come to use."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert

from pieces_server.database.connection import connect
from pieces_server.database.tables import distributions, wheels
from pieces_server.storage.wheel_folder import WheelFolder
from tests.support.instance import running_instance
from tests.support.instance_commands import settings_of
from tests.support.postgres import Postgres
from tests.support.publishing import publish
from tests.support.wheels import build_wheel

HOUR_S = 3600


@pytest.fixture
def start(tmp_path: Path, empty_database: dict[str, str]) -> Callable[[], str]:
    """Start an instance in another process, stop it, and return its log."""

    def run() -> str:
        with running_instance(tmp_path, **empty_database) as started:
            return started.stop()[1]

    run()
    return run


@pytest.fixture
def folder(start: object, tmp_path: Path) -> WheelFolder:
    return WheelFolder(tmp_path)


def keep(folder: WheelFolder, *, age_s: float) -> str:
    """Keep a file that no row names, and return its hash."""
    with folder.receive(io.BytesIO(b"left behind")) as received:
        then = time.time() - age_s
        os.utime(received.path, (then, then))
        folder.keep(received)
        return received.sha256


def test_a_file_that_no_row_names_is_removed_once_it_is_old(
    start: Callable[[], str], folder: WheelFolder
) -> None:
    sha256 = keep(folder, age_s=HOUR_S + 60)

    log = start()

    assert sha256 not in folder.hashes()
    assert f"removed {folder.path(sha256)}, which no version names" in log


def test_a_young_file_is_let_be(start: Callable[[], str], folder: WheelFolder) -> None:
    sha256 = keep(folder, age_s=HOUR_S - 60)

    start()

    assert sha256 in folder.hashes()


def test_nothing_is_taken_from_a_publisher(
    start: Callable[[], str], folder: WheelFolder, tmp_path: Path
) -> None:
    sha256 = keep(folder, age_s=HOUR_S + 60)
    with folder.receiving() as incoming, folder.holding(sha256):
        incoming.write(b"half a whe")

        start()

        assert len(list((tmp_path / "incoming").iterdir())) == 1
        assert sha256 in folder.hashes()


def test_a_publisher_that_is_gone_may_still_be_committed(
    tmp_path: Path, postgres: Postgres
) -> None:
    env = postgres.new_database()
    with running_instance(tmp_path, **env):
        pass
    connected = connect(settings_of(tmp_path, env))
    folder = WheelFolder(tmp_path)
    sha256 = keep(folder, age_s=HOUR_S + 60)
    with connected.writing() as connection:
        connection.execute(insert(distributions).values(name="a", revision=1))
        row: dict[str, object] = {
            "distribution": "a",
            "version": "1.0.0",
            "filename": "a.whl",
            "sha256": sha256,
        }
        row |= {"size_bytes": 11, "requires_python": "", "metadata_sha256": "", "uploaded": ""}
        connection.execute(insert(wheels).values(row))

        with running_instance(tmp_path, **env):
            pass

    connected.close()
    assert sha256 in folder.hashes()


def test_an_upload_that_was_cut_off_is_removed_and_a_folder_is_let_be(
    start: Callable[[], str], tmp_path: Path
) -> None:
    (tmp_path / "incoming" / "tmpleft").touch()
    (tmp_path / "incoming" / ".snapshots").mkdir()

    start()

    assert [path.name for path in (tmp_path / "incoming").iterdir()] == [".snapshots"]


def test_a_lost_file_is_told_and_its_bytes_put_it_back(
    tmp_path: Path, empty_database: dict[str, str]
) -> None:
    content = build_wheel(tmp_path).read_bytes()
    address = "/simple/piece-gelato/piece_gelato-0.1.0-py3-none-any.whl"
    with running_instance(tmp_path, **empty_database) as first:
        stored = publish(first, content).json()["sha256"]
    path = tmp_path / "wheels" / stored[:2] / f"{stored}.whl"
    path.unlink()

    with running_instance(tmp_path, key=first.key, **empty_database) as instance:
        lost = httpx.get(f"{instance.url}{address}", headers=instance.headers)
        again = publish(instance, content)
        found = httpx.get(f"{instance.url}{address}", headers=instance.headers)
        log = instance.stop()[1]

    assert f"1 wheels are missing in the data folder, the first is {path}" in log
    assert (lost.status_code, lost.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "Traceback" not in log
    assert (again.status_code, again.json()["params"]["sha256"]) == (409, stored)
    assert found.content == content
