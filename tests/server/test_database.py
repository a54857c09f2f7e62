from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest
import trustme
from sqlalchemy import Connection, text

from pieces_server.database import DatabaseUnavailableError, open_database
from pieces_server.database.connection import connect
from pieces_server.database.unavailable import told_unavailable
from pieces_server.settings import SettingsError
from tests.support.instance import instance_environment, running_instance
from tests.support.instance_commands import run_command, settings_of
from tests.support.postgres import Postgres, running_postgres

SECRET = "s3cr3t"
POOL = 10
"""The connections of an instance to PostgreSQL."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def own_server(authority: trustme.CA) -> Iterator[Postgres]:
    """A server that a test may stop, with TLS."""
    with running_postgres(authority.issue_cert("localhost")) as started:
        yield started


@pytest.fixture(scope="module")
def by_port(own_server: Postgres) -> dict[str, str]:
    return own_server.new_database_by_port()


def uses_tls(folder: Path, env: dict[str, str]) -> bool:
    database = connect(settings_of(folder, env))
    try:
        with database.reading() as connection:
            query = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            return bool(connection.scalar(query))
    finally:
        database.close()


@pytest.mark.parametrize("form", ["path", "text", "one line"])
def test_the_server_is_checked_by_a_certificate_in_any_form(
    tmp_path: Path, by_port: dict[str, str], authority: trustme.CA, form: str
) -> None:
    pem = authority.cert_pem.bytes().decode()
    path = tmp_path / "ca.pem"
    path.write_text(pem)
    value = {"path": str(path), "text": pem, "one line": pem.replace("\n", "\\n")}[form]

    tls = uses_tls(tmp_path, {**by_port, "AP_POSTGRES_SSL_CA": value})

    assert tls


def test_tls_without_a_certificate_is_encrypted_all_the_same(
    tmp_path: Path, by_port: dict[str, str]
) -> None:
    assert uses_tls(tmp_path, {**by_port, "AP_POSTGRES_USE_SSL": "true"})


@pytest.mark.parametrize("wrong", ["authority", "host"])
def test_a_server_that_is_another_is_refused(
    tmp_path: Path, by_port: dict[str, str], authority: trustme.CA, wrong: str
) -> None:
    trusted = trustme.CA() if wrong == "authority" else authority
    host = "127.0.0.1" if wrong == "host" else "localhost"
    env = {
        **by_port,
        "AP_POSTGRES_HOST": host,
        "AP_POSTGRES_SSL_CA": trusted.cert_pem.bytes().decode(),
    }

    with pytest.raises(DatabaseUnavailableError, match="certificate"):
        uses_tls(tmp_path, env)


def test_a_certificate_that_is_no_file_is_named(tmp_path: Path, by_port: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"`AP_POSTGRES_SSL_CA` names '/no/such\.pem'"):
        connect(settings_of(tmp_path, {**by_port, "AP_POSTGRES_SSL_CA": "/no/such.pem"}))


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://ada:{SECRET}@db.example.com/piecekit",
        f"ada:{SECRET}@db.example.com/piecekit",
        f"postgres://ada:p@{SECRET}@db.example.com/piecekit",
        f"postgres://ada:p@db.example.com/{SECRET}@x",
        f"postgres://ada@db.example.com:{SECRET}/piecekit",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    env = {"AP_DB_TYPE": "POSTGRES", "AP_POSTGRES_URL": url}

    with pytest.raises(SettingsError, match="`AP_POSTGRES_URL` cannot be understood") as caught:
        connect(settings_of(tmp_path, env))

    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_start_without_postgresql_says_where_it_was_looked_for(tmp_path: Path) -> None:
    url = f"postgres://ada:{SECRET}@localhost:1/shop?password={SECRET}"

    done = run_command(data_folder=tmp_path, AP_DB_TYPE="POSTGRES", AP_POSTGRES_URL=url)

    assert done.returncode == 69
    assert "error: the database 'shop' on 'localhost:1' does not answer: " in done.stderr
    assert "\nhint: check that it runs" in done.stderr
    assert SECRET not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def by_cashier(own_server: Postgres, by_port: dict[str, str]) -> dict[str, str]:
    """Names the database by a user that needs a password, which is not there yet."""
    name = by_port["AP_POSTGRES_DATABASE"]
    address = f"{own_server.address(name)}&port={own_server.port}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE cashier LOGIN PASSWORD 'right'")
        hba = own_server.folder / "data" / "pg_hba.conf"
        rules = "host all cashier all scram-sha-256\nhost all porter all reject\n"
        hba.write_text(rules + hba.read_text())
        connection.execute("SELECT pg_reload_conf()")
    return {**by_port, "AP_POSTGRES_USERNAME": "cashier"}


@pytest.mark.parametrize(
    ("change", "reason", "setting"),
    [
        ({"PASSWORD": SECRET}, "password authentication failed for user", "AP_POSTGRES_PASSWORD"),
        ({}, "no password supplied", "AP_POSTGRES_PASSWORD"),
        ({"USERNAME": "postgres", "DATABASE": "x"}, "does not exist", "AP_POSTGRES_DATABASE"),
        ({"USERNAME": ""}, 'role ".*" does not exist', "set `AP_POSTGRES_USERNAME`"),
        ({"USERNAME": "porter"}, r"pg_hba\.conf rejects connection", "AP_POSTGRES_USERNAME"),
    ],
    ids=["password", "no password", "database", "no user", "address"],
)
def test_a_refused_login_names_the_setting(
    tmp_path: Path, by_cashier: dict[str, str], change: dict[str, str], reason: str, setting: str
) -> None:
    changed = {f"AP_POSTGRES_{name}": value for name, value in change.items()}
    env = {name: value for name, value in {**by_cashier, **changed}.items() if value}

    with pytest.raises(SettingsError, match=f"refuses the login: .*{reason}") as caught:
        open_database(settings_of(tmp_path, env))

    assert setting in caught.value.hint
    assert SECRET not in f"{caught.value} {caught.value.hint}"


def answer_without_tls(server: socket.socket) -> None:
    client = server.accept()[0]
    with client:
        client.recv(8)  # the request for TLS
        client.sendall(b"N")


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        answered = pool.submit(answer_without_tls, server)
        env = {
            "AP_DB_TYPE": "POSTGRES",
            "AP_POSTGRES_HOST": "127.0.0.1",
            "AP_POSTGRES_PORT": str(server.getsockname()[1]),
            "AP_POSTGRES_USE_SSL": "true",
        }

        with pytest.raises(SettingsError, match="does not support SSL") as caught:
            open_database(settings_of(tmp_path, env))

        answered.result()
    assert "`AP_POSTGRES_USE_SSL`" in caught.value.hint


def run_without_psycopg(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; sys.modules['psycopg'] = None; from pieces_server.__main__ import main; "
    return subprocess.run(
        [sys.executable, "-c", script + "sys.exit(main(['keys', 'create']))"],
        env=instance_environment(folder, **env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_sqlite_needs_no_psycopg(tmp_path: Path) -> None:
    done = run_without_psycopg(tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("sk-")


def test_postgresql_without_psycopg_says_what_to_install(tmp_path: Path) -> None:
    done = run_without_psycopg(tmp_path, AP_DB_TYPE="POSTGRES")

    assert done.returncode == 78
    assert "error: `AP_DB_TYPE` is POSTGRES, but psycopg cannot be imported: " in done.stderr
    assert "\nhint: install `pieces-server[postgres]`" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_parts_of_an_address_are_told_without_the_password(tmp_path: Path) -> None:
    env = {
        "AP_DB_TYPE": "POSTGRES",
        "AP_POSTGRES_PORT": "1",
        "AP_POSTGRES_DATABASE": "shop",
        "AP_POSTGRES_USERNAME": "ada",
        "AP_POSTGRES_PASSWORD": SECRET,
    }

    with pytest.raises(DatabaseUnavailableError, match="'shop' on 'localhost:1'") as caught:
        open_database(settings_of(tmp_path, env))

    assert SECRET not in str(caught.value)


def test_a_user_that_may_not_make_tables_is_told_so(tmp_path: Path, postgres: Postgres) -> None:
    env = postgres.new_database()
    admin = connect(settings_of(tmp_path, env))
    with admin.writing() as connection:
        connection.execute(text("CREATE ROLE clerk LOGIN"))
    admin.close()
    url = env["AP_POSTGRES_URL"].replace("postgres@", "clerk@")

    with pytest.raises(SettingsError, match="cannot be used: permission denied") as caught:
        open_database(settings_of(tmp_path, {**env, "AP_POSTGRES_URL": url}))

    assert "a database of its own" in caught.value.hint


def test_requests_are_answered_503_while_the_database_is_gone(
    tmp_path: Path, own_server: Postgres
) -> None:
    env = own_server.new_database_by_port()
    paths = ("/api/v1/pieces", "/simple/", "/simple/piece-gelato/")
    with running_instance(tmp_path, **env) as instance, httpx.Client() as client:
        client.headers = httpx.Headers(instance.headers)
        client.base_url = httpx.URL(instance.url)
        before = [client.get(path).status_code for path in paths]

        own_server.stop()
        gone = [client.get(path) for path in paths]
        own_server.start()
        after = [client.get(path).status_code for path in paths]
        log = instance.stop()[1]

    assert before == after == [200, 200, 404]
    assert [answer.status_code for answer in gone] == [503] * 3
    assert {answer.json()["code"] for answer in gone} == {"SERVICE_UNAVAILABLE"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in gone)
    assert "Traceback" not in log


@pytest.mark.parametrize(
    "name", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
)
def test_requests_give_up_in_time_and_what_takes_long_does_not(
    tmp_path: Path, postgres: Postgres, name: str
) -> None:
    with closing(connect(settings_of(tmp_path, postgres.new_database()))) as database:
        found: list[str] = []
        for transaction in (
            database.reading(),
            database.writing(),
            database.alone(),
            database.alone(patient=True),
            database.snapshot(),
            database.reading(),
        ):
            with transaction as connection:
                found.append(connection.scalar(text(f"SHOW {name}")) or "")

    limit = found[0]
    assert limit != "0"
    assert found == [limit, limit, limit, "0", "0", limit]


def test_readiness_is_told_while_every_request_waits_for_a_lock(
    tmp_path: Path, postgres: Postgres
) -> None:
    env = postgres.new_database()
    with (
        running_instance(tmp_path, **env) as instance,
        closing(connect(settings_of(tmp_path, env))) as database,
        httpx.Client(base_url=instance.url, headers=instance.headers, timeout=30) as client,
        ThreadPoolExecutor(50) as pool,
    ):
        with database.writing() as connection:
            connection.execute(text("LOCK TABLE api_keys, alembic_version"))
            stuck = [pool.submit(client.get, "/api/v1/pieces") for _ in range(50)]
            waiting_locks = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while connection.scalar(waiting_locks) != POOL:
                time.sleep(0.01)

            ready = httpx.get(f"{instance.url}/api/v1/ready", timeout=30)

            waiting = [each for each in stuck if not each.done()]
        answers = {each.result().status_code for each in stuck}
        after = httpx.get(f"{instance.url}/api/v1/ready", timeout=30)

    assert (ready.status_code, ready.json()["params"]["database"]) == (503, "failed")
    assert waiting == stuck
    assert answers == {200}
    assert after.status_code == 200


def test_a_mistake_in_a_query_is_no_absence(tmp_path: Path) -> None:
    database = open_database(settings_of(tmp_path, {}))

    with (
        pytest.raises(Exception, match="no such table") as caught,
        database.reading() as connection,
    ):
        connection.execute(text("SELECT * FROM nonsense"))

    assert not isinstance(caught.value, DatabaseUnavailableError)
    database.close()


def delete_audit_within(name: str, connection: Connection) -> None:
    with told_unavailable(name):
        connection.execute(text("DELETE FROM audit"))


def test_a_lock_that_does_not_go_is_an_absence(tmp_path: Path) -> None:
    database = open_database(settings_of(tmp_path, {}))

    with database.writing(), database.reading() as other:
        other.exec_driver_sql("PRAGMA busy_timeout = 0")

        with pytest.raises(DatabaseUnavailableError, match="database is locked"):
            delete_audit_within(database.name, other)

    database.close()
