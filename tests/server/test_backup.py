"""A backup is whole, and restored whole: into either database, over HTTP and byte for byte."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tarfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from pieces_server.audit import COMMAND_LINE, record
from pieces_server.backup.errors import BackupError
from pieces_server.backup.reading import open_backup
from pieces_server.backup.restoring import restore
from pieces_server.backup.writing import write_backup
from pieces_server.database import Database, open_database
from pieces_server.database.connection import connect
from pieces_server.database.migrating import HEAD, migrate
from pieces_server.instance import open_instance
from pieces_server.settings import SettingsError
from pieces_server.storage.wheel_folder import WheelFolder
from tests.support.instance import Instance, running_instance
from tests.support.instance_commands import run_command, settings_of
from tests.support.killing import killed_at
from tests.support.old_folders import OLD_WHEEL, fill_old_tables
from tests.support.postgres import Postgres
from tests.support.publishing import publish
from tests.support.wheels import build_wheel

Env = dict[str, str]
Members = list[tuple[tarfile.TarInfo, bytes]]

PAUSED_BEFORE_THE_COMMIT = """
import sys
from pathlib import Path
from sqlalchemy import event
from pieces_server.backup.reading import open_backup
from pieces_server.backup.restoring import restore
from pieces_server.database.connection import connect
from pieces_server.settings import read_settings

settings = read_settings()
database = connect(settings)
def pause(_):
    print("loaded", flush=True)
    sys.stdin.read()
event.listen(database.engine, "commit", pause)
with open_backup(Path(sys.argv[1])) as backup:
    restore(backup, database, settings.data_folder)
"""


@dataclass(frozen=True)
class BackedUp:
    """A backup of an instance that was published to meanwhile, and what that one served before."""

    path: Path
    key: str
    served: Mapping[str, bytes]
    said: str


def served(instance: Instance, paths: list[str]) -> dict[str, bytes]:
    with httpx.Client(base_url=instance.url, headers=instance.headers) as client:
        answers = {path: client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.content for path, answer in answers.items()}


@pytest.fixture(scope="module")
def backed_up(database: Env, tmp_path_factory: pytest.TempPathFactory) -> BackedUp:
    folder = tmp_path_factory.mktemp("source")
    with running_instance(folder / "data", **database) as instance:
        paths = ["/simple/piece-gelato/"]
        for version in ("0.1.0", "0.1.1"):
            wheel = build_wheel(folder, version=version)
            assert publish(instance, wheel.read_bytes(), version=version).status_code == 201
            paths += [
                f"/simple/piece-gelato/{wheel.name}",
                f"/api/v1/pieces/piece-gelato?version={version}",
            ]
        before = served(instance, paths)
        begun, stop = threading.Event(), threading.Event()
        storm = threading.Thread(target=publish_until, args=(instance, folder, begun, stop))
        storm.start()
        assert begun.wait(60)
        done = run_command("backup", folder / "b.tar", data_folder=folder / "data", **database)
        stop.set()
        storm.join()
    assert done.returncode == 0, done.stderr
    return BackedUp(folder / "b.tar", instance.key, before, done.stdout)


def publish_until(
    instance: Instance, folder: Path, begun: threading.Event, stop: threading.Event
) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        version = f"1.0.{number}"
        wheel = build_wheel(folder, "piece-storm", version).read_bytes()
        assert publish(instance, wheel, name="piece-storm", version=version).status_code == 201
        begun.set()


def test_what_is_restored_into_the_other_database_is_served_as_before(
    tmp_path: Path, database: Env, backed_up: BackedUp, postgres: Postgres
) -> None:
    target = {} if database else postgres.new_database()

    done = run_command("restore", backed_up.path, data_folder=tmp_path, **target)
    with running_instance(tmp_path, key=backed_up.key, **target) as instance:
        same = served(instance, list(backed_up.served))
        storm = httpx.get(f"{instance.url}/simple/piece-storm/", headers=instance.headers)
        links = [line.split('"')[1] for line in storm.text.splitlines() if "href=" in line]
        files = [
            httpx.get(httpx.URL(str(storm.url)).join(link), headers=instance.headers)
            for link in links
        ]
        more = publish(
            instance, build_wheel(tmp_path, version="0.2.0").read_bytes(), version="0.2.0"
        )

    assert done.returncode == 0, done.stderr
    assert instance.key == backed_up.key
    assert same == backed_up.served
    assert links
    for link, file in zip(links, files, strict=True):
        assert link.endswith(hashlib.sha256(file.content).hexdigest())
    assert more.status_code == 201


def test_a_backup_is_for_its_owner_only_and_says_what_it_has(backed_up: BackedUp) -> None:
    mode = stat.S_IMODE(backed_up.path.stat().st_mode)

    assert mode == 0o600
    assert backed_up.said.startswith("backed up ")
    assert backed_up.said.endswith(f" MB, to {str(backed_up.path)!r}\n")
    assert not list(backed_up.path.parent.glob(".b.tar*"))
    assert backed_up.key.encode() not in backed_up.path.read_bytes()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of one version, from before scopes and the audit log."""
    folder = tmp_path / "small"
    folder.mkdir()
    database = connect(settings_of(folder, {}))
    migrate(database, "0002")
    fill_old_tables(database)
    with database.writing() as connection:  # the same content under another version
        connection.execute(
            text(
                "INSERT INTO wheels SELECT distribution, '0.1.1', filename, sha256, size_bytes,"
                " requires_python FROM wheels"
            )
        )
    wheels = WheelFolder(folder)
    with wheels.receive(io.BytesIO(OLD_WHEEL)) as received:
        wheels.keep(received)
    write_backup(database, wheels, tmp_path / "small.tar")
    database.close()
    return tmp_path / "small.tar"


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Env]:
    folder = tmp_path / "target"
    folder.mkdir()
    if request.param == "sqlite":
        return folder, {}
    server: Postgres = request.getfixturevalue("postgres")
    return folder, server.new_database()


