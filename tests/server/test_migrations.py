from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, text

from pieces_server.audit import COMMAND_LINE, record
from pieces_server.database import Database, open_database
from pieces_server.database.connection import connect
from pieces_server.database.migrating import BASE, HEAD, known_revisions, migrate
from pieces_server.database.tables import TABLES
from pieces_server.instance import open_instance
from pieces_server.settings import SettingsError
from pieces_server.storage.data_folder_lock import held_data_folder
from pieces_server.storage.identity import check_identity
from tests.support.instance import running_instance
from tests.support.instance_commands import run_command, settings_of
from tests.support.killing import killed_at
from tests.support.old_folders import OLD_WHEEL, fill_old_tables, make_old_folder
from tests.support.postgres import Postgres

Env = dict[str, str]

PAUSED_BEFORE_ITS_COMMIT = """
import sys
from pathlib import Path
from sqlalchemy import event
from pieces_server.database.connection import connect
from pieces_server.database.migrating import HEAD, migrate
from pieces_server.settings import read_settings

database = connect(read_settings())
def pause(_):
    print("migrated", flush=True)
    sys.stdin.read()
event.listen(database.engine, "commit", pause)
migrate(database, HEAD)
"""


@pytest.fixture
def opened(tmp_path: Path, empty_database: Env) -> Iterator[Database]:
    database = connect(settings_of(tmp_path, empty_database))
    yield database
    database.close()


def rows(database: Database, table: str, columns: str) -> list[Any]:
    with database.reading() as connection:
        found = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY 1, 2"))
        return [tuple(row) for row in found]


def test_the_newest_revision_is_what_the_code_expects(opened: Database) -> None:
    migrate(opened, HEAD)

    with opened.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), TABLES)
    assert differences == []
    assert known_revisions()[-1] == HEAD


def test_rows_read_the_same_through_every_revision_up_and_down(opened: Database) -> None:
    old = {
        "wheels": "distribution, version, filename, sha256, size_bytes, requires_python",
        "pieces": "id, distribution, version, major, minor, patch, name, source_digest, "
        "framework, metadata, i18n, created, updated",
        "api_keys": "id, name, sha256, last_4, created",
    }
    migrate(opened, "0001")
    fill_old_tables(opened)
    before = {table: repr(rows(opened, table, columns)) for table, columns in old.items()}

    for revision in ("0002", "0003", "0002", "0001"):
        migrate(opened, revision)
        after = {table: repr(rows(opened, table, columns)) for table, columns in old.items()}
        assert after == before, revision
    migrate(opened, BASE)

    with opened.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate(opened, HEAD)
    assert rows(opened, "wheels", "version, filename") == []


def test_old_rows_get_the_values_that_they_stand_for(opened: Database) -> None:
    migrate(opened, "0001")
    fill_old_tables(opened)

    migrate(opened, HEAD)

    assert rows(opened, "distributions", "name, revision") == [("piece-gelato", 1)]
    assert rows(opened, "wheels", "uploaded, yanked, deprecated, metadata_sha256") == [
        ("2026-01-02T03:04:05.678Z", None, None, "")
    ]
    assert rows(opened, "pieces", "package_type, minimum_supported_release") == [
        ("ARCHIVE", "0.82.0")
    ]
    assert rows(opened, "api_keys", "scope, expires, revoked, last_used") == [
        ("admin", None, None, None)
    ]


def test_keys_that_an_older_version_would_take_for_full_ones_do_not_go_back(
    opened: Database,
) -> None:
    migrate(opened, HEAD)
    with opened.writing() as connection:
        for name, scope, revoked, expires in (
            ("full", "admin", None, None),
            ("reader", "read", None, None),
            ("revoked", "admin", "2026-01-02T03:04:05.678Z", None),
            ("guest", "admin", None, "2027-01-02T03:04:05.678Z"),
        ):
            connection.execute(
                insert(TABLES.tables["api_keys"]).values(
                    id=name,
                    name=name,
                    sha256=name,
                    last_4="",
                    created="",
                    scope=scope,
                    revoked=revoked,
                    expires=expires,
                )
            )

    migrate(opened, "0002")

    assert rows(opened, "api_keys", "name, sha256") == [("full", "full")]


