"""What was answered is on the disk: files before names, names before rows."""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from pieces_server.audit import INSTANCE
from pieces_server.checking.checker import Checker
from pieces_server.database import Database, open_database
from pieces_server.flushing import write_flushed
from pieces_server.registry.publishing import Publishing
from pieces_server.storage.wheel_folder import WheelFolder
from tests.support.instance import running_instance
from tests.support.instance_commands import settings_of
from tests.support.publishing import publish
from tests.support.wheels import build_wheel, wheel_files, write_wheel

KB = 1024


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this process syncs and renames, in its order; all of it happens."""
    seen: list[str] = []
    sync, replace = os.fsync, os.replace

    def note_sync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(f"sync {path.name}")
        sync(descriptor)

    def note_replace(source: Path, target: Path) -> None:
        seen.append(f"rename {source.name} {target.name}")
        replace(source, target)

    monkeypatch.setattr("os.fsync", note_sync)
    monkeypatch.setattr("os.replace", note_replace)
    return seen


@pytest.fixture
def opened(tmp_path: Path, empty_database: dict[str, str]) -> Iterator[Database]:
    database = open_database(settings_of(tmp_path, empty_database))
    yield database
    database.close()


def test_a_wheel_is_on_the_disk_under_its_name_before_the_row_that_names_it(
    opened: Database, tmp_path: Path, steps: list[str]
) -> None:
    folder = WheelFolder(tmp_path)
    publishing = Publishing(opened, folder, checker=Checker(), max_file_bytes=KB * KB)
    wheel = build_wheel(tmp_path).read_bytes()

    def note_commit(_: Connection) -> None:
        steps.append("commit")

    event.listen(opened.engine, "commit", note_commit)
    steps.clear()

    publishing.add_wheel(io.BytesIO(wheel), label="a wheel", actor=INSTANCE)

    (sha256,) = folder.hashes()
    incoming = steps[0].removeprefix("sync ")
    assert steps == [
        f"sync {incoming}",
        f"rename {incoming} {sha256}.whl",
        f"sync {sha256[:2]}",
        "commit",
    ]


def test_the_folders_of_wheels_are_on_the_disk_before_any_wheel(
    tmp_path: Path, steps: list[str]
) -> None:
    WheelFolder(tmp_path)

    assert steps == ["sync wheels", f"sync {tmp_path.name}"]


def test_a_small_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, steps: list[str]
) -> None:
    write_flushed(tmp_path / "instance-id", "x")

    new = f"instance-id.{os.getpid()}"
    assert steps == [f"sync {new}", f"rename {new} instance-id", f"sync {tmp_path.name}"]


def test_a_commit_is_on_the_disk(opened: Database) -> None:
    setting, expected = ("SHOW synchronous_commit", "on")
    if opened.is_sqlite:
        setting, expected = ("PRAGMA synchronous", "2")  # FULL

    with opened.writing() as connection:
        value = connection.scalar(text(setting))

    assert str(value) == expected


def files_in(data_folder: Path) -> list[Path]:
    return sorted(path for path in data_folder.glob("*/**/*") if path.is_file())


@pytest.mark.parametrize("room_kb", [4, 96])
def test_a_full_disk_refuses_a_wheel_and_nothing_of_it_is_left(
    tmp_path: Path, room_kb: int
) -> None:
    """With little room the file finds none, with more its rows do: the log of SQLite is longer."""
    data = {**wheel_files(), "piece_gelato/data": os.urandom(16 * KB)}
    wheel = write_wheel(tmp_path / "w.whl", data).read_bytes()
    with running_instance(tmp_path) as instance:
        before = files_in(tmp_path)
        assert (tmp_path / "piecekit.db-wal").stat().st_size > 96 * KB
        no_limit = resource.prlimit(instance.process.pid, resource.RLIMIT_FSIZE)
        limits = (room_kb * KB, no_limit[1])
        resource.prlimit(instance.process.pid, resource.RLIMIT_FSIZE, limits)
        refused = publish(instance, wheel)
        after = files_in(tmp_path)
        resource.prlimit(instance.process.pid, resource.RLIMIT_FSIZE, no_limit)
        again = publish(instance, wheel)
        log = instance.stop()[1]

    assert refused.status_code == 507
    assert refused.json()["code"] == "INSUFFICIENT_STORAGE"
    assert after == before
    assert again.status_code == 201
    assert "Traceback" not in log
