from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import DBAPIError

from pieces_server.database import Database, open_database
from pieces_server.database.lookup import Lookup
from pieces_server.database.tables import api_keys, distributions
from pieces_server.database.unavailable import DatabaseUnavailableError
from pieces_server.settings import read_settings
from tests.support.postgres import Postgres

REVISION = select(distributions.c.revision, distributions.c.name).where(
    distributions.c.name == bindparam("name")
)


@pytest.fixture
def opened(
    database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    for name, text in {"AP_CONFIG_PATH": str(tmp_path), **database}.items():
        monkeypatch.setenv(name, text)
    opened = open_database(read_settings())
    yield opened
    opened.close()


def test_a_lookup_finds_its_row_and_sees_what_others_commit(opened: Database) -> None:
    lookup = Lookup(opened, REVISION)
    before = lookup.first(name="piece-gelato")
    with opened.writing() as connection:
        connection.execute(insert(distributions).values(name="piece-gelato", revision=7))

    after = lookup.first(name="piece-gelato")

    assert before is None
    assert after is not None
    assert tuple(after) == (7, "piece-gelato")


def test_lookups_give_their_connections_back(opened: Database) -> None:
    lookup = Lookup(opened, REVISION)

    for _ in range(200):  # more than there are connections
        lookup.first(name="piece-none")

    with opened.reading() as connection:
        assert connection.execute(REVISION, {"name": "piece-none"}).first() is None


def test_a_lookup_that_is_wrong_is_no_database_that_is_gone(opened: Database) -> None:
    with opened.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {api_keys.name} RENAME TO other_keys")
    try:
        with pytest.raises(DBAPIError, match="api_keys"):
            Lookup(opened, select(api_keys.c.id)).first()
    finally:
        with opened.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE other_keys RENAME TO {api_keys.name}")


def test_a_database_that_is_gone_is_said_to_be(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres.new_database()["AP_POSTGRES_URL"]
    monkeypatch.setenv("AP_DB_TYPE", "POSTGRES")
    monkeypatch.setenv("AP_POSTGRES_URL", address)
    monkeypatch.setenv("AP_CONFIG_PATH", str(tmp_path))
    opened = open_database(read_settings())
    lookup = Lookup(opened, REVISION)
    lookup.first(name="piece-gelato")
    name = address.split("/")[3].partition("?")[0]
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    with pytest.raises(DatabaseUnavailableError, match="does not answer"):
        lookup.first(name="piece-gelato")

    opened.close()