def test_a_migration_that_is_killed_leaves_the_revision_and_the_rows(
    tmp_path: Path, empty_database: Env, opened: Database
) -> None:
    migrate(opened, "0001")
    fill_old_tables(opened)
    opened.close()

    killed_at("migrated", PAUSED_BEFORE_ITS_COMMIT, data_folder=tmp_path, **empty_database)

    assert rows(opened, "alembic_version", "version_num, 1") == [("0001", 1)]
    with opened.reading() as connection:
        assert "breaks" not in inspect(connection).get_table_names()
    migrate(opened, HEAD)
    assert rows(opened, "pieces", "version, package_type") == [("0.1.0", "ARCHIVE")]


def test_a_revision_that_is_not_known_is_refused(tmp_path: Path, empty_database: Env) -> None:
    database = open_database(settings_of(tmp_path, empty_database))
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    database.close()

    with pytest.raises(SettingsError, match="its tables are of revision 0099") as caught:
        open_database(settings_of(tmp_path, empty_database))

    assert database.name in str(caught.value)


@pytest.mark.parametrize("schema", [1, 2])
def test_a_folder_of_an_older_version_goes_on_working(tmp_path: Path, schema: int) -> None:
    key = make_old_folder(tmp_path, schema)

    with running_instance(tmp_path, key=key) as instance:
        piece = httpx.get(
            f"{instance.url}/api/v1/pieces/piece-gelato?release=0.91.0", headers=instance.headers
        )
        page = httpx.get(f"{instance.url}/simple/piece-gelato/", headers=instance.headers)
        file = httpx.get(
            f"{instance.url}/simple/piece-gelato/piece_gelato-0.1.0-py3-none-any.whl",
            headers=instance.headers,
        )

    assert instance.key == key
    assert piece.json()["version"] == "0.1.0"
    assert hashlib.sha256(OLD_WHEEL).hexdigest() in page.text
    assert file.content == OLD_WHEEL


def test_the_tables_are_brought_to_a_revision_while_nobody_uses_them(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, {})
    open_instance(settings).database.close()
    with held_data_folder(settings, exclusive=False):
        refused = run_command("migrate", "0002", data_folder=tmp_path)

    down = run_command("migrate", "0002", data_folder=tmp_path)

    said = "an instance or another command uses"
    assert (refused.returncode, said in refused.stderr) == (78, True)
    assert (down.returncode, down.stdout.endswith(" are of revision 0002\n")) == (0, True)
    open_instance(settings).database.close()


def test_what_an_older_version_has_no_place_for_is_removed_only_if_told_to(
    tmp_path: Path, empty_database: Env
) -> None:
    database = open_database(settings_of(tmp_path, empty_database))
    with database.writing() as connection:
        record(connection, COMMAND_LINE, "key.create", "ci")
    check_identity(database, tmp_path)

    refused = run_command("migrate", "0002", data_folder=tmp_path, **empty_database)
    kept = rows(database, "audit", "action, subject")
    down = run_command("migrate", "0002", "--force", data_folder=tmp_path, **empty_database)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(
        "error: revision 0002 has no place for entries of the audit log (1)\nhint: make a backup"
    )
    assert kept == [("key.create", "ci")]
    assert (down.returncode, down.stderr.count("error")) == (0, 0)
    assert down.stdout.startswith("removed entries of the audit log (1)\nthe tables of ")
    database.close()


def test_a_migration_is_in_the_audit_log(opened: Database) -> None:
    migrate(opened, "0001")

    migrate(opened, HEAD, COMMAND_LINE)

    assert rows(opened, "audit", "action, subject, actor_name") == [
        ("instance.migrate", HEAD, "(command line)")
    ]


def test_a_start_says_that_it_waits_for_another_process(
    tmp_path: Path, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_of(tmp_path, postgres.new_database())
    database = connect(settings)
    migrate(database, "0002")
    with ThreadPoolExecutor(1) as pool:
        with database.alone():
            start = pool.submit(open_database, settings)
            while "waiting for another process" not in caplog.text:
                assert not start.done(), start.exception()
                time.sleep(0.01)

        start.result().close()

    assert "bringing the tables of the database" in caplog.text
    assert rows(database, "alembic_version", "version_num, 1") == [(HEAD, 1)]
    database.close()
