"""A real PostgreSQL server for the tests of a process, and new databases on it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

REQUIRED = "PIECEKIT_REQUIRE_POSTGRES"
"""Set to 1 where a machine without PostgreSQL shall fail the tests instead of skipping them."""


def missing() -> str:
    """Say why there can be no server here; empty if there can."""
    if _programs() is None:
        return "PostgreSQL's server is not installed: install the package postgresql"
    return ""


@dataclass(frozen=True)
class Postgres:
    """A running server that listens on a socket in a temporary folder only."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self) -> dict[str, str]:
        """Make an empty database and return the settings that name it."""
        name = f"piecekit_{next(self._numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return {"AP_DB_TYPE": "POSTGRES", "AP_POSTGRES_URL": self.address(name)}

    def address(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={self.folder}"


@contextmanager
def running_postgres() -> Generator[Postgres]:
    """Start a server; as root it runs as the user `postgres`, as it refuses root."""
    programs = _programs()
    if programs is None:
        reason = missing()
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data, log = folder / "data", folder / "log"
        # On the disk as in life: what a test says of crashes is not about PostgreSQL's own.
        options = f"-k {folder} -c listen_addresses= -c max_connections=200 -c shared_buffers=32MB"
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        _run(programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield Postgres(folder)
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _run(*command: str | Path) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(
        command,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _programs() -> Path | None:
    """Return the folder of the newest `initdb`; Debian keeps it off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None
