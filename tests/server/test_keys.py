"""API keys as the instance keeps them, on SQLite and on PostgreSQL; and their commands."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pieces_server.access.errors import KeyConflictError, KeyNotFoundError, RefusedKeyError
from pieces_server.access.keys import ApiKeys
from pieces_server.access.last_use import INTERVAL_S, LastUse
from pieces_server.access.scopes import Scope
from pieces_server.audit import COMMAND_LINE, INSTANCE
from pieces_server.database import Database, open_database
from pieces_server.database.identifiers import timestamp
from pieces_server.times import read_expiry, read_time
from tests.support.instance_commands import settings_of

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, database: dict[str, str]
) -> Iterator[Database]:
    """A database of either kind; each test empties what it looks at."""
    with closing(open_database(settings_of(tmp_path_factory.mktemp("keys"), database))) as found:
        yield found


@pytest.fixture
def emptied(opened: Database) -> Database:
    with opened.writing() as connection:
        for table in ("api_keys", "audit"):
            connection.execute(text(f"DELETE FROM {table}"))
    return opened


@pytest.fixture
def keys(emptied: Database) -> ApiKeys:
    return ApiKeys(emptied)


def make(
    keys: ApiKeys, name: str, scope: Scope = Scope.ADMIN, expires: datetime | None = None
) -> tuple[str, str]:
    """Make a key; return its id and itself."""
    made: list[str] = []
    entry = keys.create(name, made.append, scope=scope, actor=COMMAND_LINE, expires=expires)
    return entry.id, made[0]


def test_a_key_is_known_by_its_text_and_kept_as_a_hash(keys: ApiKeys, emptied: Database) -> None:
    key_id, key = make(keys, "ci", Scope.PUBLISH)

    found = keys.find(key)

    assert (found.id, found.name, found.scope) == (key_id, "ci", Scope.PUBLISH)
    with emptied.reading() as connection:
        stored = connection.execute(text("SELECT * FROM api_keys")).one()
        told = connection.execute(text("SELECT details FROM audit")).one()
    assert key not in str(stored)
    assert key[3:-4] not in str(told)


@pytest.mark.parametrize(
    "key",
    ["", "sk-", "sk-" + "x" * 61, "sk-\0", "sk-ключ", "sk-" + "x" * 60_000, "' OR 1=1 --"],
    ids=["empty", "prefix", "well formed", "NUL", "unicode", "huge", "SQL"],
)
def test_an_unknown_key_is_refused(keys: ApiKeys, key: str) -> None:
    make(keys, "ci")

    with pytest.raises(RefusedKeyError, match="invalid api key") as refused:
        keys.find(key)

    assert not refused.value.known


def test_a_key_is_good_until_its_time_and_not_at_it(emptied: Database) -> None:
    moments = [timestamp(NOON - timedelta(milliseconds=1))]
    keys = ApiKeys(emptied, clock=lambda: moments[-1])
    _, key = make(keys, "ci", expires=NOON)
    before = keys.find(key)

    moments.append(timestamp(NOON))
    with pytest.raises(RefusedKeyError, match=r"expired at 2026-05-04T12:00:00.000Z") as refused:
        keys.find(key)

    assert before.name == "ci"
    assert refused.value.known


def test_a_key_is_revoked_for_every_process_at_once(emptied: Database, keys: ApiKeys) -> None:
    key_id, key = make(keys, "ci", Scope.READ)
    elsewhere = ApiKeys(emptied)
    elsewhere.find(key)

    keys.revoke(key_id, actor=COMMAND_LINE)

    with pytest.raises(RefusedKeyError, match="was revoked at"):
        elsewhere.find(key)


def test_a_revocation_is_written_down_once_however_many_ask_for_it(
    emptied: Database, keys: ApiKeys
) -> None:
    key_id, _ = make(keys, "ci", Scope.READ)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(keys.revoke, key_id, actor=COMMAND_LINE) for _ in range(8)]
        times = {each.result().revoked for each in asked}

    assert len(times) == 1
    with emptied.reading() as connection:
        told = connection.execute(text("SELECT action FROM audit ORDER BY id")).scalars().all()
    assert told == ["key.create", "key.revoke"]


def test_of_two_last_administrators_that_revoke_each_other_one_stays(keys: ApiKeys) -> None:
    ids = [make(keys, name)[0] for name in ("ada", "grace")]
    start = threading.Barrier(2)

    def revoke(key_id: str) -> bool:
        start.wait()
        try:
            keys.revoke(key_id, actor=COMMAND_LINE)
        except KeyConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        revoked = list(pool.map(revoke, ids))

    assert sorted(revoked) == [False, True]


def test_an_expired_administrator_does_not_count_as_another(emptied: Database) -> None:
    moments = [timestamp(NOON)]
    keys = ApiKeys(emptied, clock=lambda: moments[-1])
    make(keys, "short", expires=NOON + timedelta(hours=1))
    key_id, _ = make(keys, "last")
    moments.append(timestamp(NOON + timedelta(hours=2)))

    with pytest.raises(KeyConflictError, match="'last' is the last api key"):
        keys.revoke(key_id, actor=COMMAND_LINE)

    assert keys.entry(key_id).revoked is None


def test_the_first_key_is_made_once_however_many_processes_start(keys: ApiKeys) -> None:
    shown: list[str] = []

    with ThreadPoolExecutor(6) as pool:
        asked = [
            pool.submit(keys.create_first, "admin", shown.append, actor=INSTANCE) for _ in range(6)
        ]
        made = [each.result() for each in asked]

    assert sorted(made) == [False] * 5 + [True]
    assert [keys.find(key).scope for key in shown] == [Scope.ADMIN]


def test_a_name_is_enough_if_one_key_in_use_has_it(keys: ApiKeys) -> None:
    old, _ = make(keys, "ci", Scope.READ)
    keys.revoke(old, actor=COMMAND_LINE)
    new, _ = make(keys, "ci", Scope.READ)

    assert keys.identify("ci").id == new


def test_a_name_of_several_keys_is_refused(keys: ApiKeys) -> None:
    ids = {make(keys, "ci")[0] for _ in range(2)}

    with pytest.raises(KeyConflictError, match="several api keys are called 'ci'") as refused:
        keys.identify("ci")

    assert all(each in refused.value.message for each in ids)


def test_a_name_that_no_key_has_is_refused(keys: ApiKeys) -> None:
    with pytest.raises(KeyNotFoundError, match="'nobody'"):
        keys.identify("nobody")


def last_used(database: Database) -> str | None:
    with database.reading() as connection:
        found: str | None = connection.execute(text("SELECT last_used FROM api_keys")).scalar_one()
    return found


def note(uses: LastUse, key_id: str) -> None:
    """Note a use, and wait until it is written or has failed."""
    uses.note(key_id)
    uses.wait()


def test_a_use_is_noted_once_a_minute(emptied: Database, keys: ApiKeys) -> None:
    key_id, _ = make(keys, "ci")
    clock = [0.0]
    uses = LastUse(emptied, clock=lambda: clock[-1])
    note(uses, key_id)
    first = last_used(emptied)
    with emptied.writing() as connection:
        connection.execute(text("UPDATE api_keys SET last_used = '2026-01-01T00:00:00.000Z'"))

    clock.append(INTERVAL_S - 1)
    note(uses, key_id)
    within = last_used(emptied)
    clock.append(INTERVAL_S)
    note(uses, key_id)

    assert first is not None
    assert within == "2026-01-01T00:00:00.000Z"
    assert (last_used(emptied) or "") > first


def test_a_use_that_another_process_noted_is_not_noted_again(
    emptied: Database, keys: ApiKeys
) -> None:
    key_id, _ = make(keys, "ci")
    note(LastUse(emptied), key_id)
    first = last_used(emptied)

    note(LastUse(emptied), key_id)

    assert last_used(emptied) == first


def test_a_note_of_a_clock_that_was_wrong_is_mended(emptied: Database, keys: ApiKeys) -> None:
    key_id, _ = make(keys, "ci")
    with emptied.writing() as connection:
        connection.execute(text("UPDATE api_keys SET last_used = '2999-01-01T00:00:00.000Z'"))

    note(LastUse(emptied), key_id)

    assert "2020" < (last_used(emptied) or "") < "2999"


def test_a_key_opens_while_the_database_takes_no_writes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(open_database(settings_of(tmp_path, {}))) as database:
        keys = ApiKeys(database)
        _, key = make(keys, "ci")
        with closing(sqlite3.connect(tmp_path / "piecekit.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            found = keys.find(key)
            other.execute("ROLLBACK")
        keys.last_use.wait()

    assert found.name == "ci"
    assert not caplog.records


def test_a_use_that_cannot_be_noted_is_told_to_the_log_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(open_database(settings_of(tmp_path, {}))) as database:
        key_id, _ = make(ApiKeys(database), "ci")
        with database.writing() as connection:
            connection.execute(text("ALTER TABLE api_keys RENAME COLUMN last_used TO lost"))

        note(LastUse(database), key_id)

    assert [record.getMessage() for record in caplog.records] == [
        "cannot note the last use of api keys: OperationalError"
    ]


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("12h", NOON + timedelta(hours=12)),
        ("90d", NOON + timedelta(days=90)),
        ("4w", NOON + timedelta(weeks=4)),
        ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
        ("2027-01-31T10:00", datetime(2027, 1, 31, 10, tzinfo=UTC)),
        ("2027-01-31T10:00:00+02:00", datetime(2027, 1, 31, 8, tzinfo=UTC)),
    ],
)
def test_an_expiry_is_read(given: str, moment: datetime) -> None:
    assert read_expiry(given, NOON) == moment


@pytest.mark.parametrize(
    "given",
    ["", "90", "0d", "-1d", "99999w", "2026-05-04", "2027-02-30", "0001-01-01T00:00+10:00", "soon"],
)
def test_an_expiry_that_is_none_or_past_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"is no span|is not in the future"):
        read_expiry(given, NOON.replace(year=9990))


@pytest.mark.parametrize("given", ["2027-01-31T10:00", "9999-12-31T23:59:59-01:00", "now", "5"])
def test_a_time_without_a_place_in_utc_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="no ISO 8601 time with an offset"):
        read_time(given)
