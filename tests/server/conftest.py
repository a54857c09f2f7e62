from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.instance import Instance, running_instance
from tests.support.postgres import Postgres, running_postgres


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One instance for a module's tests; each uses names of pieces of its own."""
    with running_instance(tmp_path_factory.mktemp("data"), AP_MAX_FILE_SIZE_MB="1") as started:
        yield started


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for all tests of a process; skips, or fails where it is required."""
    with running_postgres() as started:
        yield started


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of an empty database: a module's tests run on SQLite, and on PostgreSQL."""
    if request.param == "sqlite":
        return {}
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def empty_database(database: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    """As `database`, and empty before each test; on SQLite that is a matter of the folder."""
    if not database:
        return {}
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()
