from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.instance import instance_environment, launched_instance, running_instance
from tests.support.instance_commands import launch_command, run_command
from tests.support.publishing import publish, stored_state
from tests.support.wheels import build_wheel

KEY = r"sk-[0-9a-zA-Z]{61}"


def test_the_first_start_makes_a_private_folder_and_prints_a_key_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"

    with launched_instance(folder) as first:
        assert re.fullmatch(KEY, first.key)
        assert httpx.get(f"{first.url}/simple/", headers=first.headers).status_code == 200
    with launched_instance(folder) as second:
        assert second.key == ""

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_each_start_says_where_the_data_is_and_a_later_one_how_to_make_a_key(
    tmp_path: Path,
) -> None:
    with running_instance(tmp_path) as first:
        first.stop()
    with running_instance(tmp_path) as second:
        second.stop()

    assert f"data folder: {tmp_path}" in first.said
    assert second.said[:2] == [
        f"data folder: {tmp_path}",
        "for another API key, with the same settings: python -m pieces_server keys create",
    ]


def test_a_key_that_could_not_be_shown_is_not_made(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        subprocess.run(
            [sys.executable, "-m", "pieces_server"],
            env=instance_environment(tmp_path),
            stdout=full,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )

    with running_instance(tmp_path) as instance:
        assert re.fullmatch(KEY, instance.key)


def test_a_key_is_stored_as_a_hash_only(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance:
        key = instance.key

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert key.encode() not in stored
    with closing(sqlite3.connect(tmp_path / "piecekit.db")) as connection:
        rows = connection.execute("SELECT name, last_4 FROM api_keys").fetchall()
    assert rows == [("admin", key[-4:])]


def test_a_key_is_made_while_the_instance_runs(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance:
        made = launch_command("keys", "create", "--name", "ci", data_folder=tmp_path)

        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        assert httpx.get(f"{instance.url}/api/v1/pieces", headers=headers).status_code == 200
    assert re.fullmatch(KEY + "\n", made.stdout)
    assert made.stderr == f"a key for the data folder {str(tmp_path)!r}\n"


def test_keys_may_be_made_at_once_in_a_new_folder(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        running = [
            pool.submit(launch_command, "keys", "create", data_folder=tmp_path) for _ in range(6)
        ]
        made = [each.result() for each in running]

    assert [each.returncode for each in made] == [0] * 6
    assert len({each.stdout for each in made}) == 6


def test_a_key_that_is_made_before_the_first_start_is_the_first(tmp_path: Path) -> None:
    made = run_command("keys", "create", data_folder=tmp_path)

    with running_instance(tmp_path, key=made.stdout.strip()) as instance:
        answer = httpx.get(f"{instance.url}/api/v1/pieces", headers=instance.headers)

    said = f"a key for the data folder {str(tmp_path)!r}\nno instance has run there yet: "
    assert made.stderr.startswith(said)
    assert instance.key == made.stdout.strip()
    assert answer.json() == []


def test_what_is_published_is_there_after_a_restart(tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path).read_bytes()
    folder = tmp_path / "data"
    with running_instance(folder) as instance:
        publish(instance, wheel)
        before = stored_state(instance)

    with running_instance(folder, key=instance.key) as again:
        assert stored_state(again) == before


def test_what_a_cut_off_publish_left_is_removed_at_the_start(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance:
        before = stored_state(instance)
    (tmp_path / "incoming" / "tmpabc").touch()
    orphan = tmp_path / "wheels" / "00" / ("0" * 64 + ".whl")
    orphan.parent.mkdir(exist_ok=True)
    orphan.touch()
    for left in (orphan, tmp_path / "incoming" / "tmpabc"):
        os.utime(left, (0, 0))  # what is younger may be about to be published

    with running_instance(tmp_path, key=instance.key) as again:
        assert stored_state(again) == before


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"AP_PORT": "http"}, "`AP_PORT` must be from 0 to 65535, got 'http'"),
        ({"AP_PORT": "65536"}, "`AP_PORT` must be from 0 to 65535, got '65536'"),
        ({"AP_PORT": "-1"}, "`AP_PORT` must be"),
        ({"AP_MAX_FILE_SIZE_MB": "0"}, "`AP_MAX_FILE_SIZE_MB` must be from 1"),
        ({"AP_PUBLIC_READ": "yes"}, "`AP_PUBLIC_READ` must be true or false, got 'yes'"),
        ({"AP_HOST": "192.0.2.1"}, "cannot listen on `AP_HOST` '192.0.2.1'"),
        ({"AP_HOST": "no such host"}, "cannot listen on `AP_HOST` 'no such host'"),
        ({"AP_CONFIG_PATH": "/dev/null/x"}, "`AP_CONFIG_PATH`: '/dev/null/x' cannot be used"),
        (
            {"AP_CONFIG_PATH": "~nosuchuser/x"},
            "`AP_CONFIG_PATH` begins with a home that is unknown",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, env: dict[str, str], said: str
) -> None:
    done = run_command(data_folder=tmp_path, **env)

    assert done.returncode == 78
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [(), ("keys", "create")], ids=["start", "keys create"])
@pytest.mark.parametrize("env", [{}, {"AP_CONFIG_PATH": "~nosuchuser"}], ids=["database", "home"])
def test_a_start_and_a_key_refuse_alike(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str]
) -> None:
    (tmp_path / "piecekit.db").write_bytes(b"no database" * 1000)

    done = run_command(*arguments, data_folder=tmp_path, **env)

    assert done.returncode == 78
    assert re.fullmatch("error: .*\nhint: .*\n", done.stderr)
    assert done.stdout == ""


def test_a_database_that_is_damaged_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "piecekit.db"
    run_command("keys", "create", data_folder=tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    done = run_command(data_folder=tmp_path)

    assert done.returncode == 78
    assert done.stderr.startswith(f"error: the database {str(path)!r} ")
    assert "; if it is damaged, restore a backup\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["instance.lock", "wheels", "incoming", "piecekit.db"])
def test_what_cannot_be_used_in_the_data_folder_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name in {"wheels", "incoming"}:
        path.touch()
    else:
        path.mkdir()

    done = run_command(data_folder=tmp_path)

    assert done.returncode == 78
    assert f"{str(path)!r} cannot be used: " in done.stderr
    assert "\nhint: let this user write to it" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE alembic_version SET version_num = '0099'"], "its tables are of revision 0099"),
        (["DROP TABLE alembic_version", "PRAGMA user_version = 4"], "its schema is 4"),
        (["DROP TABLE alembic_version", "PRAGMA user_version = 0"], "its schema is 0"),
    ],
)
def test_a_folder_that_another_version_wrote_is_refused_and_left_as_it_is(
    tmp_path: Path, statements: list[str], said: str
) -> None:
    with running_instance(tmp_path) as instance:
        before = stored_state(instance)[2]
    with closing(sqlite3.connect(tmp_path / "piecekit.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    orphan = tmp_path / "incoming" / "of another version"
    orphan.touch()

    done = run_command(data_folder=tmp_path)

    path = str(tmp_path / "piecekit.db")
    assert done.returncode == 78
    assert (
        f"the database {path!r} was written by another version of Piecekit: {said}" in done.stderr
    )
    assert "\nhint: update Piecekit, or use another database\n" in done.stderr
    assert all(path.exists() for path in (*before, orphan))


def test_a_later_start_imports_only_what_it_needs(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance:
        instance.stop()

    with launched_instance(tmp_path, PYTHONPROFILEIMPORTTIME="1") as again:
        said = again.stop()[1]

    imported = set(re.findall(r"^import time:.*\| +(\w+)$", said, re.MULTILINE))
    assert {"fastapi", "sqlalchemy"} <= imported
    assert imported.isdisjoint({"alembic", "bs4", "mako", "psycopg", "pypi_simple", "requests"})


@pytest.mark.parametrize("name", ["a?b#c", "100%41", "file:x"])
def test_the_data_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name

    with running_instance(folder):
        made = {path.name for path in folder.iterdir()}

    assert "piecekit.db" in made
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_only_the_owner_can_read_what_is_written_to_an_open_folder(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)

    with running_instance(folder) as instance:
        publish(instance, build_wheel(tmp_path).read_bytes())
        written = list(folder.rglob("*"))
        modes = {stat.S_IMODE(path.stat().st_mode) for path in written}
        said = instance.stop()[1]

    assert modes == {0o600, 0o700}
    assert said.startswith(f"warning: `AP_CONFIG_PATH` {str(folder)!r} is open to other users\n")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        done = launch_command(data_folder=tmp_path, AP_PORT=port)

    assert done.returncode == 78
    assert f"`AP_PORT` {port}: Address already in use" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(tmp_path: Path, number: signal.Signals) -> None:
    quiet = launched_instance(tmp_path, AP_LOG_LEVEL="WARNING")
    with quiet as instance, httpx.Client() as client:
        client.get(f"{instance.url}/simple/", headers=instance.headers)  # stays connected

        stopped = instance.stop(number)

    assert stopped == (0, "")


def test_ctrl_c_during_the_start_ends_it_quietly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pieces_server"],
        env=instance_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("data folder")  # it does not listen yet

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (130, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_after_a_stop_the_database_is_one_file(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "data"
    with launched_instance(folder) as instance:
        publish(instance, build_wheel(tmp_path).read_bytes())

        instance.stop(number)

    assert not (folder / "piecekit.db-wal").exists()
    copy = shutil.copy(folder / "piecekit.db", tmp_path)
    with closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute("SELECT name, version FROM pieces").fetchall()
    assert rows == [("piece-gelato", "0.1.0")]
