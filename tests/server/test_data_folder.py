from __future__ import annotations

import fcntl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from pieces_server.database import Database, open_database
from pieces_server.database.migrating import HEAD, migrate
from pieces_server.settings import Settings, SettingsError
from pieces_server.storage.data_folder_lock import held_data_folder
from pieces_server.storage.identity import check_identity
from tests.support.instance import Instance, instance_environment, running_instance
from tests.support.instance_commands import run_command, settings_of
from tests.support.old_folders import fill_old_tables, make_old_folder
from tests.support.postgres import Postgres

Env = dict[str, str]


def check(settings: Settings) -> str:
    """Check the identity as a start does, and return it."""
    database = open_database(settings)
    try:
        check_identity(database, settings.data_folder)
    finally:
        database.close()
    return (settings.data_folder / "instance-id").read_text().strip()


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_processes_that_start_at_once_in_a_new_folder_are_one_instance(
    tmp_path: Path, empty_database: Env
) -> None:
    contexts = [running_instance(tmp_path, **empty_database) for _ in range(2)]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        running: list[Instance] = list(pool.map(stack.enter_context, contexts))
        (key,) = {instance.key for instance in running} - {""}

        pages = {
            httpx.get(f"{each.url}/simple/", headers={"Authorization": f"Bearer {key}"}).text
            for each in running
        }

    assert len(pages) == 1
    assert "pieces-framework" in pages.pop()


def test_a_start_that_waits_for_another_says_so(tmp_path: Path) -> None:
    with (tmp_path / "start.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [sys.executable, "-m", "pieces_server"],
            env=instance_environment(tmp_path),
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stderr is not None

            said = process.stderr.readline()

            process.kill()

    assert "waiting for another process that starts on the same data folder" in said


def test_a_pair_keeps_its_id(tmp_path: Path, empty_database: Env) -> None:
    settings = settings_of(tmp_path, empty_database)

    first = check(settings)

    assert len(first) == 21
    assert check(settings) == first


def test_a_database_of_another_folder_is_refused(tmp_path: Path, postgres: Postgres) -> None:
    env = postgres.new_database()
    mine = settings_of(folder(tmp_path / "mine"), env)
    other = settings_of(folder(tmp_path / "other"), env)
    first = check(mine)

    with pytest.raises(SettingsError, match="belongs to another data folder") as caught:
        check(other)

    assert f"write {first} into it" in caught.value.hint
    assert not (other.data_folder / "instance-id").exists()
    assert check(mine) == first


def test_two_folders_that_changed_places_are_refused(tmp_path: Path, postgres: Postgres) -> None:
    pairs = [(folder(tmp_path / name), postgres.new_database()) for name in ("one", "two")]
    for path, env in pairs:
        check(settings_of(path, env))

    with pytest.raises(SettingsError, match="belongs to another data folder"):
        check(settings_of(pairs[0][0], pairs[1][1]))


def test_an_empty_database_is_not_given_to_a_folder_with_wheels(
    tmp_path: Path, postgres: Postgres
) -> None:
    make_old_folder(tmp_path, 2)
    before = sorted(tmp_path.rglob("*.whl"))

    done = run_command(data_folder=tmp_path, **postgres.new_database())

    assert done.returncode == 78
    assert "holds wheels, but the database 'piecekit_" in done.stderr
    assert "use `backup` and `restore`" in done.stderr
    assert sorted(tmp_path.rglob("*.whl")) == before


def test_a_database_with_rows_is_not_given_to_a_folder_without_their_wheels(
    tmp_path: Path, empty_database: Env
) -> None:
    settings = settings_of(tmp_path, empty_database)
    database = open_database(settings)
    fill_old(database)
    database.close()

    with pytest.raises(SettingsError, match="belongs to another data folder"):
        check(settings)


def fill_old(database: Database) -> None:
    migrate(database, "0001")
    fill_old_tables(database)
    migrate(database, HEAD)


def test_an_id_whose_row_was_not_committed_is_taken_up_again(
    tmp_path: Path, empty_database: Env
) -> None:
    (tmp_path / "instance-id").write_text("x" * 21 + "\n")

    assert check(settings_of(tmp_path, empty_database)) == "x" * 21


def test_many_may_use_a_folder_and_then_nobody_changes_it(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, {})

    with (
        held_data_folder(settings, exclusive=False),
        held_data_folder(settings, exclusive=False),
        pytest.raises(SettingsError, match="an instance or another command uses"),
        held_data_folder(settings, exclusive=True),
    ):
        pytest.fail("it was held")


def test_while_one_changes_a_folder_no_instance_starts(tmp_path: Path) -> None:
    with held_data_folder(settings_of(tmp_path, {}), exclusive=True):
        done = run_command(data_folder=tmp_path)

    assert done.returncode == 78
    assert "a command changes all of `AP_CONFIG_PATH`" in done.stderr