def restored(path: Path, folder: Path, env: Env) -> Database:
    database = connect(settings_of(folder, env))
    with open_backup(path) as backup:
        restore(backup, database, folder)
    return database


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    small: Path, target: tuple[Path, Env]
) -> None:
    database = restored(small, *target)

    with database.reading() as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        rows = connection.execute(text("SELECT version, uploaded FROM wheels ORDER BY 1")).all()
        scopes = connection.execute(text("SELECT name, scope FROM api_keys")).all()
    database.close()
    assert revision == HEAD
    assert list(map(tuple, rows)) == [("0.1.0", "2026-01-02T03:04:05.678Z"), ("0.1.1", "")]
    assert list(map(tuple, scopes)) == [("admin", "admin")]


def test_content_is_in_a_backup_once(small: Path) -> None:
    with tarfile.open(small) as archive:
        wheels = [name for name in archive.getnames() if name.startswith("wheels/")]

    assert wheels == [f"wheels/{hashlib.sha256(OLD_WHEEL).hexdigest()}.whl"]


def test_entries_of_the_log_go_on_after_the_restored_ones(
    tmp_path: Path, target: tuple[Path, Env]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    database = open_database(settings_of(source, {}))
    with database.writing() as connection:
        for _ in range(3):
            record(connection, COMMAND_LINE, "key.create", "a key")
    write_backup(database, WheelFolder(source), tmp_path / "b.tar")
    database.close()

    again = restored(tmp_path / "b.tar", *target)
    with again.writing() as connection:
        record(connection, COMMAND_LINE, "key.create", "another")

    with again.reading() as connection:
        entries = connection.execute(text("SELECT id, action FROM audit ORDER BY id")).all()
    again.close()
    assert [tuple(entry) for entry in entries] == [
        *((number, "key.create") for number in (1, 2, 3)),
        (4, "instance.restore"),
        (5, "key.create"),
    ]


def test_a_restore_that_is_killed_is_no_instance_and_can_be_run_again(
    small: Path, target: tuple[Path, Env]
) -> None:
    folder, env = target

    killed_at("loaded", PAUSED_BEFORE_THE_COMMIT, small, data_folder=folder, **env)

    with pytest.raises(SettingsError, match="it is not an instance yet") as refused:
        open_instance(settings_of(folder, env))
    restored(small, folder, env).close()
    open_instance(settings_of(folder, env)).database.close()
    assert refused.value.hint == "run `restore` again: it was cut off"
    assert not (folder / "restoring").exists()


def test_a_restore_that_wrote_nothing_yet_is_no_instance_either(
    tmp_path: Path, empty_database: Env
) -> None:
    (tmp_path / "restoring").touch()

    with pytest.raises(SettingsError, match="it is not an instance yet"):
        open_instance(settings_of(tmp_path, empty_database))

    assert (tmp_path / "restoring").exists()
    assert not (tmp_path / "instance-id").exists()


def test_no_key_is_made_where_a_restore_was_cut_off(tmp_path: Path, empty_database: Env) -> None:
    (tmp_path / "restoring").touch()

    done = run_command("keys", "create", data_folder=tmp_path, **empty_database)

    assert (done.returncode, done.stdout) == (78, "")
    assert "it is not an instance yet" in done.stderr


def test_an_instance_is_not_restored_over(small: Path, target: tuple[Path, Env]) -> None:
    restored(small, *target).close()
    before = sorted(target[0].rglob("*.whl"))

    with pytest.raises(SettingsError, match=r"but the database .* has rows") as caught:
        restored(small, *target)

    assert "move these away" in caught.value.hint
    assert sorted(target[0].rglob("*.whl")) == before


def test_the_folder_of_an_instance_is_not_restored_into(
    tmp_path: Path, small: Path, postgres: Postgres
) -> None:
    folder = tmp_path / "used"
    folder.mkdir()
    restored(small, folder, {}).close()

    with pytest.raises(SettingsError, match="is the folder of an instance"):
        restored(small, folder, postgres.new_database())


@pytest.mark.parametrize("command", ["backup b.tar", "migrate", "keys list", "keys revoke admin"])
def test_where_no_instance_is_nothing_is_made(tmp_path: Path, command: str) -> None:
    done = run_command(*command.split(), data_folder=tmp_path / "mistyped")

    assert done.returncode == 78
    assert done.stderr.startswith(f"error: `AP_CONFIG_PATH` {str(tmp_path / 'mistyped')!r} is not")
    assert not list(tmp_path.iterdir())


def test_a_file_is_overwritten_only_if_told_to(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("mine")
    open_database(settings_of(tmp_path, {})).close()

    refused = run_command("backup", tmp_path / "b.tar", data_folder=tmp_path)
    kept = (tmp_path / "b.tar").read_text()
    done = run_command("backup", "--force", tmp_path / "b.tar", data_folder=tmp_path)

    assert (refused.returncode, "or add --force" in refused.stderr, kept) == (65, True, "mine")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("damage", ["removed", "changed"])
def test_a_wheel_that_is_not_whole_is_not_backed_up(
    tmp_path: Path, small: Path, damage: str
) -> None:
    folder = tmp_path / "small"
    (wheel,) = folder.rglob("*.whl")
    wheel.unlink() if damage == "removed" else wheel.write_bytes(OLD_WHEEL[::-1])
    database = connect(settings_of(folder, {}))

    with pytest.raises(BackupError, match=wheel.stem):
        write_backup(database, WheelFolder(folder), small)

    database.close()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["small.tar"]


def test_a_backup_that_was_cut_off_anywhere_is_refused(tmp_path: Path, small: Path) -> None:
    content = small.read_bytes()
    path = tmp_path / "cut.tar"
    for size in range(0, len(content) - 1023, 256):
        path.write_bytes(content[:size])

        with pytest.raises(BackupError), open_backup(path):
            pytest.fail(f"cut off at {size}")


def test_a_backup_with_one_changed_byte_is_refused(tmp_path: Path, small: Path) -> None:
    with tarfile.open(small) as archive:
        places = [
            place
            for member in archive
            for place in (
                member.offset,
                member.offset + 130,
                member.offset_data,
                member.offset_data + member.size - 1,
            )
            if member.size
        ]
    path = tmp_path / "changed.tar"
    for place in places:
        content = bytearray(small.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)

        with pytest.raises(BackupError), open_backup(path):
            pytest.fail(f"changed at {place}")


def remade(small: Path, change: Callable[[Members], object], *, honest: bool = True) -> Path:
    """Write the backup anew, changed, and with a manifest and hashes that say it is right."""
    with tarfile.open(small) as archive:
        members: Members = [(member, read(archive, member)) for member in archive]
    change(members)
    if honest:
        manifest = json.loads(members[1][1])
        manifest["members"] = [
            {"name": info.name, "sha256": hashlib.sha256(data).hexdigest(), "sizeBytes": len(data)}
            for info, data in members[2:]
        ]
        document = json.dumps(manifest).encode()
        members[1] = (members[1][0], document)
        members[0] = (members[0][0], hashlib.sha256(document).hexdigest().encode())
    path = small.with_name("remade.tar")
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None
    return file.read()


def renamed(name: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[-1][0].name = name

    return change


def as_link(members: Members) -> None:
    members[-1][0].type = tarfile.SYMTYPE
    members[-1][0].linkname = "/etc/passwd"


def in_manifest(key: str, value: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[1] = (members[1][0], json.dumps(json.loads(members[1][1]) | {key: value}).encode())

    return change


def changed_rows(table: str, line: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        (index,) = (at for at, (info, _) in enumerate(members) if f"/{table}." in info.name)
        members[index] = (members[index][0], line)

    return change


def without_wheel(members: Members) -> None:
    del members[-1]


def with_another_wheel(members: Members) -> None:
    members[-1] = (members[-1][0], b"another")


def twice(members: Members) -> None:
    members.append(members[-1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(renamed("../../outside.whl"), "not understood", id="path upwards"),
        pytest.param(renamed("/etc/cron.d/x"), "not understood", id="absolute path"),
        pytest.param(renamed("wheels/" + "a" * 64 + ".whl"), "name of another", id="other name"),
        pytest.param(as_link, "no regular file", id="link"),
        pytest.param(in_manifest("revision", "0099"), "later version", id="revision"),
        pytest.param(in_manifest("format", "piecekit.backup/9"), "not understood", id="format"),
        pytest.param(without_wheel, "lacks the wheel", id="missing wheel"),
        pytest.param(with_another_wheel, "name of another", id="changed wheel"),
        pytest.param(changed_rows("wheels", b"[" * 100_000), "no JSON", id="nested rows"),
        pytest.param(twice, "not what its manifest says", id="twice"),
    ],
)
def test_a_backup_that_was_made_to_harm_is_refused_before_anything_is_written(
    tmp_path: Path, small: Path, change: Callable[[Members], object], said: str
) -> None:
    path = remade(small, change)

    with pytest.raises(BackupError) as done:
        restored(path, tmp_path, {})

    assert said in done.value.message
    assert not (tmp_path / "wheels").exists()
    assert not (tmp_path / "restoring").exists()


@pytest.mark.parametrize(
    "line",
    [
        b"[]\n",
        b'{"piece_id": "x"}\n',
        b'{"piece_id": "unknown", "reason": "r"}\n',
        b"\xff\n",
        b"{\n",
    ],
)
def test_rows_that_are_none_leave_an_empty_database(
    small: Path, target: tuple[Path, Env], line: bytes
) -> None:
    path = remade(small, changed_rows("breaks", line))

    with pytest.raises((BackupError, SettingsError)):
        restored(path, *target)

    restored(small, *target).close()


def test_what_is_no_backup_is_told_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"nothing" * 1000)

    done = run_command("restore", tmp_path / "x.tar", data_folder=tmp_path / "data")

    assert done.returncode == 65
    assert done.stderr.startswith(
        f"error: {str(tmp_path / 'x.tar')!r}: the file is no backup, or damaged: "
    )
    assert "Traceback" not in done.stderr
