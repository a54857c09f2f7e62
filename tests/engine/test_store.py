"""The file store: the contract, and what only a file can do: outlive and be shared."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pieces_engine import FileStore
from pieces_framework import StoreError, StoreScope
from pieces_framework.testing import MemoryStore
from tests.engine.store_contract import StoreContract

PUT_MANY = """
import asyncio, sys
from pathlib import Path
from pieces_engine import FileStore
from pieces_framework import StoreScope

async def main(path, name, count):
    store = FileStore(Path(path), flow=name)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        await store.put(f"{name}-{number}", number, StoreScope.PROJECT)
        await store.put("last", number)
        print(number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


class TestFileStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileStore:
        return FileStore(tmp_path / "store.db", flow="gelato/new_flavor")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".pieces" / "store.db"


def start_putting(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """Start a process that puts `count` numbers once it is told to, and prints each one after."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUT_MANY, str(path), name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


async def test_values_outlive_the_store_that_put_them(path: Path) -> None:
    await FileStore(path, flow="a").put("flavor", "vanilla")

    assert await FileStore(path, flow="a").get("flavor", str) == "vanilla"


async def test_flows_share_the_project_and_nothing_else(path: Path) -> None:
    one, other = FileStore(path, flow="one"), FileStore(path, flow="other")
    await one.put("flavor", "vanilla")
    await one.put("flavor", "lemon", StoreScope.PROJECT)

    assert await other.get("flavor", str) is None
    assert await other.get("flavor", str, StoreScope.PROJECT) == "lemon"


async def test_a_flow_without_a_name_is_not_the_project(path: Path) -> None:
    store = FileStore(path, flow="")
    await store.put("flavor", "vanilla")

    assert await store.get("flavor", str, StoreScope.PROJECT) is None


def test_opening_makes_no_file(path: Path) -> None:
    FileStore(path, flow="a")

    assert not path.parent.exists()


async def test_its_folder_is_closed_to_others(path: Path) -> None:
    await FileStore(path, flow="a").put("flavor", "vanilla")

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_tasks_may_put_at_once(path: Path) -> None:
    store = FileStore(path, flow="a")

    await asyncio.gather(*(store.put(f"key-{number}", number) for number in range(50)))

    assert [await store.get(f"key-{number}", int) for number in range(50)] == list(range(50))


def test_a_file_that_is_no_store_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("not a database, but long enough to be taken for one\n" * 20)

    with pytest.raises(StoreError, match=r"store\.db` cannot be used: file is not a database"):
        asyncio.run(FileStore(path, flow="a").get("flavor", str))


async def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(StoreError, match="cannot be used"):
        await FileStore(tmp_path / "taken" / "store.db", flow="a").put("flavor", "vanilla")


async def test_processes_put_at_once_and_lose_nothing(path: Path) -> None:
    processes = [start_putting(path, name, 40) for name in ("one", "two", "three")]
    for process in processes:
        go(process)
    for process in processes:
        process.communicate(timeout=60)

    assert [process.returncode for process in processes] == [0, 0, 0]
    store = FileStore(path, flow="one")
    for name in ("one", "two", "three"):
        kept = [await store.get(f"{name}-{n}", int, StoreScope.PROJECT) for n in range(40)]
        assert kept == list(range(40))


@pytest.mark.parametrize("confirmed", [1, 7, 23])
async def test_a_killed_process_leaves_every_value_it_was_told_is_kept(
    path: Path, confirmed: int
) -> None:
    process = start_putting(path, "one", 1_000_000)
    assert process.stdout is not None
    go(process)
    said = [process.stdout.readline().strip() for _ in range(confirmed)]
    process.kill()
    rest, _ = process.communicate(timeout=60)

    last = int([*said, *rest.split()][-1])
    store = FileStore(path, flow="one")
    kept = [await store.get(f"one-{n}", int, StoreScope.PROJECT) for n in range(last + 1)]
    assert kept == list(range(last + 1))
    assert (await store.get("last", int) or 0) >= last
    await store.put("last", -1)
    assert await store.get("last", int) == -1
